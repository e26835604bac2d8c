"""The transport: real sockets on loopback, connections used again, resends, trusted certificates."""

from contextlib import aclosing

import httpx2
import pytest
import trio
from trio.testing import MockClock

import dl7450
from dl7450.http import _connection
from dl7450.http._client import HttpStatistics
from dl7450.http._curl import FailedRequest
from dl7450.http._exchange import Exchange
from dl7450.http._network import TrioNetwork
from dl7450.http._transport import IDLE_CONNECTIONS_MAX, RESENDS_MAX, DockTransport
from tests._scripted_network import ScriptedNetwork
from tests._styles import STYLES, Style, ask
from tests.conformance._certificates import Tls, cacert, server_context
from tests.conformance._scenario import FINE, LAST_CHUNK, always, chunk, chunked, ok
from tests.conformance._server import (
    Connection,
    FaultServer,
    again,
    body,
    close,
    fault_server,
    head,
    in_one_segment,
    pause,
    request,
    rst,
    together,
)


def url_of(server: FaultServer, scheme: str = "http") -> str:
    return f"{scheme}://{server.host}:{server.port}/"


def connections(log_of: FaultServer | ScriptedNetwork) -> list[int]:
    """On which connection each request came."""
    return [seen.connection for seen in log_of.log.requests]


@pytest.mark.parametrize("style", STYLES)
async def test_a_connection_is_kept_and_used_again(style: Style) -> None:
    async with fault_server(FINE) as server, dl7450.open_dock() as dock:
        answers = [await ask(dock, style, url_of(server), method=method) for method in ("GET", "POST", "GET")]
    assert [bytes(answer.body()) for answer in answers] == [b"hello"] * 3
    assert connections(server) == [0, 0, 0]


async def test_a_connection_that_the_server_closes_is_not_used_again() -> None:
    async with fault_server(always(ok(b"", b"Connection: close"))) as server, dl7450.open_dock() as dock:
        assert [(await dock.http.get(url_of(server))).status_code() for _ in range(2)] == [200, 200]
    assert connections(server) == [0, 1]


@pytest.mark.parametrize("style", STYLES)
async def test_a_chunked_body_arrives_whole(style: Style) -> None:
    answer = chunked(chunk(b"hello"), chunk(b", "), chunk(b"world" * 50_000), LAST_CHUNK)
    async with fault_server(always(answer)) as server, dl7450.open_dock() as dock:
        bodies = [(await ask(dock, style, url_of(server))).body() for _ in range(2)]
    assert bodies == [b"hello, " + b"world" * 50_000] * 2
    assert connections(server) == [0, 0]


async def test_large_bodies_that_come_at_once_do_not_mix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_connection, "LARGE_READ", 10_000)  # full at each read: more can be read without waiting
    sent = [bytes([number]) * 3_000_000 for number in range(4)]
    async with fault_server(*map(always, map(ok, sent))) as server, dl7450.open_dock() as dock:
        received: list[bytes] = []

        async def fetch() -> None:
            received.append(bytes((await dock.http.get(url_of(server))).body()))

        async with trio.open_nursery() as nursery:
            for _ in sent:
                nursery.start_soon(fetch)
    assert sorted(received) == sent


@pytest.mark.parametrize(
    ("pieces", "status", "size", "connection"),
    [
        ((ok(bytes(200_000)),), 200, 200_000, 0),
        ((chunked(chunk(bytes(200_000)), chunk(bytes(100_000)), LAST_CHUNK),), 200, 300_000, 0),
        ((ok(bytes(200_000)) + b"more",), 200, 200_000, 1),
        ((ok(bytes(200_000))[:-1], close), 18, 0, 1),
        ((ok(bytes(200_000))[:-1], rst), 56, 0, 1),
    ],
    ids=["length", "chunks", "more", "end", "reset"],
)
async def test_a_large_body_ends_as_a_small_one_does(
    pieces: tuple[bytes, ...], status: int, size: int, connection: int
) -> None:
    """Read past the parser; `connection`: the one of the request after it."""
    async with fault_server((request, *pieces, again(request, ok()))) as server, dl7450.open_dock() as dock:
        answer = await dock.http.get(url_of(server))
        await dock.http.get(url_of(server))
    assert (answer.status_code(), len(answer.body())) == (status, size)
    assert connections(server) == [0, connection]


