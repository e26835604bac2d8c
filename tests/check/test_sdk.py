"""What `dl7450 check` believes of the dock is what the simulated dock has."""

import array
import ast
import importlib
import inspect
from collections.abc import Callable
from types import ModuleType

import pytest

from dl7450._check import _api
from dl7450._check._sdk import DOCK_MODULES, OPAQUE, SDK, STANDARD
from dl7450._dock import loader

PYTHONS = {"array"}  # the dock's is a part of Python's own
FACES = sorted({*SDK, *STANDARD} - PYTHONS)


def names_of(module: ModuleType) -> list[str]:
    exported: list[str] = module.__all__
    return sorted(exported)


def test_the_docks_modules_are_those_that_the_loader_gives_to_apps() -> None:
    assert DOCK_MODULES - PYTHONS - {"builtins"} == loader.SDK_MODULES


def test_the_table_of_array_is_a_part_of_pythons() -> None:
    cls = _api.find_class("array", "array")
    assert cls is not None
    assert [name for name in cls.public if not hasattr(array.array, name)] == []


@pytest.mark.parametrize("name", FACES)
def test_the_table_of_a_module_has_its_names_and_no_others(name: str) -> None:
    module, known = importlib.import_module(f"dl7450.{name}"), _api.module(name)
    assert known is not None
    assert known.public == names_of(module)
    for class_name, cls in (known.names or {}).items():
        if isinstance(cls, _api.ApiClass) and not class_name.startswith("_"):
            # An enumeration of the simulated dock is an int, too; of an exception, apps know the arguments.
            members = sorted(set(dir(getattr(module, class_name))) - set(dir(int)) - (set(dir(Exception)) - {"args"}))
            assert cls.public == [name for name in members if not name.startswith("_")], cls.full_name


@pytest.mark.parametrize("name", FACES)
def test_the_functions_of_a_module_take_what_the_table_says(name: str) -> None:
    module, known = importlib.import_module(f"dl7450.{name}"), _api.module(name)
    assert known is not None
    for api_name, api in (known.names or {}).items():
        if isinstance(api, _api.ApiFunction):
            check_signatures(api, getattr(module, api_name))
        elif isinstance(api, _api.ApiClass) and not api_name.startswith("_"):
            for member_name, member in api.members.items():
                cls = getattr(module, api_name)
                if isinstance(member, _api.ApiFunction) and member_name == "__init__":
                    check_signatures(member, cls)
                elif isinstance(member, _api.ApiFunction):
                    check_signatures(member, getattr(cls, member_name), *([] if member.on_class else [None]))


def check_signatures(api: _api.ApiFunction, real: Callable[..., object], *bound: object) -> None:
    """Call the real function in thought: with all that the table has, by position and by name."""
    signature = inspect.signature(real)
    for arguments in api.signatures:
        positional_only = [parameter.arg for parameter in arguments.posonlyargs]
        named = [parameter.arg for parameter in arguments.args]
        keywords = dict.fromkeys([parameter.arg for parameter in arguments.kwonlyargs])
        positional = [*positional_only, *named]
        required = positional[: len(positional) - len(arguments.defaults)]
        signature.bind(*bound, *positional, **keywords)
        signature.bind(*bound, *positional_only, **dict.fromkeys(named), **keywords)
        signature.bind(*bound, *required)
        with pytest.raises(TypeError):
            signature.bind(*bound, *positional, None)
        for name in positional_only if arguments.kwarg is None else []:
            with pytest.raises(TypeError):
                signature.bind(*bound, *[each for each in positional_only if each != name], **{name: None})


@pytest.mark.parametrize(
    ("name", "real", "beyond"),
    [
        ("builtins.str", str, []),
        ("builtins.bytes", bytes, ["format"]),
        ("builtins.bytearray", bytearray, ["format"]),
        ("builtins.memoryview", memoryview, []),
        ("builtins.tuple", tuple, []),
        ("builtins.int", int, []),
        ("builtins.float", float, []),
    ],
)
def test_built_in_types_have_little_beyond_pythons(name: str, real: type, beyond: list[str]) -> None:
    module, _, class_name = name.partition(".")
    cls = _api.find_class(class_name, module)
    assert cls is not None
    assert [member for member in cls.public if not hasattr(real, member)] == beyond


def test_modules_without_a_table_have_no_known_names() -> None:
    assert {name: known.names for name in OPAQUE if (known := _api.module(name))} == dict.fromkeys(OPAQUE)
    assert _api.module("requests") is None


def test_every_class_that_a_table_names_is_in_a_table() -> None:
    unknown = {"dict", "bool", "None", "object", "Self", "list[Self]"}
    modules = [*map(_api.module, DOCK_MODULES), _api.builtins()]
    for module in filter(None, modules):
        for api in (module.names or {}).values():
            members = api.members.values() if isinstance(api, _api.ApiClass) else [api]
            for member in members:
                annotation = member.returns if isinstance(member, _api.ApiFunction) else member
                if annotation is None or isinstance(annotation, _api.ApiClass):
                    continue
                named = annotation.slice if isinstance(annotation, ast.Subscript) else annotation
                text = ast.unparse(named)
                assert text in unknown or _api.find_class(text, module.name) is not None, text
