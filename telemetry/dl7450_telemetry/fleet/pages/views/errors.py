"""Errors: which codes and statuses, where, and since when?"""

from __future__ import annotations

from collections import Counter
from functools import partial

from markupsafe import Markup

from ...questions import step
from ...table import Table
from ..charts import COLOURS, Chart, Series, each, regular
from ..meanings import meaning
from ..tables import Row, ShownTable
from ..view import Asking, Shown, View

_LINES = 5  # kinds of failures that have a line of their own


async def show(asking: Asking) -> Shown:
    query, filters = asking.query, asking.filters
    answers = await asking.tables(errors=partial(asking.table, "errors"), trend=partial(asking.table, "error_trend"))
    shown = ShownTable(
        "Failures",
        answers["errors"],
        query,
        "errors",
        sort="-failures",
        columns=("error", "host", "failures", "docks", "sites", "first", "last", "trace"),
        show={
            "error": lambda row: Markup('<a class="badge bad" href="{}">{}</a><p class="meaning">{}</p>').format(
                query.url(error=row["error"], host=row["host"] or None), _name(row), meaning(row["error"])
            ),
            "docks": lambda row: Markup('<a href="{}">{}</a>').format(
                query.url("/docks", error=row["error"], host=row["host"] or None), row["docks"]
            ),
            "sites": lambda row: Markup('<a href="{}" title="What differs?">{}</a>').format(
                query.url("/differs", error=row["error"]), row["sites"]
            ),
        },
        labels={"trace": "Newest trace"},
        empty="No request failed in this window.",
    )
    width = step(filters)
    times = regular(filters.since, filters.until, width)
    return Shown(
        {
            "errors": shown,
            "chart": Chart(f"Failures {each(width)}", times, _series(answers["trend"], times), "count"),
            "trend": ShownTable("Failures over time", answers["trend"], query, "error_trend"),
            "differs_url": query.url("/differs"),
        },
        has_data=bool(answers["errors"].rows) or None,
    )


def _name(row: Row) -> str:
    """The name of a failure, with libcurl's number where it has one."""
    return f"{row['curl_code']} {row['error']}" if row["curl_code"] else row["error"][:60]


def _series(trend: Table, times: list[int]) -> list[Series]:
    """A line for each of the most frequent failures, and one for the others."""
    total: Counter[str] = Counter()
    at: Counter[tuple[str, int]] = Counter()
    for row in trend.dicts():
        total[row["error"]] += row["failures"]
        at[row["error"], row["time"]] += row["failures"]
    first = [error for error, _ in total.most_common(_LINES)]
    series = [
        Series(error, [at[error, time] for time in times], colour)
        for error, colour in zip(first, COLOURS, strict=False)
    ]
    if len(total) > len(first):
        others = [sum(at[error, time] for error in total if error not in first) for time in times]
        series.append(Series("others", others, "series-5"))
    return series


VIEW = View("errors", "Errors", "Which codes and statuses, where, and since when?", show)
