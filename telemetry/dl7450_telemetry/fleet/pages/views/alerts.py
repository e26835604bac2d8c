"""Alerts: what fires, since when, and what each rule looks at."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from ...filters import ago
from ..query import Query
from ..tables import Row, ShownTable
from ..view import WEEK, Asking, Shown, View

_KINDS: Final = {"firing": "bad", "ending": "warn", "pending": "warn", "well": "good"}
# The page that shows what a rule looks at.
_PAGES: Final = {"newly_failing": "/docks", "silent": "/docks", "error_rate": "/errors", "latency": "/latency"}


async def show(asking: Asking) -> Shown:
    table = asking.alerts()
    shown = ShownTable(
        "Rules",
        table,
        asking.query,
        "alerts",
        columns=("rule", "state", "since", "found", "last_ended"),
        show={
            "state": _state,
            "rule": lambda row: Markup('<a href="{}">{}</a>').format(_url(row, asking.query), row["rule"]),
        },
        empty="There is no rule.",
    )
    rows = table.dicts()
    firing = sum(row["state"] in ("firing", "ending") for row in rows)
    pending = sum(row["state"] == "pending" for row in rows)
    blind = sum(row["value"] is None for row in rows)
    return Shown({"alerts": shown, "firing": firing, "pending": pending, "blind": blind}, has_data=True)


def _state(row: Row) -> Markup:
    if row["state"] == "well" and row["value"] is None:
        return Markup('<span class="badge">no data</span>')
    return Markup('<span class="badge {}">{}</span>').format(_KINDS[row["state"]], row["state"])


def _url(row: Row, query: Query) -> str:
    """Where it can be seen. Docks that are silent are found in a window in which they were not."""
    silent = row["subject"] == "silent"
    window = row["window"] + (WEEK if silent else 0)
    sort = "last_seen" if silent else None
    return query.url(_PAGES[row["subject"]], **row["filters"], since=ago(window), until=None, sort=sort)


VIEW = View("alerts", "Alerts", "What needs somebody now?", show, filtered=False)
