"""Many docks in one process: they share nothing but what costs much, and cost little each."""

import gc
import socket
import ssl
import tracemalloc
from contextlib import AsyncExitStack, ExitStack

import httpx2
import pytest
import trio
from trio.testing import wait_all_tasks_blocked

import dl7450
from dl7450.http._client import HttpStatistics
from dl7450.http._tls import _trust
from tests._scripted_network import ScriptedNetwork
from tests.conformance._certificates import Tls, server_context
from tests.conformance._scenario import FINE, ok
from tests.conformance._server import request, together

DOCKS = 50
REQUESTS = 8  # of each dock, at the same time
KIB_MAX = 64  # per dock and per request


async def test_fifty_docks_with_eight_requests_each_are_all_answered(nursery: trio.Nursery) -> None:
    network = ScriptedNetwork(nursery, (request, together(DOCKS * REQUESTS), ok(b"hello")))
    codes: list[int] = []

    async def fetch(dock: dl7450.Dock) -> None:
        codes.append((await dock.http.get("http://dock.example/")).status_code())

    async with AsyncExitStack() as stack:
        docks = [await stack.enter_async_context(dl7450.open_dock(network=network)) for _ in range(DOCKS)]
        async with trio.open_nursery() as requests:
            for dock in docks * REQUESTS:
                requests.start_soon(fetch, dock)
        assert codes == [200] * DOCKS * REQUESTS
        assert [dock.http.statistics() for dock in docks] == [HttpStatistics(16, 0, completed=REQUESTS)] * DOCKS
        assert network.open_connections == DOCKS * REQUESTS
    assert network.open_connections == 0


async def test_a_dock_and_a_request_in_flight_take_little_memory() -> None:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(dl7450.open_dock())
        before = stack.enter_context(_TracedMemory())
        docks = [await stack.enter_async_context(dl7450.open_dock()) for _ in range(DOCKS)]
        opened = before.kib()
        silent = stack.enter_context(ExitStack())
        async with trio.open_nursery() as nursery:
            for dock in docks:
                server = silent.enter_context(socket.create_server(("127.0.0.1", 0), backlog=2 * REQUESTS))
                for _ in range(REQUESTS):
                    nursery.start_soon(dock.http.get, f"http://127.0.0.1:{server.getsockname()[1]}/")
            await wait_all_tasks_blocked()
            assert [dock.http.statistics().in_flight for dock in docks] == [REQUESTS] * DOCKS
            held = before.kib()
            nursery.cancel_scope.cancel("measured")
    assert opened / DOCKS < KIB_MAX
    assert (held - opened) / (DOCKS * REQUESTS) < KIB_MAX


async def test_the_systems_trust_store_is_loaded_once_for_all_docks(
    nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[ssl.SSLContext] = []

    def load(*, trust_env: bool) -> ssl.SSLContext:
        loaded.append(create(trust_env=trust_env))
        return loaded[-1]

    create = httpx2.create_ssl_context
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setattr(httpx2, "create_ssl_context", load)
    _trust.cache_clear()
    network = ScriptedNetwork(nursery, FINE, tls=server_context(Tls()))
    for _ in range(3):
        async with dl7450.open_dock(network=network) as dock:
            assert (await dock.http.get("https://localhost/")).status_code() == 60
    assert len(loaded) == 1


class _TracedMemory:
    """How much more memory Python's objects take than when the block began."""

    def __enter__(self) -> "_TracedMemory":
        tracemalloc.start()
        return self

    def __exit__(self, *_: object) -> None:
        tracemalloc.stop()

    def kib(self) -> float:
        gc.collect()
        return tracemalloc.get_traced_memory()[0] / 1024
