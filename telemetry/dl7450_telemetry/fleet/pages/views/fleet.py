"""Fleet: is it healthy now, against the week before, and what has changed?"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from ....web.formats import duration
from ...questions import step
from ...table import Table
from ..charts import Chart, Series, columns, each, regular
from ..query import Query
from ..tables import ShownTable
from ..view import HOUR, Asking, Shown, View

_GROWN = 3.0  # times as many as before
_FEW = 5  # failures that nobody is told of
_NOTABLE = 1.3  # times as many as before are not the same
_RARE = 0.001  # of the requests: nobody is told of so few, either
_COMPARABLE = 0.1  # of the requests that the window lets expect, that the week before has at least
_MANY_FAIL = 0.02  # of the requests
_SHOWN = 7  # changes


class Change(NamedTuple):
    """Something that is not as it was: what, what is said of it, and the page that shows it."""

    what: str
    said: str
    url: str
    is_bad: bool = True


async def show(asking: Asking) -> Shown:
    filters, query = asking.filters, asking.query
    answers = await asking.tables(
        fleet=partial(asking.table, "fleet", silence=asking.silence),
        latency=partial(asking.table, "latency"),
        errors=partial(asking.table, "errors"),
        errors_before=partial(asking.table, "errors", asking.before()),
        choices=partial(asking.table, "choices"),
        choices_before=partial(asking.table, "choices", asking.before()),
        blocked=partial(asking.table, "blocked"),
    )
    periods = {row["period"]: row for row in answers["fleet"].dicts()}
    now, before = periods.get("now", {}), periods.get("week before", {})
    share = _share(asking)
    if (before.get("requests") or 0) * share < (now.get("requests") or 0) * _COMPARABLE:
        before = {}
    silent = now.get("silent") or 0
    # Those that fell silent before the window are not in it.
    silent_url = query.url("/docks", sort="last_seen", since=asking.before().since)
    changes = [
        *([Change(_plural(silent, "dock"), "went silent", silent_url)] if silent else []),
        *_errors(answers["errors"], answers["errors_before"] if before else None, now.get("requests") or 0, asking),
        *_blocked(answers["blocked"], query),
        *(_releases(answers["choices"], answers["choices_before"], query) if before else []),
    ]
    width = step(filters)
    times = regular(filters.since, filters.until, width)
    lines = columns(answers["latency"], "time", times, ["requests", "failures", "p50", "p95"])
    rates = [
        None if requests is None else failures / requests
        for requests, failures in zip(lines["requests"], lines["failures"], strict=True)
    ]
    many_fail = (now.get("failure_rate") or 0.0) > _MANY_FAIL
    return Shown(
        {
            "now": now,
            "before": before,
            "changes": changes[:_SHOWN],
            "silent_url": silent_url,
            "more_changes": max(0, len(changes) - _SHOWN),
            "verdict": _verdict(many_fail or bool(silent), bool(changes), bool(now.get("requests"))),
            "many_fail": many_fail,
            "silence": f"{asking.silence / HOUR:.3g} h" if asking.silence >= HOUR else duration(asking.silence),
            "rate": Chart("Failure rate", times, [Series("failed", rates, "bad", filled=True)], "ratio", least=0.01),
            "latency": Chart(
                "Latency",
                times,
                [Series("p95", lines["p95"], "series-3"), Series("p50", lines["p50"], "series-1")],
                "duration",
            ),
            "requests": Chart(
                f"Requests {each(width)}", times, [Series("requests", lines["requests"], filled=True)], "count"
            ),
            "table": ShownTable("Over time", answers["latency"], query, "latency"),
        },
        has_data=any(row["docks"] for row in periods.values()),
    )


def _verdict(is_bad: bool, has_changes: bool, has_requests: bool) -> str:
    if is_bad:
        return "bad"
    if has_changes:
        return "warn"
    return "good" if has_requests else "unknown"


def _plural(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _share(asking: Asking) -> float:
    """How long the window is, as a part of the week before it."""
    filters, past = asking.filters, asking.before()
    return (filters.until - filters.since) / (past.until - past.since)


def _errors(now: Table, before: Table | None, requests: int, asking: Asking) -> list[Change]:
    """Failures that were not there in the time before, are many times as frequent, or are many as they were then."""
    query, share = asking.query, _share(asking)
    earlier = {(row["error"], row["host"]): row["failures"] for row in before.dicts()} if before else {}
    changes = []
    for row in now.dicts():
        expected = earlier.get((row["error"], row["host"]), 0) * share
        least = max(_FEW, min(max(_RARE * requests, _GROWN * expected), _MANY_FAIL * requests))
        if row["failures"] >= least:
            growth = f": {_growth(row['failures'] / expected)}" if expected else ": new"
            url = query.url("/errors", error=row["error"], host=row["host"] or None)
            what = f"{row['error']} from {row['host']}"
            changes.append(Change(what, f"on {_plural(row['docks'], 'dock')}{growth if before else ''}", url))
    return changes


def _growth(times: float) -> str:
    if times < 1 / _NOTABLE:
        return "less often than before"
    return "as before" if times < _NOTABLE else f"{times:.{int(times < 9.5)}f} times as often as before"


def _blocked(table: Table, query: Query) -> list[Change]:
    """Releases that block the event loop."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in table.dicts():
        found.setdefault((row["app"], row["release"]), row)
    return [
        Change(
            f"{app} {release} blocks the event loop",
            f"on {_plural(row['docks'], 'dock')}",
            query.url("/releases", app=app) + "#blocked",
        )
        for (app, release), row in found.items()
    ]


def _releases(now: Table, before: Table, query: Query) -> list[Change]:
    known = {row["value"] for row in before.dicts() if row["filter"] == "release"}
    new = [row["value"] for row in now.dicts() if row["filter"] == "release" and row["value"] not in known]
    return [Change(f"Release {name}", "is new", query.url("/releases", release=name), is_bad=False) for name in new]


VIEW = View("fleet", "Fleet", "Is it healthy now?", show, path="/")
