"""Rules: arguments that the dock's functions refuse, where the app's text shows what they are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Final

from .._device.posix_time import STRFTIME, STRPTIME, unknown_word
from .._device.timezones import NAMES as TIMEZONES
from .._screen import markup
from . import _api, _instead
from ._calls import argument, misfit
from ._kinds import with_article
from ._literals import literal
from ._rule import Hit, Level, at, rule, shown
from ._values import Values

FIELD: Final = "\ufffc"  # stands for what a program puts into a text, and for the reader of a message: nothing shown
_DEPTH: Final = 100  # of nested expressions that make one text
_RANGES: Final = {  # of numbers: the function and the parameter, the numbers, how to call them, the error for others
    ("framebuf.FrameBuffer.__init__", "format"): (range(7), "a format of framebuf, 0 to 6", "ValueError"),
    ("gpio.Pin.write", "value"): (range(2), "1 (active) or 0", "ValueError"),
    ("gpio.DigitalOutput.write", "value"): (range(2), "1 (active) or 0", "ValueError"),
    ("i2c.i2c", "bus"): (range(1, 2), "Bus.I2C1", "I2cError"),
    ("i2c.I2C.__init__", "bus"): (range(1, 2), "Bus.I2C1", "I2cError"),
    ("i2c.I2C.read", "address"): (range(0x08, 0x78), "0x08 to 0x77", "I2cError"),
    ("i2c.I2C.write", "address"): (range(0x08, 0x78), "0x08 to 0x77", "I2cError"),
}
_NUMBERS: Final = {"I2C0": 0}  # of the dock's names that no function takes
_FORMAT = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]")


@rule(
    "{function}() takes {expected} {place} {parameter!r}, not {given}: TypeError.",
    "{instead}",
    source="dock SDK, Python API reference guide: the types of parameters",
)
def argument_type(values: Values) -> Iterator[Hit]:
    for call, function, parameter, value in typed_arguments(values):
        expected = function.types[parameter]
        for part, allowed in _parts(values, value, expected):
            given = values.type_of(part)
            if given is None or _takes(allowed, given) or (allowed == ["function"] and isinstance(part, ast.Call)):
                continue
            if values.app.guarded(call, "TypeError"):
                continue
            instead = _instead.ARGUMENT.get(parameter, "Convert it first.")
            if given == "function":
                instead = f"Call it: {shown(part)}()."
            elif given == "async function":
                instead = "Make it a plain function: nobody would await it."
            elif set(allowed) <= {"int", "float"}:
                instead = "Use int() or //." if given == "float" else "Write a number."
            yield at(
                part,
                function=name_of(function),
                expected=_either([name for name in allowed if name != "NoneType"]),
                place="for" if part is value else "in",
                parameter=parameter,
                given=with_article(given),
                instead=instead,
            )


@rule(
    "{function}() takes {expected} for {parameter!r}, not {given}: {error}.",
    "Write {expected}.",
    source="dock SDK, Python API reference guide: framebuf, gpio, i2c",
)
def argument_range(values: Values) -> Iterator[Hit]:
    for call, function, parameter, value in typed_arguments(values):
        numbers, expected, error = _RANGES.get((function.full_name, parameter), (None, "", ""))
        if numbers is None or values.type_of(value) != "int" or values.app.guarded(call, error):
            continue
        given = literal(values, value)
        number = ast.literal_eval(given) if isinstance(given, ast.Constant | ast.UnaryOp) else None
        if isinstance(given, ast.Attribute):
            number = _NUMBERS.get(given.attr)
        if number is not None and number not in numbers:
            name = name_of(function)
            yield at(value, function=name, expected=expected, parameter=parameter, given=shown(value), error=error)


@rule(
    "{called}() is called here, at once, and {function}() gets what it returns, {given}, not a function: TypeError.",
    "Pass the function itself: {instead}.",
    source="dock SDK, wakeup.Timer: task is a callable; http: so is on_response",
)
def callback_called(values: Values) -> Iterator[Hit]:
    for call, function, parameter, value in typed_arguments(values):
        if ast.unparse(function.types[parameter]) == "function" and is_called_callback(values, value):
            assert isinstance(value, ast.Call)
            called, given = shown(value.func), values.type_of(value)
            bare = called if not value.args and not value.keywords else f"lambda: {shown(value)}"
            if parameter != "task" and bare != called:
                bare = bare.replace("lambda:", "lambda response:", 1)
            if not values.app.guarded(call, "TypeError"):
                function_name = name_of(function)
                yield at(value, called=called, function=function_name, given=with_article(str(given)), instead=bare)


@rule(
    "The text is not Pango markup ({reason}): ValueError.",
    "{instead}",
    source="dock SDK, splashscreen: text is Pango markup; Pango, Pango markup",
)
def invalid_markup(values: Values) -> Iterator[Hit]:
    for call in values.app.nodes(ast.Call):
        if not values.is_api(call.func, "splashscreen.Splashscreen.add_text_box"):
            continue
        value = argument(call, 0, "text")
        text = known_text(values, value) if value is not None else None
        if value is None or text is None or values.app.guarded(call, "ValueError"):
            continue
        try:
            markup.parse(text)
        except ValueError as error:
            reason, _, fix = str(error).removeprefix("markup, ").rpartition(": ")
            said = reason.replace(FIELD, "...")
            # What is put into a text may close a tag that the text opens.
            level = Level.WARNING if FIELD in text else None
            yield at(value, level, reason=said, instead=f"{fix[:1].upper()}{fix[1:]}.")


@rule(
    "A text box has no attribute {name!r}: ValueError.",
    "It has x, y and alignment.",
    source="dock SDK, splashscreen: add_text_box",
)
def text_box_attribute(values: Values) -> Iterator[Hit]:
    for key, _ in _attributes(values):
        if key.value not in {"x", "y", "alignment"}:
            yield at(key, name=key.value)


@rule(
    "{name!r} of a text box is {expected}, not {given}: {error}.",
    "{instead}",
    source="dock SDK, splashscreen: add_text_box, Alignment",
)
def text_box_value(values: Values) -> Iterator[Hit]:
    for key, value in _attributes(values):
        type_ = values.type_of(value)
        if type_ in {None, "int"}:
            continue
        given = shown(value, 40) if isinstance(value, ast.Constant) else with_article(str(type_))
        if key.value in {"x", "y"}:
            instead = "Use int() or //." if type_ == "float" else "Write a number of pixels."
            yield at(value, name=key.value, expected="an int", given=given, error="TypeError", instead=instead)
        elif key.value == "alignment":
            expected, instead = "an Alignment", _instead.ARGUMENT["alignment"]
            yield at(value, name=key.value, expected=expected, given=given, error="ValueError", instead=instead)


@rule(
    "The dock has no time zone {name!r}: ValueError.",
    "Use one of {names}.",
    source="dock SDK, dock.DockControl: the list of supported time zones",
)
def unknown_timezone(values: Values) -> Iterator[Hit]:
    for call in values.app.nodes(ast.Call):
        if values.is_api(call.func, "dock.DockControl.set_timezone"):
            value = argument(call, 0, "timezone")
            name = value.value if isinstance(value, ast.Constant) else None
            if value is None or not isinstance(name, str) or values.app.guarded(call, "ValueError"):
                continue
            if name not in TIMEZONES:
                yield at(value, name=name, names=", ".join(TIMEZONES))


@rule(
    "{function}() has no {word!r} since SDK 0.7: what it makes of it is not documented.",
    "Use the words of POSIX 2017, such as %Y %m %d %H %M %S %a %b %p.",
    source="dock SDK 0.7, time: strftime and strptime follow POSIX 2017",
    level=Level.WARNING,
)
def time_format(values: Values) -> Iterator[Hit]:
    for call in values.app.nodes(ast.Call):
        for name, position, known in (("strftime", 0, STRFTIME), ("strptime", 1, STRPTIME)):
            if not values.is_api(call.func, f"time.{name}") or values.app.guarded(call, "ValueError"):
                continue
            given = argument(call, position, "fmt_string" if name == "strftime" else "format")
            text = given.value if isinstance(given, ast.Constant) else None
            if given is not None and isinstance(text, str) and (word := unknown_word(text, known)) is not None:
                yield at(given, function=f"time.{name}", word=word)


def is_called_callback(values: Values, value: ast.expr | None) -> bool:
    """Whether an argument that should be a function is a call which evidently returns none."""
    known = values.type_of(value) if isinstance(value, ast.Call) else None
    return known is not None and not _takes(["function"], known)


def typed_arguments(values: Values) -> Iterator[tuple[ast.Call, _api.ApiFunction, str, ast.expr]]:
    """The arguments of calls whose parameters have types: the call, the function, the parameter's name, the value."""
    for call in values.app.nodes(ast.Call):
        callee = values.of(call.func)
        function = callee.members.get("__init__") if isinstance(callee, _api.ApiClass) else callee
        if not isinstance(function, _api.ApiFunction) or not function.types or misfit(function, call) is not None:
            continue
        signature = function.signatures[0]
        for parameter, value in zip([*signature.posonlyargs, *signature.args], call.args, strict=False):
            if isinstance(value, ast.Starred):
                break
            if parameter.arg in function.types:
                yield call, function, parameter.arg, value
        for keyword in call.keywords:
            if keyword.arg in function.types:
                yield call, function, keyword.arg, keyword.value


