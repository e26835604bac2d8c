"""`HttpClient`: tokens, timeouts, waiting, size limit, headers of answers, other transports."""

from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

import httpx2
import pytest
import trio
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from trio.testing import MockClock, wait_all_tasks_blocked

import dl7450
from dl7450 import http
from dl7450.http import Response
from dl7450.http._client import HttpStatistics
from tests._scripted_network import ScriptedNetwork
from tests._styles import STYLES, Style, ask, ask_in_app, waits_for
from tests.conformance._scenario import FINE, ok, raw_200
from tests.conformance._server import Script, close, pause, request, stall

URL = "http://dock.example/"
REQUESTS_MAX = 16


async def answer_of_sixteen(dock: dl7450.Dock) -> set[int]:
    """The status codes of as many requests as there are tokens, all in flight at once."""
    codes: set[int] = set()

    async def one() -> None:
        codes.add((await dock.http.get(URL)).status_code())

    async with trio.open_nursery() as nursery:
        for _ in range(REQUESTS_MAX):
            nursery.start_soon(one)
    return codes


@pytest.mark.parametrize("style", STYLES)
async def test_sixteen_requests_are_in_flight_and_the_seventeenth_gets_89_at_once(
    style: Style, nursery: trio.Nursery
) -> None:
    gate = trio.Event()
    network = ScriptedNetwork(nursery, (request, waits_for(gate), ok()))
    answers: list[int] = []

    async def one() -> None:
        answers.append((await ask(dock, style, URL)).status_code())

    async with dl7450.open_dock(network=network) as dock, trio.open_nursery() as requests:
        for _ in range(REQUESTS_MAX):
            requests.start_soon(one)
        await network.log.until(REQUESTS_MAX)

        refused = await ask(dock, style, URL)

        assert (refused.status_code(), refused.headers(), refused.body()) == (89, {}, bytearray())
        assert dock.http.statistics() == HttpStatistics(limit=16, in_flight=16, rejected=1)
        assert network.connections == REQUESTS_MAX
        gate.set()
    assert answers == [200] * REQUESTS_MAX
    assert dock.http.statistics() == HttpStatistics(limit=16, in_flight=0, completed=16, rejected=1)


async def test_the_three_styles_share_the_tokens(nursery: trio.Nursery) -> None:
    gate = trio.Event()
    network = ScriptedNetwork(nursery, (request, waits_for(gate), ok()))
    async with dl7450.open_dock(network=network) as dock, trio.open_nursery() as requests:
        for index in range(REQUESTS_MAX):
            requests.start_soon(ask, dock, STYLES[index % 3], URL)
        await network.log.until(REQUESTS_MAX)

        assert [(await ask(dock, style, URL)).status_code() for style in STYLES] == [89, 89, 89]
        gate.set()


FAILURES: dict[str, tuple[Script, float, HttpStatistics, int]] = {
    "success": (FINE, 0, HttpStatistics(16, 0, completed=17), 200),
    "http error": ((request, ok(status=b"503 Busy"), *FINE), 0, HttpStatistics(16, 0, completed=17), 503),
    "failure": ((request, close), 0, HttpStatistics(16, 0, completed=16, failed=1), 52),
    "timeout": ((request, stall), 3, HttpStatistics(16, 0, completed=16, failed=1), 28),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("script", "timeout", "statistics", "code"), FAILURES.values(), ids=FAILURES.keys())
async def test_a_token_comes_back_however_a_request_ends(
    script: Script,
    timeout: float,  # noqa: ASYNC109  not one: the request's parameter
    statistics: HttpStatistics,
    code: int,
    style: Style,
    nursery: trio.Nursery,
    autojump_clock: MockClock,
) -> None:
    async with dl7450.open_dock(network=ScriptedNetwork(nursery, script, FINE)) as dock:
        answer = await ask_in_app(dock, style, URL, timeout=timeout)

        assert type(answer.status_code()) is int
        assert answer.status_code() == code
        assert trio.current_time() == timeout
        assert dock.http.statistics().in_flight == 0
        assert await answer_of_sixteen(dock) == {200}
        assert dock.http.statistics() == statistics


