"""A trace by its id: all of its spans are found, whenever they came, and little else is read."""

import random
import shutil
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.otlp import batch_of
from dl7450_telemetry.fleet.questions import ask
from dl7450_telemetry.fleet.store import Store
from dl7450_telemetry.fleet.store.duckdb_store import DuckDbStore
from dl7450_telemetry.fleet.store.trace_index import find_trace
from tests.telemetry._spans import span

DAY = 86_400 * 10**9
TODAY = time.time_ns() // DAY * DAY
DAYS = 4


def trace_id(number: int) -> str:
    return f"{number:024x}{random.Random(number).randrange(2**32):08x}"


def insert(store: Store, age: int, traces: Iterable[int]) -> None:
    """Keep a span of each trace, on the day of that age."""
    start = TODAY - age * DAY
    record = span("dl7450.app", 0, 1, id=1)
    store.insert(batch_of(replace(record, trace_id=trace_id(number), start=start, end=start) for number in traces))


def spans_of(store: Store, number: int) -> int:
    return len(ask(store, "trace", Filters(0, 1), id=trace_id(number)).rows)


def test_every_span_of_a_trace_is_found_whenever_it_comes(tmp_path: Path) -> None:
    chance = random.Random(1)
    store = DuckDbStore(tmp_path / "store", tail=40)  # of a day that is over, four may wait
    kept: Counter[int] = Counter()
    for turn in range(20):
        traces = [chance.randrange(30) for _ in range(chance.randrange(1, 8))]
        insert(store, chance.randrange(DAYS), traces)
        kept.update(traces)
        for number in {*traces, chance.randrange(30)}:
            assert spans_of(store, number) == kept[number]
        if turn % 10 == 9:
            shutil.copytree(tmp_path / "store", tmp_path / f"killed {turn}")  # as a kill leaves it
            killed = DuckDbStore(tmp_path / f"killed {turn}", tail=40)
            assert [spans_of(killed, number) for number in range(30)] == [kept[number] for number in range(30)]
            killed.close()
    store.close()


def test_only_the_rows_of_a_trace_are_read() -> None:
    store = DuckDbStore(None, tail=0)
    for age in reversed(range(DAYS)):
        insert(store, age, [10 * age, 10 * age + 1, 10 * age + 1, 10 * age + 2])
    days = store._days.with_rows("otel_traces", 0, 2**62)
    with store._connection.cursor() as cursor:
        for age, day in zip(reversed(range(DAYS)), days, strict=True):
            assert find_trace(cursor, days, trace_id(10 * age + 1)) == {day.name: "rowid BETWEEN 1 AND 2"}
        assert find_trace(cursor, days, trace_id(99)) == {}
        for day in days[1:-1]:  # what has not got it is not even asked
            cursor.execute(f'DROP TABLE "{day.name}".trace_rows')
        assert find_trace(cursor, days, trace_id(31)) == {days[0].name: "rowid BETWEEN 1 AND 2"}
    store.close()


def test_a_trace_goes_with_its_day(tmp_path: Path) -> None:
    store = DuckDbStore(tmp_path)
    for age in range(DAYS):
        insert(store, age, [age, 99])
    assert spans_of(store, 99) == DAYS
    store.forget(keep=(DAYS - 2) * DAY)
    assert [spans_of(store, number) for number in (*range(DAYS), 99)] == [1, 1, 1, 0, DAYS - 1]
    store.close()


def test_traces_whose_ids_end_alike_are_told_apart() -> None:
    store = DuckDbStore(None, tail=0)
    record = span("dl7450.app", 0, 1, id=1)
    ids = [f"{number:024x}{7:08x}" for number in range(3)]
    store.insert(batch_of(replace(record, trace_id=each, start=TODAY, end=TODAY) for each in ids[:2] * 2))
    assert [len(ask(store, "trace", Filters(0, 1), id=each).rows) for each in ids] == [2, 2, 0]
    store.close()