def _parts(values: Values, value: ast.expr, expected: ast.expr) -> Iterator[tuple[ast.expr, list[str]]]:
    """A value with the types that it may have, and so for each item of a literal list or dict."""
    options = list(_options(expected))
    names = [ast.unparse(option.value if isinstance(option, ast.Subscript) else option) for option in options]
    yield value, ["NoneType" if name == "None" else name for name in names]
    whole = literal(values, value)
    for option in options:
        if isinstance(option, ast.Subscript):
            items: list[ast.expr] = []
            container = ast.unparse(option.value)
            if isinstance(whole, ast.List) and container == "list":
                items = whole.elts
            elif isinstance(whole, ast.Dict) and container == "dict":
                items = [item for item in [*whole.keys, *whole.values] if item is not None]
            yield from ((item, ["str"]) for item in items)


def _options(annotation: ast.expr) -> Iterator[ast.expr]:
    if isinstance(annotation, ast.BinOp):
        yield from _options(annotation.left)
        yield from _options(annotation.right)
    else:
        yield annotation


def _takes(allowed: Sequence[str], given: str) -> bool:
    # A class can be called, too, and a bool is an int.
    return given in allowed or (given == "class" and "function" in allowed) or (given == "bool" and "int" in allowed)


def _either(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]


def name_of(function: _api.ApiFunction) -> str:
    return function.where if function.name == "__init__" else function.full_name


