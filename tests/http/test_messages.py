"""A transport between the client and the dock's own has httpx's own objects as soon as it looks.

`make test-oldest` runs this with the oldest httpx2 that pyproject.toml allows.
"""

import copy
import pickle
from collections.abc import Callable, Mapping
from inspect import isawaitable
from typing import Any

import httpx2
import pytest
import trio

import dl7450
from dl7450.http._messages import DockAnswer, DockRequest
from dl7450.http._transport import DockTransport
from tests._scripted_network import ScriptedNetwork
from tests.conformance._scenario import FINE

URL = "http://dock.example/a?b=c"


class Between(httpx2.AsyncBaseTransport):
    """Looks at each request and each answer on their way."""

    def __init__(
        self,
        network: dl7450.Network,
        look_at_request: Callable[[httpx2.Request], object] = id,
        look_at_answer: Callable[[httpx2.Response], object] = id,
    ) -> None:
        self._inner = DockTransport(network)
        self._look_at_request = look_at_request
        self._look_at_answer = look_at_answer
        self.passed: list[type] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        seen = self._look_at_request(request)
        if isawaitable(seen):
            await seen
        answer = await self._inner.handle_async_request(request)
        seen = self._look_at_answer(answer)
        if isawaitable(seen):
            await seen
        self.passed = [type(request), type(answer)]
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()


async def test_what_nobody_looks_at_is_never_made(nursery: trio.Nursery) -> None:
    between = Between(ScriptedNetwork(nursery, FINE))
    async with dl7450.open_dock(transport=between) as dock:
        answer = await dock.http.post(URL, {"X-One": "1"}, b"data")
    assert (answer.status_code(), answer.headers(), bytes(answer.body())) == (200, {"Content-Length": "5"}, b"hello")
    assert between.passed == [DockRequest, DockAnswer]


def change_url(request: httpx2.Request) -> None:
    request.url = httpx2.URL("http://dock.example:81/")


def change_stream(request: httpx2.Request) -> None:
    request.headers["Content-Length"] = "5"
    request.stream = httpx2.ByteStream(b"other")


def replace_headers(request: httpx2.Request) -> None:
    request.headers = httpx2.Headers([("Host", "other.example"), ("Content-Length", "4")])


LOOKS_AT_REQUEST: Mapping[str, tuple[Callable[[Any], object], dict[str, object]]] = {
    "url": (lambda request: request.url, {}),
    "headers": (lambda request: request.headers, {}),
    "stream": (lambda request: request.stream, {}),
    "extensions": (lambda request: request.extensions, {}),
    "read": (lambda request: request.aread(), {}),
    "repr": (repr, {}),
    "copied": (copy.copy, {}),
    "pickled": (lambda request: pickle.loads(pickle.dumps(request)), {}),
    "header added": (lambda request: request.headers.update({"X-Two": "2"}), {"X-Two": "2"}),
    "headers replaced": (replace_headers, {"Host": "other.example", "X-One": None}),
    "url replaced": (change_url, {"port": 81}),
    "stream replaced": (change_stream, {"Content-Length": "5", "body": b"other"}),
}


@pytest.mark.parametrize("name", LOOKS_AT_REQUEST)
async def test_a_request_that_is_looked_at_is_httpxs_own_and_what_is_changed_goes_out(
    name: str, nursery: trio.Nursery
) -> None:
    look, changed = LOOKS_AT_REQUEST[name]
    ports: list[int] = []

    class Ports(ScriptedNetwork):
        async def connect(self, address: dl7450.Address) -> dl7450.Connection:
            ports.append(address.port)
            return await super().connect(address)

    network = Ports(nursery, FINE)
    between = Between(network, look)
    async with dl7450.open_dock(transport=between) as dock:
        assert (await dock.http.post(URL, {"X-One": "1"}, b"data")).body() == b"hello"
    (seen,) = network.log.requests
    headers = {name.decode(): value.decode() for name, value in seen.headers}
    expected: dict[str, object] = {
        "line": b"POST /a?b=c HTTP/1.1",
        "Host": "dock.example",
        "X-One": "1",
        "X-Two": None,
        "Content-Length": "4",
        "body": b"data",
        "port": 80,
    }
    found = {"line": seen.line, "body": seen.body, "port": ports[0]}
    assert {key: found.get(key, headers.get(key)) for key in expected} == expected | changed
    assert between.passed == [httpx2.Request, DockAnswer]


async def test_a_request_that_is_looked_at_is_what_httpx_makes_of_it(nursery: trio.Nursery) -> None:
    looked_at: list[httpx2.Request] = []

    def look(request: httpx2.Request) -> None:
        looked_at.append(request)
        copy.copy(request)

    async with dl7450.open_dock(transport=Between(ScriptedNetwork(nursery, FINE), look)) as dock:
        await dock.http.post(URL, {"X-One": "1"}, b"data")
    (request,) = looked_at
    own = httpx2.Request("POST", URL, headers=request.headers, stream=request.stream, extensions=request.extensions)
    assert request.__dict__ == own.__dict__
    assert set(request.extensions) == {"target", "zone", "cacert", "exchange", "max_body"}


def replace_answer_stream(answer: httpx2.Response) -> None:
    answer.stream = httpx2.ByteStream(b"other")


LOOKS_AT_ANSWER: Mapping[str, tuple[Callable[[Any], object], dict[str, object]]] = {
    "status": (lambda answer: answer.status_code, {}),
    "http version": (lambda answer: answer.http_version, {}),
    "headers": (lambda answer: answer.headers, {}),
    "repr": (repr, {}),
    "header added": (lambda answer: answer.headers.update({"X-Two": "2"}), {"x-two": "2"}),
    "status replaced": (lambda answer: setattr(answer, "status_code", 404), {"status": 404}),
    "stream replaced": (replace_answer_stream, {"body": b"other"}),
}


@pytest.mark.parametrize("name", LOOKS_AT_ANSWER)
async def test_an_answer_that_is_looked_at_is_httpxs_own_and_what_is_changed_arrives(
    name: str, nursery: trio.Nursery
) -> None:
    look, changed = LOOKS_AT_ANSWER[name]
    between = Between(ScriptedNetwork(nursery, FINE), look_at_answer=look)
    async with dl7450.open_dock(transport=between) as dock:
        answer = await dock.http.get(URL)
    headers = {name.lower(): value for name, value in answer.headers().items()}
    found = {"status": answer.status_code(), "body": answer.body(), **headers}
    assert found == {"status": 200, "body": b"hello", "content-length": "5"} | changed
    assert between.passed == [DockRequest, httpx2.Response]