@pytest.mark.parametrize("style", STYLES)
async def test_tls_with_certificates_of_the_app(style: Style) -> None:
    async with fault_server(FINE, tls=server_context(Tls())) as server, dl7450.open_dock() as dock:
        url = url_of(server, "https")
        codes = [
            (await ask(dock, style, url, cacert=trusted)).status_code()
            for trusted in (cacert("ca"), cacert("leaf:good"), cacert("other"), None, cacert("garbage"), "")
        ]
    assert codes == [200, 200, 60, 60, 77, 43]


async def test_a_request_with_certificates_of_its_own_never_shares_a_connection() -> None:
    async with fault_server(FINE, tls=server_context(Tls())) as server, dl7450.open_dock() as dock:
        url = url_of(server, "https")
        for trusted in ("ca", "bundle", "ca", "bundle"):
            assert (await dock.http.get(url, cacert=cacert(trusted))).status_code() == 200
        assert (await dock.http.get(url)).status_code() == 60
    assert connections(server) == [0, 1, 0, 1]


async def test_plain_requests_share_a_connection_whatever_certificates_they_name() -> None:
    async with fault_server(FINE) as server, dl7450.open_dock() as dock:
        for trusted in (None, cacert("ca"), cacert("garbage")):
            assert (await dock.http.get(url_of(server), cacert=trusted)).status_code() == 200
    assert connections(server) == [0, 0, 0]


async def test_the_connection_idle_longest_makes_room(nursery: trio.Nursery) -> None:
    network = ScriptedNetwork(nursery, FINE, tls=server_context(Tls()))
    async with dl7450.open_dock(network=network) as dock:
        for index in range(IDLE_CONNECTIONS_MAX + 3):
            answer = await dock.http.get("https://localhost/", cacert=f"{cacert('ca')}\n{index}")
            assert answer.status_code() == 200
        assert network.open_connections == IDLE_CONNECTIONS_MAX
    assert network.open_connections == 0


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_request_on_a_connection_that_dies_unseen_is_sent_again(method: str) -> None:
    dies = (request, ok(), request, close)
    async with fault_server(dies, FINE) as server, dl7450.open_dock() as dock:
        url = url_of(server)
        assert [(await dock.http.request(method, url, data=b"d")).status_code() for _ in range(2)] == [200, 200]
    assert [(seen.connection, seen.body) for seen in server.log.requests] == [(0, b"d"), (0, b"d"), (1, b"d")]
    assert dock.http.statistics() == HttpStatistics(16, 0, completed=2)


async def test_a_request_that_is_answered_by_something_else_is_not_sent_again() -> None:
    async with fault_server((request, ok(), request, b"nonsense"), FINE) as server, dl7450.open_dock() as dock:
        codes = [(await dock.http.get(url_of(server))).status_code() for _ in range(2)]
    assert codes == [200, 8]
    assert connections(server) == [0, 0]


async def test_a_request_on_a_new_connection_that_dies_is_not_sent_again() -> None:
    async with fault_server((request, close)) as server, dl7450.open_dock() as dock:
        assert (await dock.http.get(url_of(server))).status_code() == 52
    assert connections(server) == [0]


