"""`SpanFeed`: the spans of a dock become events of its history, when they start and when they end."""

from __future__ import annotations

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from dl7450_telemetry import SpanRecord

from .answers import span_of_request
from .events import SpanEnded, SpanStarted
from .history import History


class SpanFeed(SpanProcessor):
    """Tells a history of every span.

    Attributes:
        tracer_provider: for the dock.
    """

    def __init__(self, history: History, device_id: str) -> None:
        self._history = history
        self.tracer_provider = TracerProvider(ALWAYS_ON, Resource({"device.id": device_id}), shutdown_on_exit=False)
        self.tracer_provider.add_span_processor(self)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        record = SpanRecord.started(span)
        if record.is_request:
            span_of_request.set(record.span_id)
        self._history.add(SpanStarted(at=record.start, span=record))

    def on_end(self, span: ReadableSpan) -> None:
        record = SpanRecord.from_sdk(span)
        self._history.add(SpanEnded(at=record.end, span=record))
