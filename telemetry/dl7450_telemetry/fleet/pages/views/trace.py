"""Trace: the waterfall of one, with phases and events, its critical path and its attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from markupsafe import Markup

from ....web.formats import duration
from ....web.waterfall import DEEPEST, Bar, Dot, TimeAxis, colour_of
from ..cells import dock_link
from ..query import Query
from ..spans import Node, waterfall
from ..tables import ShownTable
from ..view import DAY, Asking, Shown, View

_MOST = 2000  # spans that are drawn


class Line(NamedTuple):
    """One line of the waterfall: the span, its bar, and what can be unfolded."""

    node: Node
    indent: int
    bar: Markup
    outcome: str
    events: list[tuple[str, str, Mapping[str, str]]]


async def show(asking: Asking) -> Shown:
    table = await asking.table("trace", asking.always, id=asking.id)
    nodes = waterfall(table.dicts())
    query = asking.query
    if not nodes:
        return Shown({"id": asking.id, "lines": [], "spans": None}, has_data=True)
    since = min(node.start for node in nodes)
    until = max(since + 1, *(node.end for node in nodes))
    axis = TimeAxis(since, until)
    lines = [_line(node, axis) for node in nodes[:_MOST]]
    return Shown(
        {
            "id": asking.id,
            "lines": lines,
            "dropped": max(0, len(nodes) - _MOST),
            "spans": ShownTable(
                "Spans",
                table,
                query,
                f"trace/{asking.id}",
                columns=("span", "parent", "name", "kind", "start", "duration", "status", "message"),
            ),
            "since": since,
            "length": until - since,
            "failed": sum(node.row["status"] == "Error" for node in nodes),
            "of": nodes[0].row,
            "dock": dock_link(nodes[0].row["dock"], query, **_around(since, query.now)),
            "resource": nodes[0].row["resource"],
            "marks": axis.marks(),
            "download": Query("", (), query.now).url(f"/trace/{asking.id}/otlp.jsonl"),
            "links": [
                (link["trace"], query.url(f"/trace/{link['trace']}")) for node in nodes for link in node.row["links"]
            ][:20],
        },
        has_data=True,
    )


def _around(moment: int, now: int) -> dict[str, int]:
    """The window of a dock's page that shows a moment; by default it shows the last day."""
    return {} if moment > now - DAY else {"since": moment - DAY // 2, "until": moment + DAY // 2}


def _line(node: Node, axis: TimeAxis) -> Line:
    row = node.row
    events = [
        (
            event["name"],
            duration(event["time"] - node.start) if event["time"] > node.start else "0",
            event["attributes"],
        )
        for event in row["events"]
    ]
    return Line(node, min(node.depth, DEEPEST), axis.bar(_bar(node)), _outcome(row), events)


def _outcome(row: Mapping[str, Any]) -> str:
    attributes = row["attributes"]
    if row["status"] == "Error":
        return str(attributes.get("error.type") or row["message"] or "error")
    if attributes.get("dl7450.cancelled") == "true":
        return "cancelled"
    return str(attributes.get("http.response.status_code", ""))


def _bar(node: Node) -> Bar:
    return Bar(
        start=node.start,
        end=node.end,
        colour=colour_of(node.row["name"], node.row["status"] == "Error"),
        dots=[
            Dot(event["name"], event["time"], event["name"].startswith("trio.") or event["name"] == "exception")
            for event in node.row["events"]
        ],
        critical=node.critical,
    )


VIEW = View(
    "trace",
    "Trace",
    "Where did the time go, and what failed?",
    show,
    path="/trace/{id}",
    of_one=True,
    filtered=False,
)
