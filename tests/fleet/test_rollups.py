"""Rollups: a question has the same answer with and without them, whatever arrives in whichever order."""

import itertools
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dl7450_telemetry import EventRecord, SpanRecord
from dl7450_telemetry.fleet.columns import Batch
from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.otlp import batch_of
from dl7450_telemetry.fleet.questions import QUESTIONS, ask
from dl7450_telemetry.fleet.store.duckdb_store import DuckDbStore
from dl7450_telemetry.fleet.store.rollup_tables import ROLLUPS
from dl7450_telemetry.fleet.table import Column, Table
from tests.fleet._incidents import DAY, START, spans

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
        "",  # numbered when it is kept: an id belongs to one span
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


windows = st.tuples(
    moments, st.sampled_from([60 * SECOND, HOUR, 24 * HOUR, 48 * HOUR, 4 * 24 * HOUR, 20 * 24 * HOUR])
).map(lambda drawn: Filters(max(0, drawn[0] - drawn[1]), max(drawn[0], 1)))


@given(
    batches=st.lists(st.lists(records(), min_size=1, max_size=8), min_size=1, max_size=4),
    window=windows,
    chosen=st.sampled_from(["", "site=Oslo", "app=carousel&host=a.example", "dock=A", "resource=device.id=A1"]),
    tail=st.sampled_from([0, 5, 10**6]),
    asked=st.sets(st.sampled_from(WITH_ROLLUPS), min_size=3, max_size=5),
)
@settings(max_examples=40, deadline=None)
def test_a_question_has_the_same_answer_with_and_without_rollups(
    batches: list[list[SpanRecord]], window: Filters, chosen: str, tail: int, asked: set[str]
) -> None:
    store = DuckDbStore(None, tail=tail)
    filters = Filters.parse([*window.pairs(), *parse_qsl(chosen)])
    numbers = itertools.count(1)
    for batch in batches:
        store.insert(batch_of(replace(record, span_id=f"{next(numbers):016x}") for record in batch))
    for question in sorted(asked):
        rolled, plain = with_and_without(store, question, filters)
        assert rolled == plain, question
    store.close()


def kept(store: DuckDbStore, table: str) -> int:
    """How many rows the days have of a table."""
    days = store.query("SELECT database_name FROM duckdb_tables() WHERE table_name = 'rollups' ORDER BY 1", {})
    return sum(store.query(f'SELECT count(*) FROM "{day}".{table}', {})[0][0] for (day,) in days)


def test_late_spans_are_counted_in_days_that_are_over(tmp_path: Path) -> None:
    store = DuckDbStore(tmp_path, tail=0)
    store.insert(batch_of(spans(step=1200)))
    before = ask(store, "hosts", WEEK_OF_INCIDENTS).dicts()
    store.insert(batch_of(spans(step=7200, seed=8)))
    after, plain = with_and_without(store, "hosts", WEEK_OF_INCIDENTS)
    assert after == plain
    assert sum(row[1] for row in after) > sum(row["requests"] for row in before)
    store.close()


def test_a_span_that_is_there_twice_is_twice_in_a_sample(tmp_path: Path) -> None:
    store = DuckDbStore(tmp_path, tail=0)
    store.insert(batch_of(spans(step=7200)))
    once = ask(store, "differs", WEEK_OF_INCIDENTS).dicts()
    store.insert(batch_of(spans(step=7200)))
    rolled, plain = with_and_without(store, "differs", WEEK_OF_INCIDENTS)
    assert rolled == plain
    assert [row[:4] for row in rolled] == [
        [row["attribute"], row["value"], row["failing"] * 2, row["rest"] * 2] for row in once
    ]
    store.close()


def test_spans_wait_until_there_are_enough_to_count(tmp_path: Path) -> None:
    batches = [batch_of(spans(seed=seed)) for seed in range(4)]
    size = len(batches[0])
    store = DuckDbStore(tmp_path, tail=3 * size - 1)
    rows: list[int] = []
    for batch in batches:
        store.insert(batch)
        rows.append(kept(store, "rollup_activity"))
    assert (rows[:2], rows[2], rows[3]) == ([0, 0], rows[3], rows[2])
    assert rows[3] > 0
    rolled, plain = with_and_without(store, "docks", WEEK_OF_INCIDENTS)
    assert rolled == plain
    store.close()


