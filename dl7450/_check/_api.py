"""The dock's API as objects, read from the stubs in `_sdk`: modules, classes, functions."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass, field, replace

from ._sdk import BUILTINS, OPAQUE, SDK, STANDARD


@dataclass(frozen=True)
class ApiFunction:
    """A function or method.

    Attributes:
        where: what a reader calls its home: its module, or its class with the module; empty for a built-in function.
        signatures: the ways to call it, without `self` and without types.
        types: the annotation of each parameter that has one.
        returns: the annotation of what it returns.
        on_class: it is called on the class itself.
    """

    where: str
    name: str
    signatures: tuple[ast.arguments, ...]
    types: dict[str, ast.expr] = field(hash=False)
    returns: ast.expr | None
    on_class: bool = False

    @property
    def full_name(self) -> str:
        """Such as `http.get`, `http.Response.body` or `print`."""
        return f"{self.where}.{self.name}" if self.where else self.name


@dataclass(frozen=True, eq=False)
class ApiClass:
    """A class of the dock, its inherited members among `members`; an attribute's value is its annotation."""

    module: str
    name: str
    members: dict[str, ApiFunction | ast.expr]

    @property
    def full_name(self) -> str:
        """Such as `http.Response` or `str`."""
        name = self.name.lstrip("_")
        return name if self.module == "builtins" else f"{self.module}.{name}"

    @property
    def public(self) -> list[str]:
        """The names that an app may use, in alphabetical order."""
        return sorted(name for name in self.members if not name.startswith("_"))


@dataclass(frozen=True, eq=False)
class ApiModule:
    """A module that the dock has. `names` is None where they are not known."""

    name: str
    names: dict[str, ApiFunction | ApiClass | ast.expr] | None

    @property
    def public(self) -> list[str]:
        """The names that an app may use, in alphabetical order."""
        return sorted(name for name in self.names or () if not name.startswith("_"))


@functools.cache
def module(name: str) -> ApiModule | None:
    """The dock's module of that name, or None where the dock has none."""
    if name in OPAQUE:
        return ApiModule(name, None)
    stub = SDK.get(name) or STANDARD.get(name)
    return None if stub is None else ApiModule(name, _read(name, stub))


@functools.cache
def builtins() -> ApiModule:
    """The built-in names that the check knows more of than that they exist."""
    return ApiModule("builtins", _read("builtins", BUILTINS))


def find_class(name: str, home: str) -> ApiClass | None:
    """The class that a stub of module `home` calls `name`: its own, `module.Name`, or a built-in one."""
    if "." in name:
        home, name = name.split(".")
    for known in (module(home) if home != "builtins" else None, builtins()):
        for spelling in (name, f"_{name}"):
            found = (known.names or {}).get(spelling) if known else None
            if isinstance(found, ApiClass):
                return found
    return None


def _read(home: str, stub: str) -> dict[str, ApiFunction | ApiClass | ast.expr]:
    where = "" if home == "builtins" else home
    body = ast.parse(stub).body
    names: dict[str, ApiFunction | ApiClass | ast.expr] = {**_members(body, where)}
    classes = [node for node in body if isinstance(node, ast.ClassDef)]
    # Bases first: a stub may define a class before the one that it derives from.
    for node in sorted(classes, key=lambda node: len(node.bases)):
        cls = ApiClass(home, node.name, {})
        for base in node.bases:
            inherited = names[ast.unparse(base)]
            assert isinstance(inherited, ApiClass)
            for name, member in inherited.members.items():
                own = replace(member, where=cls.full_name) if isinstance(member, ApiFunction) else member
                cls.members[name] = own
        cls.members.update(_members(node.body, cls.full_name))
        names[node.name] = cls
    return names


def _members(body: list[ast.stmt], where: str) -> dict[str, ApiFunction | ast.expr]:
    members: dict[str, ApiFunction | ast.expr] = {}
    for node in body:
        if isinstance(node, ast.AnnAssign):
            members[ast.unparse(node.target)] = node.annotation
        elif isinstance(node, ast.FunctionDef):
            before = members.get(node.name)
            overloads = before.signatures if isinstance(before, ApiFunction) else ()
            types = {**(before.types if isinstance(before, ApiFunction) else {}), **_take_types(node.args)}
            signatures = (*overloads, node.args)
            members[node.name] = ApiFunction(
                where, node.name, signatures, types, node.returns, on_class=bool(node.decorator_list)
            )
    return members


def _take_types(signature: ast.arguments) -> dict[str, ast.expr]:
    types: dict[str, ast.expr] = {}
    for parameter in [*signature.posonlyargs, *signature.args, *signature.kwonlyargs]:
        if parameter.annotation is not None:
            types[parameter.arg], parameter.annotation = parameter.annotation, None
    return types
