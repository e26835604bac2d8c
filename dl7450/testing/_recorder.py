"""Keeps the spans of a dock under test, in the order in which they began.

That order repeats. The order in which they end does not always: of several that end at the same virtual moment any may
be the first.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from itertools import count

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from dl7450_telemetry import SpanRecord

KEPT = 10_000  # spans: a carousel makes three times as many in a day


class Recorder(SpanProcessor):
    """Keeps the newest spans of one dock.

    Attributes:
        app_name: of the app that runs, as `dl7450 run` has it: the stem of its file.
    """

    def __init__(self, device_id: str) -> None:
        self.app_name = "app"
        self._spans: deque[tuple[Span, str]] = deque(maxlen=KEPT)
        # Nothing of the environment counts here: a test has to give the same result in every one.
        # The name of the app is not known yet.
        resource = Resource({"device.id": device_id})
        self.tracer_provider = TracerProvider(ALWAYS_ON, resource, shutdown_on_exit=False, id_generator=_Ids())
        self.tracer_provider.add_span_processor(self)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        self._spans.append((span, self.app_name))

    def on_end(self, span: ReadableSpan) -> None:
        pass

    def spans(self) -> list[SpanRecord]:
        """Those that have ended."""
        ended = [(SpanRecord.from_sdk(span), name) for span, name in self._spans.copy() if span.end_time is not None]
        return [replace(record, resource={"service.name": name, **record.resource}) for record, name in ended]


class _Ids(IdGenerator):
    """1, 2, 3: the `traceparent` of a request repeats, too."""

    def __init__(self) -> None:
        self._span_ids = count(1)
        self._trace_ids = count(1)

    def generate_span_id(self) -> int:
        return next(self._span_ids)

    def generate_trace_id(self) -> int:
        return next(self._trace_ids)
