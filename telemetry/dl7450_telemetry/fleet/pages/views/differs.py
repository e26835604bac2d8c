"""What differs: which attribute values are over-represented where requests fail, or are slow?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from markupsafe import Markup, escape

from ....web.formats import ratio
from ..cells import bar, cut
from ..query import Query
from ..tables import Row, ShownTable
from ..view import Asking, Shown, View

# The filter that an attribute is, where it is one.
_FILTERS: Final = {
    "dl7450.site": "site",
    "service.name": "app",
    "service.version": "release",
    "server.address": "host",
    "device.id": "dock",
}
_KINDS: Final = {"failures": "failing", "slow": "slow"}


async def show(asking: Asking) -> Shown:
    query = asking.query
    by = query.get("by") if query.get("by") in _KINDS else "failures"
    # A kind of failure is what is compared with the rest, and not a filter of both.
    table = await asking.table("differs", replace(asking.filters, error=None), by=by, failure=query.get("error"))
    shown = ShownTable(
        f"Over-represented where requests are {_KINDS[by]}",
        table,
        query,
        "differs",
        sort="-difference",
        show={
            "attribute": lambda row: Markup('<span class="mono">{}</span>').format(cut(row["attribute"])),
            "value": lambda row: _value(row, query),
            "failing_share": lambda row: (
                escape(ratio(row["failing_share"] or 0)) + bar(row["failing_share"] or 0, True)
            ),
            "rest_share": lambda row: escape(ratio(row["rest_share"] or 0)) + bar(row["rest_share"] or 0),
        },
        labels={
            "failing": _KINDS[by].capitalize(),
            "failing_share": f"Of the {_KINDS[by]}",
            "rest_share": "Of the rest",
        },
        empty=f"No attribute tells {_KINDS[by]} requests from the rest in this window.",
    )
    choices = [(text, query.url(by=None if kind == "failures" else kind), kind == by) for kind, text in _KINDS.items()]
    return Shown({"differs": shown, "choices": choices, "kind": _KINDS[by]}, bool(table.rows) or None)


def _value(row: Row, query: Query) -> Markup:
    """The value, as a link to the docks that have it where there is such a filter."""
    name = _FILTERS.get(row["attribute"])
    if name is None:
        return cut(row["value"], 70)
    return Markup('<a href="{}">{}</a>').format(query.url("/docks", **{name: row["value"]}), cut(row["value"], 40))


VIEW = View("differs", "What differs", "What have the failing requests in common that the others have not?", show)
