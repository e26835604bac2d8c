"""Rules: names that the dock's modules and objects do not have, and calls that they do not take."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Sequence

from . import _api, _instead
from ._app import App
from ._kinds import Instance, OwnFunction, Value
from ._rule import Hit, at, rule, shown
from ._values import Values


@rule(
    "{owner} has no {name!r} on the dock.",
    "{instead}",
    source="dock SDK; for built-in types, MicroPython's py/obj*.c",
)
def unknown_attribute(values: Values) -> Iterator[Hit]:
    app = values.app
    asked = _asked_for(app)
    for node in app.nodes(ast.Attribute):
        if not isinstance(node.ctx, ast.Load) or node.attr.startswith("__") or node.attr in asked:
            continue
        known = _public(values.of(node.value))
        if known is not None and node.attr not in known[1] and not app.guarded(node, "AttributeError"):
            yield at(node, owner=known[0], name=node.attr, instead=_what_to_do(*known, node.attr))
    for alias in app.nodes(ast.alias):
        statement = app.parents[alias]
        if isinstance(statement, ast.ImportFrom) and alias.name != "*":
            known = _public(_api.module(app.imported(alias) or ""))
            if known is not None and alias.name not in known[1] and not app.guarded(statement, "ImportError"):
                yield at(alias, owner=known[0], name=alias.name, instead=_what_to_do(*known, alias.name))


@rule(
    "{function}() {reason}: TypeError.",
    "Write {signature}.",
    source="dock SDK; for built-in functions, MicroPython's py/modbuiltins.c and py/obj*.c: most take no keywords",
)
def wrong_arguments(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Call):
        callee = values.of(node.func)
        if isinstance(callee, _api.ApiClass):
            constructor = callee.members.get("__init__")
            name, function = callee.full_name, constructor if isinstance(constructor, _api.ApiFunction) else None
        elif isinstance(callee, _api.ApiFunction):
            name, function = callee.full_name, callee
        else:
            continue
        if function is None or values.app.guarded(node, "TypeError"):
            continue
        if (reason := misfit(function, node)) is not None:
            signature = f"{name}({ast.unparse(function.signatures[0])})".replace(", /", "")
            yield at(node, function=name, reason=reason, signature=signature)


@rule(
    "{function}() calls {name} with {given}, but it takes {taken}: TypeError when it is called.",
    "Give {name} {given}, or wrap it in a lambda.",
    source="dock SDK, wakeup.Timer, gpio.create: a callable without parameters; http, vision_client: one; mqtt: two",
)
def callback_parameters(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Call):
        if values.is_api(node.func, "wakeup.wakeup", "wakeup.Timer"):
            callback, count = argument(node, 0, "task"), 0
        elif values.is_api(node.func, "http.get_async", "http.post_async"):
            callback, count = argument(node, 1, "on_complete", "on_response"), 1
        elif values.is_api(node.func, "iperf.IperfClient.run"):
            callback, count = argument(node, 0, "on_complete"), 1
        elif values.is_api(node.func, "gpio.create"):
            callback, count = argument(node, 1, "callback"), 0
        elif values.is_api(node.func, "mqtt.MqttClient.connect"):
            callback, count = argument(node, 0, "on_connect"), 2
        elif values.is_api(node.func, "mqtt.MqttClient.on_message", "mqtt.MqttClient.on_subscribe"):
            callback, count = argument(node, 0, "callback"), 2
        elif values.is_api(node.func, "vision_client.VisionClient.on_message"):
            callback, count = argument(node, 0, "callback"), 1
        else:
            continue
        function = values.of(callback) if callback is not None else None
        if callback is None or not isinstance(function, OwnFunction):
            continue
        arguments = function.node.args
        names = [*arguments.posonlyargs, *arguments.args][function.bound :]
        least = len(names) - len(arguments.defaults)
        most = count if arguments.vararg else len(names)
        if not least <= count <= most or None in arguments.kw_defaults:
            given = ("no argument", "one argument", "two arguments")[count]
            taken = ", ".join(repr(name.arg) for name in [*names, *arguments.kwonlyargs]) or "none"
            called = shown(node.func)
            name = "the lambda" if isinstance(callback, ast.Lambda) else shown(callback)
            yield at(callback, function=called, name=name, given=given, taken=taken)


def _public(value: Value) -> tuple[str, Sequence[str]] | None:
    """How to call something of the dock's, and its public names, if they are known."""
    if isinstance(value, _api.ApiModule):
        return None if value.names is None else (value.name, value.public)
    if isinstance(value, _api.ApiClass):
        return value.full_name, value.public
    return (value.of.full_name, value.of.public) if isinstance(value, Instance) else None


def _asked_for(app: App) -> set[object]:
    """The attributes that the app asks for before it uses them: hasattr(lan, "mac")."""
    return {
        argument.value
        for call in app.nodes(ast.Call)
        if isinstance(call.func, ast.Name) and call.func.id in {"hasattr", "getattr"}
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }


def _what_to_do(owner: str, names: Sequence[str], name: str) -> str:
    if name in _instead.MEMBER:
        return _instead.MEMBER[name]
    listed = f"{owner} has {', '.join(names)}." if names else f"{owner} is opaque."
    close = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]}? {listed}" if close else listed


def argument(call: ast.Call, position: int, *names: str) -> ast.expr | None:
    """What a call gives for a parameter, by position or by one of its names."""
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return None
    named = [keyword.value for keyword in call.keywords if keyword.arg in names]
    return named[0] if named else next(iter(call.args[position : position + 1]), None)


def misfit(function: _api.ApiFunction, call: ast.Call) -> str | None:
    """Why a call fits none of a function's signatures; None if it fits one, or may."""
    reasons = [_misfit(signature, call) for signature in function.signatures]
    return None if None in reasons else reasons[0]


def _misfit(signature: ast.arguments, call: ast.Call) -> str | None:
    """Why a call does not fit a signature; None if it does, or may."""
    positional = [*signature.posonlyargs, *signature.args]
    given = [argument for argument in call.args if not isinstance(argument, ast.Starred)]
    if len(given) > len(positional) and signature.vararg is None:
        return f"takes {len(positional) or 'no'} positional argument{'s' * (len(positional) != 1)}, not {len(given)}"
    by_name = {parameter.arg for parameter in [*signature.args, *signature.kwonlyargs]}
    named = [keyword.arg for keyword in call.keywords if keyword.arg is not None]
    for name in named:
        if name not in by_name and signature.kwarg is None:
            return f"takes no keyword {name!r}"
        if name in {parameter.arg for parameter in positional[: len(given)]}:
            return f"gets {name!r} twice"
    if len(given) < len(call.args) or len(named) < len(call.keywords):
        return None  # what * and ** bring is not known
    required = positional[len(given) : len(positional) - len(signature.defaults)]
    missing = [parameter.arg for parameter in required if parameter.arg not in named]
    return f"needs {missing[0]!r}" if missing else None
