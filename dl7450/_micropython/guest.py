"""Runs in MicroPython: gives an app the dock's modules, and calls it when the dock says so.

The dock's modules are proxies: a call is a message to the dock, and its answer is waited for. Between two turns this
program waits for the next one, so no code of the app runs that the dock did not call.

What is sent and received is written down in `wire.py`.
"""

import builtins
import gc
import json
import struct
import sys
from io import StringIO

TYPE_CHECKING = False  # as a checker of types sees it, it is true: MicroPython has no `typing`
if TYPE_CHECKING:
    from typing import Any

EMPTY = "_dl7450_empty"
RESERVE = 16 * 1024  # bytes that are kept to tell of an error when the heap is full

_in: "Any" = open(int(sys.argv[1]), "rb")
_out = open(int(sys.argv[2]), "wb")
_callbacks: "dict[int, Any]" = {}
_numbers = 0
_unread = 0  # bytes of the message that is being read
_skipped = bytearray(256)
_classes: "dict[str, Any]" = {}


class DockStopped(BaseException):
    """The dock is closed: an app cannot catch it by mistake."""


_ERRORS = {"DockStopped": DockStopped}


class Handle:
    """An object of the dock's modules, which lives in the dock.

    Attributes:
        _number: what the dock knows it by.
    """

    _number = 0


class Member(int):
    """A constant of an enumeration.

    Attributes:
        _class: the key of the enumeration.
        _name: of the constant.
    """

    _class = _name = ""


# Values


def encode(value: "Any", blobs: "list[Any]", numbers: "list[int]") -> "Any":
    """A value as JSON has it; its bytes are appended to `blobs`, the numbers of callbacks to `numbers`."""
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return value
    if kind is float:
        blobs.append(struct.pack("<d", value))
        return ["float"]
    if kind in (bytes, bytearray, memoryview):
        blobs.append(value)
        return [kind.__name__, len(bytes(value) if kind is memoryview else value)]
    if isinstance(value, (list, tuple)):
        return ["list" if isinstance(value, list) else "tuple", [encode(item, blobs, numbers) for item in value]]
    if isinstance(value, dict):
        items = [[encode(key, blobs, numbers), encode(item, blobs, numbers)] for key, item in value.items()]
        return ["dict", items]
    if isinstance(value, Member):
        return ["member", value._class, value._name]
    if isinstance(value, Handle):
        return ["handle", value._number]
    if callable(value):
        return _encode_callback(value, numbers)
    return ["other", kind.__name__, repr(value)]


def _encode_callback(function: "Any", numbers: "list[int]") -> "Any":
    global _numbers  # noqa: PLW0603  one app, one interpreter
    _numbers += 1
    _callbacks[_numbers] = function
    numbers.append(_numbers)
    try:
        module = function.__globals__["__name__"]
    except (AttributeError, KeyError):
        module = None
    return ["callback", _numbers, module, getattr(function, "__name__", type(function).__name__)]


def decode(value: "Any") -> "Any":
    """The inverse of the dock's `encode`; the bytes are read from the pipe."""
    if not isinstance(value, list):
        return value
    kind, rest = value[0], value[1:]
    if kind == "float":
        return struct.unpack("<d", _read(8))[0]
    if kind == "bytes":
        return _read(rest[0])
    if kind == "bytearray":
        buffer = bytearray(rest[0])
        _fill(buffer, rest[0])
        return buffer
    if kind == "list":
        return [decode(item) for item in rest[0]]
    if kind == "tuple":
        return tuple([decode(item) for item in rest[0]])
    if kind == "dict":
        return {decode(key): decode(item) for key, item in rest[0]}
    if kind == "class":
        return _class(*rest)
    if kind == "member":
        return getattr(_class(rest[0], rest[1]), rest[2])
    if kind == "function":
        return _function(*rest)
    made: "Any" = object.__new__(_class(rest[0], rest[1]))
    if kind == "handle":
        made._number = rest[2]
    else:  # a snapshot
        made._values = [decode(item) for item in rest[2]]
    return made


# The dock's modules


def _function(module: "str", name: "str") -> "Any":
    def function(*args: "Any", **kwargs: "Any") -> "Any":
        return ask("function", [module, name], args, kwargs)

    return function


def _class(key: "str", description: "Any" = None) -> "Any":
    if key not in _classes:
        kind, name, rest = description[0], description[1], description[2:]
        _classes[key] = _MAKE[kind](key, name, *rest)
    return _classes[key]


def _object_class(key: "str", name: "str", methods: "list[str]", constants: "list[Any]") -> "Any":
    def __init__(self: "Any", *args: "Any", **kwargs: "Any") -> None:  # noqa: N807
        self._number = ask("new", [key], args, kwargs)

    attributes: "dict[str, Any]" = {"__init__": __init__}
    for method in methods:
        attributes[method] = _method(method)
    for constant, value in constants:
        attributes[constant] = decode(value)
    return type(name, (Handle,), attributes)


def _method(name: "str") -> "Any":
    def method(self: "Any", *args: "Any", **kwargs: "Any") -> "Any":
        return ask("method", [self._number, name], args, kwargs)

    return method


def _snapshot_class(key: "str", name: "str", methods: "list[str]") -> "Any":
    attributes = {}
    for number, method in enumerate(methods):
        attributes[method] = _value(number)
    return type(name, (), attributes)


def _value(number: "int") -> "Any":
    def method(self: "Any") -> "Any":
        return self._values[number]

    return method


def _error_class(key: "str", name: "str", base: "str") -> "Any":
    return type(name, (getattr(builtins, base),), {"_class": key})


