"""Rules: what an app must not do with the dock's one thread, its timers and its 16 requests."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from typing import Final

from ._app import App
from ._argument_values import is_called_callback
from ._calls import argument
from ._kinds import OwnFunction
from ._literals import bound_once
from ._rule import Hit, Level, at, rule, shown
from ._scopes import Comprehension, Function, Scope
from ._values import Values

_LIMIT: Final = 16
_SLEEPS: Final = {"time.sleep": 1000.0, "time.sleep_ms": 1.0}  # and how many milliseconds their unit is
_LONGEST: Final = 1e9  # a larger number says nothing to a reader, in any unit
_Loop = ast.For | ast.AsyncFor | ast.While


@rule(
    "{name}() stops the app's only thread: until it returns the screen is frozen and nothing is called back.",
    "Return instead, and let {instead} call the rest.",
    source="dock SDK, Programming paradigm: time.sleep is highly discouraged",
    level=Level.WARNING,
)
def blocking_sleep(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Call):
        for name, unit in _SLEEPS.items():
            if values.is_api(node.func, name):
                length = node.args[0] if node.args else None
                if isinstance(length, ast.Constant) and isinstance(length.value, int | float):
                    if length.value <= 0:
                        continue
                    time_ms = math.ceil(length.value * unit) if length.value < _LONGEST else "time_ms"
                    instead = f"wakeup.wakeup(task, {time_ms})"
                else:
                    instead = "wakeup.wakeup(task, time_ms)"
                yield at(node, name=name, instead=instead)


@rule(
    "{lost}: the dock's garbage collector may destroy the timer before it fires.",
    "Keep it as long as it is needed: self.timer = {call}, or a variable of the module.",
    source="dock SDK, wakeup: if there are no references to a Timer, the garbage collector may destroy it",
)
def timer_without_reference(values: Values) -> Iterator[Hit]:
    app = values.app
    for statement in app.nodes(ast.Expr):
        for timer in _results(values, statement.value):
            yield at(timer, lost="Nothing keeps this timer", call=_shortened(timer))
    for node in app.nodes(ast.Assign, ast.AnnAssign, ast.NamedExpr):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        function = app.function_of(node)
        if node.value is None or not isinstance(function, Function) or _is_generator(function, values):
            continue
        for timer in _results(values, node.value):
            if all(isinstance(target, ast.Name) and _ends_with(values, function, target) for target in targets):
                name = shown(targets[0])
                yield at(timer, lost=f"{name!r} ends with {function.name}()", call=_shortened(timer))


@rule(
    "This loop {certainty} more than 16 requests at once{count}: each one over 16 is answered with 89 "
    "(CURLE_NO_CONNECTION_AVAILABLE) without being sent.",
    "Start the first few, and the next one in the callback of each.",
    source="dock SDK, http: a maximum of 16 HTTP requests",
)
def too_many_requests(values: Values) -> Iterator[Hit]:
    app = values.app
    direct = [call for call in app.nodes(ast.Call) if _starts_request(values, call)]
    # A function that starts a request does so for whoever calls it.
    starters = {app.function_of(call) for call in direct} - {None}
    loops: dict[ast.expr | ast.stmt, tuple[float, bool]] = {}
    for call in app.nodes(ast.Call):
        function = values.of(call.func)
        indirect = isinstance(function, OwnFunction) and function.node in starters
        if (call in direct or indirect) and (loop := _loop_over_limit(values, call)) is not None:
            place, times, conditional = loop
            certain = not (indirect or conditional)
            loops[place] = (times, certain or loops.get(place, (0, False))[1])
    for place, (times, certain) in loops.items():
        count = f" ({times})" if times < _LONGEST else "" if times < math.inf else " (it has no end)"
        level = None if certain else Level.WARNING
        yield at(place, level, certainty="starts" if certain else "probably starts", count=count)


def _results(values: Values, node: ast.expr) -> Iterator[ast.Call]:
    """The timers that an expression may have as its value, or as an item of it."""
    if isinstance(node, ast.Call) and values.is_api(node.func, "wakeup.wakeup", "wakeup.Timer"):
        if not is_called_callback(values, argument(node, 0, "task")):  # then there is no timer to keep
            yield node
    elif isinstance(node, ast.IfExp):
        yield from _results(values, node.body)
        yield from _results(values, node.orelse)
    elif isinstance(node, ast.BoolOp):
        yield from _results(values, node.values[-1])
    elif isinstance(node, ast.Tuple | ast.List):
        for item in node.elts:
            yield from _results(values, item)
    elif isinstance(node, ast.ListComp):
        yield from _results(values, node.elt)


def _ends_with(values: Values, function: Function, target: ast.Name) -> bool:
    """Whether a variable is the function's own, and nothing takes its value out of the function."""
    app = values.app
    scope = app.scopes[target].lookup(target.id)
    if scope is None or scope.node is not function:
        return False
    uses = [name for name in app.nodes(ast.Name) if name.id == target.id and isinstance(name.ctx, ast.Load)]
    # A function inside may outlive this one and keep the variable.
    return all(app.scopes[use] is scope and _only_looked_at(values, use) for use in uses if _sees(app, use, scope))


