"""How the requests of a run ended and how long they took, summed up."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Table
from rich.text import Text

from ._format import duration, printable
from ._span_record import SpanRecord


@dataclass(frozen=True)
class RequestSummary:
    """The requests that ended alike; durations in seconds."""

    outcome: str
    requests: int
    p50: float
    p95: float
    longest: float


def summarize(spans: Iterable[SpanRecord]) -> list[RequestSummary]:
    """Sum up the HTTP requests among spans by outcome: answers first, then cancelled ones, then failures.

    An outcome is the HTTP status code, `cancelled`, or the `error.type` of a failure. Percentiles are by nearest rank,
    so that each is the duration of a request that was really made.
    """
    durations: defaultdict[tuple[bool, bool, str], list[float]] = defaultdict(list)
    for span in spans:
        if span.is_request:
            durations[span.failed, span.cancelled, span.outcome or "no status"].append(span.duration)
    return [_sum_up(outcome, found) for (_, _, outcome), found in sorted(durations.items())]


def summary(spans: Iterable[SpanRecord]) -> Table:
    """The table of `summarize` with a total, to print with a `rich.console.Console`."""
    requests = [span for span in spans if span.is_request]
    failures = {span.outcome for span in requests if span.failed}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("outcome", no_wrap=True)
    for title in ("requests", "p50", "p95", "longest"):
        table.add_column(title, justify="right", no_wrap=True)
    for line in summarize(requests):
        table.add_row(*_cells(line), style="red" if line.outcome in failures else "")
    table.add_section()
    table.add_row(*_cells(_sum_up("all", [span.duration for span in requests])), style="bold")
    return table


def _cells(line: RequestSummary) -> Iterator[Text]:
    # Text, because strings in a table are taken for markup.
    yield Text(printable(line.outcome))
    yield Text(str(line.requests))
    for seconds in (line.p50, line.p95, line.longest) if line.requests else ():
        yield Text(duration(seconds))


def _sum_up(outcome: str, durations: Sequence[float]) -> RequestSummary:
    ranked = sorted(durations) or [0.0]
    return RequestSummary(outcome, len(durations), _nearest_rank(ranked, 0.50), _nearest_rank(ranked, 0.95), ranked[-1])


def _nearest_rank(ranked: Sequence[float], share: float) -> float:
    return ranked[math.ceil(share * len(ranked)) - 1]
