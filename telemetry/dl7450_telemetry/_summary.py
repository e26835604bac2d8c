"""How the requests of a run ended and how long they took, summed up."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from rich import box
from rich.table import Table
from rich.text import Text

from ._format import duration, printable
from ._span_record import JudgedSpan, SpanRecord


class Outcome(NamedTuple):
    """How a request ended. They sort as they are shown: answers first, then cancelled ones, then failures."""

    failed: bool
    cancelled: bool
    text: str


@dataclass(frozen=True)
class RequestSummary:
    """The requests that ended alike; durations in seconds."""

    outcome: str
    requests: int
    p50: float
    p95: float
    longest: float


def outcome_of(span: JudgedSpan) -> Outcome:
    """The outcome of a request: the HTTP status code, `cancelled`, or the `error.type` of a failure."""
    return Outcome(span.failed, span.cancelled, span.outcome or "no status")


def summarize(spans: Iterable[SpanRecord]) -> list[RequestSummary]:
    """Sum up the HTTP requests among spans by outcome: answers first, then cancelled ones, then failures.

    An outcome is the HTTP status code, `cancelled`, or the `error.type` of a failure. Percentiles are by nearest rank,
    so that each is the duration of a request that was really made.
    """
    return [_sum_up(outcome.text, durations) for outcome, durations in sorted(_durations(spans).items())]


def summary(spans: Iterable[SpanRecord], *, requests: int | None = None) -> Table:
    """The table of `summarize` with a total, to print with a `rich.console.Console`.

    Parameters:
        spans: finished spans.
        requests: how many requests there were, if spans were not kept of all; the others have a row without durations.
    """
    return outcome_table(_durations(spans), requests)


def outcome_table(durations: Mapping[Outcome, Sequence[float]], requests: int | None = None) -> Table:
    """The table of `summary`, from the durations of requests in seconds."""
    table = _table("outcome", "requests", "p50", "p95", "longest")
    for outcome, found in sorted(durations.items()):
        table.add_row(*_cells(_sum_up(outcome.text, found)), style="red" if outcome.failed else "")
    every = list(chain.from_iterable(durations.values()))
    if requests is not None and requests > len(every):
        table.add_row("not kept", str(requests - len(every)))
    table.add_section()
    table.add_row(*_cells(_sum_up("all", every), max(len(every), requests or 0)), style="bold")
    return table


def place_table(place: str, outcomes: Mapping[str, Mapping[Outcome, Sequence[float]]]) -> Table:
    """A row for each place, the one with the most requests first.

    Parameters:
        place: what a place is: `dock` or `host`.
        outcomes: durations of requests in seconds, by the place's name and how they ended.
    """
    table = _table(place, "requests", "failed", "p50", "p95", "longest")
    rows = []
    for name, durations in outcomes.items():
        failed = sum(len(found) for outcome, found in durations.items() if outcome.failed)
        rows.append((_sum_up(name or "unknown", list(chain.from_iterable(durations.values()))), failed))
    for line, failed in sorted(rows, key=lambda row: (-row[0].requests, row[0].outcome)):
        place_name, requests, *seconds = _cells(line)
        table.add_row(place_name, requests, Text(str(failed), style="red" if failed else ""), *seconds)
    return table


def _durations(spans: Iterable[SpanRecord]) -> Mapping[Outcome, Sequence[float]]:
    durations: defaultdict[Outcome, list[float]] = defaultdict(list)
    for span in spans:
        if span.is_request:
            durations[outcome_of(span)].append(span.duration)
    return durations


def _table(first: str, *figures: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column(first, no_wrap=True)
    for title in figures:
        table.add_column(title, justify="right", no_wrap=True)
    return table


def _cells(line: RequestSummary, requests: int | None = None) -> Iterator[Text]:
    # Text, because strings in a table are taken for markup.
    yield Text(printable(line.outcome))
    yield Text(str(line.requests if requests is None else requests))
    for seconds in (line.p50, line.p95, line.longest) if line.requests else ():
        yield Text(duration(seconds))


def _sum_up(outcome: str, durations: Sequence[float]) -> RequestSummary:
    ranked = sorted(durations) or [0.0]
    return RequestSummary(outcome, len(durations), _nearest_rank(ranked, 0.50), _nearest_rank(ranked, 0.95), ranked[-1])


def _nearest_rank(ranked: Sequence[float], share: float) -> float:
    return ranked[math.ceil(share * len(ranked)) - 1]
