"""The qualified names of an app's functions, which telemetry shows: MicroPython has the bare ones alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType


class QualifiedNames:
    """Of the functions of one app and of the modules beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._in_module = cache(_qualified_names)

    def qualified(self, module: str | None, name: str) -> str:
        """The qualified name of a function; its bare one where several have that, or the file is not Python.

        Parameters:
            module: its `__name__`.
            name: of the function.
        """
        path = self._path if module == "__main__" else self._path.with_name(f"{module}.py")
        names = self._in_module(path)[name]
        return next(iter(names)) if len(names) == 1 else name


def _qualified_names(path: Path) -> defaultdict[str, set[str]]:
    found = defaultdict[str, set[str]](set)
    try:
        code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except (OSError, SyntaxError, ValueError, MemoryError, RecursionError):
        return found
    for part in _codes(code):
        found[part.co_name].add(part.co_qualname)
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)