def test_what_is_counted_and_how_much_that_is_are_committed_together(tmp_path: Path) -> None:
    source = """
import os, sys
from pathlib import Path
from dl7450_telemetry.fleet.otlp import batch_of
from dl7450_telemetry.fleet.store.duckdb_store import DuckDbStore
from dl7450_telemetry.fleet.store.rollup_tables import ROLLUPS
from tests.fleet._incidents import spans
store = DuckDbStore(Path(sys.argv[1]), tail=0)
store.insert(batch_of(spans()))
ROLLUPS["rollup_blocked"] = None  # as if the process was killed when it came to the last one
try:
    store.insert(batch_of(spans(seed=8)))
except AttributeError:
    os._exit(0)
"""
    subprocess.run([sys.executable, "-c", source, str(tmp_path)], check=True)
    store = DuckDbStore(tmp_path, tail=10**6)
    for question in ("docks", "fleet", "blocked"):
        rolled, plain = with_and_without(store, question, WEEK_OF_INCIDENTS)
        assert rolled == plain
    assert store.query("SELECT count(*) FROM otel_traces", {}) == [(2 * len(batch_of(spans())),)]
    store.close()


def a_day(before: int, **options: int) -> Batch:
    """The spans of a day of the fleet, so many days before today."""
    shift = TODAY - START - before * 24 * HOUR
    return batch_of(replace(one, start=one.start + shift, end=one.end + shift) for one in spans(**options))


DAYS = Filters(TODAY - 9 * 24 * HOUR, TODAY + 24 * HOUR)


