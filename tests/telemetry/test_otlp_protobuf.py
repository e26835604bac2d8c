"""Spans in OTLP protobuf are, to the byte, what the SDK's own encoder makes of them."""

import copy
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from opentelemetry.attributes import BoundedAttributes
from opentelemetry.exporter.otlp.proto.common import trace_encoder
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.util import BoundedList
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from dl7450_telemetry import _otlp_protobuf
from dl7450_telemetry._collector import OtlpSpanExporter
from dl7450_telemetry._otlp_protobuf import encode_spans
from tests.telemetry._receiver import receiving
from tests.telemetry.test_otlp_json import REQUEST

TIMES = st.integers(0, (1 << 64) - 1)
SINGLE_VALUES: st.SearchStrategy[Any] = st.one_of(
    st.text(),
    st.text(min_size=300, max_size=400),
    st.booleans(),
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.floats(),
    st.sampled_from([0, 1, 0.0, -0.0, 1.0, False, True, "1", ""]),  # equal to each other, and not the same
)
VALUES = st.recursive(
    st.one_of(SINGLE_VALUES, st.none(), st.binary(), st.sampled_from(HTTPStatus)),
    lambda values: st.one_of(st.lists(values, max_size=3), st.dictionaries(st.text(), values, max_size=3)),
    max_leaves=6,
)
KEYS = st.one_of(st.sampled_from(["url.full", "server.port"]), st.text())
ATTRIBUTES = st.one_of(
    st.none(),
    st.dictionaries(KEYS, VALUES, max_size=5),
    st.builds(BoundedAttributes, st.integers(1, 5), st.dictionaries(KEYS, VALUES, max_size=6)),  # drops some
)
CONTEXTS = st.builds(
    SpanContext,
    st.integers(0, (1 << 128) - 1),
    st.integers(0, (1 << 64) - 1),
    is_remote=st.booleans(),
    trace_flags=st.just(TraceFlags(TraceFlags.SAMPLED)),
    trace_state=st.sampled_from([TraceState(), TraceState([("vendor", "a"), ("other", "b=c")])]),
)
RESOURCES = st.builds(
    Resource, st.dictionaries(st.text(min_size=1), SINGLE_VALUES, max_size=3), st.sampled_from(["", "https://a.b/1"])
)
SCOPES = st.builds(
    InstrumentationScope, st.text(), st.one_of(st.none(), st.text()), st.sampled_from([None, "s"]), ATTRIBUTES
)
STATUSES = st.one_of(
    st.builds(Status, st.sampled_from([StatusCode.UNSET, StatusCode.OK])),
    st.builds(Status, st.just(StatusCode.ERROR), st.one_of(st.none(), st.text())),
)


def _bounded(items: list[Any]) -> Sequence[Any]:
    return BoundedList.from_seq(2, items)


@st.composite
def batches(draw: st.DrawFn) -> list[ReadableSpan]:
    """Spans of a few resources and scopes, which are the same object for some, and equal ones for others."""
    resources = draw(st.lists(RESOURCES, min_size=1, max_size=2))
    resources += copy.deepcopy(resources)
    scopes: list[InstrumentationScope | None] = [None, *draw(st.lists(SCOPES, max_size=2))]
    scopes += copy.deepcopy(scopes)
    spans = st.builds(
        ReadableSpan,
        st.text(),
        CONTEXTS,
        st.one_of(st.none(), CONTEXTS),
        st.sampled_from(resources),
        ATTRIBUTES,
        st.lists(st.builds(Event, st.text(), ATTRIBUTES, TIMES), max_size=3).map(_bounded),
        st.lists(st.builds(Link, CONTEXTS, ATTRIBUTES), max_size=3).map(_bounded),
        st.sampled_from(SpanKind),
        status=STATUSES,
        start_time=st.one_of(st.none(), TIMES),
        end_time=TIMES,
        instrumentation_scope=st.sampled_from(scopes),
    )
    return draw(st.lists(spans, max_size=5))


def encoded_by_the_sdk(spans: list[ReadableSpan]) -> bytes:
    return trace_encoder.encode_spans(spans).SerializePartialToString()


@given(batches())
@example([REQUEST])
def test_the_encoding_is_that_of_the_sdk(spans: list[ReadableSpan]) -> None:
    assert encode_spans(spans) == encoded_by_the_sdk(spans)


def test_what_is_remembered_has_a_bound() -> None:
    remembered = _otlp_protobuf._encoded[int]
    assert isinstance(remembered, dict)
    for number in range(10_000):
        span = ReadableSpan("", REQUEST.context, attributes={"number": number})
        assert encode_spans([span]) == encoded_by_the_sdk([span])
        assert len(remembered) <= 4096


@pytest.mark.parametrize(
    "attributes", [{"plain": 1}, {"too large": 1 << 63, "plain": 1}, {"surrogate": "\udcff", "plain": 1}]
)
def test_what_only_the_sdk_judges_is_sent_by_it(
    attributes: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spans = [REQUEST, ReadableSpan("odd", REQUEST.context, resource=REQUEST.resource, attributes=attributes)]
    with receiving() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        exporter = OtlpSpanExporter(warn=pytest.fail)
        assert exporter.export(spans) is SpanExportResult.SUCCESS
        exporter.shutdown()
        assert receiver.traces.get(timeout=60) == encoded_by_the_sdk(spans)