@pytest.mark.parametrize("style", STYLES)
async def test_a_timeout_covers_the_whole_exchange_and_0_is_none(
    style: Style, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    """DNS, connection, headers and body take 4 seconds each."""
    answer = ok(b"twelve bytes")
    script = (request, pause(4), answer[:-6], pause(4), answer[-6:], close)
    network = ScriptedNetwork(nursery, script, dns=4, connect=4)
    async with dl7450.open_dock(network=network) as dock:
        assert (await ask_in_app(dock, style, URL, timeout=15.5)).status_code() == 28
        assert trio.current_time() == 15.5
        assert (await ask_in_app(dock, style, URL, timeout=16.5)).status_code() == 200
        assert trio.current_time() == 15.5 + 16
        assert (await ask_in_app(dock, style, URL, timeout=0)).status_code() == 200


async def test_wait_takes_a_token_when_one_is_free_and_waiting_is_not_timed(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    network = ScriptedNetwork(nursery, (request, pause(2), ok(), request, pause(2), ok()))
    record: list[tuple[int, float]] = []

    async def one() -> None:
        answer = await dock.http.get(URL, timeout=3, wait=True)
        record.append((answer.status_code(), trio.current_time()))

    async with dl7450.open_dock(network=network) as dock, trio.open_nursery() as requests:
        for _ in range(REQUESTS_MAX + 1):
            requests.start_soon(one)
    assert record == [(200, 2.0)] * REQUESTS_MAX + [(200, 4.0)]
    assert dock.http.statistics() == HttpStatistics(16, 0, completed=17)


async def test_wait_is_a_bool() -> None:
    async with dl7450.open_dock() as dock:
        with pytest.raises(TypeError, match=r"^wait must be True or False, not str$"):
            await dock.http.get("http://content.example/", wait="no")  # type: ignore[arg-type]


async def test_cancelling_a_wait_for_a_token_leaves_the_tokens_alone(nursery: trio.Nursery) -> None:
    gate = trio.Event()
    network = ScriptedNetwork(nursery, (request, waits_for(gate), ok(), request, ok()))
    async with dl7450.open_dock(network=network) as dock, trio.open_nursery() as requests:
        for _ in range(REQUESTS_MAX):
            requests.start_soon(dock.http.get, URL)
        await network.log.until(REQUESTS_MAX)
        async with trio.open_nursery() as waiting:
            waiting.start_soon(partial(dock.http.get, URL, wait=True))
            await wait_all_tasks_blocked()
            assert dock.http.statistics() == HttpStatistics(16, 16)
            waiting.cancel_scope.cancel()
        assert dock.http.statistics() == HttpStatistics(16, 16, cancelled=1)
        gate.set()
    assert dock.http.statistics() == HttpStatistics(16, 0, completed=16, cancelled=1)


async def test_a_wait_for_a_token_ends_when_the_dock_stops(nursery: trio.Nursery) -> None:
    async def fetch(dock: dl7450.Dock) -> None:
        with pytest.raises(trio.ClosedResourceError, match="the dock was closed meanwhile"):
            await dock.http.get(URL, wait=True)

    async def fail_with_all_tokens_taken(requests: trio.Nursery) -> dl7450.Dock:
        with suppress(LookupError):
            async with dl7450.open_dock(network=ScriptedNetwork(nursery, (request,))) as dock:
                for _ in range(REQUESTS_MAX + 1):
                    requests.start_soon(fetch, dock)
                await wait_all_tasks_blocked()
                raise LookupError
        return dock

    async with trio.open_nursery() as requests:
        dock = await fail_with_all_tokens_taken(requests)
    assert dock.http.statistics() == HttpStatistics(16, 0, cancelled=17)


async def test_a_deadline_of_the_callers_own_cancels_and_is_no_timeout(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    async with dl7450.open_dock(network=ScriptedNetwork(nursery, (request,))) as dock:
        with trio.move_on_after(2) as scope:
            await dock.http.get(URL, timeout=3)
        assert (scope.cancelled_caught, trio.current_time()) == (True, 2)
        with trio.move_on_after(4) as scope:
            assert (await dock.http.get(URL, timeout=3)).status_code() == 28
        assert (scope.cancelled_caught, trio.current_time()) == (False, 5)
    assert dock.http.statistics() == HttpStatistics(16, 0, failed=1, cancelled=1)


async def test_a_body_that_is_too_large_ends_with_63_and_its_connection_is_closed(nursery: trio.Nursery) -> None:
    network = ScriptedNetwork(nursery, (request, ok(b"x" * 1001)), (request, ok(b"x" * 1000)))
    async with dl7450.open_dock(network=network, max_response_bytes=1000) as dock:
        assert (await dock.http.get(URL)).status_code() == 63
        assert network.open_connections == 0
        assert len((await dock.http.get(URL)).body()) == 1000
        assert network.open_connections == 1
    assert network.open_connections == 0


async def test_header_names_keep_their_spelling_and_repeated_ones_are_joined(nursery: trio.Nursery) -> None:
    answer = raw_200(
        b"Content-Length: 5",
        b"X-MiXed: one",
        b"Set-Cookie: a=1; Path=/",
        b"x-mixed: two",
        b"set-cookie: b=2",
        b"X-Utf8: \xc5\x81\xc3\xb3d\xc5\xba",
        b"X-Latin1: Fran\xe7ois",
        b"X-Empty:",
    )
    async with dl7450.open_dock(network=ScriptedNetwork(nursery, (request, answer))) as dock:
        response = await dock.http.get(URL)
    assert response.headers() == {
        "Content-Length": "5",
        "X-MiXed": "one, two",
        "Set-Cookie": "a=1; Path=/\nb=2",
        "X-Utf8": "Łódź",
        "X-Latin1": "François",
        "X-Empty": "",
    }


async def test_headers_are_sent_as_given_and_in_order_around_what_the_dock_adds(nursery: trio.Nursery) -> None:
    network = ScriptedNetwork(nursery, FINE)
    async with dl7450.open_dock(network=network) as dock:
        await dock.http.get("http://me:pass@dock.example:8080/p?q#f", {"X-B": "1", "x-a": " two "})
        await dock.http.post(URL, {"Accept": "text/plain", "host": "other", "Authorization": "x"}, b"data")
    assert [(seen.line, seen.headers, seen.body) for seen in network.log.requests] == [
        (
            b"GET /p?q HTTP/1.1",
            (
                (b"Host", b"dock.example:8080"),
                (b"Authorization", b"Basic bWU6cGFzcw=="),
                (b"Accept", b"*/*"),
                (b"X-B", b"1"),
                (b"x-a", b"two"),
                (b"Content-Length", b"0"),
            ),
            b"",
        ),
        (
            b"POST / HTTP/1.1",
            (
                (b"host", b"other"),
                (b"Accept", b"text/plain"),
                (b"Authorization", b"x"),
                (b"Content-Length", b"4"),
            ),
            b"data",
        ),
    ]


@pytest.mark.parametrize("method", ["get_async", "post_async"])
async def test_a_callback_of_the_trio_surface_runs_in_trio(method: str, nursery: trio.Nursery) -> None:
    record: list[object] = []

    def on_complete(answer: Response) -> None:
        record.append((answer.status_code(), trio.lowlevel.in_trio_task(), dock.http.statistics().in_flight))

    async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE)) as dock:
        getattr(dock.http, method)(URL, on_complete)
    assert record == [(200, True, 0)]


async def test_what_a_callback_of_the_trio_surface_raises_is_raised_by_open_dock(nursery: trio.Nursery) -> None:
    def on_complete(answer: Response) -> None:
        raise LookupError("callback")

    async def program() -> None:
        async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE)) as dock:
            dock.http.get_async(URL, on_complete)
            await trio.sleep_forever()

    with pytest.raises(LookupError, match=r"^callback$"):
        await program()


