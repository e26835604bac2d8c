"""The tables that every question reads, made from the filters, as the start of a WITH clause."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from ..columns import HISTOGRAMS, LATEST, TRACES
from ..filters import Filters
from ..store import Store
from .declarations import TIMES_KNOW, Question

_READ: Final = re.compile(r"\b(?:FROM|JOIN) (\w+)")
HOUR: Final = 3600 * 10**9  # nanoseconds: a slot of `store.rollups`; what is looked back to begins with a whole one
_RESOURCES: Final = (
    "(SELECT * REPLACE (ResourceAttributes::JSON::MAP(VARCHAR, VARCHAR) AS ResourceAttributes) FROM rollup_resources)"
)
_COLUMN_OF: Final = {"site": "Site", "app": "ServiceName", "release": "Release"}
_COLUMN_OF_REQUEST: Final = {"host": "Host", "error": "ErrorType"}


def _duckdb_text(name: str) -> str:
    return f"${name}"


def _duckdb_time(name: str) -> str:
    return f"make_timestamp_ns(${name})"


def _clickhouse_text(name: str) -> str:
    return f"{{{name}:String}}"


def _clickhouse_time(name: str) -> str:
    return f"fromUnixTimestamp64Nano({{{name}:Int64}})"


# How each engine writes a parameter that is a text, one that is a time, and "is computed where it is used".
_DIALECTS: Final[dict[str, tuple[Callable[[str], str], Callable[[str], str], str]]] = {
    "duckdb": (_duckdb_text, _duckdb_time, "NOT MATERIALIZED "),
    "clickhouse": (_clickhouse_text, _clickhouse_time, ""),
}


def relations(
    store: Store, filters: Filters, question: Question, sql: str, *, rollups: bool
) -> tuple[str, dict[str, Any]]:
    """The start of a WITH clause with what an SQL text reads, and the parameters in it.

    There is `spans`, `requests` and `histograms`; or with `rollups`, what `store.rollups` has: `requests`, `times`,
    `dock_times`, `activity`, `phases`, `sampled`, `blocked`, and `resources`, which says what a number stands for.
    """
    text, time, inline = _DIALECTS[store.engine]
    parameters: dict[str, Any] = {
        "since": filters.since,
        "until": min(filters.until, LATEST),
        "start": max(0, (filters.since - question.lookback) // HOUR * HOUR) if question.lookback else filters.since,
        "narrowed": narrowed(filters),
    }
    of_resource: list[str] = []
    of_request: list[str] = []
    for columns, conditions in ((_COLUMN_OF, of_resource), (_COLUMN_OF_REQUEST, of_request)):
        for name, column in columns.items():
            if (value := getattr(filters, name)) is not None:
                parameters[name] = value
                conditions.append(f"{column} = {text(name)}")
    if filters.dock is not None:
        parameters["dock"] = filters.dock
        of_resource.append(f"position({text('dock')} IN DeviceId) = 1")
    for number, (key, value) in enumerate(filters.resource):
        parameters |= {f"key{number}": key, f"value{number}": value}
        of_resource.append(f"ResourceAttributes[{text(f'key{number}')}] = {text(f'value{number}')}")

    def table(source: str, conditions: list[str]) -> str:
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"(SELECT * FROM {source}{where})"

    def window(column: str) -> list[str]:
        return [f"{column} >= {time('start')}", f"{column} < {time('until')}", *of_resource]

    if rollups:
        columns = {name: column for name, column in (_COLUMN_OF | _COLUMN_OF_REQUEST).items() if name in TIMES_KNOW}
        of_times = [f"{columns[name]} = {text(name)}" for name in columns if getattr(filters, name) is not None]
        known = ["Resource IN (SELECT Resource FROM resources)"] if of_resource else []
        tables = {
            "resources": table(_RESOURCES, of_resource),
            "requests": table("rollup_requests", known + of_request),
            "activity": table("rollup_activity", known),
            "times": table("rollup_times", of_times),
            "dock_times": table("rollup_dock_times", known),
            "phases": table("rollup_phases", []),
            "sampled": table("rollup_sample", []),
            "blocked": table("rollup_blocked", known),
        }
    else:
        tables = {
            "spans": table(store.source(TRACES), window("Timestamp")),
            "requests": table("(SELECT *, StatusCode = 'Error' AS Failed FROM spans)", ["IsRequest", *of_request]),
            "histograms": table(store.source(HISTOGRAMS), window("TimeUnix")),
        }
    read: list[str] = []
    for name, definition in reversed(tables.items()):
        if name in _READ.findall(" ".join([sql, *read])):  # others would be planned, too
            read.insert(0, f"{name} AS {inline}{definition}")
    return "WITH " + ",\n".join(read) + "\n", parameters


def narrowed(filters: Filters) -> bool:
    """Whether not every request counts, even of the docks that do."""
    return filters.host is not None or filters.error is not None
