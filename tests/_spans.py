"""Finished spans as plain values, so that a test compares them as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode


@dataclass
class Shown:
    """A span. Times are seconds from its start, `parent` and `links` are names of spans."""

    name: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    events: tuple[tuple[str, float], ...] = ()
    parent: str | None = None
    links: tuple[str, ...] = ()
    kind: SpanKind = SpanKind.INTERNAL
    status: StatusCode = StatusCode.UNSET
    description: str | None = None


def shown(exporter: InMemorySpanExporter) -> list[Shown]:
    """The spans in the order in which they ended."""
    spans = exporter.get_finished_spans()
    names = {span.context.span_id: span.name for span in spans}
    return [_shown(span, names) for span in spans]


def _shown(span: ReadableSpan, names: Mapping[int, str]) -> Shown:
    assert span.start_time is not None
    assert span.end_time is not None
    start = span.start_time
    return Shown(
        name=span.name,
        attributes=dict(span.attributes or {}),
        seconds=(span.end_time - start) / 1e9,
        events=tuple((event.name, (event.timestamp - start) / 1e9) for event in span.events),
        parent=names.get(span.parent.span_id, "not recorded") if span.parent else None,
        links=tuple(names.get(link.context.span_id, "not recorded") for link in span.links),
        kind=span.kind,
        status=span.status.status_code,
        description=span.status.description,
    )