def _sees(app: App, name: ast.Name, scope: Scope) -> bool:
    return app.scopes[name].lookup(name.id) is scope


def _only_looked_at(values: Values, name: ast.Name) -> bool:
    parent = values.app.parents[name]
    if isinstance(parent, ast.Attribute):
        return parent.attr == "cancel" and isinstance(values.app.parents[parent], ast.Call)
    return isinstance(parent, ast.Compare | ast.If | ast.While | ast.Expr)


def _is_generator(function: Function, values: Values) -> bool:
    yields = values.app.nodes(ast.Yield, ast.YieldFrom, ast.Await)
    return any(values.app.function_of(node) is function for node in yields)


def _shortened(call: ast.Call) -> str:
    text = shown(call)
    return text if len(text) <= 40 else f"{shown(call.func)}(...)"


def _starts_request(values: Values, call: ast.Call) -> bool:
    return values.is_api(call.func, "http.get_async", "http.post_async")


def _loop_over_limit(values: Values, call: ast.Call) -> tuple[ast.expr | ast.stmt, float, bool] | None:
    """The innermost loop that makes a call more than 16 times, how many times, and whether it may be less often."""
    times: float = 1
    conditional = False
    inner: ast.AST = call
    for node in values.app.run_with(call):
        conditional |= isinstance(node, ast.If | ast.IfExp | ast.BoolOp | ast.Try | ast.ExceptHandler)
        rounds: float | None = None
        if isinstance(node, _Loop) and inner in node.body:
            rounds = _rounds(values, node)
            conditional |= _leaves_early(node)
        elif isinstance(node, Comprehension) and inner not in node.generators:
            counts = [_length(values, generator.iter) for generator in node.generators]
            rounds = None if None in counts else math.prod(count for count in counts if count is not None)
            conditional |= any(generator.ifs for generator in node.generators)
        if rounds is not None and isinstance(node, ast.expr | ast.stmt):
            times *= rounds
            if times > _LIMIT:
                return None if conditional and _counts(node) else (node, times, conditional)
        inner = node
    return None


def _counts(loop: ast.AST) -> bool:
    """Whether a loop compares numbers: it may well keep count of its requests."""
    numeric = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq)
    compared = (node for node in ast.walk(loop) if isinstance(node, ast.Compare))
    return any(isinstance(operator, numeric) for node in compared for operator in node.ops)


def _rounds(values: Values, loop: _Loop) -> float | None:
    if isinstance(loop, ast.While):
        endless = isinstance(loop.test, ast.Constant) and loop.test.value and not _leaves_early(loop)
        return math.inf if endless else None
    return _length(values, loop.iter)


def _leaves_early(loop: _Loop) -> bool:
    exits = (ast.Break, ast.Continue, ast.Return, ast.Raise)
    return any(isinstance(node, exits) for statement in loop.body for node in ast.walk(statement))


def _length(values: Values, node: ast.expr, depth: int = 0) -> int | None:
    """How many items an iterable has, where the app's text tells."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return None if any(isinstance(item, ast.Starred) for item in node.elts) else len(node.elts)
    if isinstance(node, ast.Dict):
        return None if None in node.keys else len(node.keys)
    if isinstance(node, ast.Call):
        if values.is_builtin(node.func, "range"):
            bounds = [_integer(values, argument) for argument in node.args]
            return _range_length([bound for bound in bounds if bound is not None]) if None not in bounds else None
        if values.is_builtin(node.func, "enumerate", "reversed", "sorted", "list", "tuple") and node.args:
            return _length(values, node.args[0], depth)
        return None
    bound = bound_once(values, node) if depth < 3 else None
    return _length(values, bound, depth + 1) if bound is not None else None


def _range_length(bounds: list[int]) -> int | None:
    start, stop, step = [0, *bounds, 1] if len(bounds) == 1 else [*bounds, 1][:3] if bounds else [0, 0, 0]
    # Not len(range(...)): it has a limit.
    return max(0, -((start - stop) // step)) if step and len(bounds) <= 3 else None


def _integer(values: Values, node: ast.expr) -> int | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        operand = _integer(values, node.operand)
        return None if operand is None else -operand
    if isinstance(node, ast.Call) and values.is_builtin(node.func, "len") and len(node.args) == 1:
        return _length(values, node.args[0])
    bound = bound_once(values, node)
    return bound.value if isinstance(bound, ast.Constant) and isinstance(bound.value, int) else None
