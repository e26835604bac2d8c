"""The spans of requests, compared as a whole, in the three styles; their metrics."""

import contextvars
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
import trio
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader, NumberDataPoint
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode, TraceFlags
from trio.testing import MockClock

import dl7450
from dl7450 import http, wakeup
from dl7450.http import Response
from tests._scripted_network import ScriptedNetwork
from tests._spans import Shown, shown
from tests._styles import STYLES, Style, ask, ask_in_app, waits_for
from tests.conformance._certificates import Tls, cacert, server_context
from tests.conformance._scenario import FINE, ok
from tests.conformance._server import Script, close, pause, request, stall

URL = "http://dock.example/"

AT_START: dict[str, Any] = {
    "http.request.method": "GET",
    "server.address": "dock.example",
    "server.port": 80,
    "url.scheme": "http",
    "url.full": URL,
    "dl7450.http.in_flight": 1,
    "http.request.body.size": 0,
}
PEER = {"network.peer.address": "192.0.2.1", "network.peer.port": 80}
ANSWERED = {
    **AT_START,
    **PEER,
    "http.response.status_code": 200,
    "network.protocol.version": "1.1",
    "http.response.body.size": 5,
}
DNS = Shown("DNS lookup dock.example", seconds=1.0, parent="GET")
CONNECT = Shown("socket connect 192.0.2.1:80", seconds=2.0, parent="GET")


def failed(code: int, name: str) -> dict[str, Any]:
    return {"dl7450.curl.code": code, "error.type": name}


@dataclass
class Case:
    """One request: what it meets and how its span looks. Finding the address takes 1 s, connecting 2 s."""

    attributes: dict[str, Any]
    seconds: float
    events: tuple[tuple[str, float], ...] = ()
    phases: list[Shown] = field(default_factory=list)
    script: Script = (request, pause(3), ok())
    url: str = URL
    arguments: dict[str, Any] = field(default_factory=dict)
    tls: bool = False
    status: StatusCode = StatusCode.ERROR


