"""Two releases side by side, each in the part of the window that makes it fair.

That is the time in which both were there. If one has replaced the other on all docks at once, there is hardly such a
time: then it is the time up to that moment against the time from it on, as long as each other, in whole days where
there are some, so that both have the same hours of the day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from markupsafe import Markup

from ...web.formats import count, duration, ratio
from ..filters import Filters
from ..questions import step
from ..table import Column, Table
from .charts import Chart, Series, columns, regular
from .significance import FEW, Counts, badge, difference
from .tables import Row, ShownTable
from .view import DAY, Asking

_NOTHING = Markup("")

Times: TypeAlias = tuple[int, int]
Fact: TypeAlias = tuple[str, str, str, Markup]


@dataclass(frozen=True)
class Side:
    """One of the two: its name, the part of the window that counts, and its row of the question `releases` for that."""

    name: str
    filters: Filters
    row: Row


@dataclass(frozen=True)
class Compared:
    """Both sides, and what is shown of them.

    Attributes:
        a: what is compared with.
        b: what is judged.
        together: whether both are compared over the same time.
        facts: a name, both values, and what the difference means.
        rates: the failure rates of both, over the whole window.
        errors: the failures of both.
    """

    a: Side
    b: Side
    together: bool
    facts: list[Fact]
    rates: Chart
    errors: ShownTable


def name_of(row: Row) -> str:
    """The name of a release in the URL and on the page."""
    return f"{row['app']} {row['release']}"


async def compare(a: Row, b: Row, asking: Asking) -> Compared | None:
    """Compare two releases, rows of the question `releases` for the whole window; None if they are no longer there."""
    found = await _sides(a, b, asking)
    if found is None:
        return None
    sides, together = found
    whole = [replace(asking.filters, app=row["app"], release=row["release"]) for row in (a, b)]
    answers = await asking.tables(
        a=partial(asking.table, "latency", whole[0]),
        b=partial(asking.table, "latency", whole[1]),
        errors_a=partial(asking.table, "errors", sides[0].filters),
        errors_b=partial(asking.table, "errors", sides[1].filters),
    )
    counts = _counts(sides)
    moments = list(_moments(answers["a"], answers["b"], asking.filters)) if together else [counts]
    return Compared(
        *sides,
        together,
        _facts(*sides, difference(moments)),
        _rates(answers["a"], answers["b"], sides, asking.filters),
        _errors(sides, counts, answers["errors_a"], answers["errors_b"], asking),
    )


async def _sides(a: Row, b: Row, asking: Asking) -> tuple[tuple[Side, Side], bool] | None:
    """Both in the parts of the window that are compared, and whether that is the same time."""
    earlier, later = sorted((a, b), key=lambda row: row["first_seen"])
    began = later["first_seen"]
    both = began, min(a["last_seen"], b["last_seen"]) + 1
    window, moment = (asking.filters.since, asking.filters.until), _moment(asking.filters)
    if both[0] < both[1] and both[0] - window[0] < moment and window[1] - both[1] < moment:
        # That is the whole window, but for a moment at either end: both rows are of it, and nothing has to be asked.
        return (
            Side(name_of(a), _filters(a, window, asking), a),
            Side(name_of(b), _filters(b, window, asking), b),
        ), True
    together = await _in(a, both, b, both, asking) if both[0] < both[1] else None
    if together and min(side.row["requests"] for side in together) >= FEW:
        return together, True
    ended = min(began, earlier["last_seen"] + 1)
    length = min(ended - earlier["first_seen"], later["last_seen"] + 1 - began)
    length = length // DAY * DAY or length
    before, after = (ended - length, ended), (began, began + length)
    times = (before, after) if earlier is a else (after, before)
    apart = await _in(a, times[0], b, times[1], asking) if length > 0 else None
    if apart:
        return apart, False
    return (together, True) if together else None


async def _in(a: Row, times_a: Times, b: Row, times_b: Times, asking: Asking) -> tuple[Side, Side] | None:
    """What each did in a part of the window; None if one of them did nothing."""
    filters_a, filters_b = _filters(a, times_a, asking), _filters(b, times_b, asking)
    answers = await asking.tables(
        a=partial(asking.table, "releases", filters_a), b=partial(asking.table, "releases", filters_b)
    )
    rows = [answers[key].dicts() for key in ("a", "b")]
    if not all(rows):
        return None
    return Side(name_of(a), filters_a, rows[0][0]), Side(name_of(b), filters_b, rows[1][0])


def _filters(row: Row, times: Times, asking: Asking) -> Filters:
    since, until = times
    return replace(asking.filters, app=row["app"], release=row["release"], since=since, until=until)


def _counts(sides: tuple[Side, Side]) -> Counts:
    a, b = (side.row for side in sides)
    return Counts(a["requests"], a["failures"], b["requests"], b["failures"])


def _moment(filters: Filters) -> int:
    """How long a moment is, in nanoseconds: `coarse` in the question `releases`."""
    return step(filters, most=25)


def _moments(a: Table, b: Table, filters: Filters) -> Iterator[Counts]:
    """The requests of both, moment by moment."""
    coarse = _moment(filters)
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for first, table in ((0, a), (2, b)):
        for row in table.dicts():
            at = sums[row["time"] // coarse]
            at[first] += row["requests"]
            at[first + 1] += row["failures"]
    yield from (Counts(*at) for at in sums.values())


def _facts(side_a: Side, side_b: Side, said: Markup) -> list[Fact]:
    a, b = side_a.row, side_b.row
    slower = b["p95"] / a["p95"] if a["p95"] and b["p95"] else 1.0
    latency = badge("bad", f"{slower:.1f} times as long") if slower > 1.3 else badge("", "about the same")
    if slower < 0.75:
        latency = badge("good", f"{slower:.2f} of the time")
    return [
        ("Docks", count(a["docks"]), count(b["docks"]), _NOTHING),
        ("Requests", count(a["requests"]), count(b["requests"]), _NOTHING),
        ("Failures", count(a["failures"]), count(b["failures"]), _NOTHING),
        ("Failure rate", ratio(a["failure_rate"]), ratio(b["failure_rate"]), said),
        ("p50", duration(a["p50"]), duration(b["p50"]), _NOTHING),
        ("p95", duration(a["p95"]), duration(b["p95"]), latency),
    ]


def _rates(a: Table, b: Table, sides: tuple[Side, Side], filters: Filters) -> Chart:
    times = regular(filters.since, filters.until, step(filters))
    series = []
    for table, side, colour in ((a, sides[0], "series-2"), (b, sides[1], "series-1")):
        lines = columns(table, "time", times, ["requests", "failures"])
        rates = [
            None if asked is None else failed / asked
            for asked, failed in zip(lines["requests"], lines["failures"], strict=True)
        ]
        series.append(Series(side.name, rates, colour))
    return Chart("Failure rate", times, series, "ratio", least=0.01, joined=True)


def _errors(sides: tuple[Side, Side], requests: Counts, a: Table, b: Table, asking: Asking) -> ShownTable:
    counts: dict[tuple[str, str], list[int]] = {}
    for index, table in enumerate((a, b)):
        for row in table.dicts():
            counts.setdefault((row["error"], row["host"]), [0, 0])[index] += row["failures"]
    names = [side.name for side in sides]
    table = Table(
        (Column("error", "text"), Column("host", "text"), *(Column(name, "count") for name in names)),
        [(error, host, *found) for (error, host), found in sorted(counts.items(), key=lambda item: -max(item[1]))],
    )
    shown = ShownTable(
        "Failures of both",
        table,
        asking.query,
        "errors",
        labels={name: name for name in names},
        empty="None of them failed.",
    )
    shown.add(
        "Difference",
        lambda row: difference([requests._replace(failed=row[names[0]], other_failed=row[names[1]])]),
    )
    return shown
