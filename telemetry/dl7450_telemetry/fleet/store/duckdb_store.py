"""A store in DuckDB: a folder of our own, or memory. One process owns it."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from ..columns import COLUMNS, EVENTS, LINKS, MAP, NUMBER, TEXT, TIME, TRUTH, Batch
from .arrow import ArrowBatch
from .interface import Engine, StoreError

_TYPES = {
    TEXT: "VARCHAR",
    TIME: "TIMESTAMP_NS",
    NUMBER: "BIGINT",
    TRUTH: "BOOLEAN",
    MAP: "MAP(VARCHAR, VARCHAR)",
    EVENTS: "STRUCT(Timestamp TIMESTAMP_NS[], Name VARCHAR[], Attributes MAP(VARCHAR, VARCHAR)[])",
    LINKS: "STRUCT(TraceId VARCHAR[], SpanId VARCHAR[], TraceState VARCHAR[], Attributes MAP(VARCHAR, VARCHAR)[])",
}
_TABLE = ", ".join(f'"{name}" {_TYPES[kind]}' for name, kind in COLUMNS.items())
_PARAMETER = re.compile(r"\$(\w+)")


class DuckDbStore:
    """Spans in a DuckDB file in a folder, or in memory if there is none."""

    engine: Engine = "duckdb"

    def __init__(self, folder: Path | None) -> None:
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            self._connection = duckdb.connect(":memory:" if folder is None else folder / "fleet.duckdb")
            self._connection.execute(f"CREATE TABLE IF NOT EXISTS otel_traces ({_TABLE})")
        except (duckdb.Error, OSError) as error:
            raise StoreError(f"the store {str(folder)!r} cannot be opened: {error}") from error
        self._writing = threading.Lock()

    def insert(self, batch: Batch) -> None:
        arrow_batch = ArrowBatch(batch)
        try:
            with self._writing, self._connection.cursor() as cursor:
                cursor.register("arrow_batch", arrow_batch)
                cursor.execute("INSERT INTO otel_traces SELECT * FROM arrow_batch")
        except duckdb.Error as error:
            raise StoreError(f"the spans cannot be kept: {error}") from error

    def query(self, sql: str, parameters: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        used = {name: parameters[name] for name in set(_PARAMETER.findall(sql))}
        try:
            with self._connection.cursor() as cursor:
                return cursor.execute(sql, used).fetchall()
        except duckdb.Error as error:
            raise StoreError(f"the question cannot be answered: {error}") from error

    def close(self) -> None:
        self._connection.close()
