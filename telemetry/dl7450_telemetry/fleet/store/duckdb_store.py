"""A store in DuckDB: a folder of our own, or memory. One process owns it."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb

from ..columns import LATEST, TABLES, TIME_COLUMN, TRACES, Batch
from .arrow import ArrowBatch, texts_of_maps
from .days import Day, Days
from .interface import Engine, StoreError
from .layout import DUCKDB_TABLES, REQUESTS, batch_from_rows, select_plain, union_of
from .rollup_tables import ROLLUPS
from .rollups import Rollups
from .trace_index import find_trace, index_spans, open_trace_index

logger = logging.getLogger("dl7450_telemetry")

_OVER = 10  # of a day that is over, a part of the tail may wait
_LATELY = 3600  # seconds in which a request may come again

_PARAMETER = re.compile(r"\$(\w+)")
_TABLE = re.compile(r"\b(?:otel|otlp|rollup)_\w+")
_HOLDER = re.compile(r"Conflicting lock is held in (.*?\(PID \d+\))")

# A checkpoint writes what the log of a file holds into its columns. The default of 16 MiB writes most rows twice.
_SETTINGS = {"checkpoint_threshold": "64MB", "preserve_insertion_order": "false"}

# Bytes that DuckDB may have in memory: at least, at most, and on top of the least a part of what is on disk. A question
# that reads the spans of a month needs more than one about a day, and a store that is small has no use for more. One
# without a folder has its spans there, too, and may have the most.
_LEAST_MEMORY, _MOST_MEMORY, _PART_IN_MEMORY = 384_000_000, 1_000_000_000, 8


class DuckDbStore:
    """Rows in a folder with a DuckDB file for each day, or in memory if there is none.

    `fleet.duckdb` is what the owning process has locked; it says which resource a number in a rollup stands for, and
    has the sums of days that are over.

    Parameters:
        folder: made if needed; None for memory.
        progress: called with a sentence before many spans of an older store are counted.
        tail: how many spans of a day may wait to be counted in rollups, and to be indexed: reading them takes some
            milliseconds.

    Raises:
        StoreError: it cannot be opened, or another process has it open.
    """

    engine: Engine = "duckdb"
    has_rollups = True

    def __init__(
        self, folder: Path | None, progress: Callable[[str], None] = lambda _: None, *, tail: int = 250_000
    ) -> None:
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            self._connection = duckdb.connect(":memory:" if folder is None else folder / "fleet.duckdb")
            for name, value in _SETTINGS.items():
                self._connection.execute(f"SET {name} = '{value}'")
            self._connection.execute(f"SET memory_limit = '{_MOST_MEMORY}B'")  # until it is known what there is
            self._tail = tail
            self._has_folder = folder is not None
            self._rollups = Rollups(self._connection)
            self._days = Days(self._connection, folder, self._prepare)
            self._allow_memory()
            self._count_spans(0, progress)
        except (duckdb.Error, OSError) as error:
            if holder := _HOLDER.search(str(error)):
                raise StoreError(
                    f"the store {str(folder)!r} is open in another process, {holder[1]}: stop that one, or ask it"
                ) from None
            raise StoreError(f"the store {str(folder)!r} cannot be opened: {error}") from error
        self._writing = threading.Lock()

    def kept_requests(self, most: int) -> list[int]:
        lately = int(time.time()) - _LATELY
        sql = f"SELECT Digest FROM {REQUESTS} WHERE Received >= $lately ORDER BY Received DESC LIMIT $most"
        found = self.query(sql, {"most": most, "lately": lately})
        return [digest for (digest,) in reversed(found)]

    def known_requests(self, digests: Collection[int]) -> set[int]:
        sql = f"SELECT DISTINCT Digest FROM {REQUESTS} WHERE Digest IN (SELECT unnest($digests::UBIGINT[]))"
        return {digest for (digest,) in self.query(sql, {"digests": list(digests)})}

    def insert(self, batch: Batch, requests: Collection[int] = ()) -> None:
        try:
            with self._writing, self._connection.cursor() as cursor:
                days = len(self._days)
                parts = list(self._days.split(batch))
                if len(self._days) > days:
                    self._allow_memory()
                for day, rows in parts:
                    # With the last part, so that a request whose digest is there is there as a whole.
                    self._insert(cursor, day, rows, requests if rows is parts[-1][1] else ())
        except duckdb.Error as error:
            raise StoreError(f"the spans cannot be kept: {error}") from error
        with self._writing:
            self._count_spans(self._tail // _OVER, lambda _: None, merge=len(self._days) > days)

    def source(self, table: str) -> str:
        return table

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Any],
        *,
        since: int = 0,
        until: int = LATEST,
        cuts: Sequence[int] = (),
        slots: Mapping[str, int] = MappingProxyType({}),
    ) -> Sequence[tuple[Any, ...]]:
        used = {name: parameters[name] for name in set(_PARAMETER.findall(sql))}
        tables = set(_TABLE.findall(sql))
        # Instead of a view each, which would be one more statement, and planned twice.
        unions = {
            table: union_of(table, {day.name: "true" for day in self._days.with_rows(table, since, until)}, sql)
            for table in tables & DUCKDB_TABLES.keys()
        }
        sql = _TABLE.sub(lambda found: unions.get(found[0], found[0]), sql)
        try:
            with self._connection.cursor() as cursor:
                if rollups := tables & ROLLUPS.keys():
                    cursor.execute("BEGIN")
                    days = self._days.with_rows(TRACES, since, until)
                    self._rollups.create_views(cursor, rollups, days, since, until, cuts, slots)
                return cursor.execute(sql, used).fetchall()
        except duckdb.Error as error:
            raise StoreError(f"the question cannot be answered: {error}") from error

    def query_trace(self, sql: str, trace_id: str) -> Sequence[tuple[Any, ...]]:
        try:
            with self._connection.cursor() as cursor:
                rows = find_trace(cursor, self._days.with_rows(TRACES, 0, LATEST), trace_id)
                return cursor.execute(f"WITH spans AS {union_of(TRACES, rows, sql)} {sql}", {"id": trace_id}).fetchall()
        except duckdb.Error as error:
            raise StoreError(f"the trace cannot be looked for: {error}") from error

    def batches(self, size: int) -> Iterator[Batch]:
        """All that is kept, in batches of one day and table, of at most so many rows; the same ones each time."""
        self._connection.execute("SET preserve_insertion_order = true")
        for table in TABLES:
            for day in self._days.with_rows(table, 0, LATEST):
                with self._connection.cursor() as cursor:
                    cursor.execute(select_plain(table, day.name))
                    while rows := cursor.fetchmany(size):
                        yield batch_from_rows(table, rows)

    def forget(self, *, keep: int | None = None, max_bytes: int | None = None) -> list[str]:
        before = None if keep is None else time.time_ns() - keep
        with self._writing:
            forgotten = self._days.forget(before, max_bytes)
            if forgotten:
                with self._connection.cursor() as cursor:
                    self._rollups.forget(cursor, self._days.with_rows(TRACES, 0, LATEST))
            return forgotten

    def close(self) -> None:
        self._connection.close()

    def _allow_memory(self) -> None:
        wanted = _LEAST_MEMORY + self._days.size() // _PART_IN_MEMORY
        allowed = min(wanted, _MOST_MEMORY) if self._has_folder else _MOST_MEMORY
        self._connection.execute(f"SET memory_limit = '{allowed}B'")

    def _prepare(self, day: Day) -> None:
        with self._connection.cursor() as cursor:
            self._rollups.attach(cursor, day)
            open_trace_index(cursor, day)

    def _count_spans(self, tail: int, progress: Callable[[str], None], *, merge: bool = True) -> None:
        """Count the spans of each day of which too many wait, and index them.

        Parameters:
            tail: how many may wait of a day that is over.
            progress: called with a sentence before some are counted.
            merge: also add up what is counted of days that are over: not after each batch that comes late.
        """
        days = self._days.with_rows(TRACES, 0, LATEST)
        try:
            for day in days:
                over = day is not days[-1]
                closing = merge and over
                most = tail if over else self._tail
                due = day.uncounted > most or (closing and not day.merged)
                with self._connection.cursor() as cursor:
                    while day.unindexed > most:
                        progress(f"indexing spans of {day.name}: {day.unindexed} to go")
                        index_spans(cursor, day)
                    while due and day.uncounted:
                        progress(f"counting spans of {day.name}: {day.uncounted} to go")
                        self._rollups.count(cursor, day)
                    if closing and not day.merged:
                        self._rollups.merge(cursor, day)
        except duckdb.Error as error:  # such as a full disk; they are kept, and are counted next time
            logger.warning("rollups are behind, which makes questions slower: %s", error)

    def _insert(self, cursor: duckdb.DuckDBPyConnection, day: Day, batch: Batch, requests: Collection[int]) -> None:
        cursor.register("arrow_batch", ArrowBatch(batch))
        if batch.table == TRACES:
            resources = set(texts_of_maps(batch.columns["ResourceAttributes"]).values())
            self._rollups.note_resources(cursor, "arrow_batch", resources)
        cursor.execute("BEGIN")
        cursor.execute(f'INSERT INTO "{day.name}".{batch.table} SELECT * FROM arrow_batch')
        if batch.table == TRACES:
            day.uncounted += len(batch)  # before they are there, so that whoever reads them looks for them
            day.unindexed += len(batch)
        if requests:
            digests = {"digests": list(requests), "now": int(time.time())}
            cursor.execute(f'INSERT INTO "{day.name}".{REQUESTS} SELECT unnest($digests), $now', digests)
        cursor.execute("COMMIT")
        times = batch.columns[TIME_COLUMN[batch.table]]
        day.grow(batch.table, min(times), max(times))
