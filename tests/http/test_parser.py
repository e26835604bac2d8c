"""`Http1`: however an answer arrives, it is read the same, early, and with work in proportion to it.

What libcurl makes of the same bytes is asked in tests/conformance.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dl7450.http import _incoming
from dl7450.http._curl import Failure
from dl7450.http._incoming import AnswerError
from dl7450.http._parser import (
    CHUNK_LINE_MAX,
    HEAD_MAX,
    HEADERS_MAX,
    LINE_MAX,
    STEPS_AT_ONCE,
    TRAILER_MAX,
    AnswerHead,
    Http1,
)
from dl7450.http._request_bytes import request_bytes
from tests.conformance._scenario import LAST_CHUNK, chunk, chunked, ok, raw, raw_200
from tests.http.differential import differences

HOST = [(b"Host", b"dock.example")]
INTERIM = raw(b"HTTP/1.1 103 Early Hints", b"X-A: b")
END = b""  # what is received when the connection ends


def asked(method: str = "GET") -> Http1:
    parser = Http1()
    parser.request(method, b"/", HOST, b"")
    return parser


def answered(pieces: Iterable[bytes], method: str = "GET") -> tuple[AnswerHead, bytes, bool]:
    """Head, body, and whether another request may follow; only as many pieces are received as are needed."""
    parser, rest = asked(method), iter(pieces)
    while (head := parser.head()) is None:
        if not parser.paused:
            parser.receive(next(rest))
    body = b""
    while not parser.done:
        part = parser.body()
        body += part or b""
        if part is None and not parser.paused and not parser.done:
            parser.receive(next(rest))
    return head, body, parser.reusable


def failure(pieces: Iterable[bytes]) -> Failure | None:
    """Why these are no answer; None if they are one, or may become one."""
    try:
        answered(pieces)
    except AnswerError as error:
        return error.failure
    except StopIteration:
        pass
    return None


# Requests


def test_a_request_is_its_headers_in_order_with_the_host_first_and_a_length() -> None:
    sent = request_bytes("POST", b"/a?b", [(b"X-B", b"1"), (b"Host", b"h"), (b"x-a", b"2")], b"body")
    assert sent == b"POST /a?b HTTP/1.1\r\nHost: h\r\nX-B: 1\r\nx-a: 2\r\nContent-Length: 4\r\n\r\nbody"


@pytest.mark.parametrize(
    ("headers", "rest"),
    [
        ([(b"content-length", b"4")], b"content-length: 4\r\n\r\nbody"),
        ([(b"Transfer-Encoding", b"Chunked")], b"Transfer-Encoding: Chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"),
        ([(b"Transfer-Encoding", b"gzip")], b"Transfer-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbody"),
        (
            [(b"Transfer-Encoding", b"chunked"), (b"Transfer-Encoding", b"")],
            b"Transfer-Encoding: chunked\r\nTransfer-Encoding: \r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        ),
        ([(b"host", b"second")], b"Content-Length: 4\r\n\r\nbody"),
    ],
    ids=["length-given", "chunked", "other-coding", "chunked-then-none", "second-host"],
)
def test_a_body_is_framed_as_the_headers_say(headers: list[tuple[bytes, bytes]], rest: bytes) -> None:
    assert request_bytes("PUT", b"/", HOST + headers, b"body") == b"PUT / HTTP/1.1\r\nHost: dock.example\r\n" + rest


def test_a_chunked_request_without_a_body_is_the_last_chunk() -> None:
    sent = request_bytes("PUT", b"/", [*HOST, (b"Transfer-Encoding", b"chunked")], b"")
    assert sent.endswith(b"chunked\r\n\r\n0\r\n\r\n")


# Answers


LENGTH_2 = (b"Content-Length", b"2")
LENGTH_0 = (b"Content-Length", b"0")
CHUNKED = (b"Transfer-Encoding", b"chunked")
CHUNKS = (chunk(b"hello"), b"00A;x\nworld, and\r\r\n", b"0\r\nX: y\r\n\r\n")


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("pieces", "status", "headers", "body", "reusable"),
    [
        ([ok(b"hi", b"X: y")], 200, [LENGTH_2, (b"X", b"y")], b"hi", True),
        ([INTERIM * 3 + ok(b"")], 200, [LENGTH_0], b"", True),
        ([chunked(*CHUNKS)], 200, [CHUNKED], b"helloworld, and", True),
        ([raw_200(body=b"until"), END], 200, [], b"until", False),
        ([b"http/1.1\t404\nX :\ty \n\n", END], 404, [(b"X", b"y")], b"", False),
        ([raw(b"HTTP/1.1 101 Switching", body=b"x"), END], 101, [], b"x", False),
        ([raw_200(b"X: a ", b"\t b", b" ", b" c ", body=b""), END], 200, [(b"X", b"a b c")], b"", False),
        ([raw_200(b" X: a", b"Content-Length: 0", body=b"")], 200, [(b"X", b"a"), LENGTH_0], b"", True),
        ([b"HTTP/1.1 204 No\r\nX: y\r\nZ", END], 204, [(b"X", b"y")], b"", False),
        ([b"HTTP/1.1 204 No\r\nX: y\r\n z", END], 204, [(b"X", b"y")], b"", False),
    ],
    ids=[
        "length",
        "interim",
        "chunks",
        "until-the-end",
        "loosely",
        "101",
        "folded",
        "indented",
        "cut-off",
        "cut-off-fold",
    ],
)
def test_how_an_answer_arrives_does_not_matter(
    pieces: list[bytes], status: int, headers: list[tuple[bytes, bytes]], body: bytes, reusable: bool, size: int
) -> None:
    parts = [piece[start : start + size] for piece in pieces for start in range(0, max(len(piece), 1), size)]
    assert answered(parts) == (AnswerHead(status, b"1.1", headers), body, reusable)


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("data", "reusable"),
    [(ok(b"hello"), True), (ok(b"hello") + b"more", False), (chunked(*CHUNKS), True), (chunked(*CHUNKS) + b"!", False)],
    ids=["length", "more", "chunks", "more than chunks"],
)
def test_bytes_of_a_body_may_pass_by_the_parser(data: bytes, reusable: bool, size: int) -> None:
    parser, body = asked(), b""
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    parser.receive(pieces.pop(0))
    while parser.head() is None:
        parser.receive(pieces.pop(0))
    while not parser.done:
        if part := parser.body():
            body += part
        elif not parser.done:
            piece = pieces.pop(0)
            if passed := min(len(piece), parser.to_come):
                body += piece[:passed]
                parser.passed_by(passed)
            if len(piece) > passed:
                parser.receive(piece[passed:])
    expected = b"helloworld, and" if CHUNKED in answered([data])[0].headers else b"hello"
    assert (body, parser.reusable and not pieces) == (expected, reusable)


def test_a_connection_on_which_more_than_the_answer_came_is_not_used_again() -> None:
    assert answered([ok(b"hi") + b"m"]) == (AnswerHead(200, b"1.1", [LENGTH_2]), b"hi", False)
    assert answered([chunked(*CHUNKS) + b"m"])[2] is False


def test_a_line_feed_alone_ends_the_head_whatever_the_last_byte_is_that_came_with_it() -> None:
    assert answered([b"HTTP/1.1 200 OK\n", b"\nbod\r", END])[1:] == (b"bod\r", False)


def test_no_request_follows_while_a_part_of_the_answer_is_still_to_come() -> None:
    parser = asked()
    parser.receive(ok(b"hello")[:-5])
    assert (parser.head() is not None, parser.body(), parser.reusable) == (True, None, False)
    parser.receive(b"hello")
    assert (parser.body(), parser.reusable) == (b"hello", True)


def test_an_answer_to_head_has_no_body() -> None:
    assert answered([ok(b"hello")[:-5]], "HEAD")[1:] == (b"", True)


@pytest.mark.parametrize(
    ("header", "reusable"),
    [
        ((b"connection", b"Upgrade, Close"), False),
        ((b"Connection", b"keep-alive"), True),
        ((b"X-Connection", b"close"), True),
    ],
)
def test_a_request_that_asks_for_the_end_of_the_connection_is_its_last(
    header: tuple[bytes, bytes], reusable: bool
) -> None:
    parser = Http1()
    parser.request("GET", b"/", [*HOST, header], b"")
    parser.receive(ok())
    head = parser.head()
    assert (head is not None, parser.body(), parser.reusable) == (True, b"hello", reusable)


def test_one_request_follows_another() -> None:
    parser = Http1()
    for body in (b"one", b"two"):
        parser.request("GET", b"/", HOST, b"")
        parser.receive(ok(body))
        assert parser.head() is not None
        assert (parser.body(), parser.done, parser.reusable) == (body, True, True)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x15", Failure.NOT_HTTP),
        (b"HTTPS", Failure.NOT_HTTP),
        (b"HTTP/1.1 20\r\n", Failure.NOT_HTTP),
        (b"HTTP/1.1 2000 OK\r\n", Failure.NOT_HTTP),
        (b"\n", Failure.NOT_HTTP),
        (b"HTTP\n", Failure.NOT_HTTP),
        (b"HTTP/2 200\n", Failure.WEIRD_STATUS_LINE),
        (INTERIM + b"what", Failure.WEIRD_STATUS_LINE),
        (b"HTTP/1.1 200 OK\r\nX: y\0\r\n\r\n", Failure.BAD_HEADER),
        (b"HTTP/1.1 200 OK\r\nX: y\rz\r\n\r\n", Failure.BAD_HEADER),
        (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", Failure.BAD_HEADER),
        (raw_200(b"Content-Length: 5", b"Content-Length: 6"), Failure.BAD_HEADER),
        (raw_200(b"Content-Length: 9223372036854775808"), Failure.TOO_LARGE),
        (raw_200(b"Content-Length: " + b"9" * 5000), Failure.TOO_LARGE),  # more digits than Python makes an int of
        (raw_200(b"Transfer-Encoding: gzip, chunked"), Failure.TRANSFER_CODING),
        (chunked(b"zz\r\n"), Failure.BAD_CHUNK),
        (chunked(b"1\r\nzz"), Failure.BAD_CHUNK),
        (chunked(b"1\r\nz\rz\r\n"), Failure.BAD_CHUNK),
        (chunked(b"0\r\nX: y\0\r\n"), Failure.BAD_HEADER),
        (chunked(b"0\r\nX: y\rz\r\n"), Failure.BAD_CHUNK),
        (chunked(b"0\r\nno colon\r\n"), Failure.BAD_HEADER),
    ],
)
def test_what_is_no_answer_is_refused_at_once(data: bytes, why: Failure) -> None:
    assert failure([data]) is why


@pytest.mark.parametrize(
    "data", [b"", b"H", ok(b"")[:-1], INTERIM + b"HTTP/1.1 2", ok(b"hello")[:-1], chunked(b"0\r\n\r")]
)
def test_what_may_become_an_answer_is_none_only_when_the_connection_ends(data: bytes) -> None:
    assert failure([data] if data else []) is None
    if data != ok(b"")[:-1]:  # of which every line has come
        assert failure([*([data] if data else []), END]) is Failure.FIN


@pytest.mark.parametrize(
    ("data", "line_received", "begun"),
    [
        (b"HTTP/1.1 200", False, False),
        (INTERIM[:30], True, False),
        (INTERIM, True, False),
        (INTERIM + b"HTTP/1.1 200 OK\r\n", True, True),
    ],
)
def test_how_much_of_an_answer_came_is_known(data: bytes, line_received: bool, begun: bool) -> None:
    parser = asked()
    parser.receive(data)
    assert parser.head() is None
    assert (parser.line_received, parser.begun) == (line_received, begun)


def test_the_longest_length_is_one() -> None:
    parser = asked()
    parser.receive(raw_200(b"Content-Length: 9223372036854775807"))
    assert parser.head() is not None


def test_an_interim_answer_is_one_up_to_199() -> None:
    assert answered([raw(b"HTTP/1.1 199 X"), ok(b"hello")])[1] == b"hello"


def test_the_end_of_the_connection_does_not_end_an_answer_that_is_still_being_read() -> None:
    parser = asked()
    parser.receive(chunked(b"0\r\n" + b"X:\r\n" * 2 * STEPS_AT_ONCE + b"\r\n"))
    parser.receive(END)
    assert parser.head() is not None
    assert (parser.body(), parser.paused, parser.done) == (None, True, False)
    while parser.paused:
        assert parser.body() is None
    assert parser.done


# Bounds


def test_the_bounds_are_libcurls() -> None:
    assert (LINE_MAX, HEAD_MAX, HEADERS_MAX, TRAILER_MAX, CHUNK_LINE_MAX) == (102_400, 307_200, 5000, 4096, 16_384)


START = b"HTTP/1.1 200 OK\r\n"
LINE = b"X-A: " + b"v" * (LINE_MAX - len(b"X-A: \r\n") - 1)


@pytest.mark.parametrize(
    ("pieces", "too_large"),
    [
        ([START, LINE + b"\r\n\r\n"], False),
        ([START, LINE + b"v\r\n\r\n"], True),
        ([START, LINE, b"vvv"], True),
        ([START, LINE + b"\r\n xxx\r\n\r\n"], True),
        ([START, b"X:\r\n", b" x\r\n" * (LINE_MAX // 2)], True),
        ([START, *[LINE + b"\r\n"] * 2, b"\r\n"], False),
        ([START, *[LINE + b"\r\n"] * 3], True),
        ([INTERIM * (HEAD_MAX // len(INTERIM)), INTERIM], True),
        ([START, b"\r\n", b"b" * HEAD_MAX], False),
        ([START, b"X:\r\n" * HEADERS_MAX, b"\r\n"], False),
        ([START, b"X:\r\n" * (HEADERS_MAX + 1), b"\r\n"], True),
        ([START, b"X:\n \n" * HEADERS_MAX, b"\r\n"], False),
        ([raw(b"HTTP/1.1 100 C", b"X:") * HEADERS_MAX, START + b"\r\n"], False),
        ([raw(b"HTTP/1.1 100 C", b"X:") * HEADERS_MAX, ok()], True),
        ([chunked(b"1;" + b"x" * (CHUNK_LINE_MAX - 5) + b"\r\n")], False),
        ([chunked(b"1;" + b"x" * CHUNK_LINE_MAX)], True),
        ([chunked(b"1\r\nz" + b"\r" * CHUNK_LINE_MAX)], True),
        ([chunked(b"0\r\nX:" + b"x" * (TRAILER_MAX - 5) + b"\r\n")], False),
        ([chunked(b"0\r\nX:" + b"x" * TRAILER_MAX)], True),
        ([chunked(b"0\r\n" + b"X:\r\n" * HEADERS_MAX)], True),
        ([chunked(b"0\r\n" + (b"X:" + b"x" * 4000 + b"\r\n") * 77)], True),
    ],
)
def test_every_part_of_an_answer_but_its_body_has_a_bound(pieces: list[bytes], too_large: bool) -> None:
    assert (failure(pieces) is Failure.HEAD_TOO_LARGE) == too_large


# Work


class Work:
    """Counts the bytes of what has come that are searched, copied or moved."""

    def __init__(self) -> None:
        self.bytes = 0

    def searched(self, size: int, arguments: tuple[Any, ...], found: int) -> int:
        self.bytes += (size if found < 0 else found) - arguments[1]
        return found

    def copied(self, index: Any, size: int) -> Any:
        self.bytes += len(range(*index.indices(size))) if isinstance(index, slice) else 1
        return index


def counted_by(work: Work) -> tuple[type[bytes], type[bytearray]]:
    """What stands in for the two types in which `Incoming` has them."""

    class Received(bytes):
        def find(self, *arguments: Any) -> int:
            return work.searched(len(self), arguments, super().find(*arguments))

        def __getitem__(self, index: Any) -> Any:
            return super().__getitem__(work.copied(index, len(self)))

    class Buffer(bytearray):
        def __init__(self, start: bytes) -> None:
            work.bytes += len(start)
            super().__init__(start)

        def find(self, *arguments: Any) -> int:
            return work.searched(len(self), arguments, super().find(*arguments))

        def __getitem__(self, index: Any) -> Any:
            return super().__getitem__(work.copied(index, len(self)))

        def __iadd__(self, other: Any) -> Any:  # type: ignore[misc]
            work.bytes += len(other)
            return super().__iadd__(other)

    return Received, Buffer


BIG = 200_000
HOSTILE = {
    "blanks and a NUL": START + b"X:" + b" " * (LINE_MAX - 100) + b"\0\r\n\r\n",
    "blanks": START + (b"X:" + b" " * (LINE_MAX - 100) + b"y\r\n") * 2 + b"\r\n",
    "blanks in a trailer": chunked(b"0\r\n" + (b"X:" + b" " * (TRAILER_MAX - 100) + b"y\r\n") * 60 + b"\r\n"),
    "short headers": START + b"X:\r\n" * HEADERS_MAX + b"\r\n",
    "folds": START + b"X:\n" + b" x\n" * (LINE_MAX // 3),
    "empty folds": START + b"X:\n" + b" \n" * (HEAD_MAX // 2),
    "interim answers": raw(b"HTTP/1.1 100 C", b"X:") * (HEADERS_MAX + 1),
    "lengths": START + b"Content-Length: " + b"5," * (LINE_MAX // 2 - 100) + b"5\r\n\r\nhello",
    "long lengths": START + b"Content-Length: " + b",".join(b"%0*d" % (n, 5) for n in range(1, 400)) + b"\r\n\r\nhello",
    "codings": START + b"Transfer-Encoding: " + b"chunked," * (LINE_MAX // 8 - 100) + b"\r\n\r\n0\r\n\r\n",
    "commas": (START + b"Connection: " + b"," * (LINE_MAX - 100) + b"\r\n\r\n"),
    "small chunks": chunked(b"1\r\nz\r\n" * (BIG // 6), LAST_CHUNK),
    "extensions": chunked((b"1;" + b"x" * (CHUNK_LINE_MAX - 10) + b"\nz\n") * 100, LAST_CHUNK),
    "zeros": chunked(b"0" * (CHUNK_LINE_MAX - 10) + b"1\r\nz\r\n", LAST_CHUNK),
    "CRs behind a chunk": chunked((b"1\r\nz" + b"\r" * (CHUNK_LINE_MAX - 10) + b"\n") * 20, LAST_CHUNK),
    "line feeds in a body": ok(b"\n" * BIG),
    "no line feed": b"HTTP/1.1 200 " + b"x" * (LINE_MAX - 100),
}  # fmt: skip


@pytest.mark.parametrize("size", [100, 65536])
@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_work_is_in_proportion_to_what_came_and_ends_often(
    data: bytes, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work()
    received, buffer = counted_by(work)
    monkeypatch.setattr(_incoming, "bytearray", buffer, raising=False)
    parser = asked()
    position = longest = 0
    headed = False
    with suppress(AnswerError):
        while position < len(data) and not parser.done:
            steps = parser.steps
            headed = (parser.body() if headed else parser.head()) is not None or headed
            longest = max(longest, parser.steps - steps)
            if not parser.paused:
                parser.receive(received(data[position : position + size]))
                position += size
    assert work.bytes <= 4 * len(data) + size
    assert parser.steps <= len(data)
    assert longest <= STEPS_AT_ONCE + LINE_MAX // 256


@given(st.binary(max_size=60), st.sampled_from([START, chunked(), ok()[:-5], b"", INTERIM]), st.integers(1, 9))
def test_any_bytes_are_read_the_same_in_pieces(data: bytes, start: bytes, size: int) -> None:
    whole = start + data
    pieces = [whole[index : index + size] for index in range(0, len(whole), size)]
    assert failure([*pieces, END]) is failure([*([whole] if whole else []), END])


def test_it_differs_from_h11_only_where_libcurl_does() -> None:
    explained, unexplained = differences(seed=1, count=2500)
    assert unexplained == []
    assert explained["the same"] > 1500
