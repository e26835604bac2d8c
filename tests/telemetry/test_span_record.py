"""`SpanRecord`: all of a span of the SDK, as data that can be compared."""

from dataclasses import replace

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.trace import Link, SpanContext, SpanKind, StatusCode, TraceFlags, set_span_in_context

from dl7450_telemetry import EventRecord, LinkRecord, SpanRecord
from dl7450_telemetry._span_record import plain_attributes
from tests.telemetry._spans import get, span


def test_a_record_holds_all_of_an_sdk_span() -> None:
    tracer = TracerProvider(resource=Resource({"service.name": "carousel"}), shutdown_on_exit=False).get_tracer(
        "dl7450.http", "1.2"
    )
    parent = tracer.start_span("dl7450.app")
    sampled = TraceFlags(TraceFlags.SAMPLED)
    link = Link(SpanContext(0xABC, 0xDEF, is_remote=False, trace_flags=sampled), {"why": "timer"})
    child = tracer.start_span(
        "GET",
        set_span_in_context(parent),
        SpanKind.CLIENT,
        {"url.full": "http://h/", "sizes": [1, 2], "ok": True, "share": 0.5},
        [link],
        start_time=1000,
    )
    child.add_event("request sent", {"bytes": 7}, timestamp=1500)
    child.set_status(StatusCode.ERROR, "refused")
    child.end(2000)
    assert isinstance(child, ReadableSpan)
    assert SpanRecord.from_sdk(child) == SpanRecord(
        trace_id=f"{parent.get_span_context().trace_id:032x}",
        span_id=f"{child.get_span_context().span_id:016x}",
        parent_span_id=f"{parent.get_span_context().span_id:016x}",
        name="GET",
        kind="CLIENT",
        start=1000,
        end=2000,
        attributes={"url.full": "http://h/", "sizes": (1, 2), "ok": True, "share": 0.5},
        events=(EventRecord("request sent", 1500, {"bytes": 7}),),
        links=(LinkRecord(f"{0xABC:032x}", f"{0xDEF:016x}", {"why": "timer"}),),
        status="ERROR",
        status_description="refused",
        scope_name="dl7450.http",
        scope_version="1.2",
        resource={"service.name": "carousel"},
    )


def test_a_span_that_has_not_ended_cannot_be_recorded() -> None:
    unfinished = TracerProvider(shutdown_on_exit=False).get_tracer("t").start_span("open")
    assert isinstance(unfinished, ReadableSpan)
    with pytest.raises(ValueError, match="'open' has not ended"):
        SpanRecord.from_sdk(unfinished)


def test_attributes_become_plain_data_that_can_be_compared() -> None:
    assert plain_attributes({"map": {"list": [1, [b"x", None]]}}) == {"map": {"list": (1, (b"x", None))}}
    assert plain_attributes(None) == {}
    with pytest.raises(TypeError, match="object is not a type"):
        plain_attributes({"odd": object()})


@pytest.mark.parametrize(
    ("record", "outcome"),
    [
        (get("http://h/", 0, 1, id=1), "200"),
        (get("http://h/", 0, 1, id=1, status=404), "404"),
        (get("http://h/", 0, 1, id=1, status=None, error_type="CURLE_SSL_CACERT"), "CURLE_SSL_CACERT"),
        (get("http://h/", 0, 1, id=1, status=None, cancelled=True), "cancelled"),
        (span("dl7450.app", 0, 1, id=1), ""),
        (span("dl7450.callback", 0, 1, id=1, error_type="ValueError"), "ValueError"),
        (SpanRecord("0" * 32, "1" * 16, "x", 0, 1, status="ERROR", status_description="it broke"), "it broke"),
        (SpanRecord("0" * 32, "1" * 16, "x", 0, 1, status="ERROR"), "error"),
    ],
)
def test_the_outcome_says_how_a_span_ended(record: SpanRecord, outcome: str) -> None:
    assert record.outcome == outcome


def test_of_a_span_that_has_not_ended_is_recorded_what_is_known() -> None:
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("dl7450.http", "1.2")
    begun = tracer.start_span("GET", kind=SpanKind.CLIENT, attributes={"url.full": "http://h/"}, start_time=1000)
    assert isinstance(begun, ReadableSpan)
    record = SpanRecord.started(begun)
    begun.end(2000)
    assert record == replace(SpanRecord.from_sdk(begun), end=1000)
