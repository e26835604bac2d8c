"""Whatever bytes a server sends, a request ends in time with an answer or a libcurl code, and the next one works."""

from typing import NamedTuple

import hypothesis
import trio
from hypothesis import example, given
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

import dl7450
from dl7450.http import Response
from dl7450.http._client import HttpStatistics
from dl7450.http._curl import CurlCode
from tests._scripted_network import ScriptedNetwork
from tests.conformance._scenario import FINE, ok
from tests.conformance._server import Script, again, close, pieces, request

URL = "http://dock.example/"
TIMEOUT = 5.0

# What the bytes are made of: with parts of real answers the fuzzing comes past the status line.
STATUS_LINES = (
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 204 No Content\r\n", b"HTTP/1.1 304 Not Modified\r\n",
    b"HTTP/1.1 100 Continue\r\n", b"HTTP/1.1 101 Switching Protocols\r\n", b"HTTP/1.1 199\r\n", b"HTTP/1.1 999 \xff\n",
    b"HTTP/2 200\r\n", b"HTTP/1.1 2000 OK\r\n", b"HTTP/1.1 099 Low\r\n", b"HTTP/1.1\t200 OK\r\n",
    b"http/1.1 200 ok\r\n",
)  # fmt: skip
HEADERS = (
    b"Content-Length: 5\r\n", b"Content-Length: 0\r\n", b"Content-Length: -5\r\n", b"Content-Length: 5, 5\r\n",
    b"Content-Length: 99999999999999999999\r\n", b"Content-Length: 6\n", b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n", b"Transfer-Encoding: chunked, chunked\r\n", b"Connection: close\r\n",
    b"Connection: keep-alive\r\n", b"Upgrade: h2c\r\n", b"Content-Encoding: gzip\r\n",
    b"Location: file:///etc/passwd\r\n", b"X: a\r\n", b"X: b\r\n", b"X-\xff: \xfe\r\n", b"No colon\r\n",
    b": no name\r\n", b" folded\r\n", b"N\x00: \x00\r\n",
)  # fmt: skip
BODIES = (
    b"\r\n", b"\n", b"\r", b"hello", b"5\r\nhello\r\n", b"0\r\n\r\n", b"0\r\n", b"5;a=b\r\nhello\r\n", b"zz\r\n",
    b"-1\r\n", b"ffffffffffffffff\r\n", b"fffffffffffffffffffff\r\n", b"X: trailer\r\n", b"\x00" * 9,
)  # fmt: skip
PARTS = st.sampled_from(STATUS_LINES + HEADERS + BODIES) | st.binary(max_size=9)


class Attack(NamedTuple):
    """What the server sends, in pieces of which size, and whether it closes the connection afterwards."""

    sent: bytes
    size: int = 1_000_000
    closes: bool = False

    def script(self) -> Script:
        end = (close,) if self.closes else (again(request, ok(b"next")),)
        return (pieces(self.sent, self.size), *end)


attacks = st.builds(
    Attack,
    st.one_of(
        st.lists(PARTS, max_size=12).map(b"".join),
        st.tuples(
            st.sampled_from(STATUS_LINES), st.lists(st.sampled_from(HEADERS), max_size=4), st.lists(PARTS, max_size=6)
        ).map(lambda parts: parts[0] + b"".join(parts[1]) + b"\r\n" + b"".join(parts[2])),
        st.binary(max_size=200),
    ),
    st.sampled_from((1_000_000, 1, 2, 7)),
    st.booleans(),
)

fuzz = hypothesis.settings(max_examples=300, deadline=None, derandomize=True)


async def attacked(attack: Attack, data: bytes, *before: Script) -> None:
    """Make the request that is attacked, perhaps on a kept connection, and one more."""
    async with trio.open_nursery() as nursery:
        first = tuple(step for script in before for step in script)
        network = ScriptedNetwork(nursery, (*first, request, *attack.script()), FINE)
        async with dl7450.open_dock(network=network) as dock:
            for _ in before:
                assert outcome(await dock.http.get(URL)) == (200, b"hello")
            began = trio.current_time()
            answer = await dock.http.post(URL, data=data, timeout=TIMEOUT)
            assert trio.current_time() - began <= TIMEOUT
            check(answer, attack)
            await wait_all_tasks_blocked()  # all of the attack has come
            assert outcome(await dock.http.get(URL, timeout=TIMEOUT)) in {(200, b"hello"), (200, b"next")}
            assert dock.http.statistics().in_flight == 0
        assert network.open_connections == 0
        nursery.cancel_scope.cancel()


