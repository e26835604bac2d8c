"""Whatever was recorded can be shown: in the waterfall, the tree and the summary, at every width."""

from io import BytesIO, StringIO, TextIOWrapper

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.trace import SpanKind
from rich.console import Console

from dl7450_telemetry import EventRecord, LinkRecord, SpanRecord, summary, tree, waterfall
from dl7450_telemetry._span_record import MAX_TIME
from tests.telemetry._spans import MORNING, get, span

times = st.one_of(st.integers(0, MAX_TIME), st.integers(MORNING, MORNING + 10**9))
ids = st.integers(1, 4).map("{:016x}".format)
trace_ids = st.integers(1, 2).map("{:032x}".format)
values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.just((1, "a")))
names = st.one_of(st.text(), st.sampled_from(["request sent", "first byte", "GET"]))
KEYS = "http.request.method url.full error.type http.response.status_code code.function.name server.address"
attributes = st.dictionaries(st.sampled_from([*KEYS.split(), "dl7450.cancelled", "service.name", "device.id"]), values)
spans = st.builds(
    SpanRecord,
    trace_id=trace_ids,
    span_id=ids,
    name=names,
    start=times,
    end=times,
    parent_span_id=st.none() | ids,
    kind=st.sampled_from(["INTERNAL", "CLIENT"]),
    attributes=attributes,
    events=st.lists(st.builds(EventRecord, names, times), max_size=3).map(tuple),
    links=st.lists(st.builds(LinkRecord, trace_ids, ids), max_size=2).map(tuple),
    status=st.sampled_from(["UNSET", "ERROR"]),
    status_description=st.none() | st.text(),
    resource=attributes,
)


def show(records: list[SpanRecord], width: int, encoding: str = "utf-8") -> str:
    out = BytesIO()
    file = TextIOWrapper(out, encoding=encoding, errors="replace")
    console = Console(file=file, width=width)
    console.print(waterfall(records, max_traces=1, max_spans=3))
    console.print(summary(records))
    file.flush()
    return tree(records, "url.full") + out.getvalue().decode(encoding)


@given(st.lists(spans, max_size=8), st.integers(1, 150), st.sampled_from(["utf-8", "ascii", "latin-1"]))
def test_any_spans_can_be_shown(records: list[SpanRecord], width: int, encoding: str) -> None:
    assert "\x1b" not in show(records, width, encoding).replace(tree(records, "url.full"), "")


@pytest.mark.parametrize(
    ("url", "detail"),
    [
        ("http://[::1/x", "[::1/x"),
        ("http://[::1]:99999999/x?sig=secret#secret", "[::1]:99999999/x"),
        ("http://me:secret@h/x", "h/x"),
        ("me:secret@h/x", "h/x"),
        ("REDACTED:REDACTED@h?q", "h"),
        ("http://h/x@y", "h/x@y"),
        ("http://", ""),
        ("//[", "//["),
    ],
)
def test_a_url_that_is_none_is_shown_without_secrets(url: str, detail: str) -> None:
    record = SpanRecord("1" * 32, "1" * 16, "GET", 0, 1, kind="CLIENT", attributes={"url.full": url})
    record.attributes["http.request.method"] = "GET"  # type: ignore[index] # a dict
    out = StringIO()
    Console(file=out, width=200).print(waterfall([record]))
    row = out.getvalue().splitlines()[1]
    assert row.startswith(f"GET {detail} " if detail else "GET ")
    assert "secret" not in row


def test_times_that_no_clock_has_are_recorded_as_the_nearest_one_that_has() -> None:
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("app")
    odd = tracer.start_span("odd", kind=SpanKind.CLIENT, start_time=-5)
    odd.add_event("late", timestamp=10**400)
    odd.end(10**400)
    assert isinstance(odd, ReadableSpan)
    record = SpanRecord.from_sdk(odd)
    assert (record.start, record.end, record.events[0].time) == (0, MAX_TIME, MAX_TIME)
    assert "odd" in show([record], 80)


def test_a_moment_of_a_request_far_outside_of_it_is_no_error() -> None:
    requests = [get("http://h/", 0, 5, id=1, sent=-(10**12), first_byte=10**9), span("x", 0, 5, id=2, parent=1)]
    assert "5.00 ms" in show(requests, 80)
