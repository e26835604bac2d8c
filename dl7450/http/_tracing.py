"""The span of a request, by OpenTelemetry's semantic conventions for HTTP clients, and when its metrics are recorded.

Uses the API only: without an SDK every call here is a no-op, and the expensive parts are skipped.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import trio
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import Span, SpanKind, StatusCode, TracerProvider

from .._version import __version__
from ._arguments import Call
from ._curl import CurlCode
from ._exchange import Exchange
from ._metrics import ActiveKey, metrics_of
from ._response import Response
from ._url import redact

try:
    from opentelemetry import propagate
except ValueError as error:  # it reads the variable when it is imported, and does not name it
    raise ValueError(f"OTEL_PROPAGATORS={os.environ.get('OTEL_PROPAGATORS')}: {error}") from None

# RFC 9110 and RFC 5789. Methods are told apart by case.
_KNOWN_METHODS = "CONNECT,DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT,TRACE"


def _known_methods() -> frozenset[str]:
    """The methods that spans and metrics name; all others are `_OTHER`, or metrics would have no bound.

    `OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS` replaces the whole list (semantic convention of `http.request.method`).
    """
    names = os.environ.get("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS") or _KNOWN_METHODS
    return frozenset(name.strip() for name in names.split(","))


class HttpTracing:
    """Makes the spans of a dock's requests and records their metrics."""

    def __init__(
        self,
        tracer_provider: TracerProvider | None,
        meter_provider: MeterProvider | None,
        now: Callable[[], int],
    ) -> None:
        self.now = now
        self.tracer = trace.get_tracer("dl7450.http", __version__, tracer_provider)
        self.metrics = metrics_of(meter_provider)
        self.known_methods = _known_methods()

    def start(self, call: Call, api: str, in_flight: int) -> RequestSpan:
        """Start the span of a request.

        Parameters:
            call: the request.
            api: `sync`, `callback` or `trio`.
            in_flight: how many requests are in flight, this one included.
        """
        return RequestSpan(self, call, api, in_flight)


