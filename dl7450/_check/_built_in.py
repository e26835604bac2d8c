"""Rules: built-in names, functions and types that MicroPython does not have, or that do less there, or otherwise."""

from __future__ import annotations

import ast
import codecs
from collections.abc import Iterator
from typing import Final

from . import _instead
from ._kinds import Instance, Plain
from ._rule import Hit, Level, at, rule, shown
from ._values import Values, is_none

# What CPython has and MicroPython has not in any build (py/modbuiltins.c); the dock SDK lists none of them.
MISSING_BUILTINS: Final = frozenset(
    """
    BaseExceptionGroup BlockingIOError BrokenPipeError BufferError BytesWarning ChildProcessError
    ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError DeprecationWarning
    EncodingWarning EnvironmentError ExceptionGroup FileExistsError FileNotFoundError FloatingPointError
    FutureWarning IOError ImportWarning InterruptedError IsADirectoryError ModuleNotFoundError
    NotADirectoryError PendingDeprecationWarning PermissionError ProcessLookupError RecursionError
    ReferenceError ResourceWarning RuntimeWarning SyntaxWarning SystemError TabError TimeoutError
    UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError UnicodeWarning UserWarning
    Warning aiter anext ascii breakpoint copyright credits exit format license quit vars
    """.split()  # noqa: SIM905  a page of words, not a list of literals
)
# Methods and attributes that only CPython's built-in types have, by names that nothing on the dock shares.
_CPYTHON_ONLY: Final = {
    **dict.fromkeys(["capitalize", "casefold", "expandtabs", "format_map", "isalnum", "isascii"], "str"),
    **dict.fromkeys(["isdecimal", "isidentifier", "isnumeric", "isprintable", "istitle", "ljust"], "str"),
    **dict.fromkeys(["maketrans", "removeprefix", "removesuffix", "rjust", "swapcase", "title"], "str"),
    **dict.fromkeys(["translate", "zfill"], "str"),
    **dict.fromkeys(["as_integer_ratio", "bit_count", "bit_length"], "int"),
    "is_integer": "float",
    **dict.fromkeys(["add_note", "with_traceback"], "exception"),
}

_ENCODINGS: Final = frozenset({"utf-8", "utf8", "ascii"})
_OF_ASCII: Final = frozenset({"isalpha", "isdigit", "islower", "isspace", "isupper", "lower", "upper"})
_VIEWS: Final = frozenset({"items", "keys", "values"})


@rule(
    "MicroPython has no {name}: NameError.",
    "{instead}",
    source="dock SDK, builtins; MicroPython's py/modbuiltins.c",
)
def missing_builtin(values: Values) -> Iterator[Hit]:
    app = values.app
    if app.has_star_import:
        return  # it may bring such a name
    for node in app.nodes(ast.Name):
        missing = isinstance(node.ctx, ast.Load) and values.is_builtin(node, *MISSING_BUILTINS)
        if missing and not app.guarded(node, "NameError", "Exception", "BaseException"):
            yield at(node, name=node.id, instead=_instead.of_builtin(node.id, MISSING_BUILTINS))


@rule(
    "MicroPython's {type} has no {name}: AttributeError.",
    "{instead}",
    source="MicroPython's py/objstr.c, py/objint.c, py/objexcept.c; What's new in Python 3.9 (PEP 616), "
    "3.10 (int.bit_count), 3.11 (PEP 678)",
)
def missing_method(values: Values) -> Iterator[Hit]:
    app = values.app
    own = {name for scope in app.opened.values() for name in scope.bindings}
    own |= {node.attr for node in app.nodes(ast.Attribute) if isinstance(node.ctx, ast.Store)}
    for node in app.nodes(ast.Attribute):
        called = isinstance(parent := app.parents[node], ast.Call) and parent.func is node
        if not called or node.attr not in _CPYTHON_ONLY or node.attr in own or app.imports_beside:
            continue
        # Where the type is known the rule unknown-attribute speaks.
        if isinstance(values.of(node.value), Plain | None) and not app.guarded(node, "AttributeError"):
            instead = _instead.MEMBER.get(node.attr, "Write the few lines that it takes yourself.")
            yield at(node, type=_CPYTHON_ONLY[node.attr], name=f"{node.attr}()", instead=instead)


@rule(
    "next() takes no default on MicroPython before 1.25.",
    "Write try: value = next(items), and except StopIteration: value = default.",
    source="differences 1.22, Modules, builtins: cpydiff builtin_next_arg2",
    level=Level.WARNING,
)
def next_default(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Call):
        if values.is_builtin(node.func, "next") and len(node.args) > 1:
            yield at(node)


