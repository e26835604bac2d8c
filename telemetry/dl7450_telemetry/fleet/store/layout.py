"""The tables as DuckDB has them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from .. import columns as c
from ..columns import TABLES, Batch, Events, Links

_NAME = re.compile(r"\w+")

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

# The digests of the requests that brought what is here, and when, in seconds since 1970.
REQUESTS = "otlp_requests"
_REQUESTS = {"Digest": "UBIGINT", "Received": "BIGINT"}

DUCKDB_TABLES = {table: {column: _TYPES[kind] for column, kind in kinds.items()} for table, kinds in TABLES.items()} | {
    REQUESTS: _REQUESTS,
}


def create_table(database: str, table: str) -> str:
    """The statement that makes a table in a database if it is not there."""
    columns = ", ".join(f"{column} {kind}" for column, kind in DUCKDB_TABLES[table].items())
    return f'CREATE TABLE IF NOT EXISTS "{database}".{table} ({columns})'


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
    connection.execute("COMMIT")
    connection.execute(f'CHECKPOINT "{database}"')  # until then its new columns are in memory


_NUMBERS = [f"coalesce({name}[1], 0) AS {name}" for name, kind in TABLES[c.TRACES].items() if kind == c.SPARSE]
NUMBERS_OF_SPANS = ", ".join(_NUMBERS)  # after REPLACE: its sparse numbers as numbers

# How a question reads a kind of column that is not kept as it is shown.
_READ = {
    c.SHARED_MAP: "{0}::JSON::MAP(VARCHAR, VARCHAR) AS {0}",
    c.SPARSE: "coalesce({0}[1], 0) AS {0}",
}

# More columns of a table that a question can name: where a row is, so that what else is needed of a few rows is read
# there, and the text of the resource's attributes, which is counted before it is made a map.
_MORE = {"Day": "'{0}' AS Day", "Place": "rowid AS Place", "ResourceText": "ResourceAttributes AS ResourceText"}


def union_of(table: str, databases: Mapping[str, str], sql: str) -> str:
    """What a SELECT has after FROM, to read a table out of several databases.

    Parameters:
        table: its name.
        databases: their names, with the condition for the rows of each.
        sql: the SELECT. Columns that are not named in it are left out: DuckDB would plan each of a month's files with
            all of them.
    """
    named, kinds = set(_NAME.findall(sql)), TABLES.get(table, {})
    columns = [name for name in DUCKDB_TABLES[table] if name in named]
    chosen = [_READ.get(kinds.get(name, ""), "{0}").format(name) for name in columns]
    chosen += [more for name, more in _MORE.items() if name in named and kinds]
    sources = {database: f'"{database}".{table} WHERE {rows}' for database, rows in databases.items()}
    if not sources:
        empty = ", ".join(f"NULL::{kind} AS {name}" for name, kind in DUCKDB_TABLES[table].items())
        sources = {"": f"(SELECT {empty}, 0 AS rowid) WHERE false"}
    select = f"SELECT {', '.join(chosen) or 'NULL'} FROM"
    return f"({' UNION ALL '.join(f'{select.format(day)} {source}' for day, source in sources.items())})"


_PLAIN = {
    c.TIME: "epoch_ns({0})",
    c.EVENTS: "list_transform({0}.Timestamp, lambda time: epoch_ns(time)), {0}.Name, {0}.Attributes",
}


def select_plain(table: str, database: str) -> str:
    """The statement that reads a table of a database with times as nanoseconds, for `batch_from_rows`."""
    chosen = ", ".join(_PLAIN.get(kind, "{0}").format(name) for name, kind in TABLES[table].items())
    return f"SELECT {chosen} FROM {union_of(table, {database: 'true'}, chosen)}"


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
