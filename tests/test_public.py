"""The public surface of `dl7450`: what its signatures name can be imported from it."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dl7450
from dl7450 import http

ROOT = Path(dl7450.__file__).parent
OURS = {
    node.name
    for path in ROOT.rglob("*.py")
    for node in ast.walk(ast.parse(path.read_text()))
    if isinstance(node, ast.ClassDef)
}
PUBLIC = {*dl7450.__all__, *http.__all__}


def annotations(value: object) -> Iterator[str]:
    """The annotations of a function, of the public methods of a class, and of its fields."""
    if inspect.isclass(value):
        yield from (str(kind) for name, kind in inspect.get_annotations(value).items() if not name.startswith("_"))
        for name, member in vars(value).items():
            if not name.startswith("_"):
                yield from annotations(member.fget if isinstance(member, property) else member)
    elif inspect.isroutine(value):
        yield from map(str, inspect.get_annotations(inspect.unwrap(value)).values())


@pytest.mark.parametrize("name", sorted({*dl7450.__all__} - {"__version__"}))
def test_what_a_public_signature_names_is_public(name: str) -> None:
    named = {word for text in annotations(getattr(dl7450, name)) for word in re.findall(r"\w+", text)}
    assert named & OURS <= PUBLIC


@pytest.mark.parametrize("name", sorted({*dl7450.__all__} - {"__version__"}))
def test_every_public_name_has_a_docstring(name: str) -> None:
    assert inspect.getdoc(getattr(dl7450, name))
