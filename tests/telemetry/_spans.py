"""Spans to test with: records made by hand, and a small real trace of the SDK."""

from collections.abc import Iterable

from dl7450_telemetry import EventRecord, LinkRecord, SpanRecord
from dl7450_telemetry._span_record import AttributeValue

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
MORNING = 1_795_331_578_120_000_000  # 2026-11-22 07:12:58.120 UTC


def span(
    name: str,
    start_ms: float,
    end_ms: float,
    *,
    id: int,
    parent: int | None = None,
    trace_id: str = TRACE_ID,
    error_type: str | None = None,
    events: Iterable[tuple[str, float]] = (),
    links: Iterable[tuple[str, int]] = (),
    attributes: dict[str, AttributeValue] | None = None,
) -> SpanRecord:
    """A span of an app; times are in milliseconds since `MORNING`."""
    attributes = dict(attributes or {})
    if error_type:
        attributes["error.type"] = error_type
    return SpanRecord(
        trace_id=trace_id,
        span_id=f"{id:016x}",
        parent_span_id=None if parent is None else f"{parent:016x}",
        name=name,
        kind="CLIENT" if "http.request.method" in attributes else "INTERNAL",
        start=MORNING + round(start_ms * 1e6),
        end=MORNING + round(end_ms * 1e6),
        attributes=attributes,
        events=tuple(EventRecord(event, MORNING + round(at * 1e6)) for event, at in events),
        links=tuple(LinkRecord(linked, f"{span_id:016x}") for linked, span_id in links),
        status="ERROR" if error_type else "UNSET",
        resource={"service.name": "carousel", "device.id": "A1"},
    )


def get(
    url: str,
    start_ms: float,
    end_ms: float,
    *,
    id: int,
    parent: int | None = None,
    trace_id: str = TRACE_ID,
    status: int | None = 200,
    error_type: str | None = None,
    cancelled: bool = False,
    sent: float | None = None,
    first_byte: float | None = None,
) -> SpanRecord:
    """A request's span; `sent` and `first_byte` in milliseconds since `MORNING`."""
    attributes: dict[str, AttributeValue] = {"http.request.method": "GET", "url.full": url}
    attributes["server.address"] = url.split("/")[2].partition(":")[0]
    if status is not None:
        attributes["http.response.status_code"] = status
    if cancelled:
        attributes["dl7450.cancelled"] = True
    moments = (("request sent", sent), ("first byte", first_byte))
    return span(
        "GET",
        start_ms,
        end_ms,
        id=id,
        parent=parent,
        trace_id=trace_id,
        error_type=error_type or (str(status) if status is not None and status >= 400 else None),
        events=[(event, at) for event, at in moments if at is not None],
        attributes=attributes,
    )
