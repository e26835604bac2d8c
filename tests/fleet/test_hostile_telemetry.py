"""Telemetry from anybody: whatever is in it, nothing breaks, and every span is there with what it said."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue

from dl7450_telemetry.fleet import otlp_protobuf
from dl7450_telemetry.fleet.columns import UNKNOWN_DOCK, Batch
from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.otlp import decode_json_traces, decode_traces
from dl7450_telemetry.fleet.otlp_metrics import decode_json_metrics
from dl7450_telemetry.fleet.questions import QUESTIONS, ask
from dl7450_telemetry.fleet.store import Store, open_store

ALL_TIME = Filters(0, 2**63 - 1)

HOSTILE = [
    "<script>alert(1)</script>",
    "\x1b[2J",
    "a\0b",
    "'; DROP TABLE otel_traces; --",
    "\u202e",
    "",
    "x" * 1_000_000,
]
texts = st.sampled_from(HOSTILE) | st.text(max_size=20)
times = st.sampled_from([0, 1, 10**18, 2**63 - 1, 2**63, 2**64 - 1]) | st.integers(0, 2**64 - 1)
values = st.recursive(
    texts.map(lambda text: AnyValue(string_value=text))
    | st.integers(-(2**63), 2**63 - 1).map(lambda number: AnyValue(int_value=number))
    | st.floats().map(lambda number: AnyValue(double_value=number))
    | st.booleans().map(lambda truth: AnyValue(bool_value=truth))
    | st.binary(max_size=8).map(lambda octets: AnyValue(bytes_value=octets))
    | st.just(AnyValue()),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: AnyValue(array_value=ArrayValue(values=items))),
    max_leaves=4,
)
NAMES = ["device.id", "service.name", "http.request.method", "http.response.status_code", "url.full", "server.address"]
attributes = st.lists(
    st.builds(lambda key, value: KeyValue(key=key, value=value), st.sampled_from(NAMES) | texts, values), max_size=5
)


@st.composite
def exports(draw: st.DrawFn) -> ExportTraceServiceRequest:
    """An export with spans of any kind, some of them twice."""
    export = ExportTraceServiceRequest()
    for _ in range(draw(st.integers(0, 2))):
        resource = export.resource_spans.add()
        resource.resource.attributes.extend(draw(attributes))
        scope = resource.scope_spans.add()
        for _ in range(draw(st.integers(0, 3))):
            span = scope.spans.add(
                trace_id=draw(st.binary(min_size=16, max_size=16)),
                span_id=draw(st.binary(min_size=8, max_size=8)),
                name=draw(texts),
                start_time_unix_nano=draw(times),
                end_time_unix_nano=draw(times),
                kind=draw(st.integers(0, 9)),  # an enum of protobuf is open
                attributes=draw(attributes),
            )
            span.status.code = draw(st.integers(0, 9))  # type: ignore[assignment]
            for _ in range(draw(st.integers(0, 2))):
                event = draw(st.sampled_from(["first byte", "trio.blocked"]) | texts)
                span.events.add(name=event, time_unix_nano=draw(times), attributes=draw(attributes))
            if draw(st.booleans()):
                span.links.add(trace_id=bytes(16), span_id=bytes(8), attributes=draw(attributes))
            if draw(st.booleans()):
                scope.spans.append(span)
    return export


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    store = open_store(":memory:")
    yield store
    store.close()


def names(batch: Batch) -> list[tuple[str, str]]:
    return sorted(zip(batch.columns["SpanId"], batch.columns["SpanName"], strict=True))


@given(export=exports(), asked=st.lists(st.sampled_from(sorted(QUESTIONS)), min_size=2, max_size=4, unique=True))
@settings(max_examples=30, deadline=None)
def test_every_span_is_kept_and_every_question_answered(
    store: Store, export: ExportTraceServiceRequest, asked: list[str]
) -> None:
    sent = [
        (span.span_id.hex(), span.name)
        for resource in export.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    [batch], faults = decode_traces(export.SerializeToString())
    assert (names(batch), faults) == (sorted(sent), [])
    [(before,)] = store.query("SELECT count(*) FROM otel_traces", {})
    if sent:
        store.insert(batch)
    rows = store.query("SELECT SpanId, SpanName, DeviceId FROM otel_traces", {})
    assert len(rows) == before + len(sent)
    assert set(sent) <= {row[:2] for row in rows}
    assert "" not in {row[2] for row in rows}
    for name in asked:
        needed = {key: "0" for key, default in QUESTIONS[name].parameters.items() if default is None}
        table = ask(store, name, ALL_TIME, **needed)
        json.loads(table.json())
        table.csv()


def test_a_lone_surrogate_is_replaced_and_loses_nothing_else(store: Store) -> None:
    span = {"traceId": "ab" * 16, "spanId": "cd" * 8, "name": "a\ud800b", "startTimeUnixNano": "7"}
    resource = {"attributes": [{"key": "\ud800", "value": {"stringValue": "\udfff"}}]}
    export: Any = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}
    [batch], faults = decode_json_traces(export)
    store.insert(batch)
    [row] = ask(store, "trace", ALL_TIME, id="ab" * 16).dicts()
    assert (row["name"], row["resource"], row["dock"], faults) == ("a?b", {"?": "?"}, UNKNOWN_DOCK, [])


def test_attributes_are_right_when_there_are_more_than_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp_protobuf, "_REMEMBERED", 2)
    export = ExportTraceServiceRequest()
    spans = export.resource_spans.add().scope_spans.add().spans
    sent = [{"a": value, "b": "same"} for value in ("1", "2", "3", "1", "x" * 1000, "1")]
    for values in sent:
        pairs = [KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in values.items()]
        spans.add(trace_id=bytes(16), span_id=bytes(8), attributes=pairs)
    [batch], _ = decode_traces(export.SerializeToString())
    assert batch.columns["SpanAttributes"] == sent


@given(body=st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_are_spans_or_a_value_error(body: bytes) -> None:
    with suppress(ValueError):
        decode_traces(body)


OTLP_NAMES = ["resourceSpans", "scopeSpans", "spans", "resource", "attributes", "key", "value", "name"]
OTLP_NAMES += ["resourceMetrics", "scopeMetrics", "metrics", "gauge", "sum", "histogram", "dataPoints", "bucketCounts"]


@given(
    export=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(OTLP_NAMES), inner, max_size=4),
        max_leaves=12,
    ),
    decode=st.sampled_from([decode_json_traces, decode_json_metrics]),
)
@settings(deadline=None)
def test_any_json_is_telemetry_or_a_value_error(
    export: object, decode: Callable[[object], tuple[list[Batch], list[str]]]
) -> None:
    with suppress(ValueError):
        decode(export)
