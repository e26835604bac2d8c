"""Whole programs, each in a process of its own: a carousel's day on virtual time, and a large trace file shown.

`python -m tests.bench._whole_runs day` is the first of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags

from dl7450_telemetry._otlp_json import encode_line

from ._statistics import Spread, spread

ROUNDS = 3
FETCHES = 17_280  # one every five seconds
SPANS, SPANS_A_LINE, SPANS_A_TRACE = 200_000, 500, 4
RUN_PROCESS = Path(__file__).with_name("_process.py")
CAROUSEL = Path(__file__).parents[2] / "examples" / "carousel.py"
PLACE_OF_THE_LINE = b"deadbeef"  # in an id: the number of the line that it is in, in hex
MORNING = 1_795_331_578_120_000_000  # nanoseconds since 1970


@dataclass
class WholeRuns:
    """Seconds, and the peak of a process's memory."""

    day_seconds: Spread
    trace_file_megabytes: float
    trace_seconds: Spread
    trace_peak_megabytes: Spread


def measure_whole_runs(say: Callable[[str], None]) -> WholeRuns:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spans.jsonl"
        _write_trace_file(path)
        days, shown = [], []
        for index in range(ROUNDS):
            say(f"a carousel's day, and a trace file: round {index + 1} of {ROUNDS}")
            days.append(_run(sys.executable, "-m", "tests.bench._whole_runs", "day"))
            shown.append(_run(Path(sys.executable).with_name("dl7450"), "trace", path))
        return WholeRuns(
            day_seconds=spread([each["seconds"] for each in days]),
            trace_file_megabytes=path.stat().st_size / 1e6,
            trace_seconds=spread([each["seconds"] for each in shown]),
            trace_peak_megabytes=spread([each["peak_megabytes"] for each in shown]),
        )


def _run(*command: str | Path) -> dict[str, float]:
    """Run a program to its end; its `seconds`, and `peak_megabytes` of memory."""
    found = subprocess.run([sys.executable, RUN_PROCESS, *command], check=True, stdout=subprocess.PIPE).stdout
    figures: dict[str, float] = json.loads(found)
    return figures


def _write_trace_file(path: Path) -> None:
    """Traces of a timer that fetches and draws, as the exporter writes them; a line is written again with other ids."""
    traces = SPANS_A_LINE // SPANS_A_TRACE
    line = encode_line([span for number in range(traces) for span in _trace(number)])
    with path.open("wb") as file:
        for number in range(SPANS // SPANS_A_LINE):
            file.write(line.replace(PLACE_OF_THE_LINE, f"{number:08x}".encode()))


def _trace(number: int) -> list[ReadableSpan]:
    request: dict[str, str | int] = {
        "http.request.method": "GET",
        "server.address": "content.example",
        "server.port": 80,
        "url.full": f"http://content.example/{number}.png",
        "url.scheme": "http",
        "dl7450.http.api": "sync",
        "dl7450.http.in_flight": 1,
        "http.response.status_code": 200,
        "network.protocol.version": "1.1",
        "network.peer.address": "192.0.2.1",
    }
    start = MORNING + number * 5_000_000_000
    timer = _span(number, 1, None, "dl7450.timer", {"code.function.name": "show_next"}, start, 80)
    return [
        _span(number, 2, timer, "GET", request, start, 60, SpanKind.CLIENT, _events(start)),
        _span(number, 3, timer, "dl7450.screen", {}, start, 70),
        timer,
        _span(number, 4, timer, "dl7450.render", {}, start, 90),
    ]


def _events(start: int) -> list[Event]:
    return [Event("request sent", {}, start + 1_000_000), Event("first byte", {}, start + 50_000_000)]


def _span(
    trace: int,
    number: int,
    parent: ReadableSpan | None,
    name: str,
    attributes: dict[str, str | int],
    start: int,
    milliseconds: int,
    kind: SpanKind = SpanKind.INTERNAL,
    events: Sequence[Event] = (),
) -> ReadableSpan:
    line = int(PLACE_OF_THE_LINE, 16)
    trace_id, span_id = (line << 96) + trace, (line << 32) + trace * SPANS_A_TRACE + number
    return ReadableSpan(
        name,
        SpanContext(trace_id, span_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED)),
        parent.context if parent else None,
        Resource({"service.name": "carousel", "device.id": "A1"}),
        attributes,
        events,
        kind=kind,
        start_time=start,
        end_time=start + milliseconds * 1_000_000,
        instrumentation_scope=InstrumentationScope("dl7450", "0.1.0"),
    )


def run_a_day() -> None:
    """A carousel's day with its servers in memory, as a test has it."""
    from dl7450.testing import TestDock

    dock = TestDock(CAROUSEL.parent, Path, values={"server": "http://content.example"})
    urls = [f"http://content.example/{color}.png" for color in ("red", "green", "blue", "navy", "orange", "purple")]
    dock.route("http://content.example/content.json").respond(json={"pictures": urls, "seconds": 5})
    for url in urls:
        dock.route(url).respond(picture=Path(url).stem)
    dock.run_app(CAROUSEL)
    dock.advance(hours=24, seconds=-1)
    completed = dock.statistics().completed
    dock.close()
    if completed != FETCHES + 1:
        raise RuntimeError(f"{completed} requests were answered, not {FETCHES + 1}")


if __name__ == "__main__" and sys.argv[1:] == ["day"]:
    run_a_day()
