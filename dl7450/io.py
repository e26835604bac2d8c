"""Streams in memory (dock SDK, `io`: MicroPython's, not CPython's).

Both kinds keep bytes and take bytes and str alike; they differ in what they give. Positions are counted in bytes. No
files are documented: `open` is the `open` that the app has.
"""

import builtins as _builtins
import errno as _errno
import os as _os
from collections.abc import Iterator as _Iterator
from typing import IO as _IO
from typing import Any as _Any
from typing import Generic as _Generic
from typing import Self as _Self
from typing import TypeVar as _TypeVar

from ._buffers import bytes_of as _bytes_of

__all__ = ["BytesIO", "StringIO", "open"]

_T = _TypeVar("_T", str, bytes)


def open(name: str, /, mode: str = "r", **kwargs: _Any) -> _IO[_Any]:  # noqa: A001  the dock's name
    """Open a file, as the built-in `open` does."""
    return _builtins.open(name, mode, **kwargs)  # noqa: PTH123  the app's own choice


class _Stream(_Generic[_T]):
    def __init__(self, initial: object = b"", /, **kwargs: object) -> None:
        self._closed = False
        self._at = 0
        self._bytes = bytearray()
        if isinstance(initial, bool) or not isinstance(initial, int):
            self._bytes += _bytes_of(initial)
        elif initial < 0:
            raise MemoryError("cannot set a negative number of bytes aside")

    def _value(self, data: bytes) -> _T:
        raise NotImplementedError

    def _end(self, size: int) -> int:
        """Where so many items end."""
        raise NotImplementedError

    def read(self, size: int = -1, /) -> _T:
        """Up to `size` bytes or characters; all that follow for -1.

        Raises:
            ValueError: the stream is closed. So for all that reads or writes.
        """
        self._check_open()
        return self._take(len(self._bytes) if size == -1 else self._end(size))

    def readinto(self, buffer: bytearray | memoryview, size: int = -1, /) -> int:
        """Fill a buffer, or its first `size` bytes; how many were read is returned."""
        self._check_open()
        room = memoryview(buffer).cast("B")
        data = self._bytes[self._at : self._at + (len(room) if size < 0 else min(size, len(room)))]
        room[: len(data)] = data
        self._at += len(data)
        return len(data)

    def readline(self, size: int = -1, /) -> _T:
        """The rest of the line, with the line feed that ends it; at most `size` bytes (of text, too: MicroPython)."""
        self._check_open()
        end = self._bytes.find(b"\n", self._at) + 1 or len(self._bytes)
        return self._take(end if size < 0 else min(end, self._at + size))

    def readlines(self) -> list[_T]:
        """The lines that follow."""
        return [*self]

    def write(self, data: object, offset: int | None = None, size: int | None = None, /) -> int:
        """Write all bytes of a buffer or a str; how many were written is returned.

        With two arguments the second is how many to write, with three the second is where to begin (MicroPython).
        """
        self._check_open()
        given = _bytes_of(data)
        first, most = (0, offset) if size is None else (offset or 0, size)
        given = given[first:] if most is None or most < 0 else given[first : first + most]
        self._bytes += bytes(max(self._at - len(self._bytes), 0))
        self._bytes[self._at : self._at + len(given)] = given
        self._at += len(given)
        return len(given)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a byte, counted from the start, from here (1) or from the end (2); it is returned.

        Raises:
            OSError: EINVAL, before the start.
        """
        to = offset + (0, self._at, len(self._bytes))[whence]
        if to < 0:
            raise OSError(_errno.EINVAL, _os.strerror(_errno.EINVAL))
        self._at = to
        return to

    def tell(self) -> int:
        """How many bytes from the start."""
        return self._at

    def flush(self) -> None:
        """Nothing: all is in memory."""

    def close(self) -> None:
        """Give the memory back."""
        self._closed = True
        self._bytes, self._at = bytearray(), 0

    def getvalue(self) -> _T:
        """All of it, wherever the stream is."""
        self._check_open()
        return self._value(bytes(self._bytes))

    def __enter__(self) -> _Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __iter__(self) -> _Iterator[_T]:
        return iter(self.readline, self._value(b""))

    def _take(self, end: int) -> _T:
        data = bytes(self._bytes[self._at : end])
        value = self._value(data)
        self._at += len(data)
        return value

    def _check_open(self) -> None:
        if self._closed:
            raise ValueError("I/O operation on closed file")


class BytesIO(_Stream[bytes]):
    """A stream of bytes.

    Parameters:
        initial: a buffer or a str, or an int: an empty stream for which so many bytes are set aside.
    """

    def _value(self, data: bytes) -> bytes:
        return data

    def _end(self, size: int) -> int:
        return self._at + size


class StringIO(_Stream[str]):
    """A stream of text, kept as UTF-8; the parameter is that of `BytesIO`."""

    def _value(self, data: bytes) -> str:
        return data.decode("utf-8", "surrogatepass")

    def _end(self, size: int) -> int:
        end = self._at
        for _ in range(size):
            end += 1
            while end < len(self._bytes) and self._bytes[end] & 0xC0 == 0x80:
                end += 1
            if end >= len(self._bytes):
                break
        return end
