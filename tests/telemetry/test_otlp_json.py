"""OTLP JSON lines: written as the standard says, read as other tools write them, refused with the line."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from dl7450_telemetry import EventRecord, LinkRecord, SpanRecord, TraceFileError, read_trace_file
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

# What the Collector's file exporter writes for a span: empty objects, empty ids, absent defaults.
COLLECTOR_LINE = (
    '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"carousel"}}]},'
    '"scopeSpans":[{"scope":{},"spans":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736",'
    '"spanId":"00f067aa0ba902b7","parentSpanId":"","name":"tick","kind":1,"startTimeUnixNano":"1000",'
    '"endTimeUnixNano":"2000","attributes":[{"key":"list","value":{"arrayValue":{"values":[{"intValue":"1"},'
    '{"doubleValue":0.5}]}}},{"key":"map","value":{"kvlistValue":{"values":[{"key":"k","value":{"boolValue":true}}]'
    '}}},{"key":"raw","value":{"bytesValue":"AAE="}},{"key":"none","value":{}}],"status":{}}]}]}]}\n'
)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


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


TICK = SpanRecord(
    trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
    span_id="00f067aa0ba902b7",
    name="tick",
    start=1000,
    end=2000,
    attributes={"list": (1, 0.5), "map": {"k": True}, "raw": b"\x00\x01", "none": None},
    resource={"service.name": "carousel"},
)


@pytest.mark.parametrize(
    "text",
    [
        COLLECTOR_LINE,
        "\n\n" + COLLECTOR_LINE + "\n",
        json.dumps(json.loads(COLLECTOR_LINE), indent=2),
        COLLECTOR_LINE.replace("4bf92f3577b34da6a3ce929d0e0e4736", "S/kvNXezTaajzpKdDg5HNg==").replace(
            "00f067aa0ba902b7", "APBnqgupArc="
        ),
        COLLECTOR_LINE.replace('"kind":1', '"kind":"SPAN_KIND_INTERNAL"').replace('"1000"', "1000"),
        '{"resourceMetrics":[]}\n' + COLLECTOR_LINE + '{"resourceLogs":[]}\n',
    ],
    ids=["collector", "blank lines", "several lines", "base64 ids", "enum names, bare integers", "other signals"],
)
def test_what_other_tools_write_is_read(tmp_path: Path, text: str) -> None:
    assert read_trace_file(write(tmp_path / "t.jsonl", text)) == [TICK]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (COLLECTOR_LINE + "{oops\n", r"t\.jsonl, line 2: not JSON .*column 2"),
        (COLLECTOR_LINE[:-40], r"t\.jsonl, line 1: not JSON"),
        (COLLECTOR_LINE + "\n[1]\n", r"t\.jsonl, line 3: not an OTLP trace export: not a JSON object"),
        ('{"spans": []}', r"line 1: not an OTLP trace export: 'resourceSpans' is missing"),
        (COLLECTOR_LINE.replace("00f067aa0ba902b7", "00f067"), r"line 1: .*'00f067' is not an id of 8 bytes in hex"),
        (COLLECTOR_LINE.replace("00f067aa0ba902b7", "00f067aa0ba902bx"), r"line 1: .*is not an id of 8 bytes in hex"),
        (COLLECTOR_LINE.replace('"startTimeUnixNano":"1000",', ""), r"line 1: .*'startTimeUnixNano' is missing"),
        (COLLECTOR_LINE.replace('"kind":1', '"kind":9'), r"line 1: .*9 is none of UNSPECIFIED, INTERNAL"),
        (COLLECTOR_LINE.replace('"boolValue":true', '"boolValue":"yes"'), r"line 1: .*is not an attribute value"),
        ('{"resourceSpans": [[]]}', r"line 1: not an OTLP trace export"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TraceFileError, match=message):
        read_trace_file(write(tmp_path / "t.jsonl", text))


def test_a_compressed_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl.gz"
    path.write_bytes(b"\x1f\x8b\x08\x00")
    with pytest.raises(TraceFileError, match="has to be unpacked first"):
        read_trace_file(path)


def test_an_event_and_a_link_are_read_with_their_attributes(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(encode_line([REQUEST]))
    [record] = read_trace_file(path)
    assert record.events == (EventRecord("first byte", 1_795_331_578_150_000_000, {"bytes": 12}),)
    assert record.links == (LinkRecord(f"{0xAB:032x}", f"{0xCD:016x}"),)