async def test_any_transport_of_httpx_can_be_the_server() -> None:
    def server(asked: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(202, headers={"X-Path": asked.url.path}, content=asked.read()[::-1])

    async with dl7450.open_dock(transport=httpx2.MockTransport(server)) as dock:
        answer = await dock.http.post("http://dock.example/some/path", data=b"abc")
    assert (answer.status_code(), answer.headers()["X-Path"], bytes(answer.body())) == (202, "/some/path", b"cba")


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (httpx2.ConnectTimeout, 28),
        (httpx2.ReadTimeout, 28),
        (httpx2.ConnectError, 7),
        (httpx2.WriteError, 55),
        (httpx2.ReadError, 56),
        (httpx2.UnsupportedProtocol, 1),
        (httpx2.RemoteProtocolError, 8),
    ],
)
async def test_what_a_transport_of_httpx_raises_is_a_code(raised: type[httpx2.TransportError], code: int) -> None:
    def server(asked: httpx2.Request) -> httpx2.Response:
        raise raised("no")

    async with dl7450.open_dock(transport=httpx2.MockTransport(server)) as dock:
        assert (await dock.http.get(URL)).status_code() == code


async def test_a_bug_in_a_transport_is_raised_and_the_token_comes_back() -> None:
    def server(asked: httpx2.Request) -> httpx2.Response:
        raise ZeroDivisionError("a bug")

    async with dl7450.open_dock(transport=httpx2.MockTransport(server)) as dock:
        with pytest.raises(ZeroDivisionError, match=r"^a bug$"):
            await dock.http.get(URL)
        assert dock.http.statistics() == HttpStatistics(16, 0, failed=1)


