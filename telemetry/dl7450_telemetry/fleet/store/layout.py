"""The tables as DuckDB has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from .. import columns as c
from ..columns import TABLES, Batch, Events, Links

_TYPES = {
    c.TEXT: "VARCHAR",
    c.TIME: "TIMESTAMP_NS",
    c.NUMBER: "BIGINT",
    c.FLOAT: "DOUBLE",
    c.TRUTH: "BOOLEAN",
    c.NUMBERS: "BIGINT[]",
    c.FLOATS: "DOUBLE[]",
    c.MAP: "MAP(VARCHAR, VARCHAR)",
    c.SHARED_MAP: "VARCHAR",  # JSON
    c.SPARSE: "BIGINT[]",  # empty for 0: DuckDB packs all numbers of a block into as many bits as the largest one takes
    c.EVENTS: "STRUCT(Timestamp TIMESTAMP_NS[], Name VARCHAR[], Attributes MAP(VARCHAR, VARCHAR)[])",
    c.LINKS: "STRUCT(TraceId VARCHAR[], SpanId VARCHAR[], TraceState VARCHAR[], Attributes MAP(VARCHAR, VARCHAR)[])",
}

# When a trace began and ended, in seconds since 1970, once for each batch that had spans of it. `TraceKey` is the end
# of its id, which is random in all kinds of ids; that two traces share it makes a search longer, not wrong.
TRACE_TIMES = "otel_traces_trace_id_ts"
_TRACE_TIMES = {"TraceKey": "UINTEGER", "Start": "BIGINT", "Last": "BIGINT"}

# The digests of the requests that brought what is here, and when, in seconds since 1970.
REQUESTS = "otlp_requests"
_REQUESTS = {"Digest": "UBIGINT", "Received": "BIGINT"}

DUCKDB_TABLES = {table: {column: _TYPES[kind] for column, kind in kinds.items()} for table, kinds in TABLES.items()} | {
    TRACE_TIMES: _TRACE_TIMES,
    REQUESTS: _REQUESTS,
}


def create_table(database: str, table: str) -> str:
    """The statement that makes a table in a database if it is not there."""
    columns = ", ".join(f"{column} {kind}" for column, kind in DUCKDB_TABLES[table].items())
    return f'CREATE TABLE IF NOT EXISTS "{database}".{table} ({columns})'


def select_trace_times(source: str) -> str:
    """The statement that reads what a source of spans adds to `TRACE_TIMES`."""
    seconds = "epoch_ns(min(Timestamp)) // 1000000000, epoch_ns(max(Timestamp)) // 1000000000"
    return f"SELECT ('0x' || TraceId[25:32])::UINTEGER AS TraceKey, {seconds} FROM {source} GROUP BY TraceId"


def convert(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Make the tables of a database those of today, if a release made them that kept sparse numbers as they are."""
    sparse = [name for name, kind in TABLES[c.TRACES].items() if kind == c.SPARSE]
    types = f"SELECT data_type FROM duckdb_columns() WHERE database_name = '{database}' AND column_name = '{sparse[0]}'"
    if connection.execute(types).fetchall() == [(_TYPES[c.SPARSE],)]:
        return
    connection.execute("BEGIN")
    spans = f'"{database}".{c.TRACES}'
    for name in sparse:
        listed = f"{_TYPES[c.SPARSE]} USING if({name} = 0, [], [{name}])"
        connection.execute(f"ALTER TABLE {spans} ALTER {name} TYPE {listed}")
    connection.execute(f'DROP TABLE "{database}".{TRACE_TIMES}')
    connection.execute(create_table(database, TRACE_TIMES))
    connection.execute(f'INSERT INTO "{database}".{TRACE_TIMES} {select_trace_times(spans)}')
    connection.execute("COMMIT")
    connection.execute(f'CHECKPOINT "{database}"')  # until then its new columns are in memory


_NUMBERS = [f"coalesce({name}[1], 0) AS {name}" for name, kind in TABLES[c.TRACES].items() if kind == c.SPARSE]
NUMBERS_OF_SPANS = ", ".join(_NUMBERS)  # after REPLACE: its sparse numbers as numbers


def create_view(table: str, databases: Sequence[str], *, placed: bool = False) -> str:
    """The statement that makes a table of this connection out of the same table in several databases.

    Parameters:
        table: its name.
        databases: their names.
        placed: it has three columns more: `Day` and `Place`, which say where a row is, so that what else is needed of a
            few rows can be read there, and `ResourceText`, to be counted before it is made a map.
    """
    replaced = ["ResourceAttributes::JSON::MAP(VARCHAR, VARCHAR) AS ResourceAttributes"]
    if table == c.TRACES:
        replaced += _NUMBERS
    chosen = f"* REPLACE ({', '.join(replaced)})" if table in TABLES else "*"
    if databases:
        sources = [(database, f'"{database}".{table}') for database in databases]
    else:
        columns = ", ".join(f"NULL::{kind} AS {column}" for column, kind in DUCKDB_TABLES[table].items())
        sources = [("", f"(SELECT {columns}{', 0 AS rowid' if placed else ''} WHERE false)")]
    added = ", ResourceAttributes AS ResourceText, '{}' AS Day, rowid AS Place" if placed else ""
    union = " UNION ALL ".join(f"SELECT {chosen}{added.format(day)} FROM {source}" for day, source in sources)
    return f"CREATE OR REPLACE TEMP VIEW {table} AS {union}"


_PLAIN = {
    c.TIME: "epoch_ns({0})",
    c.EVENTS: "list_transform({0}.Timestamp, lambda time: epoch_ns(time)), {0}.Name, {0}.Attributes",
}


def select_plain(table: str) -> str:
    """The statement that reads a table with times as nanoseconds, for `batch_from_rows`."""
    chosen = [_PLAIN.get(kind, "{0}").format(name) for name, kind in TABLES[table].items()]
    return f"SELECT {', '.join(chosen)} FROM {table}"


def batch_from_rows(table: str, rows: Sequence[tuple[Any, ...]]) -> Batch:
    """Rows that `select_plain` gave."""
    batch = Batch(table)
    values = iter(zip(*rows, strict=True))
    for name, kind in TABLES[table].items():
        if kind == c.EVENTS:
            batch.columns[name] = list(map(Events, next(values), next(values), next(values)))
        elif kind == c.LINKS:
            batch.columns[name] = [Links(*links.values()) for links in next(values)]
        else:
            batch.columns[name] = list(next(values))
    return batch
