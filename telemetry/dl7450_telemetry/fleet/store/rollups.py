"""Rollups: what questions about long windows read instead of spans.

They are tables beside the spans of a day, and forgotten with it. Each batch adds its own rows in the transaction that
keeps its spans, and whoever asks adds the rows up: so a late span counts, and a killed process leaves nothing to
repair. At times the rows of a slot are merged. A slot that a window cuts through is read from the spans, so counts are
exact. Durations are in buckets, `PER_DECADE` of them, which puts a quantile within 1.2 % of the exact one. A failure
keeps its own row, and with it its moment.

A slot is an hour. With five minutes there are as many rows as requests, unless each dock asks a host again and again
within five minutes; and a window that is long enough for rollups is drawn by the hour.

A rollup names a resource by its number in the table `rollup_resources` of `fleet.duckdb`, which is committed first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from ..columns import TRACES
from .days import DAY, Day

HOUR = 3600 * 10**9
PER_DECADE: Final = 100  # `heat` shows five of them a decade, so they have to divide by five

MERGE_AT = 500_000  # rows that were added to a day

_VERSION = 1  # another number has the rollups of older stores made anew

_BUCKET = f"floor(log10(greatest({{0}}, 1)) * {PER_DECADE})::USMALLINT"


# How rows are merged, by the names of columns; rows that are alike in the others are one.
_MERGED = {
    **dict.fromkeys(("Requests", "Failures", "Spans", "Times"), "sum({0})::UINTEGER"),
    "First": "min({0})",
    "Last": "max({0})",
}


@dataclass(frozen=True, slots=True)
class Rollup:
    """One table of sums.

    Parameters:
        width: nanoseconds of a slot.
        columns: their types, by name; `Slot` is the start of a slot in nanoseconds since 1970.
        rows: the SELECT that makes its rows; `{spans}` are spans with `Slot`, `Failed` and, if it has one, `Resource`.
    """

    width: int
    columns: dict[str, str]
    rows: str

    def merged(self, table: str) -> str:
        """The SELECT that gives the rows of a table, those that belong together as one."""
        chosen = [_MERGED.get(column, "{0}").format(column) for column in self.columns]
        keys = [column for column in self.columns if column not in _MERGED]
        if "Failed" in keys:
            keys.append("if(Failed, First, NULL)")
        return f"SELECT {', '.join(chosen)} FROM {table} GROUP BY {', '.join(keys)} ORDER BY Slot"

    def spans(self, source: str, slot: str, condition: str = "true") -> str:
        """The spans of a source that a condition chooses, as `rows` reads them."""
        numbered = "Resource" in self.columns
        column = "Resource," if numbered else ""
        join = "JOIN rollup_resources USING (ResourceAttributes)" if numbered else ""
        return (
            f"(SELECT spans.*, StatusCode = 'Error' AS Failed, {column} {slot} AS Slot"
            f" FROM {source} AS spans {join} WHERE {condition})"
        )


ROLLUPS: Final = {
    "rollup_requests": Rollup(
        HOUR,
        {
            "Slot": "BIGINT",
            "Resource": "INTEGER",
            "Host": "VARCHAR",
            "Failed": "BOOLEAN",
            "ErrorType": "VARCHAR",
            "CurlCode": "INTEGER",
            "HttpStatus": "INTEGER",
            "Requests": "UINTEGER",
            "First": "BIGINT",
            "Last": "BIGINT",
        },
        """
        SELECT
            Slot, Resource, Host, Failed, ErrorType, if(Failed, CurlCode, 0) AS Code,
            if(Failed, HttpStatus, 0) AS Status, count(*), epoch_ns(min(Timestamp)), epoch_ns(max(Timestamp))
        FROM {spans}
        WHERE IsRequest
        GROUP BY Slot, Resource, Host, Failed, ErrorType, Code, Status, if(Failed, Timestamp, NULL)
        """,
    ),
    "rollup_times": Rollup(
        HOUR,
        {
            "Slot": "BIGINT",
            "ServiceName": "VARCHAR",
            "Release": "VARCHAR",
            "Host": "VARCHAR",
            "Took": "USMALLINT",
            "Requests": "UINTEGER",
            "Failures": "UINTEGER",
        },
        f"""
        SELECT
            Slot, ServiceName, Release, Host, {_BUCKET.format("Duration")} AS Took, count(*), count(*) FILTER (Failed)
        FROM {{spans}}
        WHERE IsRequest
        GROUP BY Slot, ServiceName, Release, Host, Took
        """,
    ),
    "rollup_dock_times": Rollup(
        DAY,
        {"Slot": "BIGINT", "Resource": "INTEGER", "Took": "USMALLINT", "Requests": "UINTEGER"},
        f"""
        SELECT Slot, Resource, {_BUCKET.format("Duration")} AS Took, count(*)
        FROM {{spans}}
        WHERE IsRequest
        GROUP BY Slot, Resource, Took
        """,
    ),
    "rollup_activity": Rollup(
        HOUR,
        {"Slot": "BIGINT", "Resource": "INTEGER", "Spans": "UINTEGER", "Last": "BIGINT"},
        "SELECT Slot, Resource, count(*), epoch_ns(max(Timestamp)) FROM {spans} GROUP BY Slot, Resource",
    ),
    "rollup_phases": Rollup(
        HOUR,
        {"Slot": "BIGINT", "Phase": "VARCHAR", "Took": "USMALLINT", "Times": "UINTEGER"},
        f"""
        SELECT Slot, phase, {_BUCKET.format("took")} AS bucket, count(*)
        FROM (
            SELECT
                Slot,
                CASE
                    WHEN starts_with(SpanName, 'DNS lookup ') THEN 'DNS'
                    WHEN starts_with(SpanName, 'socket connect ') THEN 'connect'
                    ELSE 'TLS'
                END AS phase,
                Duration AS took
            FROM {{spans}}
            WHERE SpanKind = 'Internal' AND (
                starts_with(SpanName, 'DNS lookup ') OR starts_with(SpanName, 'socket connect ')
                OR starts_with(SpanName, 'TLS client handshake ')
            )
            UNION ALL
            SELECT Slot, 'first byte', FirstByte - RequestSent FROM {{spans}} WHERE IsRequest AND FirstByte > 0
            UNION ALL
            SELECT Slot, 'body', Duration - FirstByte FROM {{spans}} WHERE IsRequest AND FirstByte > 0
        )
        GROUP BY Slot, phase, bucket
        """,
    ),
    "rollup_blocked": Rollup(
        HOUR,
        {
            "Slot": "BIGINT",
            "Resource": "INTEGER",
            "Task": "VARCHAR",
            "Stack": "VARCHAR",
            "Times": "UINTEGER",
            "Last": "BIGINT",
        },
        """
        SELECT
            Slot, Resource, attributes['trio.task.name'] AS task, attributes['code.stacktrace'] AS stack,
            count(*), epoch_ns(max(Timestamp))
        FROM (
            SELECT Slot, Resource, Timestamp, unnest(Events.Name) AS name, unnest(Events.Attributes) AS attributes
            FROM {spans}
            WHERE list_contains(Events.Name, 'trio.blocked')
        )
        WHERE name = 'trio.blocked'
        GROUP BY Slot, Resource, task, stack
        """,
    ),
}


class Rollups:
    """The rollups of a store. Its owner sees to it that only one thread changes them at a time."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, merge_at: int) -> None:
        self._merge_at = merge_at
        connection.execute(
            "CREATE TABLE IF NOT EXISTS rollup_resources (Resource INTEGER, DeviceId VARCHAR, Site VARCHAR,"
            " ServiceName VARCHAR, Release VARCHAR, ResourceAttributes VARCHAR)"
        )
        connection.execute("CREATE TABLE IF NOT EXISTS rollup_store AS SELECT uuid()::VARCHAR AS Id")
        connection.execute(
            f"CREATE OR REPLACE MACRO duration_of(bucket) AS round(pow(10, (bucket + 0.5) / {PER_DECADE}))::BIGINT"
        )
        [(identity,)] = connection.execute("SELECT Id FROM rollup_store").fetchall()
        self._added: dict[str, int] = {}  # to each day since its rows were merged
        self._made_by = f"{identity} {_VERSION}"

    def are_there(self, cursor: duckdb.DuckDBPyConnection, day: Day) -> bool:
        """Whether a day has rollups whose resources this store knows."""
        try:
            made_by = cursor.execute(f'SELECT MadeBy FROM "{day.name}".rollups').fetchall()
        except duckdb.CatalogException:
            return False
        return made_by == [(self._made_by,)]

    def make(self, cursor: duckdb.DuckDBPyConnection, day: Day) -> None:
        """Make those of a day from all of its spans, as one transaction."""
        source = f'"{day.name}".{TRACES}'
        self.note_resources(cursor, source)
        cursor.execute("BEGIN")
        for name, rollup in ROLLUPS.items():
            columns = ", ".join(f"{column} {kind}" for column, kind in rollup.columns.items())
            cursor.execute(f'CREATE OR REPLACE TABLE "{day.name}".{name} ({columns})')
        self.add(cursor, day, source)
        self._added[day.name] = 0
        cursor.execute(f"CREATE OR REPLACE TABLE \"{day.name}\".rollups AS SELECT '{self._made_by}' AS MadeBy")
        cursor.execute("COMMIT")

    def note_resources(self, cursor: duckdb.DuckDBPyConnection, source: str) -> None:
        """Number the resources of spans that are new. Has to be committed before `add`."""
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

    def add(self, cursor: duckdb.DuckDBPyConnection, day: Day, source: str) -> None:
        """Add the rows for new spans of a day, within the caller's transaction."""
        for name, rollup in ROLLUPS.items():
            spans = rollup.spans(source, _slot(rollup.width))
            rows = rollup.rows.format(spans=spans)
            [(added,)] = cursor.execute(f'INSERT INTO "{day.name}".{name} {rows}').fetchall()
            self._added[day.name] = self._added.get(day.name, 0) + added

    def merge(self, cursor: duckdb.DuckDBPyConnection, day: Day) -> None:
        """Merge the rows of a day if enough were added, as one transaction."""
        if self._added.get(day.name, 0) < self._merge_at:
            return
        cursor.execute("BEGIN")
        for name, rollup in ROLLUPS.items():
            table = f'"{day.name}".{name}'
            columns = ", ".join(f"{column} {kind}" for column, kind in rollup.columns.items())
            cursor.execute(f'CREATE TABLE "{day.name}".merged ({columns})')
            cursor.execute(f'INSERT INTO "{day.name}".merged {rollup.merged(table)}')
            cursor.execute(f"DROP TABLE {table}")
            cursor.execute(f'ALTER TABLE "{day.name}".merged RENAME TO {name}')
        cursor.execute("COMMIT")
        self._added[day.name] = 0