def days_of_sums(store: DuckDbStore) -> list[int]:
    """How many days ago it was of which there are sums by the day."""
    return [TODAY // (24 * HOUR) - day for (day,) in store.query("SELECT Day FROM rollup_days ORDER BY Day", {})]


def name_of_day(before: int) -> str:
    """Of the file of a day, so many days before today."""
    return time.strftime("%Y-%m-%d", time.gmtime((TODAY - before * 24 * HOUR) / SECOND))


def test_days_that_are_over_are_answered_from_sums_by_the_day(tmp_path: Path) -> None:
    store = DuckDbStore(tmp_path, tail=0)
    for before in (4, 2, 1):
        store.insert(a_day(before, step=3600))
    assert days_of_sums(store) == [4, 2]
    for day in (4, 2):
        for table, rollup in ROLLUPS.items():
            if rollup.daily:
                store.query(f'DELETE FROM "{name_of_day(day)}".{table}', {})
    for question in ("fleet", "errors", "choices", "hosts", "phases", "changes"):
        rolled, plain = with_and_without(store, question, DAYS)
        assert rolled == plain, question
    store.close()


def test_a_sample_of_more_than_can_be_compared_is_the_same_one(tmp_path: Path) -> None:
    store = DuckDbStore(tmp_path, tail=0)
    day = TODAY - 2 * 24 * HOUR
    for seed in range(3):  # more of them than a sample in each of two hours
        moments = ((one, day + (one.start - START) % (2 * HOUR)) for one in spans(step=120, seed=seed))
        store.insert(batch_of(replace(one, start=moment, end=moment) for one, moment in moments))
    [(requests,)] = store.query("SELECT count(*) FROM otel_traces WHERE IsRequest", {})
    store.insert(a_day(1, step=7200))  # so that the one before is over
    [(of_hours,)] = store.query(f'SELECT count(*) FROM "{name_of_day(2)}".rollup_sample', {})
    [(of_day,)] = store.query("SELECT count(*) FROM rollup_sample_by_day", {})
    assert 0 < of_day < of_hours < requests
    whole, cut = Filters(day, day + 24 * HOUR), Filters(day + HOUR, day + 25 * HOUR)
    for window, failure in itertools.product((DAYS, whole, cut), ("", "404")):
        arguments = {"by": "failures", "failure": failure}
        rolled = ask(store, "differs", window, **arguments)
        store.has_rollups = False
        assert rolled == ask(store, "differs", window, **arguments)
        store.has_rollups = True
    store.close()


def test_sums_by_the_day_are_made_again_when_spans_come_late(tmp_path: Path) -> None:
    store = DuckDbStore(tmp_path, tail=0)
    for before, seed in ((4, 7), (2, 7), (4, 8)):
        store.insert(a_day(before, step=3600, seed=seed))
    for _ in range(2):
        rolled, plain = with_and_without(store, "choices", DAYS)
        assert rolled == plain
        store.close()
        store = DuckDbStore(tmp_path, tail=0)
    [(spans_of_day, of_sums)] = store.query(
        "SELECT Spans, (SELECT sum(Spans) FROM rollup_activity_by_day) FROM rollup_days", {}
    )
    assert spans_of_day == of_sums == 2 * len(a_day(4, step=3600))
    store.close()


def test_sums_by_the_day_are_forgotten_with_their_day(tmp_path: Path) -> None:
    store = DuckDbStore(tmp_path, tail=0)
    for before in (4, 2, 1):
        store.insert(a_day(before, step=3600))
    store.forget(keep=3 * 24 * HOUR)
    assert days_of_sums(store) == [2]
    assert {TODAY // (24 * HOUR) - day for (day,) in store.query("SELECT Day FROM rollup_requests_by_day", {})} == {2}
    store.insert(a_day(4, step=7200))
    rolled, plain = with_and_without(store, "hosts", DAYS)
    assert rolled == plain
    store.close()


def test_a_day_whose_process_was_killed_while_it_was_merged_is_merged_again(tmp_path: Path) -> None:
    source = """
import os, sys
from pathlib import Path
from dl7450_telemetry.fleet.store.duckdb_store import DuckDbStore
from dl7450_telemetry.fleet.store.rollup_tables import Rollup
from tests.fleet.test_rollups import a_day
store, merge = DuckDbStore(Path(sys.argv[1]), tail=0), Rollup.merge
def merge_or_die(rollup, rows, width=1):
    if width > 1 and "rollup_phases" in rows:
        os._exit(0)
    return merge(rollup, rows, width)
Rollup.merge = merge_or_die
store.insert(a_day(4))
store.insert(a_day(2))
"""
    subprocess.run([sys.executable, "-c", source, str(tmp_path)], check=True)
    store = DuckDbStore(tmp_path, tail=0)
    assert days_of_sums(store) == [4]
    rolled, plain = with_and_without(store, "phases", DAYS)
    assert rolled == plain
    store.close()


def test_the_longest_duration_that_there_is_can_be_told() -> None:
    store = DuckDbStore(None, tail=0)
    lookup = next(record for record in spans() if record.name.startswith("DNS lookup"))
    store.insert(batch_of([replace(lookup, start=0, end=2**63 - 1)]))
    rolled, plain = with_and_without(store, "phases", Filters(0, 2**63 - 1))
    assert rolled == plain
    assert [row[:2] for row in rolled] == [["DNS", 1]]
    store.close()


def test_an_old_store_gets_its_rollups_when_it_is_opened(tmp_path: Path) -> None:
    store = DuckDbStore(tmp_path, tail=0)
    store.insert(batch_of(spans()))
    store.insert(batch_of(spans(before=3)))
    answers = [ask(store, question, WEEK_OF_INCIDENTS) for question in WITH_ROLLUPS]
    store.close()
    for file in tmp_path.glob("2*.duckdb"):
        with duckdb.connect(file) as connection:
            for table in ("rollups", *ROLLUPS):
                connection.execute(f"DROP TABLE {table}")
    said: list[str] = []
    store = DuckDbStore(tmp_path, said.append, tail=0)
    assert [ask(store, question, WEEK_OF_INCIDENTS) for question in WITH_ROLLUPS] == answers
    days = [file.stem for file in sorted(tmp_path.glob("2*.duckdb"))]
    assert [sentence.partition(":")[0] for sentence in said] == [f"counting spans of {day}" for day in days]
    store.close()
    said.clear()
    DuckDbStore(tmp_path, said.append, tail=0).close()
    assert said == []


def test_a_day_of_another_store_gets_rollups_of_this_one(tmp_path: Path) -> None:
    for folder, before in (("one", 0), ("other", 1)):
        store = DuckDbStore(tmp_path / folder, tail=0)
        store.insert(batch_of(spans(before=before)))
        store.close()
    for file in (tmp_path / "other").glob("2*.duckdb"):
        file.rename(tmp_path / "one" / file.name)
    store = DuckDbStore(tmp_path / "one", tail=0)
    rolled, plain = with_and_without(store, "docks", WEEK_OF_INCIDENTS)
    assert rolled == plain
    store.close()