def check(answer: Response, attack: Attack) -> None:
    """An answer is made of what was sent, a failure of nothing."""
    code, headers, body = answer.status_code(), answer.headers(), answer.body()
    if code < 100:
        assert code in set(CurlCode)
        assert not headers
        assert not body
    else:
        assert code <= 999
        assert all(isinstance(text, str) for pair in headers.items() for text in pair)
        assert len(body) <= len(attack.sent) + len(b"hello")  # this when it was asked again


def outcome(answer: Response) -> tuple[int, bytes]:
    return answer.status_code(), bytes(answer.body())


@fuzz
@given(attacks, st.sampled_from((b"", bytes(100_000))))
@example(Attack(b""), b"")
@example(Attack(b"", closes=True), b"")
@example(Attack(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more"), b"")
@example(Attack(b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"), b"")
@example(Attack(b"HTTP/1.1 101 Switching Protocols\r\n\r\nwhat comes now is no HTTP"), b"")
@example(Attack(b"HTTP/1.1 100 Continue\r\n\r\n", closes=True), b"")
@example(Attack(b"HTTP/1.1 200 OK\r\n folded into nothing\r\n\r\n"), b"")
@example(Attack(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), b"")
@example(Attack(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"), bytes(100_000))
def test_any_bytes_give_an_answer_or_a_code(attack: Attack, data: bytes) -> None:
    trio.run(attacked, attack, data, clock=MockClock(autojump_threshold=0))


@fuzz
@given(attacks)
@example(Attack(b"", closes=True))
@example(Attack(b"HTTP/1.1 200", closes=True))
@example(Attack(b"\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
def test_any_bytes_after_a_valid_answer_on_a_kept_connection_give_an_answer_or_a_code(attack: Attack) -> None:
    trio.run(attacked, attack, b"", (request, ok()), clock=MockClock(autojump_threshold=0))


async def greeted(greeting: bytes, closes: bool) -> None:
    """Make a request to a server that does not speak TLS where it should."""
    async with trio.open_nursery() as nursery:
        network = ScriptedNetwork(nursery, (greeting, *((close,) if closes else ())))
        async with dl7450.open_dock(network=network) as dock:
            answer = await dock.http.get("https://dock.example/", timeout=TIMEOUT)
            assert trio.current_time() <= TIMEOUT
            assert answer.status_code() in {CurlCode.SSL_CONNECT_ERROR, CurlCode.OPERATION_TIMEDOUT}
            assert dock.http.statistics() == HttpStatistics(16, 0, failed=1)
        assert network.open_connections == 0
        nursery.cancel_scope.cancel()


@hypothesis.settings(fuzz, max_examples=100)
@given(
    st.sampled_from((b"", b"\x16\x03\x03", b"\x16\x03\x01\x40\x00\x02", b"\x15\x03\x03\x00\x02\x02\x28")),
    st.binary(),
    st.booleans(),
)
def test_any_bytes_where_tls_should_begin_give_a_code(record: bytes, rest: bytes, closes: bool) -> None:
    trio.run(greeted, record + rest, closes, clock=MockClock(autojump_threshold=0))


async def fetched(url: str) -> None:
    """Fetch any URL, from a server that answers them all."""
    async with trio.open_nursery() as nursery:
        async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE)) as dock:
            answer = await dock.http.get(url, timeout=TIMEOUT)
            assert answer.status_code() == 200 or CurlCode(answer.status_code())
        nursery.cancel_scope.cancel()


URL_PARTS = (
    "http", "https", "file", ":", "//", "/", "@", "user", "[", "]", "::1", "127.1", "0x7f.1", "dock", ".", "..", "%",
    "%2e", "%00", "?", "#", "\\", " ", "\r\n", "\x00", "\x7f", "ß", "☃", "xn--", "99999", "80", "-1", "\ud800",
)  # fmt: skip


@fuzz
@given(st.text() | st.lists(st.sampled_from(URL_PARTS) | st.text(max_size=3), max_size=9).map("".join))
def test_any_url_gives_an_answer_or_a_code(url: str) -> None:
    trio.run(fetched, url, clock=MockClock(autojump_threshold=0))
