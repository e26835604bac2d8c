"""A store in DuckDB: a folder of our own, or memory. One process owns it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from ..columns import LATEST, TABLES, TIME_COLUMN, TRACES, Batch
from .arrow import ArrowBatch
from .days import Day, Days
from .interface import Engine, StoreError
from .layout import DUCKDB_TABLES, TRACE_TIMES, batch_from_rows, create_view, select_plain

_PARAMETER = re.compile(r"\$(\w+)")
_TABLE = re.compile(r"\botel_\w+")
_HOLDER = re.compile(r"Conflicting lock is held in (.*?\(PID \d+\))")

# A checkpoint writes what the log of a file holds into its columns. The default of 16 MiB writes most rows twice.
_SETTINGS = {"checkpoint_threshold": "64MB", "memory_limit": "512MB", "preserve_insertion_order": "false"}


class DuckDbStore:
    """Rows in a folder with a DuckDB file for each day, or in memory if there is none.

    `fleet.duckdb` holds no rows: it is what the owning process has locked.

    Parameters:
        folder: made if needed; None for memory.

    Raises:
        StoreError: it cannot be opened, or another process has it open.
    """

    engine: Engine = "duckdb"

    def __init__(self, folder: Path | None) -> None:
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            self._connection = duckdb.connect(":memory:" if folder is None else folder / "fleet.duckdb")
            for name, value in _SETTINGS.items():
                self._connection.execute(f"SET {name} = '{value}'")
            self._days = Days(self._connection, folder)
        except (duckdb.Error, OSError) as error:
            if holder := _HOLDER.search(str(error)):
                raise StoreError(
                    f"the store {str(folder)!r} is open in another process, {holder[1]}: stop that one, or ask it"
                ) from None
            raise StoreError(f"the store {str(folder)!r} cannot be opened: {error}") from error
        self._writing = threading.Lock()

    def insert(self, batch: Batch) -> None:
        try:
            with self._writing, self._connection.cursor() as cursor:
                for day, rows in self._days.split(batch):
                    _insert(cursor, day, rows)
        except duckdb.Error as error:
            raise StoreError(f"the spans cannot be kept: {error}") from error

    def source(self, table: str) -> str:
        return table

    def query(
        self, sql: str, parameters: Mapping[str, Any], *, since: int = 0, until: int = LATEST
    ) -> Sequence[tuple[Any, ...]]:
        used = {name: parameters[name] for name in set(_PARAMETER.findall(sql))}
        try:
            with self._connection.cursor() as cursor:
                for table in set(_TABLE.findall(sql)) & DUCKDB_TABLES.keys():
                    cursor.execute(create_view(table, self._days.with_rows(table, since, until)))
                return cursor.execute(sql, used).fetchall()
        except duckdb.Error as error:
            raise StoreError(f"the question cannot be answered: {error}") from error

    def batches(self, size: int) -> Iterator[Batch]:
        """All that is kept, in batches of one day and table, of at most so many rows."""
        for table in TABLES:
            for day in self._days.with_rows(table, 0, LATEST):
                with self._connection.cursor() as cursor:
                    cursor.execute(create_view(table, [day]))
                    cursor.execute(select_plain(table))
                    while rows := cursor.fetchmany(size):
                        yield batch_from_rows(table, rows)

    def forget(self, *, keep: int | None = None, max_bytes: int | None = None) -> list[str]:
        before = None if keep is None else time.time_ns() - keep
        with self._writing:
            return self._days.forget(before, max_bytes)

    def close(self) -> None:
        self._connection.close()


def _insert(cursor: duckdb.DuckDBPyConnection, day: Day, batch: Batch) -> None:
    cursor.register("arrow_batch", ArrowBatch(batch))
    cursor.execute("BEGIN")
    cursor.execute(f'INSERT INTO "{day.name}".{batch.table} SELECT * FROM arrow_batch')
    if batch.table == TRACES:
        cursor.execute(f"""
            INSERT INTO "{day.name}".{TRACE_TIMES}
            SELECT ('0x' || TraceId[1:16])::UBIGINT, epoch_ns(min(Timestamp)) // 1000000000,
                epoch_ns(max(Timestamp)) // 1000000000
            FROM arrow_batch GROUP BY TraceId
        """)
    cursor.execute("COMMIT")
    times = batch.columns[TIME_COLUMN[batch.table]]
    day.grow(batch.table, min(times), max(times))
