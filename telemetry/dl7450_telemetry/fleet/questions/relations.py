"""The tables that every question reads, made from the filters, as the start of a WITH clause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ..columns import HISTOGRAMS, LATEST, TRACES
from ..filters import Filters
from ..store import Store
from .declarations import Question

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


def relations(store: Store, filters: Filters, question: Question) -> tuple[str, dict[str, Any]]:
    """`WITH spans AS (...), requests AS (...), histograms AS (...)`, and the parameters in it."""
    text, time, inline = _DIALECTS[store.engine]
    parameters: dict[str, Any] = {
        "since": filters.since,
        "until": min(filters.until, LATEST),
        "start": max(0, filters.since - question.lookback),
    }
    of_dock: list[str] = []
    of_request = ["IsRequest"]
    for columns, conditions in ((_COLUMN_OF, of_dock), (_COLUMN_OF_REQUEST, of_request)):
        for name, column in columns.items():
            if (value := getattr(filters, name)) is not None:
                parameters[name] = value
                conditions.append(f"{column} = {text(name)}")
    if filters.dock is not None:
        parameters["dock"] = filters.dock
        of_dock.append(f"position({text('dock')} IN DeviceId) = 1")
    for number, (key, value) in enumerate(filters.resource):
        parameters |= {f"key{number}": key, f"value{number}": value}
        of_dock.append(f"ResourceAttributes[{text(f'key{number}')}] = {text(f'value{number}')}")

    def rows(table: str, column: str) -> str:
        window = [f"{column} >= {time('start')}", f"{column} < {time('until')}"]
        return f"SELECT * FROM {store.source(table)} WHERE {' AND '.join(window + of_dock)}"

    return (
        f"WITH spans AS {inline}({rows(TRACES, 'Timestamp')}),\n"
        f"requests AS {inline}(SELECT *, StatusCode = 'Error' AS Failed FROM spans"
        f" WHERE {' AND '.join(of_request)}),\n"
        f"histograms AS {inline}({rows(HISTOGRAMS, 'TimeUnix')})\n"
    ), parameters
