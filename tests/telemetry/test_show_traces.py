"""`show_traces`: which traces are shown, drawn and as JSON."""

import json
import re
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags
from rich.console import Console

from dl7450_telemetry import TraceFileError, TraceFilter, read_trace_file, show_traces
from dl7450_telemetry._otlp_json import decode_for_index, encode_line
from dl7450_telemetry._trace_file import Block, TraceFile
from dl7450_telemetry._trace_index import TraceIndex
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


def trace_ids(path: Path, out: Path, *, slowest: int | None = None, **wanted: Any) -> list[int]:
    """The traces that are shown as JSON, which is a trace file again; in the order of its lines."""
    with out.open("w", encoding="utf-8") as file:
        show_traces(path, TraceFilter(**wanted), slowest=slowest, as_json=True, console=Console(file=file))
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


def test_json_is_written_while_the_trace_is_read(trace_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace_file.write_bytes(b"".join(encode_line([request(1, 10, "a", id=number)]) for number in (1, 2, 3)))
    record: list[str] = []
    read_again = TraceFile.read_again

    def noted(file: TraceFile, block: Block) -> Block:
        record.append("read")
        return read_again(file, block)

    class Out(StringIO):
        def write(self, text: str) -> int:
            record.append("written")
            return super().write(text)

    monkeypatch.setattr(TraceFile, "read_again", noted)
    out = Out()
    show_traces(trace_file, as_json=True, console=Console(file=out))
    assert record == ["read", "written"] * 3 + ["written"]
    assert len(json.loads(out.getvalue())["resourceSpans"]) == 3


def fail(message: str) -> None:
    pytest.fail(f"warned: {message}")


def shown(
    path: Path,
    *,
    failed: bool = False,
    slowest: int | None = None,
    by: Sequence[str] = (),
    warn: Callable[[str], None] = fail,
) -> str:
    out = StringIO()
    console = Console(file=out, width=80)
    show_traces(path, TraceFilter(failed=failed), slowest=slowest, by=by, console=console, warn=warn)
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


@pytest.mark.parametrize("tail", [b"{", b'{"resourceSpans":[{"res', b"\n[1]"])
def test_what_is_whole_in_a_damaged_file_is_shown_with_one_warning(trace_file: Path, tail: bytes) -> None:
    expected = shown(trace_file)
    trace_file.write_bytes(trace_file.read_bytes() + tail)
    warnings: list[str] = []
    assert shown(trace_file, warn=warnings.append) == expected
    [warning] = warnings
    assert re.fullmatch(r"traces.jsonl, line [34]: not .* \(left out\)", warning)


def test_damage_is_told_once_however_often_it_is_met(trace_file: Path) -> None:
    # The first reading looks at less than the second: an event with a time that cannot be is met by the second only.
    text = trace_file.read_text().replace('"status":{}', '"status":{},"events":[{"timeUnixNano":"-1"}]')
    trace_file.write_text(text + "{oops\n")
    warnings: list[str] = []
    assert "app3" not in shown(trace_file, warn=warnings.append)
    assert [warning.partition(": ")[2] for warning in warnings] == [
        "not JSON (Expecting property name enclosed in double quotes, column 2); a trace file holds one JSON object on "
        "each line (left out, with 2 more)"
    ]


def test_a_file_in_which_nothing_is_whole_is_refused(trace_file: Path) -> None:
    trace_file.write_bytes(b"import http\nprint(http)\n")
    out = StringIO()
    with pytest.raises(TraceFileError, match="line 1: not JSON"):
        show_traces(trace_file, console=Console(file=out))
    assert out.getvalue() == ""


def test_filters_by_dock_service_span_and_time(trace_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    text = trace_file.read_text()
    for number in (1, 2, 3):  # each its own dock
        name = f'"stringValue":"app{number}"}}}}'
        text = text.replace(name, f'{name},{{"key":"device.id","value":{{"stringValue":"AB{number}"}}}}')
    trace_file.write_text(text)
    assert trace_ids(trace_file, out, dock="ab2") == [2]
    assert trace_ids(trace_file, out, dock="AB") == [1, 2, 3]
    assert trace_ids(trace_file, out, dock="B") == []
    assert trace_ids(trace_file, out, service="app3") == [3]
    assert trace_ids(trace_file, out, service="app") == []
    assert trace_ids(trace_file, out, span="GET", service="app1") == [1]
    assert trace_ids(trace_file, out, span="get") == []
    assert trace_ids(trace_file, out, since=MORNING + 15_000_000) == [2, 3]
    assert trace_ids(trace_file, out, since=MORNING + 15_000_000, until=MORNING + 2) == [2]
    assert trace_ids(trace_file, out, until=MORNING) == []


def test_what_is_asked_for_may_be_in_two_spans_of_a_trace(trace_file: Path, tmp_path: Path) -> None:
    # The request that failed went to b, the one to a was answered.
    assert trace_ids(trace_file, tmp_path / "out.jsonl", failed=True, host="a") == [2]


def test_requests_are_summed_up_by_dock_and_by_host(trace_file: Path) -> None:
    expected = """\
 dock   requests   failed       p50       p95   longest
 ──────────────────────────────────────────────────────
 app2          2        1   5.00 ms   30.0 ms   30.0 ms
 app1          1        0   10.0 ms   10.0 ms   10.0 ms
 app3          1        0   20.0 ms   20.0 ms   20.0 ms


 host   requests   failed       p50       p95   longest
 ──────────────────────────────────────────────────────
 a             2        0   5.00 ms   10.0 ms   10.0 ms
 b             1        1   30.0 ms   30.0 ms   30.0 ms
 c             1        0   20.0 ms   20.0 ms   20.0 ms
"""
    assert shown(trace_file, by=["dock", "host"]).endswith(expected)


def test_of_many_traces_the_first_and_the_last_are_drawn_and_all_are_summed_up(trace_file: Path) -> None:
    trace_file.write_bytes(b"".join(encode_line([request(number, 10, f"host{number}")]) for number in range(1, 51)))
    lines = shown(trace_file).splitlines()
    assert [line.split()[1] for line in lines if "  00000" in line] == [
        f"app{number}" for number in (*range(1, 11), *range(41, 51))
    ]
    assert "… 30 traces left out" in lines
    assert lines[-1].split()[:2] == ["all", "50"]


def test_a_span_that_was_delivered_twice_counts_once(trace_file: Path) -> None:
    expected = shown(trace_file)
    trace_file.write_bytes(trace_file.read_bytes() * 2)
    assert shown(trace_file) == expected


def test_json_is_ascii_and_keeps_what_no_terminal_can_show(trace_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    trace_file.write_text(trace_file.read_text().replace('"GET"', '"\\ud800ü"'))
    assert len(trace_ids(trace_file, out)) == 3
    assert out.read_bytes().isascii()
    assert read_trace_file(out)[0].name == "\ud800ü"


def test_a_trace_over_many_lines_is_indexed_in_one_pass() -> None:
    index = TraceIndex(TraceFilter())
    held: list[Sequence[int]] = []
    for block in (0, 3, 5, 9, 9):
        span = request(1, 10, "a", id=1 + len(held))
        index.add(block, decode_for_index(json.loads(encode_line([span])), lambda error: None, needed=()))
        held.append(index.matching()[0].blocks)
    assert list(held[-1]) == [0, 3, 5, 9]
    assert held[-1] is held[1], "a new one for each line would be quadratic"
