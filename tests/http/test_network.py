"""The network seam: addresses, several of them, refused and late connections, TLS that does not come about."""

import errno
import math
import socket
import threading
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pytest
import trio
from trio.testing import MockClock

import dl7450
from dl7450._device.device import Device, NetworkAddress
from dl7450.http._client import HttpStatistics
from dl7450.http._network import ADDRESSES_MAX, Address, Connection, TrioNetwork
from tests._scripted_network import ScriptedNetwork
from tests.conformance._certificates import Tls, cacert, server_context
from tests.conformance._scenario import FINE
from tests.conformance._server import closed_port, fault_server

URL = "http://dock.example/"

REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "refused")
GIVEN_UP = TimeoutError(errno.ETIMEDOUT, "the operating system gave up")


class SeveralAddresses(ScriptedNetwork):
    """A name with several addresses, each of which answers or fails after some seconds."""

    def __init__(self, nursery: trio.Nursery, addresses: Mapping[str, tuple[float, OSError | None]]) -> None:
        super().__init__(nursery, FINE)
        self._addresses = addresses
        self.tried: list[tuple[str, float]] = []

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        return [Address(address, port) for address in self._addresses]

    async def connect(self, address: Address) -> Connection:
        self.tried.append((address.host, round(trio.current_time(), 6)))
        seconds, error = self._addresses[address.host]
        if error is not None:
            await trio.sleep(seconds)
            raise error
        self._connect = seconds
        return await super().connect(address)


@pytest.mark.parametrize(
    ("addresses", "tried", "code", "seconds"),
    [
        ({"a": (5, None), "b": (5, None)}, [("a", 0.0), ("b", 0.2)], 200, 5.0),
        ({"a": (0.1, None), "b": (0, None)}, [("a", 0.0)], 200, 0.1),
        ({"a": (9, None), "b": (1, None), "c": (9, None)}, [("a", 0.0), ("b", 0.2), ("c", 0.4)], 200, 1.2),
        ({"a": (0, REFUSED), "b": (0.1, REFUSED), "c": (1, None)}, [("a", 0.0), ("b", 0.0), ("c", 0.1)], 200, 1.1),
        ({"a": (0.3, REFUSED), "b": (9, None)}, [("a", 0.0), ("b", 0.2)], 200, 9.2),
        ({"a": (0, REFUSED), "b": (1, REFUSED)}, [("a", 0.0), ("b", 0.0)], 7, 1.0),
        ({"a": (3, GIVEN_UP)}, [("a", 0.0)], 28, 3.0),
    ],
    ids=["first", "quick", "second", "after refusals", "late refusal", "none", "given up"],
)
async def test_the_next_address_joins_when_one_is_refused_or_late(
    addresses: Mapping[str, tuple[float, OSError | None]],
    tried: list[tuple[str, float]],
    code: int,
    seconds: float,
    nursery: trio.Nursery,
    autojump_clock: MockClock,
) -> None:
    network = SeveralAddresses(nursery, addresses)
    async with dl7450.open_dock(network=network) as dock:
        answer = await dock.http.get(URL)
        assert (answer.status_code(), round(trio.current_time(), 6)) == (code, seconds)
        assert network.tried == tried
        assert network.open_connections == (code == 200)


