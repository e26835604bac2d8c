"""The rollups: which sums are kept, and the SELECT that makes the rows of each from spans.

A slot is an hour. With five minutes there are as many rows as requests, unless each dock asks a host again and again
within five minutes; and a window that is long enough for rollups is drawn by the hour. Of a day that is over there are
sums by the day, too. Durations are in buckets, `PER_DECADE` of them, which puts a quantile within
1.2 % of the exact one. A failure keeps its own row, and with it its moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ..columns import NOT_COMPARED, SAMPLE
from .layout import NUMBERS_OF_SPANS

HOUR = 3600 * 10**9  # nanoseconds of a slot
SLOT = f"epoch_ns(Timestamp) // {HOUR} * {HOUR}"  # the start of the slot of a span, as an expression
PER_DECADE: Final = 100  # `heat` shows five of them a decade, so they have to divide by five

_COMPARED = (
    "map_from_entries(list_filter(map_entries(SpanAttributes), lambda pair: pair.key NOT IN"
    f" ({', '.join(map(repr, NOT_COMPARED))})))"
)
_BUCKET = f"floor(log10(greatest({{0}}, 1)) * {PER_DECADE})::USMALLINT"


@dataclass(frozen=True, slots=True)
class Rollup:
    """One table of sums.

    Parameters:
        columns: their types, by name; `Slot` is the start of a slot in nanoseconds since 1970, `Resource` a number.
        each: the SELECT that gives the row of one span alone; `{spans}` are spans with `Slot`, `Failed` and, if it has
            one, `Resource`.
        added: the columns that are sums, each with the function that makes one of many. Rows that are the same in the
            others become one.
        apart: rows that differ in this expression do not become one, either.
        daily: whether there are sums by the day, too.
        sampled: of the rows of a slot that are the same in these columns, those with the smallest span ids are kept,
            `SAMPLE` of them, and of their attributes those that are compared. Of spans that are not counted, whoever
            asks takes all.
    """

    columns: dict[str, str]
    each: str
    added: dict[str, str] = field(default_factory=dict)
    apart: str | None = None
    daily: bool = True
    sampled: tuple[str, ...] = ()

    def create(self, table: str, **more: str) -> str:
        """The statement that makes an empty table, in place of one that is there; maybe with more columns."""
        columns = ", ".join(f"{column} {kind}" for column, kind in (self.columns | more).items())
        return f"CREATE OR REPLACE TABLE {table} ({columns})"

    def merge(self, rows: str, width: int = 1) -> str:
        """The SELECT that adds rows up, or takes the sample of samples.

        Parameters:
            rows: a table, or a SELECT in parentheses.
            width: of the slots that rows have then; by default they keep theirs.
        """
        source = f"{rows} AS one ({', '.join(self.columns)})"
        slot = "Slot" if width == 1 else f"Slot // {width} * {width}"
        if self.sampled:
            return self._sample(f"(SELECT * REPLACE ({slot} AS Slot) FROM {source})")
        values = {"Slot": slot}
        values |= {column: f"{function}({column})" for column, function in self.added.items()}
        chosen = [f"{values.get(column, column)}::{kind} AS {column}" for column, kind in self.columns.items()]
        keys = [str(place) for place, column in enumerate(self.columns, 1) if column not in self.added]
        keys += [self.apart] if self.apart else []
        return f"SELECT {', '.join(chosen)} FROM {source} GROUP BY {', '.join(keys)}"

    def of(self, source: str, *, slot: str | None = None, condition: str = "true") -> str:
        """The SELECT that makes its rows from the spans of a source.

        Parameters:
            source: a table, or a SELECT in parentheses; `spans` in the condition.
            slot: the start of a span's slot, as an expression; by default its hour, and only rows that are kept.
            condition: which spans.
        """
        numbered = "Resource" in self.columns
        column = "Resource," if numbered else ""
        join = "JOIN rollup_resources USING (ResourceAttributes)" if numbered else ""
        spans = (
            f"(SELECT spans.* REPLACE ({NUMBERS_OF_SPANS}), StatusCode = 'Error' AS Failed,"
            f" {column} {slot or SLOT} AS Slot FROM {source} AS spans {join} WHERE {condition})"
        )
        rows = self.each.format(spans=spans)
        if not self.sampled:
            return self.merge(f"({rows})")
        return rows if slot else f"SELECT * REPLACE ({_COMPARED} AS SpanAttributes) FROM ({self._sample(f'({rows})')})"

    def _sample(self, rows: str) -> str:
        places = f"row_number() OVER (PARTITION BY {', '.join(['Slot', *self.sampled])} ORDER BY SpanId)"
        ids = f"SELECT SpanId FROM (SELECT SpanId, {places} AS place FROM {rows}) WHERE place <= {SAMPLE}"
        return f"SELECT * FROM {rows} WHERE SpanId IN ({ids})"


ROLLUPS: Final = {
    "rollup_requests": Rollup(
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
            "TraceId": "VARCHAR",  # of a failure
        },
        """
        SELECT
            Slot, Resource, Host, Failed, ErrorType, if(Failed, CurlCode, 0), if(Failed, HttpStatus, 0), 1,
            epoch_ns(Timestamp), epoch_ns(Timestamp), if(Failed, TraceId, NULL)
        FROM {spans}
        WHERE IsRequest
        """,
        {"Requests": "sum", "First": "min", "Last": "max", "TraceId": "max"},
        apart="if(one.Failed, one.First, NULL)",
    ),
    "rollup_times": Rollup(
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
        SELECT Slot, ServiceName, Release, Host, {_BUCKET.format("Duration")}, 1, Failed::INTEGER
        FROM {{spans}}
        WHERE IsRequest
        """,
        {"Requests": "sum", "Failures": "sum"},
    ),
    "rollup_dock_times": Rollup(
        {"Slot": "BIGINT", "Resource": "INTEGER", "Took": "USMALLINT", "Requests": "UINTEGER"},
        f"SELECT Slot, Resource, {_BUCKET.format('Duration')}, 1 FROM {{spans}} WHERE IsRequest",
        {"Requests": "sum"},
    ),
    "rollup_activity": Rollup(
        {"Slot": "BIGINT", "Resource": "INTEGER", "Spans": "UINTEGER", "Last": "BIGINT"},
        "SELECT Slot, Resource, 1, epoch_ns(Timestamp) FROM {spans}",
        {"Spans": "sum", "Last": "max"},
    ),
    "rollup_phases": Rollup(
        {"Slot": "BIGINT", "Phase": "VARCHAR", "Took": "USMALLINT", "Times": "UINTEGER"},
        f"""
        SELECT Slot, phase, {_BUCKET.format("took")}, 1
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
        """,
        {"Times": "sum"},
    ),
    # Of each kind of failure, and of what did not fail, those with the smallest span ids of a slot: the smallest ones
    # of a window of slots are among them.
    "rollup_sample": Rollup(
        {
            "Slot": "BIGINT",
            "Resource": "INTEGER",
            "SpanId": "VARCHAR",
            "Failed": "BOOLEAN",
            "ErrorType": "VARCHAR",
            "Path": "VARCHAR",
            "Hour": "VARCHAR",  # of the day, such as `07`
            "SpanAttributes": "MAP(VARCHAR, VARCHAR)",
        },
        """
        SELECT Slot, Resource, SpanId, Failed, ErrorType, Path, strftime(Timestamp, '%H') AS Hour, SpanAttributes
        FROM {spans}
        WHERE IsRequest
        """,
        sampled=("Failed", "ErrorType"),
    ),
    "rollup_blocked": Rollup(
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
            Slot, Resource, attributes['trio.task.name'], attributes['code.stacktrace'], 1, epoch_ns(Timestamp)
        FROM (
            SELECT Slot, Resource, Timestamp, unnest(Events.Name) AS name, unnest(Events.Attributes) AS attributes
            FROM {spans}
            WHERE list_contains(Events.Name, 'trio.blocked')
        )
        WHERE name = 'trio.blocked'
        """,
        {"Times": "sum", "Last": "max"},
        daily=False,
    ),
}
