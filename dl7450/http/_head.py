"""`Head`: the status line and headers of an answer, collected until they are whole (pure).

libcurl judges a head as a whole: it sees from the first bytes that a server does not speak HTTP, bounds the size of
all headers together, and takes the lines that came for all of them when the connection ends in between. So the
parser gets a head in one piece, and nothing of what cannot be one. What is in it is the parser's business.
"""

from __future__ import annotations

import re

LINE_MAX = 100 * 1024  # bytes; as libcurl
HEAD_MAX = 300 * 1024  # bytes, all interim answers included; libcurl's MAX_HTTP_RESP_HEADER_SIZE
HEADERS_MAX = 5000  # lines, the same; libcurl's MAX_HTTP_RESP_HEADER_COUNT

_END = re.compile(rb"\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] [1-9][0-9]{2}(?![0-9])", re.IGNORECASE)
_INTERIM = re.compile(rb"HTTP/1\.[01] 1(?!01)", re.IGNORECASE)  # 101 is a final answer: no other follows it
_LATER_VERSION = re.compile(rb"HTTP/[23][ .]")


class Head:
    """What has come of an answer's head; interim answers (1xx) in front of it belong to it.

    Attributes:
        complete: it has come to its blank line; something of the body may have come, too.
        taken: it was handed on to the parser.
        too_large: it is larger than libcurl takes.
    """

    __slots__ = ("_begin", "_data", "_headers", "_line", "_searched", "complete", "taken", "too_large")

    def __init__(self) -> None:
        self.complete = self.taken = self.too_large = False
        self._data = bytearray()
        self._begin = 0  # of the final answer, as far as is known
        self._searched = 0  # where the search for the blank line goes on
        self._line = 0  # where the last line begins whose length was not measured
        self._headers = -1  # lines that were measured, without status lines and blank lines

    def feed(self, data: bytes | bytearray) -> None:
        """Add what was received, until the head is complete."""
        self._data += data
        size = len(self._data)
        while not self.complete and (end := _END.search(self._data, self._searched)):
            if _INTERIM.match(self._data, self._begin):
                self._begin = self._searched = end.end()
            else:
                self.complete, size = True, end.end()
        self._searched = max(self._searched, size - 2)
        if size > HEADERS_MAX:  # else there cannot be too many lines, and none can be too long
            self._measure(size)

    def take(self) -> bytes:
        """Everything that was fed."""
        self.taken = True
        return bytes(self._data)

    def take_cut_off(self) -> bytes:
        """The head when no more will come: the whole lines count as all of it. Empty when there is no status line."""
        if not self.has_status_line:
            return b""
        del self._data[self._data.rfind(b"\n") + 1 :]
        self._data += b"\r\n"
        return self.take()

    @property
    def settled(self) -> bool:
        """Nothing more is needed to hand it on or to refuse it."""
        return self.complete or self.too_large or not self.is_http

    @property
    def is_http(self) -> bool:
        """It begins, or may yet begin, with a status line of HTTP/1."""
        if self._has_line:
            return _STATUS_LINE.match(self._data, self._begin) is not None
        return self.begins_as_http

    @property
    def begins_as_http(self) -> bool:
        """It begins with HTTP's name, as far as it has come."""
        return b"HTTP/".startswith(self._data[self._begin : self._begin + 5].upper())

    @property
    def is_later_http(self) -> bool:
        """It begins with a status line of an HTTP version that was not asked for."""
        return _LATER_VERSION.match(self._data, self._begin) is not None

    @property
    def is_empty(self) -> bool:
        """Not one line has come, of an interim answer either."""
        return b"\n" not in self._data

    @property
    def has_status_line(self) -> bool:
        """The status line of the final answer has come."""
        return self._has_line and not _INTERIM.match(self._data, self._begin)

    @property
    def _has_line(self) -> bool:
        return self._data.find(b"\n", self._begin) >= 0

    def _measure(self, size: int) -> None:
        self.too_large = size > HEAD_MAX
        while not self.too_large and (end := self._data.find(b"\n", self._line, size)) >= 0:
            is_blank = self._data.startswith((b"\r\n", b"\n"), self._line)
            self._headers += -1 if is_blank else 1  # a blank line takes its status line along
            self.too_large = end - self._line > LINE_MAX or self._headers > HEADERS_MAX
            self._line = end + 1
        self.too_large = self.too_large or size - self._line > LINE_MAX