CASES = {
    "success": Case(
        ANSWERED,
        seconds=6.0,
        events=(("request sent", 3.0), ("first byte", 6.0)),
        phases=[DNS, CONNECT],
        status=StatusCode.UNSET,
    ),
    "a large upload": Case(
        ANSWERED | {"http.request.method": "POST", "http.request.body.size": 200_000},
        seconds=6.0,
        events=(("request sent", 3.0), ("first byte", 6.0)),
        phases=[
            Shown("DNS lookup dock.example", seconds=1.0, parent="POST"),
            Shown("socket connect 192.0.2.1:80", seconds=2.0, parent="POST"),
        ],
        arguments={"method": "POST", "data": bytes(200_000)},
        status=StatusCode.UNSET,
    ),
    "a post with secrets": Case(
        ANSWERED
        | {
            "http.request.method": "POST",
            "url.full": "http://REDACTED:REDACTED@dock.example:81/p?sig=REDACTED",
            "server.port": 81,
            "network.peer.port": 81,
            "http.request.body.size": 4,
            "http.response.body.size": 0,
            "http.response.status_code": 304,
        },
        script=(request, b"HTTP/1.1 304 Not Modified\r\n\r\n"),
        url="http://me:secret@dock.example:81/p?sig=secret#fragment",
        arguments={"method": "POST", "data": b"four"},
        seconds=3.0,
        events=(("request sent", 3.0), ("first byte", 3.0)),
        phases=[
            Shown("DNS lookup dock.example", seconds=1.0, parent="POST"),
            Shown("socket connect 192.0.2.1:81", seconds=2.0, parent="POST"),
        ],
        status=StatusCode.UNSET,
    ),
    "404": Case(
        ANSWERED | {"http.response.status_code": 404, "error.type": "404"},
        script=(request, ok(status=b"404 Not Found")),
        seconds=3.0,
        events=(("request sent", 3.0), ("first byte", 3.0)),
        phases=[DNS, CONNECT],
    ),
    "an answer of HTTP/1.0 with status 500": Case(
        ANSWERED
        | {"http.response.status_code": 500, "error.type": "500", "network.protocol.version": "1.0"}
        | {"http.response.body.size": 0},
        script=(request, b"HTTP/1.0 500 Oh\r\nContent-Length: 0\r\n\r\n"),
        seconds=3.0,
        events=(("request sent", 3.0), ("first byte", 3.0)),
        phases=[DNS, CONNECT],
    ),
    "no answer": Case(
        AT_START | PEER | failed(52, "CURLE_GOT_NOTHING"),
        script=(request, pause(1), close),
        seconds=4.0,
        events=(("request sent", 3.0),),
        phases=[DNS, CONNECT],
    ),
    "half an answer": Case(
        AT_START
        | PEER
        | failed(18, "CURLE_PARTIAL_FILE")
        | {"network.protocol.version": "1.1", "http.response.status_code": 200},
        script=(request, ok(b"twelve bytes")[:-6], pause(1), close),
        seconds=4.0,
        events=(("request sent", 3.0), ("first byte", 3.0)),
        phases=[DNS, CONNECT],
    ),
    "a timeout while waiting": Case(
        AT_START | PEER | failed(28, "CURLE_OPERATION_TIMEDOUT"),
        script=(request, stall),
        arguments={"timeout": 9},
        seconds=9.0,
        events=(("request sent", 3.0),),
        phases=[DNS, CONNECT],
    ),
    "an error status and a body that never comes": Case(
        AT_START
        | PEER
        | failed(28, "CURLE_OPERATION_TIMEDOUT")
        | {"network.protocol.version": "1.1", "http.response.status_code": 503},
        script=(request, b"HTTP/1.1 503 Busy\r\nContent-Length: 9\r\n\r\n", stall),
        arguments={"timeout": 9},
        seconds=9.0,
        events=(("request sent", 3.0), ("first byte", 3.0)),
        phases=[DNS, CONNECT],
    ),
    "a timeout while connecting": Case(
        AT_START | failed(28, "CURLE_OPERATION_TIMEDOUT"),
        arguments={"timeout": 2.5},
        seconds=2.5,
        phases=[
            DNS,
            Shown(
                CONNECT.name,
                {"error.type": "CURLE_OPERATION_TIMEDOUT"},
                seconds=1.5,
                parent="GET",
                status=StatusCode.ERROR,
            ),
        ],
    ),
    "no TLS": Case(
        AT_START
        | PEER
        | failed(35, "CURLE_SSL_CONNECT_ERROR")
        | {"url.full": "https://dock.example/", "url.scheme": "https", "server.port": 443, "network.peer.port": 443},
        script=(b"HTTP/1.1 400 Bad Request\r\n\r\n",),
        url="https://dock.example/",
        seconds=3.0,
        phases=[
            DNS,
            Shown("socket connect 192.0.2.1:443", seconds=2.0, parent="GET"),
            Shown(
                "TLS client handshake dock.example",
                {"error.type": "SSLError"},
                parent="GET",
                status=StatusCode.ERROR,
                description="WRONG_VERSION_NUMBER",
            ),
        ],
    ),
    "a certificate that nobody trusts": Case(
        AT_START
        | PEER
        | failed(60, "CURLE_PEER_FAILED_VERIFICATION")
        | {"url.full": "https://localhost/", "server.address": "localhost", "url.scheme": "https"}
        | {"server.port": 443, "network.peer.port": 443},
        url="https://localhost/",
        tls=True,
        seconds=3.0,
        phases=[
            Shown("DNS lookup localhost", seconds=1.0, parent="GET"),
            Shown("socket connect 192.0.2.1:443", seconds=2.0, parent="GET"),
            Shown(
                "TLS client handshake localhost",
                {"error.type": "SSLCertVerificationError"},
                parent="GET",
                status=StatusCode.ERROR,
                description="unable to get local issuer certificate",
            ),
        ],
    ),
    "TLS": Case(
        ANSWERED
        | {"url.full": "https://localhost/", "server.address": "localhost", "url.scheme": "https"}
        | {"server.port": 443, "network.peer.port": 443},
        url="https://localhost/",
        arguments={"cacert": cacert("ca")},
        tls=True,
        seconds=6.0,
        events=(("request sent", 3.0), ("first byte", 6.0)),
        phases=[
            Shown("DNS lookup localhost", seconds=1.0, parent="GET"),
            Shown("socket connect 192.0.2.1:443", seconds=2.0, parent="GET"),
            Shown("TLS client handshake localhost", parent="GET"),
        ],
        status=StatusCode.UNSET,
    ),
    "a malformed URL": Case(
        {
            "http.request.method": "GET",
            "url.full": "REDACTED:REDACTED@dock.example/a b",
            "dl7450.http.in_flight": 1,
            "http.request.body.size": 0,
        }
        | failed(3, "CURLE_URL_MALFORMAT"),
        url="http://me:secret@dock.example/a b",
        seconds=0.0,
    ),
    "a scheme that is not supported": Case(
        {
            "http.request.method": "GET",
            "url.full": "gopher://dock.example/",
            "dl7450.http.in_flight": 1,
            "http.request.body.size": 0,
        }
        | failed(1, "CURLE_UNSUPPORTED_PROTOCOL"),
        url="gopher://dock.example/",
        seconds=0.0,
    ),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_the_span_of_a_request(
    case: Case,
    style: Style,
    nursery: trio.Nursery,
    autojump_clock: MockClock,
    tracer_provider: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    tls = server_context(Tls()) if case.tls else None
    network = ScriptedNetwork(nursery, case.script, tls=tls, dns=1, connect=2)
    async with dl7450.open_dock(network=network, tracer_provider=tracer_provider) as dock:
        with tracer_provider.get_tracer("test").start_as_current_span("program"):
            await ask_in_app(dock, style, case.url, **case.arguments)
    spans = [span for span in shown(exporter) if not span.name.startswith(("dl7450.", "program"))]
    assert spans == [
        *case.phases,
        Shown(
            case.arguments.get("method", "GET"),
            case.attributes | {"dl7450.http.api": style},
            seconds=case.seconds,
            events=case.events,
            parent="program" if style == "trio" else "dl7450.app",
            kind=SpanKind.CLIENT,
            status=case.status,
        ),
    ]


@pytest.mark.parametrize("style", STYLES)
async def test_a_kept_connection_has_no_phases_and_a_resend_is_the_same_span(
    style: Style,
    nursery: trio.Nursery,
    autojump_clock: MockClock,
    tracer_provider: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    """The second request gets the connection of the first, the third finds it dead when it has been sent."""
    script = (request, ok(), request, pause(1), ok(), request, pause(1), close)
    network = ScriptedNetwork(nursery, script, FINE, dns=1, connect=2)
    async with dl7450.open_dock(network=network, tracer_provider=tracer_provider) as dock:
        await dock.http.get(URL)
        exporter.clear()
        for _ in range(2):
            await ask_in_app(dock, style, URL)
    assert [span for span in shown(exporter) if not span.name.startswith("dl7450.")] == [
        Shown(
            "GET",
            ANSWERED | {"dl7450.http.api": style},
            seconds=1.0,
            events=(("request sent", 0.0), ("first byte", 1.0)),
            parent=None if style == "trio" else "dl7450.app",
            kind=SpanKind.CLIENT,
        ),
        DNS,
        CONNECT,
        Shown(
            "GET",
            ANSWERED | {"dl7450.http.api": style, "http.request.resend_count": 1},
            seconds=4.0,
            events=(("request sent", 4.0), ("first byte", 4.0)),
            parent=None if style == "trio" else "dl7450.app",
            kind=SpanKind.CLIENT,
        ),
    ]


@pytest.mark.parametrize("style", STYLES)
async def test_the_span_of_a_refused_request(
    style: Style, nursery: trio.Nursery, tracer_provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    gate = trio.Event()
    network = ScriptedNetwork(nursery, (request, waits_for(gate), ok()))
    async with (
        dl7450.open_dock(network=network, tracer_provider=tracer_provider) as dock,
        trio.open_nursery() as requests,
    ):
        for _ in range(16):
            requests.start_soon(dock.http.get, URL)
        await network.log.until(16)
        await ask(dock, style, URL)
        [refused] = [span for span in shown(exporter) if span.name == "GET"]
        gate.set()
    assert refused == Shown(
        "GET",
        AT_START
        | failed(89, "CURLE_NO_CONNECTION_AVAILABLE")
        | {"dl7450.http.api": style, "dl7450.http.in_flight": 17},
        seconds=refused.seconds,
        kind=SpanKind.CLIENT,
        status=StatusCode.ERROR,
    )


async def test_the_span_of_a_request_that_the_app_cancels(
    nursery: trio.Nursery, autojump_clock: MockClock, tracer_provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    def app() -> None:
        control = http.get_async(URL, print)
        wakeup.wakeup(control.cancel, 2500)

    network = ScriptedNetwork(nursery, FINE, dns=1, connect=2)
    async with dl7450.open_dock(network=network, tracer_provider=tracer_provider) as dock:
        await dock.run_app(app)
    assert [span for span in shown(exporter) if not span.name.startswith("dl7450.")] == [
        DNS,
        Shown(CONNECT.name, {"dl7450.cancelled": True}, seconds=1.5, parent="GET"),
        Shown(
            "GET",
            AT_START
            | {
                "dl7450.http.api": "callback",
                "dl7450.cancelled": True,
                "trio.cancelled.source": "explicit",
                "trio.cancelled.reason": "RequestControl.cancel()",
            },
            seconds=2.5,
            parent="dl7450.app",
            kind=SpanKind.CLIENT,
        ),
    ]


@pytest.mark.parametrize("wait", [False, True])
async def test_the_span_of_a_request_whose_scope_is_cancelled(
    wait: bool,
    nursery: trio.Nursery,
    autojump_clock: MockClock,
    tracer_provider: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    """Also where it waits for a token."""
    async with dl7450.open_dock(network=ScriptedNetwork(nursery, (request,)), tracer_provider=tracer_provider) as dock:
        async with trio.open_nursery() as requests:
            if wait:
                for _ in range(16):
                    requests.start_soon(partial(dock.http.post, URL, timeout=0))
            await trio.sleep(1)
            with trio.move_on_after(1.5):
                await dock.http.get(URL, wait=wait)
            requests.cancel_scope.cancel()
        [cancelled] = [span for span in shown(exporter) if span.name == "GET"]
    assert cancelled == Shown(
        "GET",
        AT_START
        | ({"dl7450.http.in_flight": 17} if wait else PEER)
        | {
            "dl7450.http.api": "trio",
            "dl7450.cancelled": True,
            "trio.cancelled.source": "deadline",
        },
        seconds=1.5,
        events=() if wait else (("request sent", 0.0),),
        kind=SpanKind.CLIENT,
    )


async def test_a_reason_of_a_cancellation_is_on_the_span_without_secrets(
    nursery: trio.Nursery, autojump_clock: MockClock, tracer_provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    network = ScriptedNetwork(nursery, (request, stall))
    async with dl7450.open_dock(network=network, tracer_provider=tracer_provider) as dock:
        with trio.CancelScope() as scope:
            async with trio.open_nursery() as requests:
                requests.start_soon(dock.http.get, URL)
                await trio.sleep(1)
                scope.cancel(reason="no answer from http://me:secret@h/?a=1&sig=secret")
    [span] = [span for span in shown(exporter) if span.name == "GET"]
    assert span.attributes["trio.cancelled.reason"] == "no answer from http://REDACTED:REDACTED@h/?a=1&sig=REDACTED"


async def test_the_span_of_a_request_that_a_closing_dock_cancels(
    nursery: trio.Nursery, autojump_clock: MockClock, tracer_provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    async def program() -> None:
        network = ScriptedNetwork(nursery, (request,))
        async with dl7450.open_dock(network=network, tracer_provider=tracer_provider) as dock:
            dock.http.get_async(URL, print)
            await trio.sleep(1)
            raise LookupError

    with pytest.raises(LookupError):
        await program()
    [span] = [span for span in shown(exporter) if span.name == "GET"]
    assert span.attributes == AT_START | PEER | {
        "dl7450.http.api": "callback",
        "dl7450.cancelled": True,
        "trio.cancelled.source": "explicit",
        "trio.cancelled.reason": "the dock closes",
    }
    assert span.status is StatusCode.UNSET


def in_this_thread(call: Callable[[], object]) -> None:
    call()


def in_a_thread_with_the_context(call: Callable[[], object]) -> None:
    thread = threading.Thread(target=contextvars.copy_context().run, args=(call,))
    thread.start()
    thread.join()


@pytest.mark.parametrize("where", [in_this_thread, in_a_thread_with_the_context])
@pytest.mark.parametrize("name", ["get", "get_async"])
async def test_the_parent_is_the_current_span_of_the_calling_thread(
    name: str,
    where: Callable[[Callable[[], object]], None],
    nursery: trio.Nursery,
    tracer_provider: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    network = ScriptedNetwork(nursery, FINE)
    tracer = tracer_provider.get_tracer("test")
    called: list[Response] = []

    def on_complete(response: Response) -> None:
        called.append(response)

    def app() -> None:
        with tracer.start_as_current_span("work"):
            where(partial(getattr(http, name), URL, *([on_complete] if name == "get_async" else [])))

    async with dl7450.open_dock(network=network, tracer_provider=tracer_provider) as dock:
        await dock.run_app(app)
    parents = {span.name: span.parent for span in shown(exporter)}
    callback = {"dl7450.callback": "GET"} if called else {}
    assert (
        parents
        == {
            "dl7450.app": None,
            "work": "dl7450.app",
            "GET": "work",
            "DNS lookup dock.example": "GET",
            "socket connect 192.0.2.1:80": "GET",
        }
        | callback
    )
    assert bool(called) == (name == "get_async")


async def test_the_trace_context_is_sent_unless_the_app_sends_its_own(
    nursery: trio.Nursery, tracer_provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    network = ScriptedNetwork(nursery, FINE)
    async with dl7450.open_dock(network=network, tracer_provider=tracer_provider) as dock:
        await dock.http.get(URL)
        await dock.http.get(URL, {"Traceparent": "mine"})
    sent = [value for seen in network.log.requests for name, value in seen.headers if name.lower() == b"traceparent"]
    context, _ = (span.context for span in exporter.get_finished_spans() if span.name == "GET")
    flags = f"{context.trace_flags:02x}"
    assert sent == [f"00-{context.trace_id:032x}-{context.span_id:016x}-{flags}".encode(), b"mine"]


async def test_a_request_that_is_not_sampled_costs_no_attributes_and_still_propagates(nursery: trio.Nursery) -> None:
    network = ScriptedNetwork(nursery, FINE)
    provider = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    async with dl7450.open_dock(network=network, tracer_provider=provider) as dock:
        assert (await dock.http.get(URL)).status_code() == 200
    [sent] = [value for name, value in network.log.requests[0].headers if name == b"traceparent"]
    assert int(sent[-2:], 16) & TraceFlags.SAMPLED == 0


def points(reader: InMemoryMetricReader) -> dict[str, list[tuple[float, dict[str, Any]]]]:
    """Of every metric the value (of a histogram the sum) and the attributes of each data point."""
    found: dict[str, list[tuple[float, dict[str, Any]]]] = {}
    data = reader.get_metrics_data()
    for resource in data.resource_metrics if data else ():
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                for point in metric.data.data_points:
                    assert isinstance(point, HistogramDataPoint | NumberDataPoint)
                    value = point.sum if isinstance(point, HistogramDataPoint) else point.value
                    found.setdefault(metric.name, []).append((value, dict(point.attributes or {})))
    return found


@pytest.mark.parametrize("opt_in", [None, "true"])
async def test_the_metrics_of_requests(
    opt_in: str | None, nursery: trio.Nursery, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    if opt_in is not None:
        monkeypatch.setenv("DL7450_OPT_IN_METRICS", opt_in)
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    script = (request, pause(2), ok(b"12345678"), request, pause(1), close)
    network = ScriptedNetwork(nursery, script, connect=1)
    async with dl7450.open_dock(network=network, meter_provider=provider) as dock:
        dock.http.post_async(URL, print, data=b"four")
        await trio.sleep(1.5)
        during = points(reader)
        await trio.sleep(2)
        await dock.http.get(URL, timeout=0.5)
        await dock.http.get("nonsense://")
        after = points(reader)
    provider.shutdown()
    origin = {"server.address": "dock.example", "server.port": 80, "url.scheme": "http"}
    post, get = {"http.request.method": "POST", **origin}, {"http.request.method": "GET", **origin}
    answered = {**post, "http.response.status_code": 200, "network.protocol.version": "1.1"}
    timed_out = {**get, "error.type": "CURLE_OPERATION_TIMEDOUT"}
    malformed = {"http.request.method": "GET", "error.type": "CURLE_URL_MALFORMAT"}
    always = {"http.client.request.duration": [(3.0, answered), (0.5, timed_out), (0.0, malformed)]}
    if opt_in is None:
        assert (during, after) == ({}, always)
        return
    assert during == {"http.client.active_requests": [(1, post)]}
    assert after == always | {
        "http.client.active_requests": [(0, post), (0, get)],
        "http.client.request.body.size": [(4, answered), (0, timed_out), (0, malformed)],
        "http.client.response.body.size": [(8, answered)],
    }


@pytest.mark.parametrize(
    ("variable", "method", "name", "attributes"),
    [
        (None, "BREW", "HTTP", {"http.request.method": "_OTHER", "http.request.method_original": "BREW"}),
        (None, "get", "HTTP", {"http.request.method": "_OTHER", "http.request.method_original": "get"}),
        (None, "PATCH", "PATCH", {"http.request.method": "PATCH"}),
        ("GET, BREW", "BREW", "BREW", {"http.request.method": "BREW"}),
        ("BREW", "GET", "HTTP", {"http.request.method": "_OTHER", "http.request.method_original": "GET"}),
    ],
)
async def test_a_method_that_is_not_known_is_other_on_spans_and_metrics(
    variable: str | None,
    method: str,
    name: str,
    attributes: dict[str, str],
    nursery: trio.Nursery,
    monkeypatch: pytest.MonkeyPatch,
    tracer_provider: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    if variable is not None:
        monkeypatch.setenv("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", variable)
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    async with dl7450.open_dock(
        network=ScriptedNetwork(nursery, FINE), tracer_provider=tracer_provider, meter_provider=provider
    ) as dock:
        await dock.http.request(method, URL)
    span = shown(exporter)[-1]
    assert (span.name, {key: span.attributes[key] for key in span.attributes if "method" in key}) == (name, attributes)
    measured = {
        value
        for found in points(reader).values()
        for _, point in found
        for key, value in point.items()
        if "method" in key
    }
    provider.shutdown()
    assert measured == {attributes["http.request.method"]}


async def test_docks_that_share_a_meter_provider_are_counted_together(
    nursery: trio.Nursery, autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DL7450_OPT_IN_METRICS", "true")
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    first, second = (ScriptedNetwork(nursery, (request, pause(9))) for _ in range(2))
    async with (
        dl7450.open_dock(network=first, meter_provider=provider) as one,
        dl7450.open_dock(network=second, meter_provider=provider) as other,
    ):
        for dock in (one, other, other):
            dock.http.get_async(URL, print, timeout=2)
        await trio.sleep(1)
        [(active, _)] = points(reader)["http.client.active_requests"]
    provider.shutdown()
    assert active == 3


async def test_the_exemplar_of_a_duration_is_the_span_of_the_request_and_its_buckets_are_the_conventions(
    nursery: trio.Nursery, tracer_provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    network = ScriptedNetwork(nursery, FINE)
    async with dl7450.open_dock(network=network, tracer_provider=tracer_provider, meter_provider=provider) as dock:
        with tracer_provider.get_tracer("app").start_as_current_span("work"):
            await dock.http.get(URL)
    data = reader.get_metrics_data()
    provider.shutdown()
    assert data is not None
    [duration] = [
        point
        for metric in data.resource_metrics[0].scope_metrics[0].metrics
        if metric.name == "http.client.request.duration"
        for point in metric.data.data_points
    ]
    [span] = [span for span in exporter.get_finished_spans() if span.name == "GET"]
    assert [exemplar.span_id for exemplar in duration.exemplars] == [span.context.span_id]
    assert isinstance(duration, HistogramDataPoint)
    # Semantic convention of http.client.request.duration
    assert duration.explicit_bounds == (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)


def test_a_propagator_that_there_is_not_is_told_by_its_variable() -> None:
    source = "import dl7450; dl7450.run(lambda: None)"
    environment = {**os.environ, "OTEL_PROPAGATORS": "b3"}
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False, env=environment)
    assert done.stderr.splitlines()[-1].startswith("ValueError: OTEL_PROPAGATORS=b3: Propagator b3 not found")
