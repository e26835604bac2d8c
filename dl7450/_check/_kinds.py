"""The kinds of values that the check can tell apart."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TypeAlias

from . import _api
from ._scopes import Function


@dataclass(frozen=True)
class Instance:
    """An object of one of the dock's classes, or of a built-in one."""

    of: _api.ApiClass


@dataclass(frozen=True)
class Plain:
    """An object of a built-in type of which the check knows no more than its name, such as `dict` or `NoneType`."""

    name: str


@dataclass(frozen=True)
class Many:
    """A list whose items are known."""

    item: Value


@dataclass(frozen=True)
class OwnClass:
    """A class of the app; `instance` where an object of it is meant."""

    node: ast.ClassDef
    instance: bool = False


@dataclass(frozen=True)
class OwnFunction:
    """A function, method or lambda of the app; `bound` where the first parameter is given already."""

    node: Function | ast.Lambda
    bound: bool = False


Value: TypeAlias = (
    _api.ApiModule | _api.ApiClass | _api.ApiFunction | Instance | Plain | Many | OwnClass | OwnFunction | None
)


def type_name(value: Value) -> str | None:
    """The name of a value's type, such as `str` or `http.Response`; None where it is not known, or the app's own.

    `function` stands for functions and methods of every kind but async ones.
    """
    match value:
        case Instance(of=cls):
            return cls.full_name
        case Plain(name=name):
            return name
        case Many():
            return "list"
        case OwnFunction(node=ast.AsyncFunctionDef()):
            return "async function"
        case _api.ApiFunction() | OwnFunction():
            return "function"
        case _api.ApiModule():
            return "module"
        case _api.ApiClass() | OwnClass(instance=False):
            return "class"
    return None


def with_article(type_name: str) -> str:
    """Such as `a str`, `an int`, `an http.Response`, and `None` for its type."""
    if type_name == "NoneType":
        return "None"
    return f"{'an' if type_name[0] in 'aeio' or type_name.startswith('http') else 'a'} {type_name}"
