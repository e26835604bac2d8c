"""`show_traces`: what `dl7450 trace FILE` does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ._format import count
from ._otlp_json import read_requests, split_by_trace
from ._summary import summary
from ._tree import Trace, traces
from ._waterfall import Waterfall


def show_traces(
    path: str | Path,
    *,
    slowest: int | None = None,
    failed: bool = False,
    host: str | None = None,
    as_json: bool = False,
    console: Console | None = None,
) -> None:
    """Show the traces of a trace file that match everything asked for: drawn, with a summary, or as JSON.

    A trace is always shown whole. As JSON each is one line of OTLP JSON, so that the output is a trace file again.

    Parameters:
        path: a trace file, as `telemetry.read_trace_file` takes it.
        slowest: only so many traces, those that took longest, the slowest first.
        failed: only traces in which a span failed.
        host: only traces with a request to this server, by its name or its peer's address.
        as_json: write OTLP JSON lines instead of drawing.
        console: where to write; standard output by default.

    Raises:
        TraceFileError: the file is not OTLP JSON; the message names the line.
        OSError: the file cannot be read.
    """
    console = console or Console()
    requests = list(read_requests(path))
    every = traces(span for _, spans in requests for span in spans)
    shown = [
        trace for trace in every if (not failed or trace.failed) and (host is None or _went_to(trace, host.lower()))
    ]
    if slowest is not None:
        shown = sorted(shown, key=lambda trace: trace.duration, reverse=True)[:slowest]
    if as_json:
        by_trace = split_by_trace(request for request, _ in requests)
        for trace in shown:
            # Not console.print: it would wrap and colour.
            console.file.write(json.dumps(by_trace[trace.trace_id], ensure_ascii=False) + "\n")
        return
    console.print(_heading(path, every, shown))
    if shown:
        console.print(Waterfall(shown, max_traces=max(slowest or 0, 20)))
        spans = [span for trace in shown for span in trace.spans]
        if any(span.is_request for span in spans):
            console.print(summary(spans))


def _went_to(trace: Trace, host: str) -> bool:
    return any(
        str(span.attributes.get(name, "")).lower() == host
        for span in trace.spans
        for name in ("server.address", "network.peer.address")
    )


def _heading(path: str | Path, every: Sequence[Trace], shown: Sequence[Trace]) -> Text:
    heading = Text(f"{path}: {count(len(every), 'trace')}", style="bold")
    if len(shown) < len(every):
        heading.append(f", {len(shown) or 'none'} as asked for")
    if shown:
        start = datetime.fromtimestamp(min(trace.start for trace in shown) / 1e9).astimezone()
        heading.append(f", from {start:%Y-%m-%d %H:%M:%S %Z} on")
    return heading.append("\n")
