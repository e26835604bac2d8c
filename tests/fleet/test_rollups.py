"""Rollups: a question has the same answer with and without them, whatever arrives in whichever order."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dl7450_telemetry import EventRecord, SpanRecord
from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.otlp import batch_of
from dl7450_telemetry.fleet.questions import QUESTIONS, ask
from dl7450_telemetry.fleet.store.duckdb_store import DuckDbStore
from dl7450_telemetry.fleet.store.rollups import ROLLUPS
from dl7450_telemetry.fleet.table import Column, Table
from tests.fleet._incidents import DAY, spans

SECOND, HOUR = 10**9, 3600 * 10**9
TODAY = time.time_ns() // (24 * HOUR) * 24 * HOUR
WEEK_OF_INCIDENTS = replace(DAY, since=DAY.since - 6 * 24 * HOUR)
BUCKET = 0.012  # how far a quantile may be from the exact one
WITH_ROLLUPS = [name for name, question in QUESTIONS.items() if question.rollup is not None]


def with_and_without(store: DuckDbStore, question: str, filters: Filters) -> tuple[list[list[Any]], list[list[Any]]]:
    """The answers from rollups and from spans; what may differ is made comparable."""
    rolled = ask(store, question, filters)
    store.has_rollups = False
    try:
        plain = ask(store, question, filters)
    finally:
        store.has_rollups = True
    return [list(row) for row in rolled.rows], _comparable(plain)


def _comparable(table: Table) -> list[list[Any]]:
    return [[_value(column, value) for column, value in zip(table.columns, row, strict=True)] for row in table.rows]


def _value(column: Column, value: Any) -> Any:
    if column.kind == "duration" and value is not None:
        return pytest.approx(value, rel=BUCKET, abs=1)
    return pytest.approx(value, rel=1e-9, abs=1e-9) if isinstance(value, float) else value


# Moments that meet: the start of an hour, a nanosecond before it, within it, on another day, wrong by years.
moments = st.builds(
    lambda day, hour, into: TODAY - day * 24 * HOUR + hour * HOUR + into,
    st.integers(0, 16),
    st.integers(0, 23),
    st.sampled_from([0, 1, 17 * 60 * SECOND, HOUR - 1]),
) | st.sampled_from([0, TODAY + 4000 * 24 * HOUR])


@st.composite
def records(draw: st.DrawFn) -> SpanRecord:
    start = draw(moments)
    took = draw(st.integers(0, 10**10))
    dock = draw(st.sampled_from(["A1", "A2", "B1"]))
    is_request = draw(st.booleans())
    failed = is_request and draw(st.booleans())
    name = "GET" if is_request else draw(st.sampled_from(["DNS lookup a.example", "dl7450.app"]))
    return SpanRecord(
        f"{draw(st.integers(1, 2**128 - 1)):032x}",
        f"{draw(st.integers(1, 2**64 - 1)):016x}",
        name,
        start,
        start + took,
        kind="CLIENT" if is_request else "INTERNAL",
        attributes={
            "http.request.method": "GET",
            "server.address": draw(st.sampled_from(["a.example", "b.example"])),
            **({"error.type": "404", "http.response.status_code": 404} if failed else {}),
        }
        if is_request
        else {},
        events=tuple(
            draw(
                st.sampled_from(
                    [
                        (),
                        (EventRecord("request sent", start + took // 3), EventRecord("first byte", start + took // 2)),
                        (EventRecord("trio.blocked", start, {"trio.task.name": "t", "code.stacktrace": "s"}),),
                    ]
                )
            )
        ),
        status="ERROR" if failed else "UNSET",
        resource={
            "device.id": dock,
            "service.name": "carousel" if dock == "A1" else "departures",
            "service.version": f"1.{start // HOUR % 3}",  # so that it is certain which one a dock had last
            "dl7450.site": "Oslo" if dock == "B1" else "",
        },
    )


windows = st.tuples(moments, moments, st.integers(4 * 24, 20 * 24)).map(
    lambda drawn: Filters(max(0, drawn[0] - drawn[2] * HOUR), max(drawn[0], 1))
)


@given(
    batches=st.lists(st.lists(records(), min_size=1, max_size=8), min_size=1, max_size=4),
    window=windows,
    chosen=st.sampled_from(["", "site=Oslo", "app=carousel&host=a.example", "dock=A", "resource=device.id=A1"]),
    merge_at=st.sampled_from([1, 60, 10**6]),
    asked=st.sets(st.sampled_from(WITH_ROLLUPS), min_size=3, max_size=5),
)
@settings(max_examples=40, deadline=None)
def test_a_question_has_the_same_answer_with_and_without_rollups(
    batches: list[list[SpanRecord]], window: Filters, chosen: str, merge_at: int, asked: set[str]
) -> None:
    store = DuckDbStore(None, merge_at=merge_at)
    filters = Filters.parse([*window.pairs(), *parse_qsl(chosen)])
    for batch in batches:
        store.insert(batch_of(batch))
    for question in sorted(asked):
        rolled, plain = with_and_without(store, question, filters)
        assert rolled == plain, question
    store.close()


def test_late_spans_are_counted_in_days_that_are_over(tmp_path: Path) -> None:
    store = DuckDbStore(tmp_path)
    store.insert(batch_of(spans(step=1200)))
    before = ask(store, "hosts", WEEK_OF_INCIDENTS).dicts()
    store.insert(batch_of(spans(step=7200, seed=8)))
    after, plain = with_and_without(store, "hosts", WEEK_OF_INCIDENTS)
    assert after == plain
    assert sum(row[1] for row in after) > sum(row["requests"] for row in before)
    store.close()


def test_rows_that_many_batches_added_become_one() -> None:
    counts: list[Sequence[tuple[Any, ...]]] = []
    for merge_at in (10**6, 1):
        store = DuckDbStore(None, merge_at=merge_at)
        for seed in range(5):
            store.insert(batch_of(spans(seed=seed)))
        counts.append(store.query("SELECT count(*), sum(Spans)::BIGINT FROM rollup_activity", {}))
        store.close()
    [(apart, spans_apart)], [(merged, spans_merged)] = counts
    assert (apart, spans_apart) == (5 * merged, spans_merged)


def test_an_old_store_gets_its_rollups_when_it_is_opened(tmp_path: Path) -> None:
    store = DuckDbStore(tmp_path)
    store.insert(batch_of(spans()))
    store.insert(batch_of(spans(before=3)))
    answers = [ask(store, question, WEEK_OF_INCIDENTS) for question in WITH_ROLLUPS]
    store.close()
    for file in tmp_path.glob("2*.duckdb"):
        with duckdb.connect(file) as connection:
            for table in ("rollups", *ROLLUPS):
                connection.execute(f"DROP TABLE {table}")
    said: list[str] = []
    store = DuckDbStore(tmp_path, said.append)
    assert [ask(store, question, WEEK_OF_INCIDENTS) for question in WITH_ROLLUPS] == answers
    assert said == [f"the rollups of {file.stem} are made" for file in sorted(tmp_path.glob("2*.duckdb"))]
    store.close()
    said.clear()
    DuckDbStore(tmp_path, said.append).close()
    assert said == []


def test_a_day_of_another_store_gets_rollups_of_this_one(tmp_path: Path) -> None:
    for folder, before in (("one", 0), ("other", 1)):
        store = DuckDbStore(tmp_path / folder)
        store.insert(batch_of(spans(before=before)))
        store.close()
    for file in (tmp_path / "other").glob("2*.duckdb"):
        file.rename(tmp_path / "one" / file.name)
    store = DuckDbStore(tmp_path / "one")
    rolled, plain = with_and_without(store, "docks", WEEK_OF_INCIDENTS)
    assert rolled == plain
    store.close()