def _attributes(values: Values) -> Iterator[tuple[ast.Constant, ast.expr]]:
    """The literal keys of the attributes of text boxes, with their values."""
    seen: set[ast.expr] = set()
    for call in values.app.nodes(ast.Call):
        if not values.is_api(call.func, "splashscreen.Splashscreen.add_text_box"):
            continue
        given = argument(call, 1, "attributes")
        whole = literal(values, given) if given is not None else None
        if not isinstance(whole, ast.Dict) or whole in seen or values.app.guarded(call, "ValueError", "TypeError"):
            continue
        seen.add(whole)  # one dict for many boxes is reported once
        for key, value in zip(whole.keys, whole.values, strict=True):
            if isinstance(key, ast.Constant):
                yield key, value


def known_text(values: Values, node: ast.expr) -> str | None:
    """The text of an expression, with `FIELD` for each part that is not known; None if that is too much of it.

    A part within a tag may be anything, a colour or half a tag: such a text is not known.
    """
    text = _with_fields(values, node)
    return None if not text.strip(FIELD) or re.search(f"<[^>]*{FIELD}|&[#\\w]*{FIELD}", text) else text


def _with_fields(values: Values, node: ast.expr, depth: int = 0) -> str:
    def text_of(part: ast.expr) -> str:
        return _with_fields(values, part, depth + 1) if depth < _DEPTH else FIELD

    match literal(values, node):
        case ast.Constant(value=str() as text):
            return text.replace(FIELD, "?")
        case ast.JoinedStr(values=parts):
            return "".join(map(text_of, parts))
        case ast.List(elts=lines):
            return "\n".join(map(text_of, lines))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return text_of(left) + text_of(right)
        case ast.BinOp(left=ast.Constant(value=str() as template), op=ast.Mod()):
            return _FORMAT.sub(FIELD, template).replace("%%", "%")
    return FIELD
