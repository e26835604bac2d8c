"""`Incoming`: what has come over a connection and was not read yet, by lines and by bytes (pure).

It never searches a byte twice for the end of a line, so that a line may come byte by byte.
Work is counted in steps: a line, or 256 bytes of a long one.
"""

from __future__ import annotations

from ._curl import Failure

PLAIN_MAX = 2048  # bytes of lines that are read at once

_STEP = 256  # bytes of a line

_CR = 0x0D
_ENDS = b"\r\n"
_BLANKS = b" \t"


class AnswerError(Exception):
    """What came is not an answer, or breaks off."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.name)
        self.failure = failure


class Incoming:
    """Bytes that have come and wait to be read.

    Attributes:
        ended: nothing more will come.
        goes_on: the last line that `may_go_on` does: a blank follows it.
        line_size: bytes of the last line, with its end; of `plain_lines`, with the blank one.
        steps: how much work was done so far.
    """

    __slots__ = ("_data", "_position", "_searched", "ended", "goes_on", "line_size", "steps")

    def __init__(self) -> None:
        self._data: bytes | bytearray = b""
        self._position = 0  # what is before it has been read
        self._searched = 0  # from `_position` to here there is no line feed
        self.ended = self.goes_on = False
        self.line_size = self.steps = 0

    @property
    def unread(self) -> int:
        """How many bytes."""
        return len(self._data) - self._position

    def add(self, data: bytes) -> None:
        """Add what came; nothing is the end."""
        if not data:
            self.ended = True
        elif self._position == len(self._data):
            self._data, self._position, self._searched = data, 0, 0
        else:
            if isinstance(self._data, bytearray):
                del self._data[: self._position]
            else:
                self._data = bytearray(self._data[self._position :])
            self._searched -= self._position
            self._position = 0
            self._data += data

    def line(self, limit: int, may_go_on: bool = False) -> bytes | None:
        """The next line without its end (LF, or CRLF), None until it has come.

        Parameters:
            limit: bytes; a line of this length is an error, even before its end has come.
            may_go_on: what follows must have come, too, unless it is a blank line: it may be folded into this one.
        """
        data, start = self._data, self._position
        end = data.find(b"\n", self._searched)
        size = (len(data) if end < 0 else end + 1) - start
        if size >= limit:
            raise AnswerError(Failure.HEAD_TOO_LARGE)
        if end < 0:
            self._searched = len(data)
            return None
        if may_go_on:
            if end + 1 < len(data):
                self.goes_on = data[end + 1] in _BLANKS
            elif self.ended or data[start] in _ENDS:
                self.goes_on = False
            else:
                self._searched = end
                return None
        self._position = self._searched = end + 1
        self.line_size = size
        self.steps += 1 + size // _STEP
        line = data[start : end - 1] if size > 1 and data[end - 1] == _CR else data[start:end]
        return line if isinstance(line, bytes) else bytes(line)

    def plain_lines(self) -> list[bytes] | None:
        """All lines before the next blank one at once, which is what `line` would give one after the other.

        None, and nothing is read, if they have not all come at once, are more than `PLAIN_MAX` bytes, or not as most
        are: each ends with CRLF, none goes on in the next one, and there is neither a NUL nor another CR or LF in them.
        """
        data, start = self._data, self._position
        end = -1 if self._searched > start else data.find(b"\r\n\r\n", start, start + PLAIN_MAX)
        if end < 0:
            return None
        block = bytes(data[start:end])
        lines = block.split(b"\r\n")
        breaks = len(lines) - 1
        if block.count(b"\r") != breaks or block.count(b"\n") != breaks:
            return None
        if b"\0" in block or b"\n " in block or b"\n\t" in block:
            return None
        self._position = self._searched = end + 4
        self.line_size = end + 4 - start
        self.steps += len(lines) + self.line_size // _STEP
        return lines

    def take(self, size: int) -> bytes:
        """The next bytes, so many or as many as there are."""
        data, start = self._data, self._position
        self._position = self._searched = min(start + size, len(data))
        part = data[start : self._position]
        return part if isinstance(part, bytes) else bytes(part)

    def beginning(self, size: int) -> bytes:
        """The next bytes, which stay."""
        return bytes(self._data[self._position : self._position + size])

    def begins_with(self, beginnings: tuple[bytes, ...]) -> bool:
        """Whether the next bytes are one of these."""
        return self._data.startswith(beginnings, self._position)
