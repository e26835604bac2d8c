"""Keeps the spans of a dock under test, in the order in which they began.

That order repeats. The order in which they end does not always: of several that end at the same virtual moment any may
be the first.
"""

from __future__ import annotations

from collections import deque
from itertools import count

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from dl7450_telemetry import SpanRecord

KEPT = 10_000  # spans: a carousel makes three times as many in a day


class Recorder(SpanProcessor):
    """Keeps the newest spans of one dock."""

    def __init__(self, device_id: str) -> None:
        self._spans: deque[Span] = deque(maxlen=KEPT)
        # Nothing of the environment counts here: a test has to give the same result in every one.
        resource = Resource({"service.name": "app", "device.id": device_id})
        self.tracer_provider = TracerProvider(ALWAYS_ON, resource, shutdown_on_exit=False, id_generator=_Ids())
        self.tracer_provider.add_span_processor(self)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        self._spans.append(span)

    def on_end(self, span: ReadableSpan) -> None:
        pass

    def spans(self) -> list[SpanRecord]:
        """Those that have ended."""
        return [SpanRecord.from_sdk(span) for span in self._spans.copy() if span.end_time is not None]


class _Ids(IdGenerator):
    """1, 2, 3: the `traceparent` of a request repeats, too."""

    def __init__(self) -> None:
        self._span_ids = count(1)
        self._trace_ids = count(1)

    def generate_span_id(self) -> int:
        return next(self._span_ids)

    def generate_trace_id(self) -> int:
        return next(self._trace_ids)