async def test_a_request_that_cannot_be_sent_is_55_on_a_new_connection_and_sent_again_on_a_kept_one(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    network = ScriptedNetwork(
        nursery,
        (stops_reading, pause(1), close),
        (request, ok(), stops_reading, pause(1), close),
        FINE,
    )
    async with dl7450.open_dock(network=network) as dock:
        assert [(await dock.http.get("http://dock.example/")).status_code() for _ in range(3)] == [55, 200, 200]
    assert connections(network) == [1, 2]


async def stops_reading(connection: Connection) -> None:
    """A step of a script: from here on, sending to the server fails."""
    assert isinstance(connection.stream, trio.StapledStream)
    connection.stream.receive_stream.close()


async def test_a_connection_that_was_switched_to_another_protocol_is_not_used_again(nursery: trio.Nursery) -> None:
    """What follows is the other protocol's, until the server closes; libcurl takes it for a body."""
    switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\n\r\n"
    network = ScriptedNetwork(nursery, (request, switch + b"other words", close), FINE)
    async with dl7450.open_dock(network=network) as dock:
        answer = await dock.http.get("http://dock.example/", {"Upgrade": "other", "Connection": "Upgrade"})
        assert (answer.status_code(), answer.headers()) == (101, {"Upgrade": "other"})
        assert answer.body() == b"other words"
        assert network.open_connections == 0


async def test_resends_come_to_an_end() -> None:
    """More connections are kept than a request is sent again, and each of them dies when it is used."""
    kept = RESENDS_MAX + 2
    async with fault_server((request, together(kept), ok(), request, close)) as server, dl7450.open_dock() as dock:
        url = url_of(server)
        async with trio.open_nursery() as nursery:
            for _ in range(kept):
                nursery.start_soon(dock.http.get, url)
        assert (await dock.http.get(url)).status_code() == 52
    assert len(server.log.requests) == kept + 1 + RESENDS_MAX


async def test_a_connection_idle_for_two_minutes_is_closed_and_not_used(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    network = ScriptedNetwork(nursery, FINE)
    async with dl7450.open_dock(network=network) as dock:
        for idle in (0, 117, 119):
            await trio.sleep(idle)
            assert (await dock.http.get("http://dock.example/")).status_code() == 200
        assert network.open_connections == 1
    assert connections(network) == [0, 0, 1]


async def test_a_large_upload_ends_with_the_answer_that_overtakes_it_and_takes_its_connection_with_it() -> None:
    """The server would read the next request as the rest of the upload."""
    async with fault_server((head, ok(status=b"413 Too Large")), FINE) as server, dl7450.open_dock() as dock:
        answer = await dock.http.post(url_of(server), data=bytes(8_000_000), timeout=30)
        assert answer.status_code() == 413
        assert (await dock.http.get(url_of(server), timeout=30)).status_code() == 200
    assert connections(server) == [0, 1]


@pytest.mark.parametrize("piece", [ok(b"BAD"), b"B"])
async def test_what_came_unasked_in_a_tls_record_of_its_own_is_never_an_answer(piece: bytes) -> None:
    script = (request, in_one_segment(ok(), piece), request)
    async with fault_server(script, FINE, tls=server_context(Tls())) as server, dl7450.open_dock() as dock:
        for _ in range(2):
            answer = await dock.http.get(url_of(server, "https"), cacert=cacert("ca"))
            assert (answer.status_code(), bytes(answer.body())) == (200, b"hello")
    assert connections(server) == [0, 1]


async def test_an_upload_goes_on_after_a_whole_answer_and_its_connection_is_used_again() -> None:
    async with fault_server((head, ok(b"early"), body, again(request, ok()))) as server, dl7450.open_dock() as dock:
        answers = [await dock.http.post(url_of(server), data=data, timeout=20) for data in (bytes(8_000_000), b"")]
    assert [bytes(answer.body()) for answer in answers] == [b"early", b"hello"]
    assert [(seen.connection, len(seen.body or b"")) for seen in server.log.requests] == [(0, 8_000_000), (0, 0)]


async def test_the_status_of_an_early_answer_that_breaks_off_is_known() -> None:
    exchange = Exchange(lambda: 0)
    script = (head, ok(status=b"503 Service Unavailable")[:-5], pause(0.1), rst)
    async with fault_server(script) as server, aclosing(DockTransport(TrioNetwork())) as transport:
        extensions = {"target": b"/", "zone": "", "cacert": None, "exchange": exchange}
        asked = httpx2.Request("POST", url_of(server), content=bytes(8_000_000), extensions=extensions)
        with pytest.raises(FailedRequest, match="RESET"):
            await transport.handle_async_request(asked)
    assert (exchange.head_received, exchange.status_code) == (True, 503)


async def test_small_chunks_that_come_at_once_are_read_in_many_turns(nursery: trio.Nursery) -> None:
    """10,000 chunks are 20,000 steps of the parser, and 500 of them are a turn."""
    bodies = {80: chunk(b"x" * 10_000), 81: chunk(b"x") * 10_000}
    ports = {port: always(chunked(body, LAST_CHUNK)) for port, body in bodies.items()}
    turns = {80: 0, 81: 0}

    async def count_turns(port: int) -> None:
        while True:
            turns[port] += 1
            await trio.lowlevel.checkpoint()

    async with dl7450.open_dock(network=ScriptedNetwork(nursery, ports=ports)) as dock:
        for port in ports:
            async with trio.open_nursery() as others:
                others.start_soon(count_turns, port)
                assert (await dock.http.get(f"http://dock.example:{port}/")).body() == b"x" * 10_000
                others.cancel_scope.cancel()
    assert turns[81] - turns[80] > 35  # of 40: in which order tasks run is Trio's affair


async def test_a_request_whose_certificates_cannot_be_read_lets_others_run(autojump_clock: MockClock) -> None:
    async with dl7450.open_dock() as dock:
        with trio.move_on_after(1) as limit:
            for _ in range(1000):
                answer = await dock.http.get("https://127.0.0.1/", cacert="no PEM")
                assert answer.status_code() == 77
                limit.cancel()
    assert limit.cancelled_caught
