"""Server: how late do the tasks of this very program run?"""

from __future__ import annotations

from typing import Final

from ...filters import Filters
from ...own_lag import SERVER
from ...questions import step
from ..charts import lag_chart
from ..tables import ShownTable
from ..view import Asking, Shown, View

_NOTICED: Final = 10**9  # nanoseconds: whoever sends or reads notices


async def show(asking: Asking) -> Shown:
    filters = Filters(asking.filters.since, asking.filters.until)
    table = await asking.table("lag", filters, id=SERVER)
    longest = max((row["max"] for row in table.dicts()), default=None)
    return Shown(
        {
            "longest": longest,
            "is_late": longest is not None and longest > _NOTICED,
            "lag": lag_chart(table, filters.since, filters.until, step(filters)),
            "table": ShownTable("Loop lag", table, asking.query, f"lag/{SERVER}"),
        },
        has_data=True,
    )


VIEW = View(
    "server",
    "Server",
    "Does this server keep up with docks and readers?",
    show,
    hidden_filters=("site", "app", "release", "host", "dock", "error", "resource"),
)
