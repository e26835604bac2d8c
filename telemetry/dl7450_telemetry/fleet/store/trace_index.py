"""The index of traces: which rows of a day have a trace's spans.

A trace's spans come together, so they are a few rows side by side. For each trace the index has the first and the last
of them, once for each time that spans were indexed. That is done when many have come, after they were kept: what is
not indexed yet is searched itself, and a killed process leaves nothing to repair. No row of a day is ever deleted, so
each keeps its place.

The index of a day that is over is also held in memory, in the order of its keys: most days do not have the trace, and
to ask each of a month's files takes longer than to read it. It is twelve bytes a trace, read when a trace is first
looked for, and again when late spans of that day were indexed.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence

import duckdb
import nanoarrow as na

from ..columns import TRACES
from .days import Day

_INDEX = "trace_rows"
# The end of a trace's id, which is random in all kinds of ids; that two share it makes a search longer, not wrong.
_KEY = "('0x' || TraceId[25:32])::UINTEGER"
_ID = re.compile("[0-9a-f]{32}")

_AT_ONCE = 1_000_000  # spans that are indexed in one transaction, for the memory that it takes


def open_trace_index(cursor: duckdb.DuckDBPyConnection, day: Day) -> None:
    """Make the index of a day if it is not there, or look how far it goes."""
    cursor.execute(f'DROP TABLE IF EXISTS "{day.name}".otel_traces_trace_id_ts')  # the index of an older release
    columns = "TraceKey UINTEGER, First BIGINT, Last BIGINT"
    cursor.execute(f'CREATE TABLE IF NOT EXISTS "{day.name}".{_INDEX} ({columns})')
    # Each span has a trace, so the last row of all traces is the last one that is indexed.
    [(day.indexed, spans)] = cursor.execute(
        f'SELECT coalesce(max(Last) + 1, 0), (SELECT count(*) FROM "{day.name}".{TRACES}) FROM "{day.name}".{_INDEX}'
    ).fetchall()
    day.unindexed = spans - day.indexed


def index_spans(cursor: duckdb.DuckDBPyConnection, day: Day) -> None:
    """Index the next spans of a day, as one transaction."""
    [(spans,)] = cursor.execute(f'SELECT count(*) FROM "{day.name}".{TRACES}').fetchall()
    last = min(spans, day.indexed + _AT_ONCE)
    cursor.execute(f"""
        INSERT INTO "{day.name}".{_INDEX}
        SELECT {_KEY} AS TraceKey, min(rowid) AS First, max(rowid)
        FROM "{day.name}".{TRACES}
        WHERE rowid >= {day.indexed} AND rowid < {last}
        GROUP BY TraceKey
        ORDER BY First
    """)
    day.indexed = last
    day.unindexed = spans - last  # in this order: see `find_trace`


def find_trace(cursor: duckdb.DuckDBPyConnection, days: Sequence[Day], trace_id: str) -> dict[str, str]:
    """Rows among which are all spans of a trace: by the names of days, the condition for those of each.

    Parameters:
        cursor: asks.
        days: all that there are, the oldest first.
        trace_id: in hexadecimal; of anything else, there are no spans.
    """
    trace_id = trace_id.lower()
    if not _ID.fullmatch(trace_id):
        return {}
    key = int(trace_id[24:], 16)
    found: dict[str, list[str]] = defaultdict(list)
    asked: list[str] = []
    for day in days:
        # In this order: what is indexed by another thread in between is then looked for twice, not left out.
        unindexed, indexed = day.unindexed, day.indexed
        if day is days[-1]:
            asked.append(f"SELECT '{day.name}', First, Last FROM \"{day.name}\".{_INDEX} WHERE TraceKey = {key}")
        else:
            keys, firsts, lasts = _in_memory(cursor, day, indexed)
            for place in range(bisect_left(keys, key), bisect_right(keys, key)):
                found[day.name].append(f"rowid BETWEEN {firsts[place]} AND {lasts[place]}")
        if unindexed:
            rows = f"rowid >= {indexed} AND TraceId = '{trace_id}'"
            asked.append(f"SELECT '{day.name}', min(rowid), max(rowid) FROM \"{day.name}\".{TRACES} WHERE {rows}")
    for name, first, last in cursor.execute(" UNION ALL ".join(asked)).fetchall() if asked else ():
        if first is not None:
            found[name].append(f"rowid BETWEEN {first} AND {last}")
    return {name: " OR ".join(rows) for name, rows in found.items()}


def _in_memory(cursor: duckdb.DuckDBPyConnection, day: Day, indexed: int) -> list[array[int]]:
    """The columns of the index of a day that is over, for at least so many spans."""
    known = day.traces
    if known is None or known[0] != indexed:
        known = day.traces = indexed, _read(cursor, day)
    return known[1]


def _read(cursor: duckdb.DuckDBPyConnection, day: Day) -> list[array[int]]:
    columns = [array("I"), array("I"), array("I")]  # of four bytes a number: a day has no more rows than that
    rows = f'SELECT TraceKey, First::UINTEGER, Last::UINTEGER FROM "{day.name}".{_INDEX} ORDER BY TraceKey'
    for part in na.c_array_stream(cursor.sql(rows)):  # as Arrow, and without Python's numbers: a month has a gigabyte
        for number, column in enumerate(columns):
            given = part.view().child(number)
            content = memoryview(given.buffer(1)).cast("B")
            column.frombytes(content[given.offset * 4 : (given.offset + len(part)) * 4])
    return columns