@rule(
    "{call} does not work on MicroPython{when}: {error}.",
    "{instead}",
    source="differences 1.22, Builtin types, str: cpydiff types_str_endswith, types_str_rsplitnone",
    level=Level.WARNING,
)
def string_arguments(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Call):
        if not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        value, several = values.of(node.func.value), len(node.args) > 1
        if not isinstance(value, Instance) or value.of.name not in {"str", "bytes", "bytearray"}:
            continue
        method = node.func.attr
        if method in {"startswith", "endswith"} and values.type_of(node.args[0]) == "tuple":
            call, instead = f"{method}() with a tuple", f"Ask for each: any(text.{method}(each) for each in several)."
            yield at(node, call=call, when=" before 1.25", error="TypeError", instead=instead)
        elif method == "endswith" and several:
            call, instead = "endswith() with a start", "Cut the string first: text[start:].endswith(suffix)."
            yield at(node, call=call, when=" before 1.25", error="NotImplementedError", instead=instead)
        elif method == "rsplit" and several and is_none(node.args[0]):
            call, instead = "rsplit(None, n)", "Say what to split at: rsplit(' ', n)."
            yield at(node, call=call, when="", error="NotImplementedError", instead=instead)


@rule(
    "iter() takes one argument on MicroPython: TypeError.",
    "Write while True:, call the function, and break at {sentinel}.",
    source="MicroPython's py/modbuiltins.c: iter()",
)
def iter_sentinel(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Call):
        if values.is_builtin(node.func, "iter") and len(node.args) == 2:
            yield at(node, sentinel=shown(node.args[1], 40))


@rule(
    "MicroPython cannot delete from a bytearray: TypeError.",
    "Build a new one: {name} = {name}[:start] + {name}[end:].",
    source="MicroPython's py/objarray.c: array_subscr()",
)
def bytearray_deletion(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Subscript):
        if isinstance(node.ctx, ast.Del) and values.type_of(node.value) == "bytearray":
            yield at(node, name=shown(node.value, 40))


@rule(
    "MicroPython takes no attribute directly after a number: {text} is a syntax error.",
    "Give the number a name in the line before.",
    source="MicroPython's py/lexer.c: a number goes on for letters, digits and dots",
)
def number_attribute(values: Values) -> Iterator[Hit]:
    app = values.app
    for node in app.nodes(ast.Attribute):
        number = node.value
        if isinstance(number, ast.Constant) and type(number.value) in {int, float, complex} and number.end_lineno:
            after = app.lines[number.end_lineno - 1][number.end_col_offset :]
            if after.startswith("."):
                yield at(node, text=shown(node))


@rule(
    "MicroPython before 1.29 knows no error handler: a UnicodeError for bytes that are not UTF-8, whatever {handler} "
    "says.",
    "Write try: bytes.decode(), and except UnicodeError: what the app shows then.",
    source="MicroPython's py/objstr.c: mp_obj_str_make_new()",
    level=Level.WARNING,
)
def decode_errors(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Call):
        arguments = _codec_arguments(values, node, "decode", "str")
        if len(arguments) == 2 and not (isinstance(arguments[1], ast.Constant) and arguments[1].value == "strict"):
            yield at(node, handler=shown(arguments[1], 40))


@rule(
    "MicroPython knows UTF-8 alone, as 'utf-8': {name!r} is a LookupError from 1.29 on, and UTF-8 before.",
    "{instead}",
    source="MicroPython's py/objstr.c: mp_obj_str_make_new(), bytes_make_new()",
)
def text_encoding(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Call):
        encoding = next(iter(_codec_arguments(values, node, "decode", "encode", "bytearray", "bytes", "str")), None)
        name = encoding.value if isinstance(encoding, ast.Constant) else None
        if isinstance(name, str) and name not in _ENCODINGS:
            same = _is_utf8(name)
            instead = "Write 'utf-8'." if same else "Convert the bytes one by one, or have UTF-8 sent."
            yield at(node, Level.WARNING if same else None, name=name, instead=instead)


