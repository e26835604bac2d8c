"""The promises of SECURITY.md: what is made to do harm meets a bound."""

import gzip
import tracemalloc
from collections.abc import Generator
from contextlib import contextmanager

import pytest
import trio
from trio.testing import MockClock

import dl7450
from dl7450.http._client import HttpStatistics
from dl7450.http._parser import STEPS_AT_ONCE
from tests._scripted_network import ScriptedNetwork
from tests.conformance._certificates import Tls, cacert, server_context
from tests.conformance._scenario import FINE, chunked, ok, raw
from tests.conformance._server import Script, drip, fault_server, fin, flood, head, pieces, request

URL = "http://dock.example/"
MIB = 1024 * 1024
CONSTANT = MIB  # what an answer may take beside its body
BODY_MAX = 4 * MIB

ANSWER = b"HTTP/1.1 200 OK\r\n"
CHUNKED = ANSWER + b"Transfer-Encoding: chunked\r\n\r\n"
CONTROL_CHARACTERS = [chr(code) for code in (*range(0x20), 0x7F)]


@contextmanager
def memory_at_most(limit: int) -> Generator[None]:
    """The block takes so many bytes at most, at its peak, beside what was there before."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= limit


# Endless answers


@pytest.mark.parametrize(
    "script",
    [
        pytest.param((ANSWER, flood(b"X-Y: " + b"z" * 1000 + b"\r\n")), id="headers"),
        pytest.param((ANSWER, flood(b"X:\r\n" * 1000)), id="short headers"),
        pytest.param((ANSWER + b"X: ", flood(b"z" * 65536)), id="header"),
        pytest.param((flood(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),), id="1xx"),
        pytest.param((CHUNKED + b"1;", flood(b"z" * 65536)), id="chunk header"),
        pytest.param((CHUNKED + b"0\r\n", flood(b"X: y\r\n" * 1000)), id="trailers"),
    ],
)
async def test_an_endless_head_ends_with_56(script: Script) -> None:
    async with fault_server((request, *script)) as server, dl7450.open_dock() as dock:
        with memory_at_most(CONSTANT):
            answer = await dock.http.get(f"http://{server.host}:{server.port}/", timeout=0)
    assert (answer.status_code(), answer.headers(), bytes(answer.body())) == (56, {}, b"")


@pytest.mark.parametrize(
    "script",
    [
        pytest.param((ANSWER + b"\r\n", flood(b"z" * 65536)), id="until closed"),
        pytest.param((CHUNKED, flood(b"10000\r\n" + b"z" * 65536 + b"\r\n")), id="in chunks"),
        pytest.param((ANSWER + b"Content-Length: 9999999999999\r\n\r\n", flood(b"z" * 65536)), id="of that length"),
    ],
)
async def test_an_endless_body_ends_with_63_and_memory_is_bounded(script: Script) -> None:
    server_of = fault_server((request, *script))
    async with server_of as server, dl7450.open_dock(max_response_bytes=BODY_MAX) as dock:
        with memory_at_most(BODY_MAX * 9 // 8 + CONSTANT):
            answer = await dock.http.get(f"http://{server.host}:{server.port}/", timeout=0)
    assert (answer.status_code(), bytes(answer.body())) == (63, b"")


async def test_an_endless_body_that_overtakes_the_request_ends_with_63_and_memory_is_bounded() -> None:
    """The server answers and does not read the upload, of which the request itself is a copy."""
    upload = bytes(8 * MIB)
    server_of = fault_server((head, ANSWER + b"\r\n", flood(b"z" * 65536)))
    async with server_of as server, dl7450.open_dock(max_response_bytes=BODY_MAX) as dock:
        with memory_at_most(len(upload) + BODY_MAX * 9 // 8 + CONSTANT):
            answer = await dock.http.post(f"http://{server.host}:{server.port}/", data=upload, timeout=0)
    assert (answer.status_code(), bytes(answer.body())) == (63, b"")


async def test_an_answer_of_the_greatest_size_takes_no_more() -> None:
    server_of = fault_server((request, ok(bytes(BODY_MAX))))
    async with server_of as server, dl7450.open_dock(max_response_bytes=BODY_MAX) as dock:
        with memory_at_most(BODY_MAX * 9 // 8 + CONSTANT):
            answer = await dock.http.get(f"http://{server.host}:{server.port}/")
            assert (answer.status_code(), len(answer.body())) == (200, BODY_MAX)


async def test_memory_is_not_taken_for_a_length_that_is_only_announced() -> None:
    server_of = fault_server((request, ANSWER + b"Content-Length: 9999999999999\r\n\r\nz", fin))
    async with server_of as server, dl7450.open_dock() as dock:
        with memory_at_most(CONSTANT):
            answer = await dock.http.get(f"http://{server.host}:{server.port}/")
    assert answer.status_code() == 18


async def test_an_answer_in_ever_so_many_parts_lets_others_have_their_turns(nursery: trio.Nursery) -> None:
    chunks = 10_000
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await trio.lowlevel.checkpoint()
            turns += 1

    network = ScriptedNetwork(nursery, (request, chunked(b"1\r\nz\r\n" * chunks, b"0\r\n\r\n")))
    async with dl7450.open_dock(network=network) as dock:
        dock.start_soon(other)
        answer = await dock.http.get(URL)
    assert len(answer.body()) == chunks
    assert turns >= chunks / STEPS_AT_ONCE


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param(ANSWER + b"X:" + b" " * 102_000 + b"\0\r\n\r\n", 8, id="header"),
        pytest.param(CHUNKED + b"0\r\nX:" + b" " * 4_000 + b"\0\r\n\r\n", 8, id="trailer"),
        pytest.param(ANSWER + b"Content-Length: " + b"5," * 50_000 + b"5\r\n\r\nhello", 200, id="lengths"),
        pytest.param(CHUNKED + b"0" * 16_000 + b"5\r\nhello\r\n0\r\n\r\n", 200, id="zeros"),
        pytest.param(ANSWER + b"Content-Length: 5\r\nX:\r\n" + b" y\r\n" * 25_000 + b"\r\nhello", 200, id="folds"),
    ],
)
async def test_a_line_made_to_be_read_slowly_is_read_as_any_other(
    answer: bytes, code: int, nursery: trio.Nursery
) -> None:
    """That the work is in proportion to what came is counted in tests/http/test_parser.py."""
    network = ScriptedNetwork(nursery, (request, pieces(answer, 1000)))
    async with dl7450.open_dock(network=network) as dock:
        assert (await dock.http.get(URL)).status_code() == code


# Slow answers


@pytest.mark.parametrize("begin", [b"", ANSWER + b"X: ", ANSWER + b"Content-Length: 99999\r\n\r\n", CHUNKED + b"1;"])
async def test_a_slow_drip_ends_at_the_deadline_and_not_later(
    begin: bytes, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    piece = b"z" if begin else b"HTTP/1.1 100 Continue\r\n\r\n"
    network = ScriptedNetwork(nursery, (request, begin, drip(piece, 0.9)))
    async with dl7450.open_dock(network=network) as dock:
        answer = await dock.http.get(URL)
    assert (answer.status_code(), trio.current_time()) == (28, 40.0)
    assert network.open_connections == 0


# Packed bodies


async def test_a_decompression_bomb_is_left_packed(nursery: trio.Nursery) -> None:
    bomb = gzip.compress(bytes(16 * MIB), mtime=0)
    network = ScriptedNetwork(nursery, (request, ok(bomb, b"Content-Encoding: gzip")))
    async with dl7450.open_dock(network=network) as dock:
        with memory_at_most(CONSTANT):
            answer = await dock.http.get(URL)
    assert (answer.status_code(), answer.body() == bomb) == (200, True)
    assert b"accept-encoding" not in {name.lower() for name, _ in network.log.requests[0].headers}


# Injection


@pytest.mark.parametrize("character", [character for character in CONTROL_CHARACTERS if character != "\t"])
async def test_a_header_cannot_bring_another_one_along(character: str, nursery: trio.Nursery) -> None:
    network = ScriptedNetwork(nursery, FINE)
    async with dl7450.open_dock(network=network) as dock:
        for headers in ({"X-A": f"b{character}X-Evil: 1"}, {f"X-A{character}X-Evil": "1"}, {"X-A": f"b{character}"}):
            with pytest.raises(ValueError, match=r"remove it|not part of a token"):
                await dock.http.get(URL, headers)
    assert (network.connections, dock.http.statistics()) == (0, HttpStatistics(16, 0))


@pytest.mark.parametrize("character", CONTROL_CHARACTERS)
async def test_a_url_with_a_control_character_goes_nowhere(character: str, nursery: trio.Nursery) -> None:
    network = ScriptedNetwork(nursery, FINE)
    async with dl7450.open_dock(network=network) as dock:
        for url in (
            f"{URL}a{character}b",
            f"http://dock{character}.example/",
            f"{character}{URL}",
            f"{URL}{character}",
        ):
            assert (await dock.http.get(url)).status_code() == 3
    assert network.connections == 0


# Redirects


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://elsewhere.example/", "//elsewhere.example/", "/b"])
async def test_a_redirect_is_an_answer_and_nothing_is_fetched(location: str, nursery: trio.Nursery) -> None:
    redirect = raw(b"HTTP/1.1 302 Found", b"Location: " + location.encode(), b"Content-Length: 0")
    network = ScriptedNetwork(nursery, (request, redirect))
    async with dl7450.open_dock(network=network) as dock:
        answer = await dock.http.get("http://user:secret@dock.example/a")
    assert (answer.status_code(), answer.headers()["Location"]) == (302, location)
    assert [seen.line for seen in network.log.requests] == [b"GET /a HTTP/1.1"]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "file:/etc/passwd", "FILE://localhost/etc/passwd", "gopher://a/"]
)
async def test_only_http_and_https_are_fetched(url: str, nursery: trio.Nursery) -> None:
    network = ScriptedNetwork(nursery, FINE)
    async with dl7450.open_dock(network=network) as dock:
        answer = await dock.http.get(url)
    assert (answer.status_code(), bytes(answer.body()), network.connections) == (1, b"", 0)


async def test_no_proxy_is_asked_whatever_the_environment_says(
    nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.example:3128")
    network = ScriptedNetwork(nursery, FINE, ports={3128: (request, ok(b"proxy"))})
    async with dl7450.open_dock(network=network) as dock:
        assert (await dock.http.get(URL)).body() == b"hello"


# Certificates


@pytest.mark.parametrize("chain", ["wrong-host", "other-ca", "expired", "self-signed"])
async def test_a_server_that_is_not_who_it_should_be_is_sent_nothing(chain: str) -> None:
    async with fault_server(FINE, tls=server_context(Tls(chain))) as server, dl7450.open_dock() as dock:
        url = f"https://user:secret@localhost:{server.port}/"
        answer = await dock.http.post(url, {"X-Token": "secret"}, b"secret", cacert=cacert("ca"))
        assert (answer.status_code(), bytes(answer.body())) == (60, b"")
        await server.scripts_over()
    assert server.log.requests == []
