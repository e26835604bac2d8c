"""`Rollups`: what questions about long windows read instead of spans.

They are tables beside the spans of a day, and forgotten with it. Spans are kept first. When enough have come, those
that are not counted yet are counted, and the same transaction says how many of a day's spans that makes. So a late span
counts, a killed process leaves nothing to repair, and an old store is one of which nothing has been counted. Whoever
asks adds the rows up, and reads from the spans what is not counted yet and the slots that the window cuts through: so
counts are exact.

When a day is over, its rows are added up once more, by the day. Those sums are in `fleet.duckdb`, in one table for all
days: a table for each day takes a third of a millisecond to plan, and is grouped by itself. They count as long as no
more spans of the day are counted than those that they were made of. To merge the rows of an hour which were counted at
several times was tried, too: there are few, and what they leave behind in the file of the day stays there.

Counting while a batch is kept, in its transaction, was tried: it made as many rows as there are requests, and took a
third of the processor time of a span.

A rollup names a resource by its number in the table `rollup_resources` of `fleet.duckdb`, which is committed before the
spans.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import duckdb

from ..columns import LATEST, TRACES
from .days import DAY, Day
from .rollup_tables import HOUR, PER_DECADE, ROLLUPS, SLOT

_AT_ONCE = 1_000_000  # spans that are counted in one transaction, for the memory that it takes

_LONGEST = 2**63 - 1024  # nanoseconds: the largest number that a BIGINT can be and a DOUBLE can tell

_DAILY = [name for name, rollup in ROLLUPS.items() if rollup.daily]

_VERSION = 4  # another number has the rollups of older stores made anew


class Rollups:
    """The rollups of a store. Its owner sees to it that only one thread changes them at a time.

    Parameters:
        connection: to which the days are attached.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS rollup_resources (Resource INTEGER, DeviceId VARCHAR, Site VARCHAR,"
            " ServiceName VARCHAR, Release VARCHAR, ResourceAttributes VARCHAR)"
        )
        connection.execute("CREATE TABLE IF NOT EXISTS rollup_store AS SELECT uuid()::VARCHAR AS Id")
        connection.execute(
            "CREATE OR REPLACE MACRO duration_of(bucket) AS"
            f" least(round(pow(10, (bucket + 0.5) / {PER_DECADE})), {_LONGEST}::DOUBLE)::BIGINT"
        )
        found = connection.execute("SELECT ResourceAttributes FROM rollup_resources").fetchall()
        self._numbered = {resource for (resource,) in found}
        [(identity,)] = connection.execute("SELECT Id FROM rollup_store").fetchall()
        self._made_by = f"{identity} {_VERSION}"
        connection.execute("CREATE TABLE IF NOT EXISTS rollup_days (Day INTEGER, Spans BIGINT, MadeBy VARCHAR)")
        if not connection.execute(f"FROM rollup_days WHERE MadeBy = '{self._made_by}' LIMIT 1").fetchall():
            connection.execute("DELETE FROM rollup_days")
            for name in _DAILY:
                connection.execute(ROLLUPS[name].create(_daily(name), Day="INTEGER"))

    def attach(self, cursor: duckdb.DuckDBPyConnection, day: Day) -> None:
        """Make the tables of a day if they are not there, or are those of another store."""
        [(spans,)] = cursor.execute(f'SELECT count(*) FROM "{day.name}".{TRACES}').fetchall()
        try:
            state = cursor.execute(f'SELECT MadeBy, Spans FROM "{day.name}".rollups').fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):
            state = []
        if state and state[0][0] == self._made_by:
            [(_, counted)] = state
        else:
            self._make_tables(cursor, day)
            counted = 0
        day.merged = self._merged(cursor).get(_number(day), 0) == counted
        day.uncounted = spans - counted
        if day.uncounted:  # an older release may have kept them, which noted nothing
            self.note_resources(cursor, f'(SELECT * FROM "{day.name}".{TRACES} WHERE rowid >= {counted})')

    def _make_tables(self, cursor: duckdb.DuckDBPyConnection, day: Day) -> None:
        self._delete(cursor, f"Day = {_number(day)}")
        cursor.execute("BEGIN")
        for name, rollup in ROLLUPS.items():
            cursor.execute(rollup.create(f'"{day.name}".{name}'))
        made = f"SELECT '{self._made_by}' AS MadeBy, 0::BIGINT AS Spans"
        cursor.execute(f'CREATE OR REPLACE TABLE "{day.name}".rollups AS {made}')
        cursor.execute("COMMIT")

    def _merged(self, cursor: duckdb.DuckDBPyConnection) -> dict[int, int]:
        """How many spans the sums of each day are made of."""
        return dict(cursor.execute("SELECT Day, Spans FROM rollup_days").fetchall())

    def forget(self, cursor: duckdb.DuckDBPyConnection, kept: Iterable[Day]) -> None:
        """Delete the sums of days that are no more."""
        cursor.execute("BEGIN")
        self._delete(cursor, f"Day NOT IN ({', '.join(map(str, [-1, *map(_number, kept)]))})")
        cursor.execute("COMMIT")

    def _delete(self, cursor: duckdb.DuckDBPyConnection, condition: str) -> None:
        for table in ("rollup_days", *map(_daily, _DAILY)):
            cursor.execute(f"DELETE FROM {table} WHERE {condition}")

    def note_resources(self, cursor: duckdb.DuckDBPyConnection, source: str, resources: set[str] | None = None) -> None:
        """Number the resources of spans that are new; has to be committed before those spans.

        Parameters:
            cursor: not in a transaction.
            source: of the spans.
            resources: those that it has, if that is known: mostly there is nothing to do.
        """
        if resources is not None and resources <= self._numbered:
            return
        cursor.execute(f"""
            INSERT INTO rollup_resources
            SELECT (SELECT coalesce(max(Resource), -1) FROM rollup_resources) + row_number() OVER (), *
            FROM (
                SELECT any_value(DeviceId), any_value(Site), any_value(ServiceName), any_value(Release),
                    ResourceAttributes
                FROM {source}
                WHERE ResourceAttributes NOT IN (SELECT ResourceAttributes FROM rollup_resources)
                GROUP BY ResourceAttributes
            )
        """)
        self._numbered |= resources or set()

    def count(self, cursor: duckdb.DuckDBPyConnection, day: Day) -> None:
        """Count the next spans of a day, as one transaction."""
        cursor.execute("BEGIN")
        [(first, spans)] = cursor.execute(
            f'SELECT Spans, (SELECT count(*) FROM "{day.name}".{TRACES}) FROM "{day.name}".rollups'
        ).fetchall()
        last = min(spans, first + _AT_ONCE)
        for name, rollup in ROLLUPS.items():
            rows = rollup.of(f'"{day.name}".{TRACES}', condition=f"spans.rowid >= {first} AND spans.rowid < {last}")
            # In order, they take half of the disk.
            cursor.execute(f'INSERT INTO "{day.name}".{name} {rows} ORDER BY ALL')
        cursor.execute(f'UPDATE "{day.name}".rollups SET Spans = {last}')
        cursor.execute("COMMIT")
        day.uncounted = spans - last
        day.merged = False

    def merge(self, cursor: duckdb.DuckDBPyConnection, day: Day) -> None:
        """Add up the rows of a day that is over, as one transaction."""
        cursor.execute("BEGIN")
        self._delete(cursor, f"Day = {_number(day)}")
        for name in _DAILY:
            rows = ROLLUPS[name].merge(f'"{day.name}".{name}', DAY)
            cursor.execute(f"INSERT INTO {_daily(name)} SELECT *, {_number(day)} FROM ({rows}) ORDER BY ALL")
        state = f'SELECT {_number(day)}, Spans, MadeBy FROM "{day.name}".rollups'
        cursor.execute(f"INSERT INTO rollup_days {state}")
        cursor.execute("COMMIT")
        day.merged = True

    def create_views(
        self,
        cursor: duckdb.DuckDBPyConnection,
        names: set[str],
        days: Sequence[Day],
        since: int,
        until: int,
        cuts: Sequence[int],
        slots: Mapping[str, int],
    ) -> None:
        """Make rollups of this connection out of those of several days, in the transaction of whoever reads them.

        Parameters:
            cursor: has begun a transaction, so that what is counted and how much that is belong together.
            names: of the rollups.
            days: those that may have rows in the window.
            since: the start of the window, in nanoseconds since 1970.
            until: its end.
            cuts: moments within it that no row may lie across.
            slots: for a rollup, the width that the slots of its rows have to divide; any may be read by default.
        """
        counted: dict[str, int] = {}
        merged: dict[int, int] = {}
        if growing := [day for day in days if day.uncounted]:
            each = [f"SELECT '{day.name}', Spans FROM \"{day.name}\".rollups" for day in growing]
            counted = dict(cursor.execute(" UNION ALL ".join(each)).fetchall())
            merged = self._merged(cursor)
        window = _Window(since, until, cuts)
        whole = {
            day.name: _number(day)
            for day in days
            if (merged.get(_number(day), 0) == counted[day.name] if day.name in counted else day.merged)
            and window.is_all_of(day)
        }
        for name in names:
            by_day = whole if name in _DAILY and slots.get(name, DAY) % DAY == 0 else {}
            rows = [_rows_of_days(name, by_day.values())] if by_day else []
            for day in days:
                rows += _rows_of(name, day, window, counted.get(day.name), by_slot=day.name not in by_day)
            cursor.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {' UNION ALL '.join(rows or [_no_rows(name)])}")


