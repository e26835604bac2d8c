"""A DuckDB file for each day, so that forgetting a day gives its disk back: `DELETE` would not.

A row is in the file of the day on which it happened. One whose clock is wrong, by more than a year or into the future,
is in the file of the day on which it came: it keeps its time, and there are no files for days that never were.
"""

from __future__ import annotations

import re
import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ..columns import TIME_COLUMN, Batch
from .layout import DUCKDB_TABLES, REQUESTS, convert, create_table

DAY = 86_400 * 10**9
_OLDEST, _NEWEST = 400 * DAY, DAY  # how far a clock may be off
_SMALLEST = 3 * 4096  # bytes: DuckDB's three headers
_NAME = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(slots=True)
class Day:
    """One day's file.

    Parameters:
        name: such as `2026-11-22`; also the name of its database.
        path: the file, or None in memory.
        times: for each table, the first and the last time in it; what has no rows is not there.
        uncounted: how many spans are not in its rollups, at most.
        merged: whether all that is counted is in the sums by the day.
        unindexed: how many spans are not in its index of traces, at most.
        indexed: how many are: the first ones.
        traces: that index in memory: how many spans it goes for, and its columns in the order of the first one.
    """

    name: str
    path: Path | None
    times: dict[str, tuple[int, int]] = field(default_factory=dict)
    uncounted: int = 0
    merged: bool = True
    unindexed: int = 0
    indexed: int = 0
    traces: tuple[int, list[array[int]]] | None = None

    @property
    def start(self) -> int:
        """Its midnight, in nanoseconds since 1970."""
        return int(datetime.strptime(self.name, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()) * 10**9

    def files(self) -> list[Path]:
        """What it has on disk."""
        return [] if self.path is None else [self.path, self.path.with_name(f"{self.path.name}.wal")]

    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.stat().st_size for file in self.files() if file.exists())

    def may_have(self, table: str, since: int, until: int) -> bool:
        """Whether it may have rows of a table between two times; of one without times, it may."""
        if table == REQUESTS:
            return True
        first, last = self.times.get(table, (until, since))
        return first < until and last >= since

    def grow(self, table: str, first: int, last: int) -> None:
        """Note that a table has rows between two times."""
        known_first, known_last = self.times.get(table, (first, last))
        self.times[table] = min(first, known_first), max(last, known_last)


class Days:
    """The files of a folder. Its owner sees to it that only one thread changes them at a time.

    Parameters:
        connection: to which they are attached.
        folder: where they are; None for memory.
        prepare: called with each day, once it is attached.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, folder: Path | None, prepare: Callable[[Day], None]
    ) -> None:
        self._connection = connection
        self._folder = folder
        self._prepare = prepare
        self._days: dict[str, Day] = {}
        for path in sorted(folder.glob("*.duckdb")) if folder is not None else ():
            if path.stat().st_size < _SMALLEST and _NAME.fullmatch(path.stem):
                path.unlink()  # the process was killed while it was made
            elif _NAME.fullmatch(path.stem):
                self._attach(path.stem)

    def __len__(self) -> int:
        return len(self._days)

    def size(self) -> int:
        """Bytes on disk."""
        return sum(day.size() for day in self._days.values())

    def with_rows(self, table: str, since: int, until: int) -> list[Day]:
        """The days that may have rows of a table between two times, the oldest first."""
        days = self._days.copy()
        return [days[name] for name in sorted(days) if days[name].may_have(table, since, until)]

    def split(self, batch: Batch) -> Iterator[tuple[Day, Batch]]:
        """A batch, split by the days whose files its rows belong into."""
        now = time.time_ns()
        first, last, today = now - _OLDEST, now + _NEWEST, now // DAY
        numbers = [
            moment // DAY if first <= moment <= last else today for moment in batch.columns[TIME_COLUMN[batch.table]]
        ]
        distinct = set(numbers)
        if len(distinct) == 1:
            yield self._day(numbers[0]), batch
            return
        for number in sorted(distinct):
            yield self._day(number), batch.where([other == number for other in numbers])

    def forget(self, before: int | None, max_bytes: int | None) -> list[str]:
        """Delete the oldest days: those that ended before a time, and as many as are too much. The newest stays."""
        forgotten: list[str] = []
        days = sorted(self._days.values(), key=lambda day: day.name)
        size = self.size()
        for day in days[:-1]:
            too_old = before is not None and day.start + DAY <= before
            if not too_old and (max_bytes is None or size <= max_bytes):
                break
            size -= day.size()
            del self._days[day.name]  # from here on no question reads it
            self._connection.execute(f'DETACH "{day.name}"')
            for file in day.files():
                file.unlink(missing_ok=True)
            forgotten.append(day.name)
        return forgotten

    def _day(self, number: int) -> Day:
        name = f"{datetime.fromtimestamp(number * DAY // 10**9, UTC):%Y-%m-%d}"
        return self._days.get(name) or self._attach(name)

    def _attach(self, name: str) -> Day:
        path = None if self._folder is None else self._folder / f"{name}.duckdb"
        place = ":memory:" if path is None else str(path).replace("'", "''")
        self._connection.execute(f"ATTACH IF NOT EXISTS '{place}' AS \"{name}\"")
        day = Day(name, path)
        for table in DUCKDB_TABLES:
            self._connection.execute(create_table(name, table))
        convert(self._connection, name)
        for table, column in TIME_COLUMN.items():
            [(first, last)] = self._connection.execute(
                f'SELECT epoch_ns(min({column})), epoch_ns(max({column})) FROM "{name}".{table}'
            ).fetchall()
            if first is not None:
                day.grow(table, first, last)
        self._prepare(day)
        self._days[name] = day
        return day