def _enum_class(key: "str", name: "str", members: "list[Any]") -> "Any":
    made = type(name, (), {})
    for member, number in members:
        value = Member(number)
        value._class = key
        value._name = member
        setattr(made, member, value)
    return made


_MAKE: "dict[str, Any]" = {
    "object": _object_class,
    "snapshot": _snapshot_class,
    "error": _error_class,
    "enum": _enum_class,
}


def _new_module(name: "str") -> "Any":
    module = __import__(EMPTY)
    del sys.modules[EMPTY]
    module.__name__ = name
    sys.modules[name] = module
    return module


# Messages


def _send(message: "Any", blobs: "tuple[Any, ...] | list[Any]" = ()) -> None:
    text = json.dumps(message).encode()
    _out.write(struct.pack("<I", len(text)))
    _out.write(text)
    for blob in blobs:  # noqa: FURB122  there is no writelines()
        _out.write(blob)


def _read(size: "int") -> "Any":
    """The next bytes of the message; when the heap is full, none is taken."""
    global _unread  # noqa: PLW0603  one app, one pipe
    data = _in.read(size) if size else b""
    _unread -= size
    return data


def _fill(buffer: "bytearray", size: "int") -> None:
    """Put the next bytes of the message into a buffer."""
    global _unread  # noqa: PLW0603  one app, one pipe
    view = memoryview(buffer)
    at = 0
    while at < size:
        read = _in.readinto(view[at:size])
        if not read:
            sys.exit()  # the dock is gone
        at += read
        _unread -= read


def _receive() -> "Any":
    """The next message; None if the dock is gone. The bytes of it follow."""
    global _unread  # noqa: PLW0603  one app, one pipe
    head = _in.read(8)
    if len(head) < 8:
        return None
    size, blobs = struct.unpack("<II", head)
    _unread = size + blobs
    try:
        return json.loads(_read(size))
    except BaseException:
        _skip()
        raise


def _decode_received(value: "Any") -> "Any":
    try:
        return decode(value)
    finally:
        _skip()


def _skip() -> None:
    """Skip what is left of a message, as the heap has no room for it: the dock waits until all of it is read."""
    while _unread:
        _fill(_skipped, min(_unread, len(_skipped)))


def ask(kind: "str", target: "list[Any]", args: "tuple[Any, ...]", kwargs: "dict[str, Any]") -> "Any":
    """Have the dock do something; return what it gives, or raise what it raises."""
    blobs: "list[Any]" = []
    numbers: "list[int]" = []
    _send([kind, target, encode(args, blobs, numbers), encode(kwargs, blobs, numbers)], blobs)
    message = _receive()
    if message is None:
        raise DockStopped
    reply, rest = message[0], message[1:]
    if reply == "value":
        return _decode_received(rest[0])
    for number in numbers:
        del _callbacks[number]
    raise _error(*rest)


def _error(kinds: "list[Any]", args: "Any", attributes: "Any") -> "Any":
    """The exception that the dock raised; the first of its classes that there is here."""
    made: "Any" = None
    for kind in kinds:
        made = decode(kind) if isinstance(kind, list) else _ERRORS.get(kind) or getattr(builtins, kind, None)
        if made is not None:
            break
    arguments, values = _decode_received(["tuple", [args, attributes]])
    error = made(*arguments)
    for name, value in values.items():
        setattr(error, name, value)
    return error


def _tell_error(error: "BaseException") -> None:
    file = StringIO()
    sys.print_exception(error, file)  # type: ignore[attr-defined]
    here = '  File "' + __file__ + '"'
    lines = [line for line in file.getvalue().split("\n") if not line.startswith(here)]
    kinds: "list[str]" = []
    kind = type(error)
    while kind is not object and kind.__bases__:
        kinds.append(getattr(kind, "_class", kind.__name__))
        kind = kind.__bases__[0]
    blobs: "list[Any]" = []
    _send(["raised", kinds, encode(error.args, blobs, []), _text(error), "\n".join(lines)], blobs)


def _text(error: "BaseException") -> "str":
    try:
        return str(error)
    except Exception:
        return ""


def _turn(message: "list[Any]", main: "dict[str, Any]") -> None:
    """Have the app called, once."""
    if message[0] == "run":
        builtins.execfile(message[1], main)  # type: ignore[attr-defined]
        return
    _, number, once, args = message
    arguments = _decode_received(args)
    function = _callbacks.pop(number) if once else _callbacks[number]
    function(*arguments)


def _main() -> None:
    _, path, folder, package, modules = _receive()
    sys.path[:] = [sys.argv[3], folder]
    sys.argv[:] = [path]
    home = _new_module("dl7450")  # what its `datetime` and `hmac` import from, which run here
    home.__path__ = package
    for name, contents in modules:
        module = _new_module(name)
        for attribute, value in contents:
            setattr(module, attribute, decode(value))
    for name in ("binascii", "hashlib", "time"):
        sys.modules["dl7450." + name] = __import__(name)
        setattr(home, name, __import__(name))
    main = {"__name__": "__main__", "__file__": path}
    _send(["returned"])
    while True:
        reserve = _reserved()
        message = None
        try:
            message = _receive()
            if message is None:
                return
            _turn(message, main)
        except BaseException as error:
            del message, reserve
            gc.collect()
            _tell_error(error)
        else:
            _send(["returned"])


def _reserved() -> "bytearray | None":
    try:
        return bytearray(RESERVE)
    except MemoryError:  # the app fills the heap, and may give some of it back
        return None


_main()
