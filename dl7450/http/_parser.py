"""`Http1`: HTTP/1 as a client speaks it over one connection: a request's bytes out, the parts of its answer in (pure).

Two calls read an answer: `head` until it returns one, then `body` until `done`. `receive` adds what came. Where they
return None, either more has to be received, or they have worked long enough (`paused`) and are to be called again once
others had their turn.

An answer is lines and, between some of them, bytes that are counted. `Incoming` finds both; a state says what the next
line means. A line is passed over a fixed number of times by functions of `bytes`, and no pattern that backtracks meets
the wire, so neither time nor memory is more than proportional to what comes. A call ends after about `STEPS_AT_ONCE`.

The dock's engine is libcurl, so its rules hold where RFC 9112 is stricter:

| what comes | becomes |
|---|---|
| lines that end with LF instead of CRLF | lines |
| `http/1.1`; a tab in front of the status; any reason or none | an answer |
| a first line that is not HTTP/1.0 or 1.1 with a status of three digits | NOT_HTTP |
| no HTTP, where the server has spoken HTTP/1 before; HTTP/2 or 3 | WEIRD_STATUS_LINE |
| 1xx but for 101 | nothing but its `Connection: close`: the final answer follows |
| in a line of the head: a NUL, a CR within, no colon | BAD_HEADER |
| any other byte in a name or a value, a blank before the colon, no name | a header; blanks around are cut off |
| a folded line | a part of the header before it, after one space; a header if it is the first |
| a line that begins with CR | the blank line that ends the head |
| Content-Length: `5, 5`, or twice the same | the length |
| Content-Length: two that differ, a sign, not a number, nothing | BAD_HEADER |
| Content-Length beyond 63 bits | TOO_LARGE |
| Transfer-Encoding: `chunked`, in a list or repeated, too | chunks; no Content-Length counts |
| Transfer-Encoding: `identity` or nothing | the body ends with the connection; no Content-Length counts |
| Transfer-Encoding: anything else, or behind `chunked` | TRANSFER_CODING |
| 204, 304, the answer to HEAD | no body, whatever its headers say |
| no length, or 101 | the body ends with the connection |
| a chunk's size, zeros in front of it, anything behind it | the size |
| a size without a digit or beyond 63 bits, a chunk longer than its size | BAD_CHUNK |
| a trailer, none of which is folded | nothing; BAD_HEADER without a colon or with a NUL, BAD_CHUNK with a CR within |
| the end of the connection in the head | the end of the head, if the status line has come; else FIN |
| the end of the connection before that of the body | FIN |
| more than the answer | an answer, and the connection is not `reusable` |
"""

from __future__ import annotations

from typing import NamedTuple

from ._curl import Failure
from ._incoming import AnswerError, Incoming
from ._request_bytes import items_of, request_bytes

# libcurl's bounds in bytes, but for the line of a chunk, which it takes at any length.
LINE_MAX = 100 * 1024  # of the head; a folded header is one line
HEAD_MAX = 300 * 1024  # with interim answers and trailers
HEADERS_MAX = 5000  # the same
TRAILER_MAX = 4 * 1024  # a line
CHUNK_LINE_MAX = 16 * 1024  # a chunk's size and its extensions
LENGTH_MAX = 2**63 - 1

STEPS_AT_ONCE = 500  # see `Incoming`
PLAIN_HEADS_MAX = 8 * 1024  # bytes; behind them lines are counted one by one, as some bound may be near

_NUL, _CR = b"\0\r"
_BLANKS = b" \t"
_HEX = b"0123456789abcdefABCDEF"
_WITHOUT_BODY = (204, 304)
_FRAMING_SIZES = {len(name) for name in ("connection", "content-length", "transfer-encoding")}
_SWITCHING_PROTOCOLS = 101


class AnswerHead(NamedTuple):
    """Status line and headers of a final answer, the names as they were spelled."""

    status_code: int
    http_version: bytes  # b"1.1"
    headers: list[tuple[bytes, bytes]]


