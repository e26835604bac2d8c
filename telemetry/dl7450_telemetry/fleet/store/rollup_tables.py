"""The rollups: which sums are kept, and the SELECT that makes the rows of each from spans.

A slot is an hour. With five minutes there are as many rows as requests, unless each dock asks a host again and again
within five minutes; and a window that is long enough for rollups is drawn by the hour. Durations are in buckets,
`PER_DECADE` of them, which puts a quantile within 1.2 % of the exact one. A failure keeps its own row, and with it its
moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..columns import SAMPLE
from .days import DAY
from .layout import NUMBERS_OF_SPANS

HOUR = 3600 * 10**9
PER_DECADE: Final = 100  # `heat` shows five of them a decade, so they have to divide by five

_BUCKET = f"floor(log10(greatest({{0}}, 1)) * {PER_DECADE})::USMALLINT"


@dataclass(frozen=True, slots=True)
class Rollup:
    """One table of sums.

    Parameters:
        width: nanoseconds of a slot.
        columns: their types, by name; `Slot` is the start of a slot in nanoseconds since 1970, `Resource` a number.
        rows: the SELECT that makes its rows; `{spans}` are spans with `Slot`, `Failed` and, if it has one,
            `Resource`.
        merged: the SELECT that makes one row of those of a slot, where spans of it are counted many times; they are in
            `{table}`.
        kept: which rows are kept, as a condition in `{kept}`; of spans that are not counted, whoever asks takes all.
    """

    width: int
    columns: dict[str, str]
    rows: str
    merged: str | None = None
    kept: str = "true"

    def table(self, name: str) -> str:
        """The statement that makes an empty one, in place of one that is there."""
        columns = ", ".join(f"{column} {kind}" for column, kind in self.columns.items())
        return f"CREATE OR REPLACE TABLE {name} ({columns})"

    def of(self, source: str, *, slot: str | None = None, condition: str = "true") -> str:
        """The SELECT that makes its rows from the spans of a source.

        Parameters:
            source: a table, or a SELECT in parentheses; `spans` in the condition.
            slot: the start of a span's slot, as an expression; by default the last multiple of the width, and only
                rows that are kept.
            condition: which spans.
        """
        numbered = "Resource" in self.columns
        column = "Resource," if numbered else ""
        join = "JOIN rollup_resources USING (ResourceAttributes)" if numbered else ""
        spans = (
            f"(SELECT spans.* REPLACE ({NUMBERS_OF_SPANS}), StatusCode = 'Error' AS Failed,"
            f" {column} {slot or self.slot} AS Slot FROM {source} AS spans {join} WHERE {condition})"
        )
        return self.rows.format(spans=spans, kept=self.kept.format(spans=spans) if slot is None else "true")

    @property
    def slot(self) -> str:
        return f"epoch_ns(Timestamp) // {self.width} * {self.width}"


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
            "TraceId": "VARCHAR",  # of a failure
        },
        """
        SELECT
            Slot, Resource, Host, Failed, ErrorType, if(Failed, CurlCode, 0) AS Code,
            if(Failed, HttpStatus, 0) AS Status, count(*), epoch_ns(min(Timestamp)), epoch_ns(max(Timestamp)),
            max(TraceId) FILTER (Failed)
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
        "SELECT Slot, Resource, Took, sum(Requests) FROM {table} GROUP BY Slot, Resource, Took",
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
    # Of each kind of failure, and of what did not fail, those with the smallest span ids of a slot: the smallest ones
    # of a window of days are among them.
    "rollup_sample": Rollup(
        DAY,
        {
            "Slot": "BIGINT",
            "Resource": "INTEGER",
            "SpanId": "VARCHAR",
            "Failed": "BOOLEAN",
            "ErrorType": "VARCHAR",
            "Path": "VARCHAR",
            "First": "BIGINT",
            "SpanAttributes": "MAP(VARCHAR, VARCHAR)",
        },
        """
        SELECT Slot, Resource, SpanId, Failed, ErrorType, Path, epoch_ns(Timestamp), SpanAttributes
        FROM {spans}
        WHERE IsRequest AND {kept}
        """,
        kept=f"""
        SpanId IN (
            SELECT SpanId
            FROM (
                SELECT SpanId, row_number() OVER (PARTITION BY Slot, Failed, ErrorType ORDER BY SpanId) AS place
                FROM {{spans}}
                WHERE IsRequest
            )
            WHERE place <= {SAMPLE}
        )
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