class FailingProcessor(SpanProcessor):
    def __init__(self, when: str) -> None:
        self._when = when

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if self._when == "start":
            raise LookupError("telemetry")

    def on_end(self, span: ReadableSpan) -> None:
        if self._when == "end":
            raise LookupError("telemetry")


@pytest.mark.parametrize("when", ["start", "end"])
@pytest.mark.parametrize("style", STYLES)
async def test_telemetry_that_fails_takes_no_token(when: str, style: Style, nursery: trio.Nursery) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(FailingProcessor(when))

    async def program() -> None:
        async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE), tracer_provider=provider) as dock:
            docks.append(dock)
            if style == "callback":  # the dock raises it, and nobody is called
                await trio.to_thread.run_sync(http.get_async, URL, print)
            else:
                await ask(dock, style, URL)

    docks: list[dl7450.Dock] = []
    with pytest.raises(LookupError, match=r"^telemetry$"):
        await program()
    assert docks[0].http.statistics().in_flight == 0


async def test_a_cancellation_that_a_transport_wraps_in_groups_is_still_one(autojump_clock: MockClock) -> None:
    class Nurseries(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            async with trio.open_nursery() as outer, trio.open_nursery() as inner:
                outer.start_soon(trio.sleep_forever)
                inner.start_soon(trio.sleep_forever)
            raise AssertionError("unreachable")

    async with dl7450.open_dock(transport=Nurseries()) as dock:
        with trio.move_on_after(1) as scope:
            await dock.http.get(URL)
        assert scope.cancelled_caught
        assert dock.http.statistics() == HttpStatistics(16, 0, cancelled=1)


async def test_every_request_is_a_checkpoint() -> None:
    """With a transport that never waits, a loop of requests must let other tasks run, and must be cancellable."""

    def server(asked: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(204)

    async with dl7450.open_dock(transport=httpx2.MockTransport(server)) as dock:
        for ask_it in (partial(dock.http.get, URL), partial(dock.http.get, "bad url"), partial(dock.http.post, URL)):
            with trio.testing.assert_checkpoints():
                await ask_it()
            with trio.CancelScope() as scope:
                scope.cancel()
                await ask_it()
            assert scope.cancelled_caught
    assert dock.http.statistics() == HttpStatistics(16, 0, completed=2, failed=1)


class _PlainIterator(httpx2.AsyncByteStream):
    """A body whose iterator is not a generator."""

    def __init__(self) -> None:
        self._parts = iter([b"one ", b"two"])

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        for part in self._parts:
            return part
        raise StopAsyncIteration


async def test_a_body_of_another_transport_need_not_be_a_generator() -> None:
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, stream=_PlainIterator()))
    async with dl7450.open_dock(transport=transport) as dock:
        assert (await dock.http.get("http://dock.example/")).body() == b"one two"


async def test_a_timeout_beyond_all_clocks_is_none(nursery: trio.Nursery) -> None:
    async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE)) as dock:
        assert (await dock.http.get("http://dock.example/", timeout=10**400)).status_code() == 200
