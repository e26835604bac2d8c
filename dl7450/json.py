"""JSON (dock SDK, `json`: MicroPython's, not CPython's).

Compared with CPython's: `loads` takes any buffer, is lenient about commas and colons, and refuses NaN; `dumps` writes
what is not ASCII as it is, bytes as text, and whatever JSON does not have by its repr. Of the options only
`separators` is there.
"""

import io as _io
import re as _re
from typing import Any as _Any

from ._buffers import bytes_of as _bytes_of
from .io import BytesIO as _BytesIO
from .io import StringIO as _StringIO

__all__ = ["dump", "dumps", "load", "loads"]

_BLANKS = _re.compile(rb"[ \t\n\r,:]+")
_SCALAR = _re.compile(
    rb"""
    "( (?: [^"\\]++ | \\u.{4} | \\[^u] )*+ )" # a string: an escaped quote does not end it
    | ( [-0-9] [-+.0-9eE]* )
    | (null|true|false)
    """,
    _re.DOTALL | _re.VERBOSE,
)
_ESCAPE = _re.compile(rb"\\(?:u(.{4})|(.))", _re.DOTALL)
_ESCAPED = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_INTEGER = frozenset(b"-+0123456789")
_WORDS = {b"null": None, b"true": True, b"false": False}
_WRITTEN = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_WRITTEN_CHARACTERS = str.maketrans({**{chr(code): f"\\u{code:04x}" for code in range(32)}, **_WRITTEN})


def loads(str: object, /) -> _Any:
    """The value of a JSON text.

    Parameters:
        str: a str, bytes or any other buffer, in UTF-8.

    Raises:
        TypeError: it is neither a str nor a buffer.
        ValueError: it is not JSON. Commas and colons too many or too few are no fault (MicroPython).
    """
    return _parse(_bytes_of(str))


def load(stream: _Any, /) -> _Any:
    """The value of the JSON text in a stream: see `loads`.

    Raises:
        OSError: it is not a stream.
    """
    return loads(_stream(stream).read())


def dumps(obj: object, /, *, separators: tuple[str, str] | None = None) -> str:
    """A value as a JSON text.

    Parameters:
        obj: the value. Keys of dicts may be anything.
        separators: what stands between items, and between a key and its value; `(", ", ": ")` by default.

    Raises:
        TypeError, ValueError: `separators` is not a tuple or a list of two.
    """
    if separators is not None and not isinstance(separators, tuple | list):
        raise TypeError(f"separators must be a tuple of two, not {type(separators).__name__}")
    item, key = (", ", ": ") if separators is None else separators
    return _text(obj, item, key)


def dump(obj: object, stream: _Any, /, *, separators: tuple[str, str] | None = None) -> None:
    """Write a value as a JSON text to a stream: see `dumps`.

    Raises:
        OSError: it is not a stream.
    """
    _stream(stream).write(dumps(obj, separators=separators))


def _stream(stream: _Any) -> _Any:
    if not isinstance(stream, _StringIO | _BytesIO | _io.IOBase):
        raise OSError(f"{type(stream).__name__} is not a stream: use loads() and dumps() for text")
    return stream


def _text(obj: object, item: str, key: str) -> str:
    if obj is None or isinstance(obj, bool):
        return {None: "null", True: "true", False: "false"}[obj]
    if isinstance(obj, str):
        return f'"{obj.translate(_WRITTEN_CHARACTERS)}"'
    if isinstance(obj, bytes):
        return _text(obj.decode("utf-8", "surrogateescape"), item, key)
    if isinstance(obj, dict):
        return "{" + item.join(_name(k, item, key) + key + _text(value, item, key) for k, value in obj.items()) + "}"
    if isinstance(obj, BaseException):
        return _text(obj.args, item, key)
    if isinstance(obj, list | tuple):
        return "[" + item.join(_text(value, item, key) for value in obj) + "]"
    return repr(obj)  # numbers, too: infinity is `inf`


def _name(name: object, item: str, key: str) -> str:
    text = _text(name, item, key)
    return text if isinstance(name, str | bytes) else f'"{text}"'


def _parse(data: bytes) -> _Any:
    """MicroPython's way through a JSON text: commas and colons count as blanks, and either bracket closes both."""
    data = data.partition(b"\0")[0]  # where a text ends for MicroPython
    at = 0
    open_: list[list[_Any] | dict[_Any, _Any]] = []  # the innermost last
    keys: list[_Any] = []  # the key that has no value yet; of whichever dict: an inner one may leave it to an outer one
    while True:
        if blanks := _BLANKS.match(data, at):
            at = blanks.end()
        byte = data[at : at + 1]
        if open_ and byte in (b"]", b"}"):
            at += 1
            value: _Any = open_.pop()
            if not open_:
                break
            continue
        if enters := byte in (b"[", b"{"):
            at += 1
            value = [] if byte == b"[" else {}
        else:
            value, at = _scalar(data, at)
        if open_:
            into = open_[-1]
            if isinstance(into, list):
                into.append(value)
            elif keys:
                into[keys.pop()] = value
            elif enters:
                raise _not_json(data, at)
            else:
                keys.append(value)
        if enters:
            open_.append(value)
        elif not open_:
            break
    if data[at:].strip():
        raise _not_json(data, at)
    return value


def _scalar(data: bytes, at: int) -> tuple[_Any, int]:
    """The string, number or word that begins there, and where it ends."""
    found = _SCALAR.match(data, at)
    if found is None:
        raise _not_json(data, at)
    string, number, word = found.groups()
    if string is not None:
        return _ESCAPE.sub(_unescape, string).decode("utf-8", "surrogatepass"), found.end()
    if number is not None:
        return (int if set(number) <= _INTEGER else float)(number), found.end()
    return _WORDS[word], found.end()


def _unescape(escape: _re.Match[bytes]) -> bytes:
    digits, letter = escape.groups()
    if letter is not None:
        return _ESCAPED.get(letter, letter)
    code = 0
    for digit in digits:  # what is no digit makes some character (MicroPython)
        value = (digit | 0x20) - ord("0") & 0xFF
        code = code << 4 | (value if value <= 9 else value - 39 & 0xFF)
    return chr(code).encode("utf-8", "surrogatepass")


def _not_json(data: bytes, at: int) -> ValueError:
    # Without what is there: it may be the body of an answer, and the message gets into spans.
    return ValueError(f"not JSON, from byte {at} of {len(data)} on")
