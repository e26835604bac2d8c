"""The questions: what each one asks, which columns its answer has, and what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..table import Column

_WEEK = 7 * 24 * 3600 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Parameters:
        asks: the question, as a reader would ask it.
        columns: those of its answer, in order.
        parameters: its own, each with its default; None has to be given.
        lookback: nanoseconds before the filters' window that it needs too.
    """

    asks: str
    columns: tuple[Column, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    lookback: int = 0


QUESTIONS: Final = {
    "fleet": Question(
        "Is the fleet healthy now, against the week before?",
        (
            Column("period", "text"),  # now, week before
            Column("docks", "count"),
            Column("failing", "count"),  # docks with a failed request
            Column("silent", "count"),  # docks that were there before, and then not for an hour
            Column("requests", "count"),
            Column("failures", "count"),
            Column("failure_rate", "ratio"),
            Column("p50", "duration"),
            Column("p95", "duration"),
        ),
        {"silence": 3600 * 1_000_000_000},
        lookback=_WEEK,
    ),
    "docks": Question(
        "Which docks fail, since when, and with what?",
        (
            Column("dock", "dock"),
            Column("site", "text"),
            Column("app", "text"),
            Column("release", "text"),
            Column("requests", "count"),
            Column("failures", "count"),
            Column("failure_rate", "ratio"),
            Column("error", "text"),  # the most frequent one
            Column("failing_since", "time"),  # the first failure with no success after it, or None
            Column("p95", "duration"),
            Column("last_seen", "time"),
        ),
    ),
    "errors": Question(
        "Which failures, where, and since when?",
        (
            Column("error", "text"),
            Column("curl_code", "number"),
            Column("http_status", "number"),
            Column("host", "text"),
            Column("failures", "count"),
            Column("docks", "count"),
            Column("sites", "count"),
            Column("first", "time"),
            Column("last", "time"),
        ),
    ),
    "trace": Question(
        "What happened in this trace?",
        (
            Column("span", "span"),
            Column("parent", "span"),
            Column("name", "text"),
            Column("kind", "text"),
            Column("dock", "dock"),
            Column("app", "text"),
            Column("start", "time"),
            Column("duration", "duration"),
            Column("status", "text"),
            Column("message", "text"),
            Column("scope", "text"),
            Column("scope_version", "text"),
            Column("attributes", "map"),
            Column("resource", "map"),
            Column("events", "list"),  # [{"time": ns, "name": ..., "attributes": {...}}, ...]
            Column("links", "list"),  # [{"trace": ..., "span": ..., "attributes": {...}}, ...]
        ),
        {"id": None},
    ),
}
