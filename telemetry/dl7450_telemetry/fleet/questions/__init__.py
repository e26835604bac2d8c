"""What can be asked of a fleet. One question is two short SQL files side by side, one for each engine.

A file reads tables that are made here from the filters: `spans`, `requests`, which are the spans of HTTP requests with
a column `Failed`, and `histograms`, the metrics. Its parameters are those of the question, `since` and `until`, and the
widths of buckets `step` and `coarse`, all in nanoseconds. Quantiles are exact in DuckDB: that takes a fifth of the time
of approximate ones.

Of a long window, DuckDB is asked by a third file, `NAME.rollup.duckdb.sql`, which reads the sums of `store.rollups`.
ClickHouse has none: its tables are the exporter's, which others write, too, and what is there already is not ours to
change.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ..filters import Filters
from ..store import Engine, Store
from ..table import Table
from .declarations import QUESTIONS, Question
from .relations import HOUR, relations

__all__ = ["QUESTIONS", "Question", "ask", "question_with", "step"]

_FOLDER = Path(__file__).parent
_MINUTE = 60_000_000_000


def ask(store: Store, name: str, filters: Filters, **arguments: Any) -> Table:
    """The answer to one question. Blocks: on a Trio thread, use `trio.to_thread.run_sync`.

    Parameters:
        store: whom to ask.
        name: one of `QUESTIONS`.
        filters: which spans it is about.
        arguments: the question's own parameters; those with a default may be left out.

    Raises:
        ValueError: there is no such question, or an argument is missing or unknown; the message names the fix.
        StoreError: it cannot be answered.
    """
    question = question_with(name, arguments)
    arguments = {**question.parameters, **arguments}
    if question.of_trace:
        return Table(question.columns, store.query_trace(_sql(name, store.engine), arguments["id"]))
    arguments |= {"step": step(filters), "coarse": step(filters, most=25)}
    slots = {table: arguments[width] for table, width in question.slots.items()}
    rollups = _has_rollup(store, filters, question, arguments) and all(width % HOUR == 0 for width in slots.values())
    sql = _sql(f"{name}.rollup" if rollups else name, store.engine)
    tables, parameters = relations(store, filters, question, sql, rollups=rollups)
    since, until = parameters["start"], parameters["until"]
    cuts = [filters.since] if question.lookback else []
    rows = store.query(tables + sql, parameters | arguments, since=since, until=until, cuts=cuts, slots=slots)
    return Table(question.columns, rows)


def _has_rollup(store: Store, filters: Filters, question: Question, arguments: Mapping[str, Any]) -> bool:
    if not store.has_rollups or question.rollup is None or filters.chosen() - question.rollup:
        return False
    if question.rollup_for.items() - arguments.items():
        return False
    return filters.until - filters.since + question.lookback >= question.rollup_from


def question_with(name: str, arguments: Collection[str]) -> Question:
    """The question of a name, which takes arguments of these names.

    Raises:
        ValueError: there is no such question, or an argument is missing or unknown; the message names the fix.
    """
    question = QUESTIONS.get(name)
    if question is None:
        raise ValueError(f"there is no question {name!r}: ask one of {', '.join(QUESTIONS)}")
    missing = {key for key, value in question.parameters.items() if value is None} - set(arguments)
    if missing:
        raise ValueError(f"the question {name!r} takes {', '.join(missing)}: name it behind the question")
    if set(arguments) - question.parameters.keys():
        raise ValueError(f"the question {name!r} takes {', '.join(question.parameters) or 'no arguments'}")
    return question


def _sql(name: str, engine: Engine) -> str:
    return (_FOLDER / f"{name}.{engine}.sql").read_text(encoding="utf-8")


def step(filters: Filters, most: int = 100) -> int:
    """The width of a bucket, in nanoseconds: round, and such that the window has no more than `most` of them.

    A day and the part of an hour that a window may have more are a hundred quarters of an hour, or 25 hours.
    """
    for minutes in (1, 5, 15, 30, 60, 120, 180, 360, 720, 1440):
        if (filters.until - filters.since) <= most * minutes * _MINUTE:
            return minutes * _MINUTE
    return -(-(filters.until - filters.since) // (most * 1440 * _MINUTE)) * 1440 * _MINUTE