@rule(
    "{method}() on MicroPython knows the letters of ASCII only, and {text} has others.",
    "Write the text as it should be shown.",
    source="MicroPython's py/unicode.c: unichar_toupper() and its neighbours",
)
def ascii_only_method(values: Values) -> Iterator[Hit]:
    for node in values.app.nodes(ast.Call):
        method = node.func
        if isinstance(method, ast.Attribute) and method.attr in _OF_ASCII and isinstance(method.value, ast.Constant):
            text = method.value.value
            # Where nothing is a letter both agree: "→".upper().
            if isinstance(text, str) and getattr(text, method.attr)() != _as_micropython(text, method.attr):
                yield at(node, method=method.attr, text=shown(method.value, 40))


@rule(
    "A dict on MicroPython is not in the order of its making: {what}.",
    "Take what you want by its key, or keep a list of the keys beside the dict.",
    source="differences, Builtin types, dict; MicroPython's py/map.c: a dict is a hash table",
    level=Level.WARNING,
)
def dict_order(values: Values) -> Iterator[Hit]:
    app = values.app
    for node in app.nodes(ast.Call):
        function, first = node.func, next(iter(node.args), None)
        if values.is_builtin(function, "next") and isinstance(first, ast.Call):
            inner = first.args[0] if values.is_builtin(first.func, "iter") and first.args else None
            if inner is not None and _of_dict(values, inner):
                yield at(node, what=f"the first one of {shown(inner, 40)} is any")
        elif values.is_builtin(function, "enumerate", "zip"):
            of_dict = [argument for argument in node.args if _of_dict(values, argument)]
            # Keys and values together are each other's.
            if len(of_dict) < len(node.args) or values.is_builtin(function, "enumerate"):
                for argument in of_dict:
                    yield at(argument, what=f"which of {shown(argument, 40)} has which number is chance")
        elif isinstance(function, ast.Attribute) and function.attr == "join" and first is not None:
            if values.type_of(function.value) in {"str", "bytes"} and _of_dict(values, first):
                yield at(first, what=f"{shown(first, 40)} may come in any order")
        elif isinstance(function, ast.Attribute) and function.attr == "popitem" and _is_dict(values, function.value):
            yield at(node, what="popitem() takes any of them, not the last one")
    for subscript in app.nodes(ast.Subscript):
        call = subscript.value
        if not isinstance(call, ast.Call) or not values.is_builtin(call.func, "list", "tuple"):
            continue
        if any(_of_dict(values, argument) for argument in call.args):
            yield at(subscript, what=f"{shown(subscript, 40)} is any of them")


@rule(
    "What {call} returns is not a set on MicroPython: {operator} is a TypeError.",
    "Make a set of it first: set({call}).",
    source="MicroPython's py/objdict.c: dict_view_binary_op()",
)
def dict_view_as_set(values: Values) -> Iterator[Hit]:
    operators = {ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.Sub: "-"}
    for node in values.app.nodes(ast.BinOp):
        for side in (node.left, node.right):
            if type(node.op) in operators and _is_view(values, side):
                yield at(node, call=shown(side, 40), operator=operators[type(node.op)])


def _codec_arguments(values: Values, call: ast.Call, *names: str) -> list[ast.expr]:
    """The encoding and the error handler that a call gives to one of these methods of text, or of these types."""
    function = call.func
    if values.is_builtin(function, *names):
        return call.args[1:]
    if not isinstance(function, ast.Attribute) or function.attr not in names:
        return []
    value = values.of(function.value)
    of_text = isinstance(value, Instance) and value.of.name in {"str", "bytes", "bytearray"}
    return call.args if of_text or value is None else []


def _is_utf8(name: str) -> bool:
    try:
        return codecs.lookup(name).name in {"utf-8", "ascii"}
    except LookupError:
        return False


def _as_micropython(text: str, method: str) -> object:
    """What a method of a str gives where only ASCII has letters, digits and blanks."""
    if method in {"upper", "lower"}:
        return "".join(getattr(char, method)() if char.isascii() else char for char in text)
    if method in {"islower", "isupper"}:
        plain = "".join(char for char in text if char.isascii())
        return bool(getattr(plain, method)())
    return text.isascii() and bool(getattr(text, method)())


def _is_dict(values: Values, node: ast.expr) -> bool:
    """Whether an expression is a dict, and not a display of one item at most."""
    return values.of(node) == Plain("dict") and not (isinstance(node, ast.Dict) and len(node.keys) < 2)


def _is_view(values: Values, node: ast.expr) -> bool:
    method = node.func if isinstance(node, ast.Call) else None
    return isinstance(method, ast.Attribute) and method.attr in _VIEWS and values.of(method.value) == Plain("dict")


def _of_dict(values: Values, node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _VIEWS:
        return _is_dict(values, node.func.value)
    return _is_dict(values, node)
