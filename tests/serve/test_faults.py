"""Faults that are injected while a dock is served: the app's next request meets them, http and https alike."""

import math
from typing import Any

import pytest
import trio
from trio.testing import MockClock

import dl7450
from dl7450._serve.faults import FaultNetwork, InjectedFault, Kind, kind_of
from dl7450._serve.link import Link
from tests._scripted_network import ScriptedNetwork
from tests.conformance._certificates import Tls, cacert, server_context
from tests.conformance._scenario import FINE, ok
from tests.conformance._server import request

TRUSTED: dict[str, Any] = {"cacert": cacert("ca"), "timeout": 30}


def served(nursery: trio.Nursery, scheme: str) -> tuple[FaultNetwork, ScriptedNetwork, str]:
    """A network with faults, the real one in it, and the URL of its server."""
    real = ScriptedNetwork(nursery, FINE, tls=server_context(Tls()) if scheme == "https" else None)
    return FaultNetwork(real), real, f"{scheme}://localhost/"


@pytest.mark.parametrize(
    ("kind", "status", "seconds", "asks_the_server"),
    [
        ("dns", 6, 0, False),
        ("refuse", 7, 0, False),
        ("reset", 56, 0, False),
        ("truncate", 18, 0, False),
        ("garbage", 1, 0, False),
        ("hang", 28, 30, False),
        ("slow", 200, 27, True),
        (503, 503, 0, False),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("connection", ["new", "kept"])
async def test_the_next_request_meets_a_fault_and_the_one_after_it_none(
    autojump_clock: MockClock,
    nursery: trio.Nursery,
    kind: Kind,
    status: int,
    seconds: float,
    asks_the_server: bool,
    scheme: str,
    connection: str,
) -> None:
    network, real, url = served(nursery, scheme)
    async with dl7450.open_dock(network=network) as dock:
        if connection == "kept":
            assert (await dock.http.get(url, **TRUSTED)).status_code() == 200
        asked = len(real.log.requests)
        network.inject(InjectedFault("localhost", kind))
        met = await dock.http.get(url, **TRUSTED)
        assert (met.status_code(), bytes(met.body())) == (status, b"hello" if status == 200 else b"")
        assert trio.current_time() == pytest.approx(seconds)
        assert (len(real.log.requests) > asked) == asks_the_server
        assert network.faults == ()
        assert (await dock.http.get(url, **TRUSTED)).status_code() == 200
        assert trio.current_time() == pytest.approx(seconds), "the fault must be over"


async def test_a_bad_certificate_is_met_by_https_and_means_nothing_to_http(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    for scheme, status in [("https", 60), ("http", 200)]:
        network, _, url = served(nursery, scheme)
        network.inject(InjectedFault("*", "bad_certificate"))
        async with dl7450.open_dock(network=network) as dock:
            codes = [(await dock.http.get(url, **TRUSTED)).status_code() for _ in range(2)]
        assert codes == [status, 200]


async def test_a_fault_stays_until_it_is_taken_back_and_the_first_of_several_is_met(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    network, _, url = served(nursery, "http")
    stays, once = InjectedFault("*host", 500, once=False), InjectedFault("LOCALHOST:80", "reset")
    network.inject(stays)
    network.inject(once)
    async with dl7450.open_dock(network=network) as dock:
        codes = [(await dock.http.get(url)).status_code() for _ in range(3)]
        network.take_back(stays)
        codes += [(await dock.http.get(url)).status_code() for _ in range(2)]
        network.take_back(once)
    assert codes == [500, 500, 500, 56, 200]


async def test_what_is_under_way_is_left_alone(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    async def late(_: object) -> None:
        await trio.sleep(5)

    network = FaultNetwork(ScriptedNetwork(nursery, (request, late, ok(), request, ok())))
    fault = InjectedFault("localhost", "refuse")
    codes = []
    async with dl7450.open_dock(network=network) as dock:
        dock.http.get_async("http://localhost/", lambda response: codes.append(response.status_code()))
        await trio.sleep(1)
        network.inject(fault)
        await trio.sleep(5)
        assert network.faults == (fault,)
        codes.append((await dock.http.get("http://localhost/")).status_code())
    assert codes == [200, 7]


@pytest.mark.parametrize(
    ("pattern", "host", "port", "meets"),
    [
        ("content.example", "Content.Example.", 443, True),
        ("content.example", "www.content.example", 443, False),
        ("*.example", "www.content.example", 443, True),
        ("content.example:8080", "content.example", 8080, True),
        ("content.example:8080", "content.example", 80, False),
        ("[::1]:80", "::1", 80, True),
        ("::1", "::1", 80, True),
        ("c?ntent.example", "content.example", 80, False),
        (" * ", "content.example", 80, True),
    ],
)
def test_a_pattern_names_hosts(pattern: str, host: str, port: int, meets: bool) -> None:
    assert InjectedFault(pattern, "dns").is_for(host, port) == meets


def test_faults_are_written_by_their_names() -> None:
    assert [kind_of(text) for text in ("reset", "503")] == ["reset", 503]
    for text in ("boom", "99", "2000", ""):
        with pytest.raises(ValueError, match=f"there is no fault '{text}': use dns, refuse, .* or a status from 200"):
            kind_of(text)
    with pytest.raises(ValueError, match="a fault is for a host: name one"):
        InjectedFault(" ", "dns")
    with pytest.raises(ValueError, match="status must be from 200 to 999, not 7"):
        InjectedFault("*", 7)


async def test_latency_is_a_round_trip_of_every_step(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    network, _, url = served(nursery, "http")
    network.link.latency = 0.5
    async with dl7450.open_dock(network=network) as dock:
        await dock.http.get(url)
        assert trio.current_time() == 1.5, "look-up, connect, answer"
        await dock.http.get(url)
        assert trio.current_time() == 2, "on the kept connection"
        network.link.latency = 0
        await dock.http.get(url)
        assert trio.current_time() == 2


async def test_bandwidth_is_shared_by_all_connections(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    body = b"a" * 100_000
    answer = ok(body)
    network = FaultNetwork(ScriptedNetwork(nursery, (request, answer)))
    network.link.bandwidth = 8 * len(answer)
    bodies = []
    async with dl7450.open_dock(network=network) as dock:
        for _ in range(2):
            dock.http.get_async("http://localhost/", lambda response: bodies.append(response.body()))
    assert bodies == [body, body]
    assert trio.current_time() == pytest.approx(2, abs=0.01), "a second each, and the requests"


async def test_an_upload_takes_its_time_too(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    network, real, url = served(nursery, "http")
    network.link.bandwidth = 8_000_000
    async with dl7450.open_dock(network=network) as dock:
        assert (await dock.http.post(url, data=bytes(3_000_000))).status_code() == 200
    assert real.log.requests[0].body == bytes(3_000_000)
    assert trio.current_time() == pytest.approx(3, abs=0.01)


def test_a_link_that_there_cannot_be_is_refused() -> None:
    link = Link()
    for seconds in (-1, math.inf, math.nan):
        with pytest.raises(ValueError, match="a latency is a number of seconds from 0"):
            link.latency = seconds
    for bits in (0, -1, math.nan):
        with pytest.raises(ValueError, match="a bandwidth is a number of bits per second above 0"):
            link.bandwidth = bits
    assert (link.latency, link.bandwidth) == (0, math.inf)