class Http1:
    """The requests of one connection, one after the other; none after an `AnswerError`.

    Attributes:
        line_received: a whole line of the answer has come, of an interim one too.
        begun: the status line of the final answer has come.
        done: the whole answer has been read.
        closes: the connection ends with this answer; known once `head` has returned it.
        paused: the last call ended to let others have their turn.
    """

    def __init__(self) -> None:
        self._incoming = Incoming()
        self._has_spoken_http = False  # the server
        self.paused = False
        self._reset("")

    def _reset(self, method: str) -> None:
        self._method = method
        self._status, self._version = 0, b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._folded: list[bytes] = []  # the lines of a header that goes on
        self._folded_size = 0
        self._head_size = self._header_count = 0  # interim answers and trailers count, too
        self._close_asked = self._keep_alive_asked = self._is_persistent = False
        self._length: int | None = None  # what Content-Length says
        self._is_coded = False
        self._is_chunked = False
        self._left: int | None = None  # of the body or of a chunk; None: until the connection ends
        self._in_chunk = self._in_trailers = False
        self.line_received = self.begun = self.done = self.closes = False

    def request(self, method: str, target: bytes, headers: list[tuple[bytes, bytes]], body: bytes) -> bytes:
        """The bytes of a request, see `request_bytes`; what is received from now on is its answer."""
        self._reset(method)
        self._close_asked = any(
            name.lower() == b"connection" and b"close" in items_of(value) for name, value in headers
        )
        return request_bytes(method, target, headers, body)

    @property
    def steps(self) -> int:
        """How much work was done so far."""
        return self._incoming.steps

    def receive(self, data: bytes) -> None:
        """Add what came; nothing is the end of the connection."""
        self._incoming.add(data)

    def head(self) -> AnswerHead | None:
        """The head of the final answer, as soon as it is there.

        Raises:
            AnswerError: there is none.
        """
        self.paused = False
        incoming = self._incoming
        enough = incoming.steps + STEPS_AT_ONCE
        while incoming.steps < enough:
            if not self._status and self._head_size < PLAIN_HEADS_MAX and (lines := incoming.plain_lines()):
                self._read_lines(lines)
                if self.begun:
                    return self._final_head()
                self._status, self._headers = 0, []  # it was an interim answer
                continue
            line = incoming.line(LINE_MAX, self._status > 0)
            if line is None:
                return self._unfinished_head()
            self.line_received = True
            self._head_size += incoming.line_size
            if self._head_size > HEAD_MAX:
                raise AnswerError(Failure.HEAD_TOO_LARGE)
            if not self._status:
                self._read_status_line(line)
            elif line and line[0] != _CR:
                self._read_header(line)
            elif self.begun:
                return self._final_head()
            else:  # of an interim answer
                self._status, self._headers = 0, []
        self.paused = True
        return None

    def body(self) -> bytes | None:
        """The next part of the body, once `head` has returned; None when there is nothing (yet).

        Raises:
            AnswerError: it does not come to its end.
        """
        self.paused = False
        if self.done:
            return None
        if self._is_chunked:
            part = self._read_chunks()
        elif self._left is None:
            part = self._incoming.take(self._incoming.unread)
            self.done = self._incoming.ended and not part
        else:
            part = self._incoming.take(self._left)
            self._left -= len(part)
            self.done = not self._left
        if self._incoming.ended and not (part or self.done or self.paused):
            raise AnswerError(Failure.FIN)
        return part or None

    @property
    def to_come(self) -> int:
        """How many of the next bytes to come are bytes of the body, as far as that is known.

        Whoever receives some of them may keep them for himself, and tells only how many, with `passed_by`.
        """
        return 0 if self._incoming.unread else self._left or 0

    def passed_by(self, count: int) -> None:
        """So many bytes of those `to_come` were received."""
        assert self._left is not None
        self._left -= count
        self.done = not (self._left or self._is_chunked)

    @property
    def reusable(self) -> bool:
        """Whether another request may follow on this connection."""
        return self.done and not (self.closes or self._incoming.ended or self._incoming.unread)

    def _count_headers(self, count: int) -> None:
        self._header_count += count
        if self._header_count > HEADERS_MAX:
            raise AnswerError(Failure.HEAD_TOO_LARGE)

    # The head

    def _unfinished_head(self) -> AnswerHead | None:
        incoming = self._incoming
        if self._head_size + incoming.unread > HEAD_MAX:
            raise AnswerError(Failure.HEAD_TOO_LARGE)
        if not self._status:
            self._check_name(incoming.beginning(5))
        if not incoming.ended:
            return None
        if not self.begun:
            raise AnswerError(Failure.FIN)
        incoming.take(incoming.unread)  # an unfinished line does not count
        if self._folded:
            incoming.goes_on = False
            self._read_header(b"")
        return self._final_head()

    def _check_name(self, name: bytes) -> None:
        """Raise if what has come so far cannot begin with `HTTP/`."""
        if not b"HTTP/".startswith(name.upper()):
            raise AnswerError(Failure.WEIRD_STATUS_LINE if self._has_spoken_http else Failure.NOT_HTTP)

    def _read_status_line(self, line: bytes) -> None:
        self._check_name((line + b"\n")[:5])
        if line[5:6] in (b"2", b"3"):
            raise AnswerError(Failure.WEIRD_STATUS_LINE)
        version, blank, status = line[5:8], line[8:9], line[9:12]
        is_status = len(status) == 3 and status.isdigit() and status >= b"100" and not line[12:13].isdigit()
        if version not in (b"1.0", b"1.1") or blank not in (b" ", b"\t") or not is_status:
            raise AnswerError(Failure.NOT_HTTP)
        if _CR in line or _NUL in line:
            raise AnswerError(Failure.BAD_HEADER)
        self._status, self._version = int(status), version
        self._is_persistent = version == b"1.1" and line.startswith(b"HTTP")  # libcurl trusts no other spelling
        self._has_spoken_http = True
        self.begun = self._status >= 200 or self._status == _SWITCHING_PROTOCOLS

    def _read_lines(self, lines: list[bytes]) -> None:
        """Read a head whose lines have all come, and are as most are."""
        self.line_received = True
        self._head_size += self._incoming.line_size
        self._read_status_line(lines[0])
        self._add_headers(lines[1:])

    def _read_header(self, line: bytes) -> None:
        if _CR in line or _NUL in line:
            raise AnswerError(Failure.BAD_HEADER)
        if self._incoming.goes_on or self._folded:
            self._fold(line)
            if self._incoming.goes_on:
                return
            line, self._folded, self._folded_size = b" ".join(self._folded), [], 0
        self._add_headers([line])

    def _add_headers(self, lines: list[bytes]) -> None:
        headers = self._headers
        for line in lines:
            name, colon, value = line.partition(b":")
            if not colon:
                raise AnswerError(Failure.BAD_HEADER)
            value = value.strip(_BLANKS)
            headers.append((name.strip(_BLANKS), value))
            if len(name) in _FRAMING_SIZES:  # cheap, and rules out most names
                self._read_framing(name.lower(), value)
        self._count_headers(len(lines))

    def _read_framing(self, name: bytes, value: bytes) -> None:
        if name == b"connection":
            asked = items_of(value)
            self._close_asked = self._close_asked or b"close" in asked
            self._keep_alive_asked = self._keep_alive_asked or b"keep-alive" in asked
        elif self._status < 200 or self._status in _WITHOUT_BODY:
            pass
        elif name == b"content-length":
            self._read_length(value)
        elif name == b"transfer-encoding" and self._method != "HEAD":
            self._read_coding(value)

    def _fold(self, line: bytes) -> None:
        self._folded_size += len(line)
        if self._folded_size >= LINE_MAX:
            raise AnswerError(Failure.HEAD_TOO_LARGE)
        if not self._folded:
            self._folded.append(line.rstrip(_BLANKS))
        elif part := line.strip(_BLANKS):
            self._folded.append(part)

    def _read_length(self, value: bytes) -> None:
        for item in dict.fromkeys(value.split(b",")):  # each value once: a line has room for 50,000
            digits = item.strip(_BLANKS)
            if not digits.isdigit():
                raise AnswerError(Failure.BAD_HEADER)
            digits = digits.lstrip(b"0") or b"0"
            length = int(digits) if len(digits) <= 19 else LENGTH_MAX + 1
            if length > LENGTH_MAX:
                raise AnswerError(Failure.TOO_LARGE)
            if self._length not in (None, length):
                raise AnswerError(Failure.BAD_HEADER)
            self._length = length

    def _read_coding(self, value: bytes) -> None:
        self._is_coded = True
        codings = [item.strip(_BLANKS) for item in dict.fromkeys(value.lower().split(b","))]
        self._is_chunked = self._is_chunked or b"chunked" in codings
        behind_chunked = codings[codings.index(b"chunked") :] if b"chunked" in codings else []
        if not {*codings} <= {b"", b"identity", b"chunked"} or b"identity" in behind_chunked:
            raise AnswerError(Failure.TRANSFER_CODING)

    def _final_head(self) -> AnswerHead:
        if self._is_chunked:
            self._left = 0
        elif self._method == "HEAD" or self._status in _WITHOUT_BODY:
            self.done = True
        elif not self._is_coded:
            self._left = self._length
            self.done = self._left == 0
        until_end = self._left is None and not self.done
        kept = self._is_persistent or self._keep_alive_asked
        self.closes = self._close_asked or until_end or not kept
        return AnswerHead(self._status, self._version, self._headers)

    # The chunks

    def _read_chunks(self) -> bytes:
        parts = []
        incoming = self._incoming
        enough = incoming.steps + STEPS_AT_ONCE
        while not self.done:
            if incoming.steps >= enough:
                self.paused = True
                break
            if self._left:
                part = incoming.take(self._left)
                parts.append(part)
                self._left -= len(part)
                if self._left:
                    break
            if self._in_chunk and not self._read_chunk_end():
                break
            if self._in_trailers:
                line = incoming.line(TRAILER_MAX)
                read = self._read_trailer
            else:
                line = incoming.line(CHUNK_LINE_MAX)
                read = self._read_chunk_size
            if line is None:
                break
            read(line)
        return b"".join(parts)

    def _read_chunk_size(self, line: bytes) -> None:
        digits = line[: len(line) - len(line.lstrip(_HEX))]
        size = digits.lstrip(b"0") or b"0"
        if not digits or len(size) > 16 or (length := int(size, 16)) > LENGTH_MAX:
            raise AnswerError(Failure.BAD_CHUNK)
        self._left = length
        self._in_chunk = length > 0
        self._in_trailers = length == 0

    def _read_chunk_end(self) -> bool:
        """Whether the line break behind a chunk has come."""
        incoming = self._incoming
        if incoming.unread and not incoming.begins_with((b"\r", b"\n")):
            raise AnswerError(Failure.BAD_CHUNK)
        line = incoming.line(CHUNK_LINE_MAX)
        if line is None:
            return False
        if line.strip(b"\r"):
            raise AnswerError(Failure.BAD_CHUNK)
        self._in_chunk = False
        return True

    def _read_trailer(self, line: bytes) -> None:
        self._head_size += self._incoming.line_size
        if self._head_size > HEAD_MAX:
            raise AnswerError(Failure.HEAD_TOO_LARGE)
        if not line:
            self.done = True
        elif _CR in line:
            raise AnswerError(Failure.BAD_CHUNK)
        elif _NUL in line or b":" not in line:
            raise AnswerError(Failure.BAD_HEADER)
        else:
            self._count_headers(1)
