"""Dock: its day on a time line: app runs, fetches, failures, frames, gaps; loop lag and blocked moments."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from markupsafe import Markup

from ....web.formats import when
from ...columns import UNKNOWN_DOCK
from ...questions import step
from ..cells import cut
from ..charts import lag_chart
from ..drawings.time_line import time_line
from ..tables import Row, ShownTable
from ..view import Asking, Shown, View
from .docks import error_badge, failing_since
from .releases import stack


async def show(asking: Asking) -> Shown:
    filters, query = replace(asking.filters, dock=asking.id), asking.query
    spans = {"limit": 10_000}
    answers = await asking.tables(
        docks=partial(asking.table, "docks", replace(filters, host=None, error=None)),
        dock=partial(asking.table, "dock", filters, id=asking.id, **spans),
        lag=partial(asking.table, "lag", filters, id=asking.id),
        blocked=partial(asking.table, "blocked", filters),
        errors=partial(asking.table, "errors", filters),
    )
    known = answers["docks"].dicts()
    rows = answers["dock"].dicts()
    ever = known if rows else (await asking.table("docks", replace(asking.always, dock=asking.id))).dicts()
    table = ShownTable(
        "What it did",
        answers["dock"],
        query,
        f"dock/{asking.id}",
        sort="-time",
        columns=("time", "duration", "lane", "name", "path", "failed"),
        show={
            "time": lambda row: when(row["time"]),
            "failed": _went_wrong,
            "name": lambda row: Markup('<a href="{}">{}</a>').format(
                query.url(f"/trace/{row['trace']}"), cut(row["name"], 60)
            ),
            "lane": lambda row: Markup('<span class="badge">{}</span>').format(row["lane"]),
        },
        labels={"lane": "Kind", "failed": "Went wrong"},
        empty="This dock said nothing in this window.",
    )
    blocked = ShownTable(
        "Blocked moments",
        answers["blocked"],
        query,
        "blocked",
        sort="-times",
        columns=("app", "release", "task", "stack", "times", "last"),
        show={"stack": lambda row: stack(row["stack"])},
    )
    return Shown(
        {
            "id": asking.id,
            "facts": known[0] if known else None,
            "failing_since": failing_since(known[0]) if known else None,
            "last_seen": ever[0]["last_seen"] if ever else None,
            "is_unknown": asking.id == UNKNOWN_DOCK,
            "time_line": time_line(rows, filters.since, filters.until, asking.silence),
            "is_cut": len(rows) == spans["limit"],
            "spans": table,
            "errors": ShownTable(
                "Failures",
                answers["errors"],
                query,
                "errors",
                sort="-failures",
                columns=("error", "host", "failures", "first", "last", "trace"),
                show={"error": lambda row: error_badge(row["error"], query)},
                labels={"trace": "Newest trace"},
                empty="None of its requests failed.",
            ),
            "blocked": blocked,
            "lag": lag_chart(answers["lag"], filters.since, filters.until, step(filters), low=True),
            "lag_table": ShownTable("Loop lag", answers["lag"], query, f"lag/{asking.id}"),
        },
        has_data=True,
    )


def _went_wrong(row: Row) -> Markup:
    """What went wrong in a span: its failure, or that it blocked the event loop."""
    failed = Markup('<span class="badge bad">{}</span>').format(row["failed"][:60]) if row["failed"] else Markup("")
    return failed + (Markup('<span class="badge warn">blocked the loop</span>') if row["blocked"] else "")


VIEW = View(
    "dock",
    "Dock",
    "What did it do, and what went wrong?",
    show,
    hidden_filters=("site", "app", "dock"),
    path="/dock/{id:path}",
    of_one=True,
)
