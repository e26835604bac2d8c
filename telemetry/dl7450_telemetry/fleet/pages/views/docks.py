"""Docks: which fail, since when, and with what?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from ....web.formats import when
from ...filters import Filters
from ...questions import step
from ...table import Table
from ..cells import NOTHING
from ..charts import regular
from ..drawings.spark import spark
from ..query import Query
from ..tables import Row, ShownTable
from ..view import Asking, Shown, View


async def show(asking: Asking) -> Shown:
    query = asking.query
    table = await asking.table("docks")
    has_data = bool(table.rows)
    if words := query.get("q").casefold().split():
        rows = [row for row in table.rows if all(word in " ".join(map(str, row)).casefold() for word in words)]
        table = Table(table.columns, rows)
    shown = ShownTable(
        "Docks",
        table,
        query,
        "docks",
        sort="-failures",
        columns=(
            "dock",
            "failures",
            "failure_rate",
            "spark",
            "error",
            "failing_since",
            "site",
            "app",
            "release",
            "requests",
            "p95",
            "last_seen",
        ),
        labels={"spark": "Over time"},
        show={
            "spark": lambda row: _spark(row["spark"], asking.filters),
            "error": lambda row: error_badge(row["error"], query),
            "failing_since": failing_since,
        },
        empty="No dock matches this search.",
    )
    return Shown({"docks": shown}, has_data)


def failing_since(row: Row) -> Markup:
    """Since when all of its requests fail; or when the first of those failed that do now and then."""
    if row["first_failure"] is None:
        return NOTHING
    since, how_often = row["failing_since"], "every request"
    if since is None:
        since, how_often = row["first_failure"], "now and then"
    return Markup('{}<span class="aside">{}</span>').format(when(since, brief=True), how_often)


def error_badge(error: str | None, query: Query) -> Markup:
    """The name of an error, as a link to the docks that have it."""
    if not error:
        return NOTHING
    name = error.removeprefix("CURLE_")
    return Markup('<a class="badge bad" href="{}" title="{}">{}</a>').format(
        query.url("/errors", error=error), error, name[:60]
    )


def _spark(buckets: Sequence[Mapping[str, int]], filters: Filters) -> Markup:
    at = {bucket["time"]: bucket for bucket in buckets}
    times = regular(filters.since, filters.until, step(filters, most=25))
    requests, failures = ([at[time][name] if time in at else 0 for time in times] for name in ("requests", "failures"))
    return spark(requests, failures, f"{sum(failures)} of {sum(requests)} requests failed")


VIEW = View("docks", "Docks", "Which fail, since when, and with what?", show)