def create_rollup_view(name: str, days: Sequence[Day], since: int, until: int, cuts: Sequence[int]) -> str:
    """The statement that makes a rollup of this connection out of the same one of several days.

    Parameters:
        since: the start of the window, in nanoseconds since 1970.
        until: its end.
        cuts: moments within it that no row may lie across.
    """
    rollup = ROLLUPS[name]
    width = rollup.width
    cut = sorted({moment // width * width for moment in (since, *cuts, until) if moment % width})
    whole = f"Slot >= {since} AND Slot < {until} AND Slot NOT IN ({', '.join(map(str, [-1, *cut]))})"
    sources = [f'SELECT * FROM "{day.name}".{name} WHERE {whole}' for day in days]
    # What is cut is read from the spans. Its slot begins where it is cut.
    begins = [_slot(width), *(f"if(epoch_ns(Timestamp) >= {cut}, {cut}, 0)" for cut in (since, *cuts))]
    parts = [(max(slot, since), min(slot + width, until)) for slot in cut]
    for day in days:
        conditions = [
            f"(Timestamp >= make_timestamp_ns({first}) AND Timestamp < make_timestamp_ns({last}))"
            for first, last in parts
            if day.may_have(TRACES, first, last)
        ]
        if conditions:
            spans = rollup.spans(f'"{day.name}".{TRACES}', f"greatest({', '.join(begins)})", " OR ".join(conditions))
            sources.append(f"({rollup.rows.format(spans=spans)})")
    if not sources:
        columns = ", ".join(f"NULL::{kind} AS {column}" for column, kind in rollup.columns.items())
        sources = [f"SELECT {columns} WHERE false"]
    return f"CREATE OR REPLACE TEMP VIEW {name} AS {' UNION ALL '.join(sources)}"


def _slot(width: int) -> str:
    return f"epoch_ns(Timestamp) // {width} * {width}"
