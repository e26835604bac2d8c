"""`SpanFeed`: the spans of a dock become events of its history, when they start and when they end.

Where the standard variables of OpenTelemetry name a collector, they go there, too.
"""

from __future__ import annotations

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from dl7450_telemetry import SpanRecord, Telemetry

from .answers import span_of_request
from .events import SpanEnded, SpanStarted
from .history import History


class SpanFeed(SpanProcessor):
    """Tells a history of every span.

    Attributes:
        tracer_provider: for the dock.
    """

    def __init__(self, history: History, device_id: str, telemetry: Telemetry | None, service_name: str) -> None:
        """
        Parameters:
            history: of the dock.
            device_id: the dock's id.
            telemetry: what delivers the spans; None: nothing does.
            service_name: whose spans they are.
        """
        self._history = history
        if telemetry is None:
            resource = Resource({"device.id": device_id})
            self.tracer_provider = TracerProvider(ALWAYS_ON, resource, shutdown_on_exit=False)
        else:
            self.tracer_provider = telemetry.new_tracer_provider(service_name=service_name, device_id=device_id)
        self.tracer_provider.add_span_processor(self)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        record = SpanRecord.started(span)  # at once: the span goes on to change, in the dock's thread
        if record.is_request:
            span_of_request.set(record.span_id)
        self._history.add(SpanStarted(at=record.start, span=record))

    def on_end(self, span: ReadableSpan) -> None:
        self._history.add(SpanEnded(at=span.end_time or 0, known=span))
