"""Rules: slips that Python itself lets pass until the line runs, or for ever, about functions and types.

A comparison that can never be true raises nothing: the app just shows the wrong thing.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from typing import Final

from . import _api
from ._kinds import OwnFunction, type_name, with_article
from ._rule import Hit, at, rule, shown
from ._scopes import Function
from ._values import Values

_ORDER: Final = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_TAKING_VALUES: Final = frozenset(
    """
    abs bool bytearray bytes chr enumerate float int len list max min ord range round set sorted sum tuple
    """.split()  # noqa: SIM905  a line of words, not a list of literals
)
_SHOWING: Final = frozenset({"print", "repr", "str"})
# What compares equal, and what can be put together, by type; what is not here is comparable to its own type only.
_GROUPS: Final = {"bytearray": "bytes", "memoryview": "bytes", "float": "int", "bool": "int"}
_COMPARABLE: Final = frozenset({"str", "bytes", "int", "list", "tuple", "dict", "http.Response", "monitor.Monitor"})


@rule(
    "{name} is a {kind}, and without parentheses it is not called: {consequence}.",
    "Write {name}().",
    source="Python's language reference, Expressions: Calls; dock SDK: what objects offer are methods, not attributes",
)
def function_not_called(values: Values) -> Iterator[Hit]:
    app = values.app
    for node in app.nodes(ast.Attribute, ast.Name):
        if not isinstance(node.ctx, ast.Load) or type_name(values.of(node)) != "function":
            continue
        consequence = _misuse(values, node)
        if consequence is not None and not app.guarded(node, "AttributeError", "TypeError"):
            kind = "method" if isinstance(node, ast.Attribute) and not _of_module(values, node) else "function"
            yield at(node, name=shown(node), kind=kind, consequence=consequence)


@rule(
    "{name} is {what}, which cannot be called: TypeError.",
    "{instead}",
    source="Python's language reference, Expressions: Calls; dock SDK, Python API reference guide",
)
def not_callable(values: Values) -> Iterator[Hit]:
    for call in values.app.nodes(ast.Call):
        value = values.of(call.func)
        type_ = type_name(value)
        if type_ in {None, "function", "async function", "class"} or values.app.guarded(call, "TypeError"):
            continue
        name, instead = shown(call.func), "Remove the parentheses."
        if isinstance(value, _api.ApiModule):
            callables = [f"{name}.{member}" for member in _callables(value)]
            instead = f"Call what is in it: {', '.join(callables)}." if callables else "Call a function in it."
        elif isinstance(call.func, ast.Call):
            instead = "Remove the second pair of parentheses."
        yield at(call.func, name=name, what=with_article(str(type_)), instead=instead)


@rule(
    "{left} is {left_type} and {right} is {right_type}: {consequence}.",
    "{instead}",
    source="Python's language reference, Expressions: Comparisons, Binary arithmetic operations; dock SDK: types",
)
def mixed_types(values: Values) -> Iterator[Hit]:
    app = values.app
    for comparison in app.nodes(ast.Compare):
        sides = itertools.pairwise([comparison.left, *comparison.comparators])
        for (left, right), operator in zip(sides, comparison.ops, strict=True):
            consequence = _mixed(operator, _group(values, left), _group(values, right))
            if consequence is not None and not app.guarded(comparison, "TypeError"):
                yield _mixed_hit(values, left, right, consequence)
    for sum_ in app.nodes(ast.BinOp):
        if isinstance(sum_.op, ast.Add) and not app.guarded(sum_, "TypeError"):
            groups = {_group(values, sum_.left), _group(values, sum_.right)}
            if None not in groups and len(groups) == 2 and groups & {"str", "bytes"}:
                yield _mixed_hit(values, sum_.left, sum_.right, "their + is a TypeError")


def _misuse(values: Values, node: ast.Attribute | ast.Name) -> str | None:
    """What goes wrong where a function itself is used as if it were what it returns; None if nothing evidently does."""
    parent, value = values.app.parents[node], values.of(node)
    match parent:
        case ast.BinOp(op=ast.Mod()) if values.type_of(parent.left) == "str":
            return "the text shows the function, not what it returns"
        case ast.BinOp() | ast.AugAssign():
            sides = [parent.left, parent.right] if isinstance(parent, ast.BinOp) else [parent.target]
            # An object of the app may have its own idea of a sum.
            sure = isinstance(value, _api.ApiFunction) or any(_is_value(values, side) for side in sides)
            return "calculating with it is a TypeError" if sure else None
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Invert()):
            return "calculating with it is a TypeError"
        case ast.Subscript(value=container) if container is node:
            return "taking an item of it is a TypeError"
        case ast.For(iter=iterable) | ast.comprehension(iter=iterable) if iterable is node:
            return "a loop over it is a TypeError"
        case ast.Compare():
            return _compared(values, parent, node)
        case ast.Expr():
            return "this line does nothing"
        case ast.Attribute() if isinstance(value, _api.ApiFunction) and not parent.attr.startswith("__"):
            return f"AttributeError for {parent.attr}"
    if not _is_function_for_ever(values, node):
        return None
    if isinstance(parent, ast.FormattedValue):
        return "the text shows the function, not what it returns"
    # Whoever prints a function of the app may mean it.
    taking = _TAKING_VALUES | _SHOWING if isinstance(value, _api.ApiFunction) else _TAKING_VALUES
    if isinstance(parent, ast.Call) and node in parent.args and values.is_builtin(parent.func, *taking):
        return f"{shown(parent.func)}() gets the function, not what it returns"
    return "it counts as true, always" if _is_tested(values, node) else None


def _compared(values: Values, comparison: ast.Compare, node: ast.expr) -> str | None:
    sides = [comparison.left, *comparison.comparators]
    for (left, right), operator in zip(itertools.pairwise(sides), comparison.ops, strict=True):
        if node not in {left, right}:
            continue
        other = right if node is left else left
        if isinstance(operator, ast.In | ast.NotIn):
            if node is right:
                return "looking into it is a TypeError"
            if _holds_values_only(values, right):
                return "it never equals a value"
        elif _is_value(values, other) and not isinstance(operator, ast.Is | ast.IsNot):
            return "comparing it is a TypeError" if isinstance(operator, _ORDER) else "it never equals a value"
    return None


def _is_value(values: Values, node: ast.expr) -> bool:
    return values.type_of(node) not in {None, "function", "async function", "class", "NoneType"}


def _holds_values_only(values: Values, container: ast.expr) -> bool:
    if isinstance(container, ast.List | ast.Tuple | ast.Set):
        return all(isinstance(item, ast.Constant) for item in container.elts)
    return values.type_of(container) in {"str", "bytes"}


def _is_function_for_ever(values: Values, node: ast.Attribute | ast.Name) -> bool:
    """Whether something is a function always: not None before, and not set again."""
    value = values.of(node)
    if isinstance(node, ast.Attribute):
        if isinstance(value, _api.ApiFunction):
            return not _of_module(values, node)  # an app may ask a module for a function
        return isinstance(value, OwnFunction) and not values.is_assigned(node.attr)
    scope = values.app.scopes[node].lookup(node.id)
    return scope is not None and all(isinstance(binding, Function) for binding in scope.bindings[node.id])


def _is_tested(values: Values, node: ast.expr, *, directly: bool = True) -> bool:
    """Whether it matters whether an expression is true. In `test and node or other` its value matters, too."""
    parent = values.app.parents[node]
    match parent:
        case ast.If() | ast.While() | ast.Assert() | ast.IfExp():
            return parent.test is node
        case ast.comprehension():
            return node in parent.ifs
        case ast.UnaryOp():
            return isinstance(parent.op, ast.Not)
        case ast.BoolOp():
            return (directly and parent.values[-1] is not node) or _is_tested(values, parent, directly=False)
    return False


def _of_module(values: Values, node: ast.Attribute) -> bool:
    return isinstance(values.of(node.value), _api.ApiModule)


def _callables(module: _api.ApiModule) -> list[str]:
    names = module.names or {}
    return [name for name in module.public if isinstance(names[name], _api.ApiFunction | _api.ApiClass)]


def _group(values: Values, node: ast.expr) -> str | None:
    name = values.type_of(node)
    group = _GROUPS.get(name, name) if name is not None else None
    return group if group in _COMPARABLE else None


def _mixed(operator: ast.cmpop, left: str | None, right: str | None) -> str | None:
    if left is None or right is None or left == right:
        return None
    match operator:
        case ast.Eq():
            return "they are never equal"
        case ast.NotEq():
            return "they are never equal, so this is always true"
        case ast.In() | ast.NotIn() if right == "str" or (right == "bytes" and left != "int"):
            return "looking for one in the other is a TypeError"
        case operator if isinstance(operator, _ORDER):
            return "putting them in order is a TypeError"
    return None


def _mixed_hit(values: Values, left: ast.expr, right: ast.expr, consequence: str) -> Hit:
    types = [str(values.type_of(side)) for side in (left, right)]
    groups = {_GROUPS.get(type_, type_) for type_ in types}
    if groups == {"str", "bytes"}:
        instead = "Decode the bytes: .decode(), or write the literal as b'...'."
    elif "http.Response" in groups:
        instead = "Use what is in the response: status_code(), headers() or body()."
    elif groups == {"str", "int"}:
        instead = "Convert one of them: str(number) or int(text)."
    else:
        instead = "Convert one of them to the type of the other."
    sides = {"left": shown(left, 40), "right": shown(right, 40)}
    articles = {"left_type": with_article(types[0]), "right_type": with_article(types[1])}
    return at(right, **sides, **articles, consequence=consequence, instead=instead)