@dataclass(frozen=True)
class _Window:
    """What is asked for: from `since` until `until`, and no row may lie across one of the cuts."""

    since: int
    until: int
    cuts: Sequence[int]

    def edges(self, day: Day) -> list[int]:
        """Moments between which a row of a day has to lie. Where it has no spans, the window does not cut it."""
        first, last = day.times[TRACES]
        start = self.since if first < self.since else first // DAY * DAY
        end = self.until if last >= self.until else min(-(-(last + 1) // DAY) * DAY, LATEST)
        return sorted({start, *(cut for cut in self.cuts if start < cut < end), end})

    def is_all_of(self, day: Day) -> bool:
        """Whether all spans of a day are in the window, on one side of each cut."""
        first, last = day.times[TRACES]
        start, *cuts, end = self.edges(day)
        return start <= first and last < end and not cuts


def _rows_of_days(name: str, numbers: Collection[int]) -> str:
    """The SELECT that gives the sums of whole days."""
    runs = [list(run) for _, run in groupby(enumerate(sorted(numbers)), lambda pair: pair[1] - pair[0])]
    where = " OR ".join(f"Day BETWEEN {run[0][1]} AND {run[-1][1]}" for run in runs)
    return f"SELECT {', '.join(ROLLUPS[name].columns)} FROM {_daily(name)} WHERE {where}"


def _no_rows(name: str) -> str:
    columns = ", ".join(f"NULL::{kind} AS {column}" for column, kind in ROLLUPS[name].columns.items())
    return f"SELECT {columns} WHERE false"


def _rows_of(name: str, day: Day, window: _Window, counted: int | None, *, by_slot: bool) -> list[str]:
    """The SELECTs that give the rows of one day.

    Parameters:
        counted: how many of its spans are counted; None for all.
        by_slot: give what is counted, too.
    """
    rollup, source = ROLLUPS[name], f'"{day.name}".{TRACES}'
    edges = window.edges(day)
    in_slots: list[str] = []
    in_spans: list[str] = []
    for begin, end in pairwise(edges) if by_slot else ():
        first, last = -(-begin // HOUR) * HOUR, end // HOUR * HOUR
        if first < last and day.may_have(TRACES, first, last):
            in_slots.append(f"Slot >= {first} AND Slot < {last}")
        parts = [(begin, first), (last, end)] if first <= last else [(begin, end)]
        in_spans += [_within(*part) for part in parts if part[0] < part[1] and day.may_have(TRACES, *part)]
    if counted is not None:
        in_spans.append(f"spans.rowid >= {counted} AND {_within(window.since, window.until)}")
    rows: list[str] = []
    if in_slots:
        rows.append(f'SELECT * FROM "{day.name}".{name} WHERE {" OR ".join(in_slots)}')
    if in_spans:
        # A slot of spans begins where the window cuts it.
        begins = [SLOT, *(f"if(epoch_ns(Timestamp) >= {edge}, {edge}, 0)" for edge in edges[:-1])]
        slot = f"greatest({', '.join(begins)})"
        rows.append(f"({rollup.of(source, slot=slot, condition=' OR '.join(in_spans))})")
    return rows


def _within(first: int, last: int) -> str:
    return f"(Timestamp >= make_timestamp_ns({first}) AND Timestamp < make_timestamp_ns({last}))"


def _daily(name: str) -> str:
    """The table of the sums of days of a rollup."""
    return f"{name}_by_day"


def _number(day: Day) -> int:
    return day.start // DAY
