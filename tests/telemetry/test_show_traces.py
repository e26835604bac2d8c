"""`show_traces`: which traces are shown, drawn and as JSON."""

from io import StringIO
from pathlib import Path

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags
from rich.console import Console

from dl7450_telemetry import TraceFileError, read_trace_file, show_traces
from dl7450_telemetry._otlp_json import encode_line
from tests.telemetry._spans import MORNING


def request(trace: int, milliseconds: int, host: str, *, failed: bool = False, id: int = 1) -> ReadableSpan:
    return ReadableSpan(
        name="GET",
        context=SpanContext(trace, id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED)),
        resource=Resource({"service.name": f"app{trace}"}),
        attributes={
            "http.request.method": "GET",
            "url.full": f"http://{host}/",
            "server.address": host,
            "network.peer.address": "192.0.2.7",
            "http.response.status_code": 500 if failed else 200,
            **({"error.type": "500"} if failed else {}),
        },
        kind=SpanKind.CLIENT,
        status=Status(StatusCode.ERROR) if failed else Status(),
        start_time=MORNING + trace,
        end_time=MORNING + trace + milliseconds * 1_000_000,
    )


@pytest.fixture
def trace_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("traces.jsonl")
    first = [request(1, 10, "a"), request(2, 30, "b", failed=True)]
    path.write_bytes(encode_line(first) + encode_line([request(2, 5, "a", id=2), request(3, 20, "c")]))
    return path


def trace_ids(path: Path, out: Path, **wanted: object) -> list[int]:
    """The traces that are shown as JSON, which is a trace file again; in the order of its lines."""
    with out.open("w", encoding="utf-8") as file:
        show_traces(path, as_json=True, console=Console(file=file), **wanted)  # type: ignore[arg-type] # by the test
    seen = [int(record.trace_id, 16) for record in read_trace_file(out)]
    return list(dict.fromkeys(seen))


def test_a_trace_is_shown_if_it_matches_everything_asked_for(trace_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert trace_ids(trace_file, out) == [1, 2, 3]
    assert trace_ids(trace_file, out, failed=True) == [2]
    assert trace_ids(trace_file, out, host="A") == [1, 2]
    assert trace_ids(trace_file, out, host="192.0.2.7") == [1, 2, 3]
    assert trace_ids(trace_file, out, slowest=2) == [2, 3]
    assert trace_ids(trace_file, out, slowest=1, host="c") == [3]
    assert trace_ids(trace_file, out, failed=True, host="c") == []


def test_json_keeps_all_of_a_trace_together(trace_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    trace_ids(trace_file, out, failed=True)
    assert len(out.read_text().splitlines()) == 1
    assert read_trace_file(out) == [record for record in read_trace_file(trace_file) if int(record.trace_id, 16) == 2]


def shown(path: Path, *, failed: bool = False, slowest: int | None = None) -> str:
    out = StringIO()
    show_traces(path, failed=failed, slowest=slowest, console=Console(file=out, width=80))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def test_the_traces_are_drawn_with_a_summary(trace_file: Path) -> None:
    expected = """\
traces.jsonl: 3 traces, 1 as asked for, from 2026-11-22 07:12:58 UTC on

07:12:58.120  app2  30.0 ms, 2 spans, 1 failed  00000000000000000000000000000002
GET b/ █████████████████████████████████████████████████████████████ 30.0 ms 500
GET a/ ██████████                                                    5.00 ms 200

░░ until sent  ▒▒ until the first byte  ██ until the end

 outcome   requests       p50       p95   longest
 ────────────────────────────────────────────────
 200              1   5.00 ms   5.00 ms   5.00 ms
 500              1   30.0 ms   30.0 ms   30.0 ms

 all              2   5.00 ms   30.0 ms   30.0 ms
"""
    assert shown(trace_file, slowest=1) == expected


def test_a_file_without_a_match_says_so(trace_file: Path) -> None:
    assert shown(trace_file, slowest=0) == "traces.jsonl: 3 traces, none as asked for\n"
    trace_file.write_bytes(b"")
    assert shown(trace_file) == "traces.jsonl: 0 traces\n"


def test_without_requests_there_is_no_summary(trace_file: Path) -> None:
    span = request(1, 10, "a")
    trace_file.write_bytes(encode_line([span]).replace(b"http.request.method", b"other"))
    assert "outcome" not in shown(trace_file)


def test_a_damaged_file_shows_nothing(trace_file: Path) -> None:
    trace_file.write_bytes(trace_file.read_bytes() + b"{")
    out = StringIO()
    with pytest.raises(TraceFileError, match="line 3"):
        show_traces(trace_file, console=Console(file=out))
    assert out.getvalue() == ""
