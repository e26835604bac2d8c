"""Latency: how long do requests take, where, and in which phase?"""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from ...questions import step
from ..cells import cut
from ..charts import Chart, Series, columns, regular
from ..drawings.heat import heat_map
from ..drawings.phases import phase_bars
from ..tables import ShownTable
from ..view import Asking, Shown, View


async def show(asking: Asking) -> Shown:
    filters, query = asking.filters, asking.query
    names = ("latency", "heat", "hosts", "phases")
    answers = await asking.tables(**{name: partial(asking.table, name) for name in names})
    width = step(filters)
    times = regular(filters.since, filters.until, width)
    lines = columns(answers["latency"], "time", times, ["p50", "p95", "p99"])
    hosts = ShownTable(
        "Hosts",
        answers["hosts"],
        query,
        "hosts",
        sort="-p95",
        columns=("host", "requests", "failures", "p50", "p95", "p99"),
        show={
            "host": lambda row: Markup('<a href="{}">{}</a>').format(query.url(host=row["host"]), cut(row["host"])),
        },
    )
    return Shown(
        {
            "chart": Chart(
                "p50, p95 and p99",
                times,
                [
                    Series("p99", lines["p99"], "series-4"),
                    Series("p95", lines["p95"], "series-3"),
                    Series("p50", lines["p50"], "series-1"),
                ],
                "duration",
                log=True,
            ),
            "latency": ShownTable("Latency over time", answers["latency"], query, "latency"),
            "heat": heat_map(answers["heat"].dicts(), times, width),
            "heat_table": ShownTable("Requests by time and duration", answers["heat"], query, "heat"),
            "hosts": hosts,
            "phases": ShownTable("Phases", answers["phases"], query, "phases"),
            "phase_bars": phase_bars(answers["phases"].dicts()),
            "differs_url": query.url("/differs", by="slow"),
        },
        has_data=bool(answers["latency"].rows) or None,
    )


VIEW = View("latency", "Latency", "How long do requests take, where, and in which phase?", show)
