"""Both families of httpx: their transports below a dock, and their clients above one."""

from collections.abc import Awaitable, Callable, MutableMapping
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest
import trio
from trio.testing import MockClock

import dl7450
from dl7450.http._client import HttpStatistics
from dl7450.http._family import _FAILURES
from tests._scripted_network import ScriptedNetwork
from tests.conformance._scenario import FINE, ok
from tests.conformance._server import close, fault_server, pause, request, stall

URL = "http://dock.example/"
families = pytest.mark.parametrize("family", [httpx2, httpx], ids=["httpx2", "httpx"])


async def hello(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    """An ASGI application."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"X-Path", scope["path"].encode())]})
    await send({"type": "http.response.body", "body": b"hello"})


# A dock on a transport


@families
async def test_a_dock_sends_through_a_real_transport_of_either_family(family: ModuleType) -> None:
    async with fault_server(FINE) as server, dl7450.open_dock(transport=family.AsyncHTTPTransport()) as dock:
        response = await dock.http.post(f"http://127.0.0.1:{server.port}/a", {"X-One": "1"}, b"data")
        assert (response.status_code(), bytes(response.body())) == (200, b"hello")


@families
async def test_a_dock_sends_through_an_application_of_either_family(family: ModuleType) -> None:
    async with dl7450.open_dock(transport=family.ASGITransport(hello)) as dock:
        response = await dock.http.get("http://dock.example/a%20b")
        assert (response.status_code(), response.headers(), bytes(response.body())) == (
            200,
            {"X-Path": "/a b"},
            b"hello",
        )


@families
async def test_what_a_transport_of_either_family_raises_is_an_answer(family: ModuleType) -> None:
    raised: list[str] = []

    def fail(request: Any) -> Any:
        raised.append(request.url.path[1:])
        raise getattr(family, raised[-1])("on purpose")

    names = [
        *_FAILURES,
        "TooManyRedirects",
        "DecodingError",
        "ReadTimeout",
        "ReadError",
        "ProxyError",
        "RemoteProtocolError",
    ]
    async with dl7450.open_dock(transport=family.MockTransport(fail)) as dock:
        codes = {name: (await dock.http.get(f"{URL}{name}")).status_code() for name in names}
        assert dock.http.statistics() == HttpStatistics(16, 0, failed=len(names))
    assert raised == names
    assert codes == {
        "ConnectTimeout": 28,
        "TimeoutException": 28,
        "ConnectError": 7,
        "WriteError": 55,
        "NetworkError": 56,
        "UnsupportedProtocol": 1,
        "TransportError": 8,
        "InvalidURL": 3,
        "HTTPError": 8,
        "StreamError": 8,
        "TooManyRedirects": 8,
        "DecodingError": 8,
        "ReadTimeout": 28,
        "ReadError": 56,
        "ProxyError": 8,
        "RemoteProtocolError": 8,
    }


@pytest.mark.parametrize(
    ("transport", "message"),
    [
        (
            httpx2.HTTPTransport(),
            ", and HTTPTransport is a sync one: use its async counterpart, such as AsyncHTTPTransport()",
        ),
        (
            httpx.HTTPTransport(),
            ", and HTTPTransport is a sync one: use its async counterpart, such as AsyncHTTPTransport()",
        ),
        (httpx2.AsyncClient(), ", not a client: pass the transport that the client would be made with"),
        (httpx.Client(), ", not a client: pass the transport that the client would be made with"),
        (httpx2.AsyncHTTPTransport, ", not a class: pass AsyncHTTPTransport(...)"),
        ("http://proxy.example", " such as httpx2.AsyncHTTPTransport(), not str"),
    ],
    ids=["sync", "sync httpx", "client", "client httpx", "class", "str"],
)
async def test_what_is_not_an_async_transport_is_refused_with_the_fix(transport: Any, message: str) -> None:
    with pytest.raises(TypeError) as raised:
        await dl7450.open_dock(transport=transport).__aenter__()
    assert str(raised.value) == f"transport must be an async transport of httpx2 or httpx{message}"


async def test_memory_that_runs_out_is_27() -> None:
    def no_memory(request: httpx2.Request) -> httpx2.Response:
        raise MemoryError

    async with dl7450.open_dock(transport=httpx2.MockTransport(no_memory)) as dock:
        assert (await dock.http.get(URL)).status_code() == 27


# A client on a dock


@families
async def test_a_client_of_either_family_makes_its_requests_through_the_dock(family: ModuleType) -> None:
    found = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n"
    async with (
        fault_server((request, found, request, ok(b"there"))) as server,
        dl7450.open_dock() as dock,
        family.AsyncClient(transport=dock.as_transport(), follow_redirects=True) as client,
    ):
        answer = await client.post(f"http://127.0.0.1:{server.port}/a", json={"a": 1})
        assert (answer.status_code, answer.text, dict(client.cookies)) == (200, "there", {"a": "1", "b": "2"})
        assert dock.http.statistics() == HttpStatistics(16, 0, completed=2)
        assert isinstance(answer, family.Response)
    first, second = server.log.requests
    assert (first.line, first.body, second.line) == (b"POST /a HTTP/1.1", b'{"a":1}', b"GET /b HTTP/1.1")


@families
@pytest.mark.parametrize(
    ("script", "url", "exception", "code"),
    [
        ((request, stall), URL, "TimeoutException", 28),
        ((request, close), URL, "RemoteProtocolError", 52),
        ((request, b"nonsense"), URL, "UnsupportedProtocol", 1),
        ((b"nonsense",), "https://dock.example/", "ConnectError", 35),
    ],
)
async def test_a_failure_is_the_clients_own_exception_with_the_code_on_it(
    script: Any,
    url: str,
    exception: str,
    code: int,
    family: ModuleType,
    nursery: trio.Nursery,
    autojump_clock: MockClock,
) -> None:
    network = ScriptedNetwork(nursery, script)
    async with (
        dl7450.open_dock(network=network) as dock,
        family.AsyncClient(transport=dock.as_transport(), timeout=3) as client,
    ):
        with pytest.raises(getattr(family, exception)) as raised:
            await client.get(url)
    assert raised.value.curl_code == code
    assert str(raised.value.request.url) == url


async def test_a_client_is_told_at_once_that_wait_must_be_a_bool() -> None:
    async with dl7450.open_dock() as dock:
        with pytest.raises(TypeError, match=r"^wait must be True or False, not str$"):
            dock.as_transport(wait="yes")  # type: ignore[arg-type]


@pytest.mark.parametrize(("wait", "refused"), [(False, 4), (True, 0)])
async def test_a_client_has_the_docks_sixteen_tokens(
    wait: bool, refused: int, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    codes: list[int] = []

    async def get() -> None:
        try:
            codes.append((await client.get(URL)).status_code)
        except httpx2.PoolTimeout as error:
            codes.append(error.curl_code)  # type: ignore[attr-defined]

    network = ScriptedNetwork(nursery, (request, pause(1), ok(), request, pause(1), ok()))
    async with (
        dl7450.open_dock(network=network) as dock,
        httpx2.AsyncClient(transport=dock.as_transport(wait=wait), timeout=None) as client,
        trio.open_nursery() as requests,
    ):
        for _ in range(20):
            requests.start_soon(get)
    assert sorted(codes) == [89] * refused + [200] * (20 - refused)


async def test_a_client_waits_as_long_as_the_longest_of_its_timeouts(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    async with (
        dl7450.open_dock(network=ScriptedNetwork(nursery, (request, stall))) as dock,
        httpx2.AsyncClient(transport=dock.as_transport(), timeout=httpx2.Timeout(2, read=7)) as client,
    ):
        with pytest.raises(httpx2.ReadTimeout):
            await client.get(URL)
    assert trio.current_time() == 7.0


async def test_what_a_dock_cannot_send_is_the_clients_mistake() -> None:
    async with dl7450.open_dock() as dock, httpx2.AsyncClient(transport=dock.as_transport()) as client:
        with pytest.raises(httpx2.LocalProtocolError, match="Transfer-Encoding can only be chunked"):
            await client.get(URL, headers={"Transfer-Encoding": "gzip"})
