"""The spans of one trace as a tree: in the order of a waterfall, with the critical path, and as OTLP JSON."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from .tables import Row

_KINDS: Final = {
    name: number for number, name in enumerate(("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"))
}
_STATUSES: Final = {"Unset": 0, "Ok": 1, "Error": 2}
# The store keeps attributes as texts; these were numbers.
_NUMBERS: Final = (
    "http.response.status_code", "http.request.body.size", "http.response.body.size", "http.request.resend_count",
    "network.peer.port", "server.port", "dl7450.curl.code", "dl7450.http.in_flight",
)  # fmt: skip


@dataclass(eq=False)
class Node:
    """A span in its tree. Times are nanoseconds since 1970.

    Attributes:
        row: of the question `trace`.
        depth: how many spans are above it.
        children: in the order in which they began.
        critical: whether the trace would have been shorter if this had been.
    """

    row: Row
    depth: int = 0
    children: list[Node] = field(default_factory=list)
    critical: bool = False

    @property
    def start(self) -> int:
        """When it began."""
        return int(self.row["start"])

    @property
    def end(self) -> int:
        """When it ended."""
        return self.start + int(self.row["duration"])


def waterfall(rows: Sequence[Row]) -> list[Node]:
    """The spans in the order of a waterfall: each below its parent. One whose parent is not there is at the top."""
    nodes: dict[str, Node] = {}
    for row in rows:
        nodes.setdefault(row["span"], Node(row))  # one that was sent twice is shown once
    roots: list[Node] = []
    for node in nodes.values():
        parent = nodes.get(node.row["parent"])
        (roots if parent is None or parent is node else parent.children).append(node)
    order = [node for root in sorted(roots, key=_began) for node in _below(root)]
    seen = set(map(id, order))
    # Spans that are their own grandparents have no root; nothing is lost.
    order += [node for node in nodes.values() if id(node) not in seen]
    if roots:
        _mark_critical(max(roots, key=lambda node: node.end - node.start))
    return order


def _began(node: Node) -> tuple[int, str]:
    return node.start, node.row["span"]


def _below(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        for child in sorted(node.children, key=_began, reverse=True):
            child.depth = node.depth + 1
            waiting.append(child)


def _mark_critical(root: Node) -> None:
    """From the end of a span backwards: the child that ended last was waited for, then what was before."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        node.critical = True
        until = node.end
        for child in sorted(node.children, key=lambda child: child.end, reverse=True):
            if child.end <= until:
                waiting.append(child)
                until = child.start


def otlp_json(trace_id: str, rows: Sequence[Row]) -> str:
    """One line of OTLP JSON, as `dl7450 trace` and the Collector read it."""
    resources: dict[str, dict[tuple[str, str], list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        resource = json.dumps(row["resource"], sort_keys=True)
        resources[resource][row["scope"], row["scope_version"]].append(_span(trace_id, row))
    request = {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes(json.loads(resource))},
                "scopeSpans": [
                    {"scope": {"name": name, "version": version}, "spans": spans}
                    for (name, version), spans in scopes.items()
                ],
            }
            for resource, scopes in resources.items()
        ]
    }
    return json.dumps(request, ensure_ascii=False, separators=(",", ":")) + "\n"


def _span(trace_id: str, row: Row) -> dict[str, Any]:
    return {
        "traceId": trace_id,
        "spanId": row["span"],
        "parentSpanId": row["parent"],
        "name": row["name"],
        "kind": _KINDS.get(row["kind"], 0),
        "startTimeUnixNano": str(row["start"]),
        "endTimeUnixNano": str(row["start"] + row["duration"]),
        "attributes": _attributes(row["attributes"]),
        "events": [
            {"timeUnixNano": str(event["time"]), "name": event["name"], "attributes": _attributes(event["attributes"])}
            for event in row["events"]
        ],
        "links": [
            {"traceId": link["trace"], "spanId": link["span"], "attributes": _attributes(link["attributes"])}
            for link in row["links"]
        ],
        "status": {"code": _STATUSES.get(row["status"], 0), "message": row["message"]},
    }


def _attributes(pairs: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(key, value)} for key, value in pairs.items()]


def _value(key: str, text: str) -> dict[str, Any]:
    if key in _NUMBERS and text.isdecimal():
        return {"intValue": text}
    return {"boolValue": text == "true"} if text in ("true", "false") else {"stringValue": text}
