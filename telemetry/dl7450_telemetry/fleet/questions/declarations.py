"""The questions: what each one asks, which columns its answer has, and what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..columns import SAMPLE
from ..table import Column

# The filters that each rollup of `store.rollups` knows.
DOCKS_KNOW: Final = frozenset({"site", "app", "release", "dock", "resource"})
REQUESTS_KNOW: Final = DOCKS_KNOW | {"host", "error"}
TIMES_KNOW: Final = frozenset({"app", "release", "host"})

_DAY = 24 * 3600 * 1_000_000_000
_WEEK = 7 * _DAY


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Parameters:
        asks: the question, as a reader would ask it.
        columns: those of its answer, in order.
        parameters: its own, each with its default; None has to be given.
        lookback: nanoseconds before the filters' window that it needs too.
        of_trace: it is about one trace, whatever the filters are.
        rollup: the filters with which `NAME.rollup.ENGINE.sql` asks it of rollups, if the store has them and the window
            is long enough; None: there is no such file.
        rollup_from: how long a window has to be for that, with what it looks back to, in nanoseconds. Shorter ones are
            as fast without.
        rollup_for: the parameters for which it is asked so, with their values.
        slots: the rollups whose rows it sorts into buckets of time, with the parameter that says how wide those are. If
            that is less than an hour, spans are read.
    """

    asks: str
    columns: tuple[Column, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    lookback: int = 0
    of_trace: bool = False
    rollup: frozenset[str] | None = None
    rollup_from: int = _DAY
    rollup_for: Mapping[str, Any] = field(default_factory=dict)
    slots: Mapping[str, str] = field(default_factory=dict)


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
        rollup=TIMES_KNOW,
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
            Column("first_failure", "time"),
            Column("p95", "duration"),
            Column("last_seen", "time"),
            Column("spark", "list"),  # [{"time": ns, "requests": n, "failures": n}, ...], by `coarse`
        ),
        rollup=DOCKS_KNOW,
        slots={"rollup_requests": "coarse"},
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
            Column("trace", "trace"),  # the newest one that shows it
        ),
        rollup=REQUESTS_KNOW,
    ),
    "error_trend": Question(
        "How did each kind of failure go over time?",
        (
            Column("error", "text"),
            Column("time", "time"),  # the start of a bucket of `step`
            Column("failures", "count"),
            Column("docks", "count"),
        ),
        rollup=REQUESTS_KNOW,
    ),
    "choices": Question(
        "What is there to be filtered by?",
        (Column("filter", "text"), Column("value", "text"), Column("spans", "count")),
        rollup=REQUESTS_KNOW,
    ),
    "latency": Question(
        "How long do requests take, over time?",
        (
            Column("time", "time"),  # the start of a bucket of `step`
            Column("requests", "count"),
            Column("failures", "count"),
            Column("p50", "duration"),
            Column("p95", "duration"),
            Column("p99", "duration"),
        ),
        rollup=TIMES_KNOW,
        slots={"rollup_times": "step"},
    ),
    "heat": Question(
        "How many requests take how long, over time? Five buckets a decade.",
        (Column("time", "time"), Column("at_least", "duration"), Column("requests", "count")),
        rollup=TIMES_KNOW,
        slots={"rollup_times": "step"},
    ),
    "hosts": Question(
        "Which host is slow, or fails?",
        (
            Column("host", "text"),
            Column("requests", "count"),
            Column("failures", "count"),
            Column("failure_rate", "ratio"),
            Column("p50", "duration"),
            Column("p95", "duration"),
            Column("p99", "duration"),
        ),
        rollup=TIMES_KNOW,
    ),
    "phases": Question(
        "Which phase of a request takes the time?",
        (
            Column("phase", "text"),  # DNS, connect, TLS, first byte, body
            Column("count", "count"),
            Column("p50", "duration"),
            Column("p95", "duration"),
            Column("p99", "duration"),
        ),
        rollup=frozenset(),
    ),
    "releases": Question(
        "Does a release fail more than the others of its app?",
        (
            Column("app", "text"),
            Column("release", "text"),
            Column("docks", "count"),
            Column("requests", "count"),
            Column("failures", "count"),
            Column("failure_rate", "ratio"),
            # What follows is of moments (of `coarse`) in which other releases of the app were there, too: a release
            # that came on Wednesday is not blamed for what the others have done since, nor praised for Monday.
            Column("compared", "count"),  # requests
            Column("rest_rate", "ratio"),  # the failure rate of the others; None if there are none
            Column("z", "number"),  # Cochran, Mantel and Haenszel: between -3 and 3 the difference is noise
            Column("p50", "duration"),
            Column("p95", "duration"),
            Column("error", "text"),  # the most frequent one
            Column("first_seen", "time"),
            Column("last_seen", "time"),
        ),
        rollup=TIMES_KNOW,
        slots={"rollup_requests": "coarse"},
    ),
    "differs": Question(
        "Which attribute values are more frequent among failing (or slow) requests than among the rest?",
        (
            Column("attribute", "text"),
            Column("value", "text"),
            Column("failing", "count"),  # in a sample of both
            Column("rest", "count"),
            Column("failing_share", "ratio"),
            Column("rest_share", "ratio"),
            Column("difference", "ratio"),
        ),
        # by: failures, those of one error.type if `failure` is not empty, or slow for the slowest twentieth
        {"by": "failures", "failure": "", "sample": SAMPLE},
        rollup=frozenset(),
        rollup_for={"by": "failures", "sample": SAMPLE},
    ),
    "changes": Question(
        "What fails more than in the week before?",
        (
            Column("attribute", "text"),
            Column("value", "text"),
            Column("requests", "count"),
            Column("failures", "count"),
            Column("failure_rate", "ratio"),
            Column("rate_before", "ratio"),  # None if it was not there
            Column("excess", "number"),  # failures above what the rate before would have given
        ),
        lookback=_WEEK,
        rollup=REQUESTS_KNOW,
    ),
    "blocked": Question(
        "Which app blocks the event loop?",
        (
            Column("app", "text"),
            Column("release", "text"),
            Column("task", "text"),
            Column("stack", "text"),
            Column("docks", "count"),
            Column("times", "count"),
            Column("last", "time"),
        ),
        rollup=REQUESTS_KNOW,
    ),
    "dock": Question(
        "What did this dock do?",
        (
            Column("time", "time"),
            Column("duration", "duration"),
            Column("gap", "duration"),  # from the start of the span before; None for the first
            Column("lane", "text"),  # app, request, callback, timer, frame, other
            Column("name", "text"),
            Column("failed", "text"),  # error.type, or empty
            Column("path", "text"),
            Column("blocked", "count"),  # how often it blocked the event loop
            Column("trace", "trace"),
            Column("span", "span"),
        ),
        {"id": None, "limit": 10_000},
    ),
    "lag": Question(
        "How late did this dock's tasks run?",
        (
            Column("time", "time"),
            Column("steps", "count"),
            Column("mean", "duration"),
            Column("max", "duration"),
        ),
        {"id": None},
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
        of_trace=True,
    ),
}
