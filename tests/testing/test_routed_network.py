"""Servers in memory, as a Trio program meets them: through the real client, pool and parser."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
import trustme
from trio.testing import MockClock

import dl7450
from dl7450.http import Response
from dl7450.http._network import Address
from dl7450.testing import Answer, Fault, Routes
from dl7450.testing._routed_network import RoutedNetwork, _Asked, _asked, _sleep_until

URL = "http://content.example/a"


@asynccontextmanager
async def open_dock(routes: Routes) -> AsyncIterator[dl7450.Dock]:
    async with dl7450.open_dock(transport=routes.transport()) as dock:
        yield dock


def outcome(response: Response) -> tuple[int, dict[str, str], bytes]:
    return response.status_code(), response.headers(), bytes(response.body())


async def test_an_answer_arrives_after_its_delay(autojump_clock: MockClock) -> None:
    routes = Routes()
    routes.route(URL).respond(body=b"abc", delay=2.5)
    async with open_dock(routes) as dock:
        assert outcome(await dock.http.get(URL)) == (200, {"Content-Length": "3"}, b"abc")
    assert trio.current_time() == 2.5
    routes.check()


async def test_requests_are_kept_as_they_were_sent(autojump_clock: MockClock) -> None:
    routes = Routes()
    route = routes.route("http://content.example/*", method="POST")
    async with open_dock(routes) as dock:
        await trio.sleep(3)
        await dock.http.post("http://user:pw@CONTENT.example:80/a/../b?c=1#d", {"X-Yes": "ü"}, b'{"e": 2}')
    (request,) = route.requests
    assert routes.requests == [request]
    assert (request.method, request.url, request.at) == ("POST", "http://content.example/b?c=1", 3)
    assert request.headers == {
        "Host": "CONTENT.example",
        "Authorization": "Basic dXNlcjpwdw==",
        "Accept": "*/*",
        "X-Yes": "ü",
        "Content-Length": "8",
    }
    assert request.json() == {"e": 2}


@pytest.mark.parametrize(
    ("fault", "code", "seconds"),
    [
        ("dns", 6, 1),
        ("refuse", 7, 1),
        ("bad_certificate", 60, 1),
        ("reset", 56, 1),
        ("truncate", 18, 1),
        ("garbage", 1, 1),
        ("hang", 28, 30),
        ("slow", 200, 27),
    ],
)
@pytest.mark.parametrize("connection", ["new", "kept"])
async def test_a_fault_reaches_the_app_as_what_libcurl_says(
    autojump_clock: MockClock, fault: Fault, code: int, seconds: float, connection: str
) -> None:
    url = "https://content.example/a"
    routes = Routes()
    routes.route(url).respond(fault=fault, delay=1).respond(201)
    routes.route("https://content.example/before")
    async with open_dock(routes) as dock:
        if connection == "kept":
            await dock.http.get("https://content.example/before")
        failed = await dock.http.get(url, timeout=30)
        assert failed.status_code() == code
        assert trio.current_time() == pytest.approx(seconds)
        assert (await dock.http.get(url)).status_code() == 201, "the fault must be over"
    assert dock.http.statistics().in_flight == 0


async def test_garbage_that_starts_like_http_is_a_weird_reply(autojump_clock: MockClock) -> None:
    routes = Routes()
    routes.route(URL).respond(body=b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", fault="garbage")
    async with open_dock(routes) as dock:
        assert (await dock.http.get(URL)).status_code() == 8


async def test_a_server_that_drips_in_time_is_not_too_slow(autojump_clock: MockClock) -> None:
    routes = Routes()
    routes.route(URL).respond(body=b"a" * 100_000, fault="slow")
    async with open_dock(routes) as dock:
        response = await dock.http.get(URL, timeout=10)
    assert (response.status_code(), len(response.body()), trio.current_time()) == (200, 100_000, 9)


async def test_an_answer_shorter_than_its_headers_say_is_waited_for(autojump_clock: MockClock) -> None:
    routes = Routes()
    routes.route(URL).respond(headers={"Content-Length": "4"}, body=b"abc").respond(201)
    async with open_dock(routes) as dock:
        assert outcome(await dock.http.get(URL, timeout=30)) == (28, {}, b"")
        assert (await dock.http.get(URL)).status_code() == 201
    assert trio.current_time() == 30


async def test_connections_are_kept_per_host_and_closed_where_the_answer_says_so(autojump_clock: MockClock) -> None:
    routes = Routes()
    routes.route("http://one.example/").respond()
    routes.route("http://two.example/").respond(headers={"Connection": "close"})
    routes.route("http://192.0.2.7/").respond()
    transport = routes.transport()
    async with dl7450.open_dock(transport=transport) as dock:
        for url in ["http://one.example/", "http://two.example/", "http://192.0.2.7/"] * 2:
            await dock.http.get(url)
        still_open = sorted(stream.address for stream in transport._network._open)  # type: ignore[attr-defined]
    assert still_open == ["192.0.2.7", "198.18.0.1"]
    assert not transport._network._open, "the dock has closed"  # type: ignore[attr-defined]


async def test_a_host_that_has_no_address_now_has_no_kept_connection_either(autojump_clock: MockClock) -> None:
    routes = Routes()
    routes.route("http://one.example/")
    routes.route("http://two.example/").respond().respond(fault="dns").respond()
    transport = routes.transport()
    async with dl7450.open_dock(transport=transport) as dock:
        await dock.http.get("http://one.example/")
        codes = [(await dock.http.get("http://two.example/")).status_code() for _ in range(2)]
        still_open = [stream.address for stream in transport._network._open]  # type: ignore[attr-defined]
    assert codes == [200, 6]
    assert still_open == ["198.18.0.1"], "the other host's connection stays"


async def test_cacert_is_read_but_servers_in_memory_are_trusted(autojump_clock: MockClock) -> None:
    routes = Routes()
    routes.route("https://content.example/")
    cacert = trustme.CA().cert_pem.bytes().decode()
    async with open_dock(routes) as dock:
        assert (await dock.http.get("https://content.example/", cacert=cacert)).status_code() == 200
        assert (await dock.http.get("https://content.example/", cacert="no PEM")).status_code() == 77


async def test_a_large_upload_is_sent_before_it_is_answered(autojump_clock: MockClock) -> None:
    routes = Routes()
    routes.route(URL).respond_with(lambda request: Answer(body=str(len(request.body)), delay=1))
    async with open_dock(routes) as dock:
        response = await dock.http.post(URL, data=bytes(1_000_000))
    assert outcome(response) == (200, {"Content-Type": "text/plain; charset=utf-8", "Content-Length": "7"}, b"1000000")


async def test_the_answer_to_head_has_no_body(autojump_clock: MockClock) -> None:
    routes = Routes()
    routes.route(URL).respond(body=b"abc")
    async with open_dock(routes) as dock:
        assert outcome(await dock.http.request("HEAD", URL)) == (200, {"Content-Length": "3"}, b"")
        assert outcome(await dock.http.get(URL)) == (200, {"Content-Length": "3"}, b"abc")


async def test_a_request_without_a_route_finds_no_host(autojump_clock: MockClock) -> None:
    routes = Routes()
    async with open_dock(routes) as dock:
        assert (await dock.http.get(URL)).status_code() == 6
    with pytest.raises(AssertionError, match=f"no route for GET {URL}"):
        routes.check()


async def test_a_cancelled_request_leaves_the_next_one_alone(autojump_clock: MockClock) -> None:
    routes = Routes()
    routes.route(URL).respond(delay=5).respond(201)
    async with open_dock(routes) as dock:
        with trio.move_on_after(1):
            await dock.http.get(URL)
        assert (await dock.http.get(URL)).status_code() == 201
    assert trio.current_time() == 1


async def test_a_large_answer_is_read_in_pieces(autojump_clock: MockClock) -> None:
    routes = Routes()
    body = bytes(range(256)) * 2000
    routes.route(URL).respond(body=body)
    async with open_dock(routes) as dock:
        assert (await dock.http.get(URL)).body() == body


async def test_a_stream_in_memory_is_a_trio_stream() -> None:
    network = RoutedNetwork()
    _asked.set(_Asked(Answer(body=b"abc", headers={"Connection": "close"}), "GET", math.inf, 0, _sleep_until))
    stream, is_readable, _ = await network.connect(Address("198.18.0.1", 80))
    await stream.wait_send_all_might_not_block()
    await stream.send_all(b"GET / HTTP/1.1\r\n\r\n")
    assert not is_readable()
    assert (await stream.receive_some(8), await stream.receive_some()) == (
        b"HTTP/1.1",
        b" 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc",
    )
    assert await stream.receive_some() == b""
    assert await stream.receive_some() == b"", "an end stays an end"
    assert is_readable()
    with pytest.raises(trio.BrokenResourceError):
        await stream.send_all(b"GET")
    await stream.aclose()
    with pytest.raises(trio.ClosedResourceError):
        await stream.send_all(b"GET")
    with pytest.raises(trio.ClosedResourceError):
        await stream.receive_some()
