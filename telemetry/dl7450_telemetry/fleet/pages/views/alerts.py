"""Alerts: what fires, since when, and what each rule looks at."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from ..tables import ShownTable
from ..view import Asking, Shown, View

_KINDS: Final = {"firing": "bad", "ending": "warn", "pending": "warn", "well": "good"}


async def show(asking: Asking) -> Shown:
    table = asking.alerts()
    shown = ShownTable(
        "Rules",
        table,
        asking.query,
        "alerts",
        columns=("rule", "state", "since", "found", "last_ended"),
        show={
            "state": lambda row: Markup('<span class="badge {}">{}</span>').format(_KINDS[row["state"]], row["state"]),
            "rule": lambda row: Markup('<a href="{}">{}</a>').format(
                asking.query.url("/docks", **row["filters"]), row["rule"]
            ),
        },
        empty="There is no rule.",
    )
    firing = sum(row["state"] in ("firing", "ending") for row in table.dicts())
    pending = sum(row["state"] == "pending" for row in table.dicts())
    return Shown({"alerts": shown, "firing": firing, "pending": pending}, has_data=True)


VIEW = View("alerts", "Alerts", "What needs somebody now?", show, filtered=False)