class RequestSpan:
    """The span of one request and its metrics. One of the `end_` methods ends it.

    Attributes:
        span: of the request.
        context: the one in which this span is the current one.
    """

    __slots__ = ("_active_key", "_at_end", "_at_start", "_call", "_started", "_tracing", "context", "span")

    def __init__(self, tracing: HttpTracing, call: Call, api: str, in_flight: int) -> None:
        self._tracing = tracing
        self._call = call
        self._started = tracing.now()
        self._active_key: ActiveKey | None = None
        # What the metrics say, too: known from the start, and at the end. A span is told of each only once.
        known = call.method in tracing.known_methods
        self._at_start: dict[str, str | int] = {"http.request.method": call.method if known else "_OTHER"}
        self._at_end: dict[str, str | int] = {}
        url = call.url
        if url is not None:
            self._at_start |= {"server.address": url.host, "server.port": url.port, "url.scheme": url.scheme}
        self.span: Span = tracing.tracer.start_span(
            call.method if known else "HTTP",
            kind=SpanKind.CLIENT,
            attributes={
                **self._at_start,
                **({} if known else {"http.request.method_original": call.method}),
                "url.full": call.shown_url,
                "dl7450.http.api": api,
                "dl7450.http.in_flight": in_flight,
            },
            start_time=self._started,
        )
        self.context: Context = trace.set_span_in_context(self.span)
        if url is not None and tracing.metrics.opt_in:
            self._active_key = ActiveKey(str(self._at_start["http.request.method"]), url.host, url.port, url.scheme)
            tracing.metrics.count_active(self._active_key, +1)

    def inject(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """The headers with the trace context added (W3C `traceparent`), unless the app has sent its own."""
        if not self.span.get_span_context().is_valid:
            return headers
        carrier: dict[str, str] = {}
        propagate.inject(carrier, self.context)
        given = {name.lower() for name, _ in headers}
        added = [(name.encode(), value.encode()) for name, value in carrier.items() if name.encode() not in given]
        return headers + added

    def end_answered(self, response: Response, exchange: Exchange) -> None:
        """The request was answered, whatever the HTTP status."""
        status = response.status_code()
        if status >= 400:
            self._at_end["error.type"] = str(status)
            self.span.set_status(StatusCode.ERROR)
        self._end(exchange, len(response.body()))

    def end_failed(self, code: CurlCode, detail: str | None, exchange: Exchange) -> None:
        """The request failed with a libcurl code; the detail, if there is one, is the description of the status."""
        self._at_end["error.type"] = code.curl_name
        self.span.set_status(StatusCode.ERROR, detail)
        self._end(exchange, None, code)

    def end_cancelled(self, cancelled: trio.Cancelled | KeyboardInterrupt, exchange: Exchange) -> None:
        """The caller cancelled the request, or Ctrl-C did: no error."""
        self.span.set_attribute("dl7450.cancelled", True)
        if isinstance(cancelled, KeyboardInterrupt):
            self.span.set_attribute("trio.cancelled.source", "KeyboardInterrupt")  # as Trio calls it where it can
        else:
            self.span.set_attribute("trio.cancelled.source", cancelled.source)
            if cancelled.reason is not None:
                self.span.set_attribute("trio.cancelled.reason", redact(cancelled.reason))  # may quote an exception
        self._end(exchange, None)

    def end_interrupted(self, exchange: Exchange) -> None:
        """Neither answer nor failure nor cancellation: a bug in a transport."""
        self._at_end["error.type"] = "_OTHER"
        self.span.set_status(StatusCode.ERROR)
        self._end(exchange, None)

    def _end(self, exchange: Exchange, body_size: int | None, code: CurlCode | None = None) -> None:
        tracing = self._tracing
        ended = tracing.now()
        if exchange.status_code is not None:  # also of an answer whose body then failed
            self._at_end["http.response.status_code"] = exchange.status_code
        if exchange.http_version is not None:
            self._at_end["network.protocol.version"] = exchange.http_version
        if self.span.is_recording():
            self._describe(exchange, body_size, code)
        self.span.end(ended)
        if self._active_key is not None:
            tracing.metrics.count_active(self._active_key, -1)
        duration, request_size = (ended - self._started) / 1e9, len(self._call.data)
        tracing.metrics.record(duration, request_size, body_size, self._at_start | self._at_end, self.context)

    def _describe(self, exchange: Exchange, body_size: int | None, code: CurlCode | None) -> None:
        span = self.span
        at_end = {**self._at_end, "http.request.body.size": len(self._call.data)}
        if code is not None:
            at_end["dl7450.curl.code"] = int(code)
        if body_size is not None:
            at_end["http.response.body.size"] = body_size
        if exchange.peer is not None:
            at_end["network.peer.address"], at_end["network.peer.port"] = exchange.peer[:2]
        if exchange.note is not None:
            at_end["dl7450.note"] = exchange.note
        if exchange.resends:
            at_end["http.request.resend_count"] = exchange.resends
        span.set_attributes(at_end)
        if exchange.request_sent is not None:
            span.add_event("request sent", timestamp=exchange.request_sent)
        if exchange.first_byte is not None:
            span.add_event("first byte", timestamp=exchange.first_byte)
        if not exchange.phases:
            return
        for phase in exchange.phases:
            child = self._tracing.tracer.start_span(phase.name, self.context, start_time=phase.start)
            if phase.cancelled_by == "deadline" and code is CurlCode.OPERATION_TIMEDOUT:  # the request's own
                child.set_attribute("error.type", code.curl_name)
                child.set_status(StatusCode.ERROR)
            elif phase.cancelled_by is not None:  # by the caller, or by an address that was faster
                child.set_attribute("dl7450.cancelled", True)
            elif phase.error is not None:
                child.set_attribute("error.type", phase.error)
                child.set_status(StatusCode.ERROR, phase.reason)
            child.end(phase.end)
