"""Trace: the waterfall of one, with phases and events, its critical path and its attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from markupsafe import Markup

from ....web.formats import duration
from ..query import Query
from ..spans import Node, waterfall
from ..tables import ShownTable
from ..view import Asking, Shown, View

_MOST = 2000  # spans that are drawn
_DEEPEST = 8  # indented; `style.css` has a class for each
_PHASES = {"DNS": "s3", "socket": "s2", "TLS": "s4"}  # by the first word of a name


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
    lines = [_line(node, since, until) for node in nodes[:_MOST]]
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
            "resource": nodes[0].row["resource"],
            "marks": _marks(until - since),
            "download": Query("", (), query.now).url(f"/trace/{asking.id}/otlp.jsonl"),
            "links": [
                (link["trace"], query.url(f"/trace/{link['trace']}")) for node in nodes for link in node.row["links"]
            ][:20],
        },
        has_data=True,
    )


def _line(node: Node, since: int, until: int) -> Line:
    row = node.row
    events = [
        (
            event["name"],
            duration(event["time"] - node.start) if event["time"] > node.start else "0",
            event["attributes"],
        )
        for event in row["events"]
    ]
    return Line(node, min(node.depth, _DEEPEST), _bar(node, since, until), _outcome(row), events)


def _outcome(row: Mapping[str, Any]) -> str:
    attributes = row["attributes"]
    if row["status"] == "Error":
        return str(attributes.get("error.type") or row["message"] or "error")
    if attributes.get("dl7450.cancelled") == "true":
        return "cancelled"
    return str(attributes.get("http.response.status_code", ""))


def _bar(node: Node, since: int, until: int) -> Markup:
    def percent(moment: float) -> float:
        return round(min(max((moment - since) / (until - since), 0.0), 1.0) * 100, 3)

    failed = node.row["status"] == "Error"
    colour = "sbad" if failed else _PHASES.get(node.row["name"].split(" ")[0], "s1")
    left = percent(node.start)
    width = max(percent(node.end) - left, 0.25)
    took = duration(node.row["duration"])
    # Beside the bar, on the side where there is room.
    beside = (
        Markup('<text x="{}%" dx="6" y="14">{}</text>').format(left + width, took)
        if left + width < 80
        else Markup('<text x="{}%" dx="-6" y="14" text-anchor="end">{}</text>').format(left, took)
        if left > 20
        else Markup('<text class="inside" x="{}%" dx="-6" y="14" text-anchor="end">{}</text>').format(
            left + width, took
        )
    )
    dots = Markup("").join(
        Markup('<circle class="{}" cx="{}%" cy="10" r="3.5"><title>{}</title></circle>').format(
            "event warn" if event["name"].startswith("trio.") or event["name"] == "exception" else "event",
            percent(event["time"]),
            f"{event['name']}, after {duration(event['time'] - node.start)}",
        )
        for event in node.row["events"]
    )
    path = (
        Markup('<rect class="critical" x="{}%" y="17" width="{}%" height="2"/>').format(left, width)
        if node.critical
        else Markup("")
    )
    return Markup(
        '<svg role="img" aria-label="{}"><rect class="{}" x="{}%" y="4" width="{}%" height="12" rx="2"/>{}{}{}</svg>'
    ).format(f"{took} from {duration(node.start - since)}", colour, left, width, path, dots, beside)


def _marks(length: int) -> Markup:
    """The scale above the bars."""
    return Markup('<svg aria-hidden="true">{}</svg>').format(
        Markup("").join(
            Markup('<text x="{}%" y="14" text-anchor="{}">{}</text>').format(
                part * 25, ("start", "middle", "middle", "middle", "end")[part], duration(length * part / 4)
            )
            for part in range(5)
        )
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