@pytest.mark.parametrize(("count", "tried", "code"), [(0, 0, 6), (1000, ADDRESSES_MAX, 28)])
async def test_no_more_addresses_are_tried_than_a_process_has_sockets_for(
    count: int, tried: int, code: int, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    network = SeveralAddresses(nursery, {f"a{number}": (math.inf, None) for number in range(count)})
    async with dl7450.open_dock(network=network) as dock:
        assert (await dock.http.get(URL)).status_code() == code
    assert len(network.tried) == tried


async def test_of_two_addresses_that_connect_at_the_same_moment_one_is_closed(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    network = SeveralAddresses(nursery, {"a": (0.2, None), "b": (0, None)})
    async with dl7450.open_dock(network=network) as dock:
        assert (await dock.http.get(URL)).status_code() == 200
        assert network.open_connections == 1


@pytest.mark.parametrize("certificate", ["good", "localhost-only", "self-signed"])
async def test_a_certificate_that_is_not_trusted_is_60(certificate: str, nursery: trio.Nursery) -> None:
    network = ScriptedNetwork(nursery, FINE, tls=server_context(Tls(certificate)))
    async with dl7450.open_dock(network=network) as dock:
        answer = await dock.http.get("https://elsewhere.example/", cacert=cacert("ca"))
        assert answer.status_code() == 60
        assert network.open_connections == 0


async def test_a_server_that_does_not_speak_tls_is_35(nursery: trio.Nursery) -> None:
    network = ScriptedNetwork(nursery, (b"HTTP/1.1 400 Bad Request\r\n\r\n",))
    async with dl7450.open_dock(network=network) as dock:
        assert (await dock.http.get("https://dock.example/")).status_code() == 35
        assert network.open_connections == 0


async def test_a_name_without_an_address_is_6(nursery: trio.Nursery) -> None:
    class NoNames(ScriptedNetwork):
        async def resolve(self, host: str, port: int) -> Sequence[Address]:
            raise OSError(errno.ENOENT, "no such name")

    async with dl7450.open_dock(network=NoNames(nursery, FINE)) as dock:
        assert (await dock.http.get(URL)).status_code() == 6


async def test_a_dock_without_a_network_reaches_nothing_until_it_is_up(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    device = Device(network=NetworkAddress(up_after=10))
    async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE), device=device) as dock:
        assert (await dock.http.get(URL)).status_code() == 6
        assert (await dock.http.get("http://192.0.2.1/")).status_code() == 7
        await trio.sleep(10)
        assert (await dock.http.get(URL)).status_code() == 200
    assert dock.http.statistics() == HttpStatistics(16, 0, completed=1, failed=2)


@pytest.mark.parametrize(
    ("host", "addresses"),
    [
        ("localhost", ["127.0.0.1", "::1"]),
        ("some.LOCALHOST.", ["127.0.0.1", "::1"]),
        ("127.0.0.1", ["127.0.0.1"]),
        ("::1", ["::1"]),
    ],
)
async def test_the_real_network_knows_localhost_and_addresses_without_asking(host: str, addresses: list[str]) -> None:
    assert await TrioNetwork().resolve(host, 80) == [Address(address, 80) for address in addresses]


@pytest.mark.parametrize("host", ["hidden.onion", "a" * 64 + ".example", "a..example"])
async def test_the_real_network_asks_nobody_for_what_is_no_name(host: str) -> None:
    with pytest.raises(OSError, match=r"name"):
        await TrioNetwork().resolve(host, 80)


def link_local(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
    """As `socket.getaddrinfo`: an address that is reached over one interface only."""
    return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fe80::1%lo", port, 0, 7))]


async def test_the_scope_of_an_address_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", link_local)
    assert await TrioNetwork().resolve("dock.example", 80) == [Address("fe80::1", 80, scope_id=7)]


async def test_the_scope_of_an_address_is_connected_to() -> None:
    with pytest.raises(OSError) as refused:  # noqa: PT011  the number is compared below
        await TrioNetwork().connect(Address("fe80::1", 9, scope_id=socket.if_nametoindex("lo")))
    assert refused.value.errno != errno.EINVAL, "how the system refuses a link-local address without a scope"


async def test_a_url_may_name_the_scope_of_an_address() -> None:
    async with fault_server(FINE, host="::1") as server, dl7450.open_dock() as dock:
        codes = [
            (await dock.http.get(f"http://[::1%{zone}]:{server.port}/")).status_code()
            for zone in ("lo", "25lo", "25no-interface", "é")
        ]
    assert codes == [200] * 4  # libcurl, too, ignores an interface that there is not


async def test_a_scope_that_is_a_number_has_32_bits_or_is_ignored(nursery: trio.Nursery) -> None:
    scopes: list[int] = []

    class Noting(ScriptedNetwork):
        async def connect(self, address: Address) -> Connection:
            scopes.append(address.scope_id)
            return await super().connect(address)

    async with dl7450.open_dock(network=Noting(nursery, FINE)) as dock:
        for zone in (7, 2**32 - 1, 2**32, 10**15 - 1):
            assert (await dock.http.get(f"http://[fe80::1%25{zone}]/")).status_code() == 200
    assert scopes == [7, 2**32 - 1, 0, 0]


async def test_names_that_hang_take_threads_from_nobody_else(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    give_up = threading.Event()
    answer = socket.getaddrinfo

    def some_hang(host: str, port: int, *args: Any, **kwargs: Any) -> object:
        if host.startswith("hangs"):
            give_up.wait()
        return answer("127.0.0.1", port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", some_hang)
    codes: list[int] = []

    async def ask(number: int) -> None:
        response = await dock.http.get(f"http://hangs-{number}.example/", timeout=1, wait=True)
        codes.append(response.status_code())

    try:
        async with fault_server(FINE) as server, dl7450.open_dock() as dock:
            async with trio.open_nursery() as nursery:
                for number in range(60):
                    nursery.start_soon(ask, number)
            autojump_clock.autojump_threshold = math.inf
            healthy = await dock.http.get(f"http://healthy.example:{server.port}/", timeout=0)
            assert (codes, healthy.status_code()) == ([28] * 60, 200)
            assert await trio.to_thread.run_sync(threading.current_thread) is not threading.current_thread()
            assert trio.to_thread.current_default_thread_limiter().borrowed_tokens == 0
    finally:
        give_up.set()


async def test_when_all_look_ups_wait_the_next_one_fails_at_once(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    give_up = threading.Event()
    monkeypatch.setattr("dl7450.http._network.LOOKUPS_MAX", 1)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: give_up.wait() and [])
    network = TrioNetwork()
    try:
        with trio.move_on_after(1):
            await network.resolve("hangs.example", 80)
        with pytest.raises(OSError, match="1 look-ups are waiting for the system's resolver"):
            await network.resolve("next.example", 80)
    finally:
        give_up.set()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_the_real_network_connects(host: str) -> None:
    shown = f"[{host}]" if ":" in host else host
    async with fault_server(FINE, host=host) as server, dl7450.open_dock() as dock:
        assert (await dock.http.get(f"http://{shown}:{server.port}/")).status_code() == 200


async def test_port_0_is_not_the_default_port() -> None:
    async with dl7450.open_dock() as dock:
        assert (await dock.http.get("http://127.0.0.1:0/")).status_code() == 7


async def test_a_port_that_refuses_is_7_and_leaves_no_socket() -> None:
    async with closed_port() as server, dl7450.open_dock() as dock:
        ask = partial(dock.http.get, f"http://localhost:{server.port}/")
        assert [(await ask()).status_code() for _ in range(3)] == [7, 7, 7]


class _TwoAtOnce:
    """Two addresses that take the connection at the same moment."""

    def __init__(self) -> None:
        self.may_connect = trio.Event()
        self.open: set[str] = set()

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        return [Address("192.0.2.1", port), Address("192.0.2.2", port)]

    async def connect(self, address: Address) -> Connection:
        await self.may_connect.wait()
        self.open.add(address.host)
        return Connection(_SilentStream(self.open, address.host), lambda: False)


class _SilentStream(trio.abc.Stream):
    def __init__(self, open_hosts: set[str], host: str) -> None:
        self._open, self._host = open_hosts, host

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await trio.sleep_forever()

    async def wait_send_all_might_not_block(self) -> None:
        await trio.sleep_forever()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        await trio.sleep_forever()

    async def aclose(self) -> None:
        self._open.discard(self._host)
        await trio.lowlevel.checkpoint()


@pytest.mark.parametrize("steps", range(6))
async def test_of_two_connections_at_one_moment_none_is_left_when_the_request_is_cancelled(
    steps: int, autojump_clock: MockClock
) -> None:
    network = _TwoAtOnce()
    async with dl7450.open_dock(network=network) as dock, trio.open_nursery() as nursery:
        nursery.start_soon(dock.http.get, URL)
        await trio.sleep(1)
        network.may_connect.set()
        for _ in range(steps):
            await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()
    assert network.open == set()


async def test_a_kept_connection_is_of_no_use_without_a_network(nursery: trio.Nursery) -> None:
    async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE)) as dock:
        assert (await dock.http.get(URL)).status_code() == 200
        dock.machine.set_network(None)
        assert (await dock.http.get(URL)).status_code() == 6
