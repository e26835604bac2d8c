"""A store in DuckDB: a folder of our own, or memory. One process owns it."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from .. import columns as c
from ..columns import TABLES, Batch
from .arrow import ArrowBatch
from .interface import Engine, StoreError

_TYPES = {
    c.TEXT: "VARCHAR",
    c.TIME: "TIMESTAMP_NS",
    c.NUMBER: "BIGINT",
    c.FLOAT: "DOUBLE",
    c.TRUTH: "BOOLEAN",
    c.NUMBERS: "BIGINT[]",
    c.FLOATS: "DOUBLE[]",
    c.MAP: "MAP(VARCHAR, VARCHAR)",
    c.EVENTS: "STRUCT(Timestamp TIMESTAMP_NS[], Name VARCHAR[], Attributes MAP(VARCHAR, VARCHAR)[])",
    c.LINKS: "STRUCT(TraceId VARCHAR[], SpanId VARCHAR[], TraceState VARCHAR[], Attributes MAP(VARCHAR, VARCHAR)[])",
}
_SCHEMA = [
    f"CREATE TABLE IF NOT EXISTS {table} ({', '.join(f'{name} {_TYPES[kind]}' for name, kind in columns.items())})"
    for table, columns in TABLES.items()
]
_PARAMETER = re.compile(r"\$(\w+)")


class DuckDbStore:
    """Spans in a DuckDB file in a folder, or in memory if there is none."""

    engine: Engine = "duckdb"

    def __init__(self, folder: Path | None) -> None:
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            self._connection = duckdb.connect(":memory:" if folder is None else folder / "fleet.duckdb")
            for statement in _SCHEMA:
                self._connection.execute(statement)
        except (duckdb.Error, OSError) as error:
            raise StoreError(f"the store {str(folder)!r} cannot be opened: {error}") from error
        self._writing = threading.Lock()

    def insert(self, batch: Batch) -> None:
        arrow_batch = ArrowBatch(batch)
        try:
            with self._writing, self._connection.cursor() as cursor:
                cursor.register("arrow_batch", arrow_batch)
                cursor.execute(f"INSERT INTO {batch.table} SELECT * FROM arrow_batch")
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
