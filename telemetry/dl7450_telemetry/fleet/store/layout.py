"""The tables as DuckDB has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
    c.EVENTS: "STRUCT(Timestamp TIMESTAMP_NS[], Name VARCHAR[], Attributes MAP(VARCHAR, VARCHAR)[])",
    c.LINKS: "STRUCT(TraceId VARCHAR[], SpanId VARCHAR[], TraceState VARCHAR[], Attributes MAP(VARCHAR, VARCHAR)[])",
}

# When a trace began and ended, in seconds since 1970, once for each batch that had spans of it. `TraceKey` is the first
# half of its id.
TRACE_TIMES = "otel_traces_trace_id_ts"
_TRACE_TIMES = {"TraceKey": "UBIGINT", "Start": "BIGINT", "Last": "BIGINT"}

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


def create_view(table: str, databases: Sequence[str]) -> str:
    """The statement that makes a table of this connection out of the same table in several databases."""
    replaced = "ResourceAttributes::JSON::MAP(VARCHAR, VARCHAR) AS ResourceAttributes"
    chosen = "*" if table not in TABLES else f"* REPLACE ({replaced})"
    if databases:
        sources = [f'"{database}".{table}' for database in databases]
    else:
        columns = ", ".join(f"NULL::{kind} AS {column}" for column, kind in DUCKDB_TABLES[table].items())
        sources = [f"(SELECT {columns} WHERE false)"]
    union = " UNION ALL ".join(f"SELECT {chosen} FROM {source}" for source in sources)
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
