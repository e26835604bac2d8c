"""Releases: did one break it? Two side by side, and which of them block the event loop."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from ....web.formats import count, duration, ratio
from ...filters import Filters
from ...questions import step
from ...table import Column, Table
from ..cells import bar
from ..charts import Chart, Series, columns, regular
from ..query import Query
from ..tables import Row, ShownTable
from ..view import Asking, Shown, View
from .docks import error_badge

NOISE = 3.0  # standard errors: one time in 370 chance alone makes such a difference
_INNERMOST = 3  # functions of a stack that are shown
_FUNCTION = re.compile(r", in (\w+)$")

FEW = 30  # requests that say nothing


class Side(NamedTuple):
    """One of the two releases that are compared: its row of the table, and its name in the URL."""

    row: Row
    name: str


async def show(asking: Asking) -> Shown:
    query, filters = asking.query, asking.filters
    answers = await asking.tables(
        releases=partial(asking.table, "releases", replace(filters, release=None)),
        blocked=partial(asking.table, "blocked", replace(filters, release=None)),
    )
    rows = answers["releases"].dicts()
    releases = ShownTable(
        "Releases",
        answers["releases"],
        query,
        "releases",
        sort="app",
        columns=("app", "release", "docks", "requests", "failures", "failure_rate", "z", "p95", "error", "first_seen"),
        show={
            "release": lambda row: Markup('<a href="{}">{}</a>').format(
                query.url("/docks", app=row["app"], release=row["release"]), row["release"] or "(none)"
            ),
            "failure_rate": lambda row: escape(ratio(row["failure_rate"])) + bar(row["failure_rate"], is_bad=True),
            "z": verdict,
            "error": lambda row: error_badge(row["error"], query),
        },
        labels={"z": "Against the others"},
    )
    blocked = ShownTable(
        "Blocked event loops",
        answers["blocked"],
        query,
        "blocked",
        sort="-times",
        show={"stack": lambda row: stack(row["stack"])},
        empty="No event loop was blocked for longer than the watchdog allows.",
    )
    pair = _pair(rows, query)
    compared = await _compared(pair, asking) if pair else {}
    names = [_name(row) for row in rows]
    return Shown(
        {"releases": releases, "blocked": blocked, "names": names, "pair": pair, **compared}, bool(rows) or None
    )


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['app']} {row['release']}"


def _pair(rows: Sequence[Row], query: Query) -> tuple[Side, Side] | None:
    """The releases that the URL names; else the one that fails most against the others, and the largest of those."""
    sides = {_name(row): Side(row, _name(row)) for row in rows}
    if len(sides) < 2:
        return None
    asked = [query.get("a"), query.get("b")]
    if all(name in sides for name in asked):
        return sides[asked[0]], sides[asked[1]]
    chosen = query.get("release")
    worst = max(rows, key=lambda row: (row["release"] == chosen, row["z"] or 0.0, row["first_seen"]))
    others = [row for row in rows if row is not worst]
    other = max(others, key=lambda row: (row["app"] == worst["app"], row["requests"]))
    return sides[_name(other)], sides[_name(worst)]


async def _compared(pair: tuple[Side, Side], asking: Asking) -> dict[str, Any]:
    query = asking.query
    windows = [_of(side, asking.filters) for side in pair]
    answers = await asking.tables(
        a=partial(asking.table, "latency", windows[0]),
        b=partial(asking.table, "latency", windows[1]),
        errors_a=partial(asking.table, "errors", windows[0]),
        errors_b=partial(asking.table, "errors", windows[1]),
    )
    times = regular(asking.filters.since, asking.filters.until, step(asking.filters))
    series = []
    for key, side, colour in (("a", pair[0], "series-2"), ("b", pair[1], "series-1")):
        lines = columns(answers[key], "time", times, ["requests", "failures"])
        rates = [
            None if asked is None else failed / asked
            for asked, failed in zip(lines["requests"], lines["failures"], strict=True)
        ]
        series.append(Series(side.name, rates, colour))
    return {
        "facts": _facts(pair),
        "rates": Chart("Failure rate", times, series, "ratio", least=0.01, joined=True),
        "errors": _errors(pair, answers["errors_a"], answers["errors_b"], query),
    }


def _of(side: Side, filters: Filters) -> Filters:
    return replace(filters, app=side.row["app"], release=side.row["release"])


def _facts(pair: tuple[Side, Side]) -> list[tuple[str, str, str, Markup]]:
    """What is compared: a name, both values, and what the difference means."""
    (a, _), (b, _) = pair
    nothing = Markup("")
    slower = b["p95"] / a["p95"] if a["p95"] and b["p95"] else 1.0
    latency = _badge("bad", f"{slower:.1f} times as long") if slower > 1.3 else _badge("", "about the same")
    if slower < 0.75:
        latency = _badge("good", f"{slower:.2f} of the time")
    return [
        ("Docks", count(a["docks"]), count(b["docks"]), nothing),
        ("Requests", count(a["requests"]), count(b["requests"]), nothing),
        ("Failures", count(a["failures"]), count(b["failures"]), nothing),
        (
            "Failure rate",
            ratio(a["failure_rate"]),
            ratio(b["failure_rate"]),
            difference(a["failures"], a["requests"], b["failures"], b["requests"]),
        ),
        ("p50", duration(a["p50"]), duration(b["p50"]), nothing),
        ("p95", duration(a["p95"]), duration(b["p95"]), latency),
    ]


def _errors(pair: tuple[Side, Side], a: Table, b: Table, query: Query) -> ShownTable:
    """The failures of both, side by side."""
    counts: dict[tuple[str, str], list[int]] = {}
    for index, table in enumerate((a, b)):
        for row in table.dicts():
            counts.setdefault((row["error"], row["host"]), [0, 0])[index] += row["failures"]
    table = Table(
        (Column("error", "text"), Column("host", "text"), Column(pair[0].name, "count"), Column(pair[1].name, "count")),
        [(error, host, *found) for (error, host), found in sorted(counts.items(), key=lambda item: -max(item[1]))],
    )
    shown = ShownTable(
        "Failures of both",
        table,
        query,
        "errors",
        labels={side.name: side.name for side in pair},
        empty="None of them failed.",
    )
    requests = [side.row["requests"] for side in pair]
    shown.add(
        "Difference",
        lambda row: difference(row[pair[0].name], requests[0], row[pair[1].name], requests[1]),
    )
    return shown


def difference(failed: int, asked: int, other_failed: int, other_asked: int) -> Markup:
    """Whether the second failure rate is another one than the first, or whether that is noise."""
    if min(asked, other_asked) < FEW:
        return _badge("", "too few to tell")
    rate = (failed + other_failed) / (asked + other_asked)
    error = math.sqrt(rate * (1 - rate) * (1 / asked + 1 / other_asked))
    z = (other_failed / other_asked - failed / asked) / error if error else 0.0
    return _verdict(z)


def verdict(row: Mapping[str, Any]) -> Markup:
    """What the difference between a release and the others of its app means."""
    if row["z"] is None:
        return _badge("", "nothing to compare")
    return _badge("", "too few to tell") if row["requests"] < FEW else _verdict(row["z"])


def _verdict(z: float) -> Markup:
    if abs(z) < NOISE:
        return _badge("", "noise")
    return _badge("bad", "fails more") if z > 0 else _badge("good", "fails less")


def _badge(kind: str, text: str) -> Markup:
    return Markup('<span class="badge {}">{}</span>').format(kind, text)


def stack(text: str | None) -> Markup:
    """A stack that is folded up: the innermost functions say where the code was."""
    lines = [line for line in (text or "").splitlines() if line.strip()]
    if not lines:
        return Markup('<span class="muted">no stack</span>')
    functions = [found[1] for line in lines if (found := _FUNCTION.search(line))]
    where = " → ".join(functions[-_INNERMOST:]) or lines[-1].strip()
    return Markup('<details class="keep"><summary class="mono">{}</summary><pre>{}</pre></details>').format(
        where[:80], "\n".join(lines)[:8000]
    )


VIEW = View("releases", "Releases", "Did one of them break it?", show, hidden_filters=("release",))
