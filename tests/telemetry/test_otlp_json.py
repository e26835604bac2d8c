"""OTLP JSON lines, as they are written."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from dl7450_telemetry import EventRecord, LinkRecord, SpanRecord, read_trace_file
from dl7450_telemetry._otlp_json import encode_line

SAMPLED = TraceFlags(TraceFlags.SAMPLED)
TRACE_ID = 0x4BF92F3577B34DA6A3CE929D0E0E4736

REQUEST = ReadableSpan(
    name="GET",
    context=SpanContext(TRACE_ID, 0x00F067AA0BA902B7, is_remote=False, trace_flags=SAMPLED),
    parent=SpanContext(TRACE_ID, 0xE457B5A2E4D86BD1, is_remote=False, trace_flags=SAMPLED),
    resource=Resource({"service.name": "carousel"}),
    attributes={"http.response.status_code": 404, "error.type": "404", "retried": False, "share": 0.25},
    events=[Event("first byte", {"bytes": 12}, timestamp=1_795_331_578_150_000_000)],
    links=[Link(SpanContext(0xAB, 0xCD, is_remote=False, trace_flags=SAMPLED))],
    kind=SpanKind.CLIENT,
    instrumentation_scope=InstrumentationScope("dl7450.http", "0.1.0"),
    status=Status(StatusCode.ERROR),
    start_time=1_795_331_578_120_000_000,
    end_time=1_795_331_578_200_000_000,
)


def test_a_line_is_a_request_in_the_otlp_json_encoding() -> None:
    line = encode_line([REQUEST])
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    assert json.loads(line) == {
        "resourceSpans": [
            {
                "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "carousel"}}]},
                "scopeSpans": [
                    {
                        "scope": {"name": "dl7450.http", "version": "0.1.0"},
                        "spans": [
                            {
                                "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
                                "spanId": "00f067aa0ba902b7",
                                "parentSpanId": "e457b5a2e4d86bd1",
                                "flags": 256,
                                "name": "GET",
                                "kind": 3,
                                "startTimeUnixNano": "1795331578120000000",
                                "endTimeUnixNano": "1795331578200000000",
                                "attributes": [
                                    {"key": "http.response.status_code", "value": {"intValue": "404"}},
                                    {"key": "error.type", "value": {"stringValue": "404"}},
                                    {"key": "retried", "value": {"boolValue": False}},
                                    {"key": "share", "value": {"doubleValue": 0.25}},
                                ],
                                "events": [
                                    {
                                        "timeUnixNano": "1795331578150000000",
                                        "name": "first byte",
                                        "attributes": [{"key": "bytes", "value": {"intValue": "12"}}],
                                    }
                                ],
                                "links": [
                                    {
                                        "traceId": "000000000000000000000000000000ab",
                                        "spanId": "00000000000000cd",
                                        "flags": 256,
                                    }
                                ],
                                "status": {"code": 2},
                            }
                        ],
                    }
                ],
            }
        ]
    }


attribute_values = st.one_of(
    st.text(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.lists(st.text()),
    st.lists(st.integers(0, 9)),
)


@given(st.dictionaries(st.text(min_size=1), attribute_values), st.integers(1, 2**63 - 1), st.sampled_from(SpanKind))
def test_a_span_that_was_written_reads_as_the_same_record(
    tmp_path_factory: pytest.TempPathFactory,
    attributes: dict[str, str | bool | int | float | list[str] | list[int]],
    start: int,
    kind: SpanKind,
) -> None:
    span = ReadableSpan(
        name="s",
        context=SpanContext(TRACE_ID, start, is_remote=False, trace_flags=SAMPLED),
        resource=Resource(attributes),
        attributes=Resource(attributes).attributes,
        kind=kind,
        instrumentation_scope=InstrumentationScope("t", "1"),
        status=Status(StatusCode.ERROR, "why"),
        start_time=start,
        end_time=start + 1,
    )
    path = tmp_path_factory.getbasetemp() / "written.jsonl"
    path.write_bytes(encode_line([span, REQUEST]) + encode_line([REQUEST]))
    expected = SpanRecord.from_sdk(REQUEST)
    # Spans are grouped by their resource, so the two of one line may change places.
    first, second, third = read_trace_file(path)
    assert sorted([first, second], key=lambda record: record.name) == [expected, SpanRecord.from_sdk(span)]
    assert third == expected


def test_an_event_and_a_link_are_read_with_their_attributes(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(encode_line([REQUEST]))
    [record] = read_trace_file(path)
    assert record.events == (EventRecord("first byte", 1_795_331_578_150_000_000, {"bytes": 12}),)
    assert record.links == (LinkRecord(f"{0xAB:032x}", f"{0xCD:016x}"),)
