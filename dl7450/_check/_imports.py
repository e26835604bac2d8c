"""Rules: imports that find nothing on the dock."""

from __future__ import annotations

import ast
import difflib
import sys
from collections.abc import Iterator
from typing import Final

from . import _instead
from ._rule import Hit, at, rule
from ._sdk import DOCK_MODULES, STANDARD
from ._values import Values

# Compiled into most MicroPython builds (docs, "MicroPython libraries"); the dock SDK does not name them.
_MICROPYTHON: Final = frozenset(
    """
    asyncio bluetooth btree cmath collections cryptolib deflate errno gc heapq machine math micropython
    neopixel os platform random re select socket ssl struct sys uctypes zlib _thread
    """.split()  # noqa: SIM905  a page of words, not a list of literals
)
_CATCHING: Final = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")


@rule(
    "The dock's SDK has no module {name!r}{remark}.",
    "{instead}",
    source="dock SDK, Python API reference guide: the list of modules",
)
def unknown_module(values: Values) -> Iterator[Hit]:
    app = values.app
    for alias in app.nodes(ast.alias):
        statement, name = app.parents[alias], app.imported(alias)
        # Once for each `from` statement, whatever it takes.
        if name is None or (isinstance(statement, ast.ImportFrom) and alias is not statement.names[0]):
            continue
        package = name.partition(".")[0]
        if package in app.imports_beside or name in DOCK_MODULES or app.guarded(statement, *_CATCHING):
            continue
        remark = " (other MicroPython boards do)" if name in _MICROPYTHON else ""
        yield at(alias, name=name, remark=remark, instead=_what_to_do(name, package))


@rule(
    "An app is not a package: a relative import finds nothing.",
    "Put the module beside the app, and write {instead}.",
    source="dock SDK, Deploying code: an app is a single file",
)
def relative_import(values: Values) -> Iterator[Hit]:
    app = values.app
    for node in app.nodes(ast.ImportFrom):
        if node.level and not app.guarded(node, *_CATCHING):
            names = ", ".join(alias.name for alias in node.names)
            yield at(node, instead=f"from {node.module} import {names}" if node.module else f"import {names}")


def _what_to_do(name: str, package: str) -> str:
    if package in _instead.MODULE:
        return _instead.MODULE[package]
    if name.startswith("u") and name[1:] in DOCK_MODULES:
        return f"Write import {name[1:]}."
    if "." in name and package in DOCK_MODULES:
        return f"Import {package} alone: {package} is a module, not a package."
    if close := difflib.get_close_matches(name, DOCK_MODULES, n=1, cutoff=0.8):
        return f"Did you mean {close[0]}?"
    if package in sys.stdlib_module_names or name in _MICROPYTHON:
        return f"Write what you need of it yourself, or use what the dock has: {', '.join(sorted(STANDARD))}, time."
    return f"Put {package}.py beside the app if it is yours; nothing can be installed on a dock."
