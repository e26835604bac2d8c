"""`Rollups`: what questions about long windows read instead of spans.

They are tables beside the spans of a day, and forgotten with it. Spans are kept first. When enough have come, those
that are not counted yet are counted, and the same transaction says how many of a day's spans that makes. So a late span
counts, a killed process leaves nothing to repair, and an old store is one of which nothing has been counted. Whoever
asks adds the rows up, and reads from the spans what is not counted yet and the slots that the window cuts through: so
counts are exact.

Counting while a batch is kept, in its transaction, was tried: it made as many rows as there are requests, and took a
third of the processor time of a span.

A rollup names a resource by its number in the table `rollup_resources` of `fleet.duckdb`, which is committed before the
spans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from ..columns import TRACES
from .days import Day
from .rollup_tables import PER_DECADE, ROLLUPS

_AT_ONCE = 1_000_000  # spans that are counted in one transaction, for the memory that it takes

_LONGEST = 2**63 - 1024  # nanoseconds: the largest number that a BIGINT can be and a DOUBLE can tell

_VERSION = 2  # another number has the rollups of older stores made anew


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

    def attach(self, cursor: duckdb.DuckDBPyConnection, day: Day) -> None:
        """Make the tables of a day if they are not there, or are those of another store."""
        [(spans,)] = cursor.execute(f'SELECT count(*) FROM "{day.name}".{TRACES}').fetchall()
        try:
            state = cursor.execute(f'SELECT MadeBy, Spans, Merged FROM "{day.name}".rollups').fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):
            state = []
        if state and state[0][0] == self._made_by:
            [(_, counted, day.merged)] = state
        else:
            self._make_tables(cursor, day)
            counted = 0
        day.uncounted = spans - counted
        if day.uncounted:  # an older release may have kept them, which noted nothing
            self.note_resources(cursor, f'(SELECT * FROM "{day.name}".{TRACES} WHERE rowid >= {counted})')

    def _make_tables(self, cursor: duckdb.DuckDBPyConnection, day: Day) -> None:
        cursor.execute("BEGIN")
        for name, rollup in ROLLUPS.items():
            cursor.execute(rollup.table(f'"{day.name}".{name}'))
        made = f"SELECT '{self._made_by}' AS MadeBy, 0::BIGINT AS Spans, true AS Merged"
        cursor.execute(f'CREATE OR REPLACE TABLE "{day.name}".rollups AS {made}')
        cursor.execute("COMMIT")

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
            cursor.execute(f'INSERT INTO "{day.name}".{name} {rows}')
        cursor.execute(f'UPDATE "{day.name}".rollups SET Spans = {last}, Merged = false')
        cursor.execute("COMMIT")
        day.uncounted = spans - last
        day.merged = False

    def merge(self, cursor: duckdb.DuckDBPyConnection, day: Day) -> None:
        """Merge rows of a day that is over, as one transaction."""
        cursor.execute("BEGIN")
        for name, rollup in ROLLUPS.items():
            if rollup.merged is not None:
                table, merged = f'"{day.name}".{name}', f'"{day.name}".merged'
                cursor.execute(rollup.table(merged))
                cursor.execute(f"INSERT INTO {merged} {rollup.merged.format(table=table)}")
                cursor.execute(f"DROP TABLE {table}")
                cursor.execute(f"ALTER TABLE {merged} RENAME TO {name}")
        cursor.execute(f'UPDATE "{day.name}".rollups SET Merged = true')
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
    ) -> None:
        """Make rollups of this connection out of those of several days, in the transaction of whoever reads them.

        Parameters:
            cursor: has begun a transaction, so that what is counted and how much that is belong together.
            names: of the rollups.
            since: the start of the window, in nanoseconds since 1970.
            until: its end.
            cuts: moments within it that no row may lie across.
        """
        growing = [day for day in days if day.uncounted]
        counted: dict[str, int] = {}
        if growing:
            each = [f"SELECT '{day.name}', Spans FROM \"{day.name}\".rollups" for day in growing]
            counted = dict(cursor.execute(" UNION ALL ".join(each)).fetchall())
        for name in names:
            cursor.execute(_create_view(name, days, counted, since, until, cuts))


def _create_view(
    name: str, days: Sequence[Day], counted: Mapping[str, int], since: int, until: int, cuts: Sequence[int]
) -> str:
    rollup = ROLLUPS[name]
    width = rollup.width
    cut = sorted({moment // width * width for moment in (since, *cuts, until) if moment % width})
    whole = f"Slot >= {since} AND Slot < {until} AND Slot NOT IN ({', '.join(map(str, [-1, *cut]))})"
    # A slot of spans begins where the window cuts it.
    slot = (
        f"greatest({', '.join([rollup.slot, *(f'if(epoch_ns(Timestamp) >= {at}, {at}, 0)' for at in (since, *cuts))])})"
    )
    parts = [(max(start, since), min(start + width, until)) for start in cut]
    sources: list[str] = []
    for day in days:
        source = f'"{day.name}".{TRACES}'
        sources.append(f'SELECT * FROM "{day.name}".{name} WHERE {whole}')
        within = [_within(*part) for part in parts if day.may_have(TRACES, *part)]
        in_part = f"({' OR '.join(within)})" if within else "false"
        if within:
            sources.append(f"({rollup.of(source, slot=slot, condition=in_part)})")
        if day.name in counted:
            waits = f"spans.rowid >= {counted[day.name]} AND {_within(since, until)} AND NOT {in_part}"
            sources.append(f"({rollup.of(source, slot=slot, condition=waits)})")
    if not sources:
        columns = ", ".join(f"NULL::{kind} AS {column}" for column, kind in rollup.columns.items())
        sources = [f"SELECT {columns} WHERE false"]
    return f"CREATE OR REPLACE TEMP VIEW {name} AS {' UNION ALL '.join(sources)}"


def _within(first: int, last: int) -> str:
    return f"(Timestamp >= make_timestamp_ns({first}) AND Timestamp < make_timestamp_ns({last}))"
