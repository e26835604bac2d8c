"""The store in DuckDB: a file for each day, which is forgotten as a whole; one process owns it."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dl7450_telemetry.fleet.columns import NEWEST
from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.otlp import batch_of
from dl7450_telemetry.fleet.questions import ask
from dl7450_telemetry.fleet.store import StoreError, open_store
from dl7450_telemetry.fleet.store.days import Days
from tests.fleet._incidents import DAY as INCIDENTS
from tests.fleet._incidents import spans
from tests.telemetry._spans import get, span

DAY = 86_400 * 10**9
TODAY = time.time_ns() // DAY * DAY


def files(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("2*.duckdb"))


def test_a_batch_over_midnight_is_in_two_files_and_one_answer(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    record = get("http://content.example/1.png", 0, 40, id=1)
    around = [replace(record, start=TODAY + shift, end=TODAY + shift + 1000) for shift in (-2 * 10**9, 2 * 10**9)]
    store.insert(batch_of(around))
    assert len(files(tmp_path)) == 2
    [row] = ask(store, "docks", Filters(TODAY - DAY, TODAY + DAY)).dicts()
    assert row["requests"] == 2
    store.close()


def test_a_clock_that_is_wrong_by_years_makes_no_file_and_loses_no_time(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    record = span("dl7450.app", 0, 1, id=1)
    wrong = [0, 10**9, TODAY + 5000 * DAY, 2**64 - 1]
    store.insert(batch_of([replace(record, span_id=f"{at:016x}", start=at, end=at) for at in wrong]))
    rows = store.query("SELECT epoch_ns(Timestamp) FROM otel_traces ORDER BY 1", {})
    assert rows == [(0,), (10**9,), (TODAY + 5000 * DAY,), (NEWEST,)]
    assert len(files(tmp_path)) == 1
    store.close()


def test_old_days_are_forgotten_and_their_disk_is_given_back(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    record = span("dl7450.app", 0, 1, id=1)
    for age in range(5):
        store.insert(batch_of([replace(record, start=TODAY - age * DAY, end=TODAY - age * DAY)]))
    assert len(store.forget(keep=3 * DAY)) == 1
    assert len(files(tmp_path)) == 4
    assert len(store.forget(max_bytes=0)) == 3
    assert len(files(tmp_path)) == 1
    assert list(tmp_path.glob("2*.wal")) == [tmp_path / f"{files(tmp_path)[0]}.duckdb.wal"]
    [row] = store.query("SELECT count(*) FROM otel_traces", {})
    assert row == (1,)
    store.close()


def test_a_trace_is_found_wherever_it_is(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    record = span("dl7450.app", 0, 1, id=1)
    store.insert(batch_of([replace(record, start=TODAY - DAY - 1, end=TODAY), replace(record, start=TODAY, end=TODAY)]))
    now = Filters(TODAY, TODAY + 1)
    assert len(ask(store, "trace", now, id=record.trace_id.upper()).rows) == 2
    assert ask(store, "trace", now, id="0" * 32).rows == []
    assert ask(store, "trace", now, id="nonsense").rows == []
    store.close()


def test_a_trace_at_the_last_moment_is_found() -> None:
    store = open_store(":memory:")
    record = replace(span("dl7450.app", 0, 1, id=1), start=NEWEST, end=NEWEST)
    store.insert(batch_of([record]))
    assert len(ask(store, "trace", Filters(TODAY, TODAY + 1), id=record.trace_id).rows) == 1
    store.close()


def test_a_store_of_an_older_release_is_converted_when_it_is_opened(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    store.insert(batch_of(spans()))
    asked = [("phases", {}), ("errors", {}), ("trace", {"id": next(spans()).trace_id})]
    answers = [ask(store, name, INCIDENTS, **arguments) for name, arguments in asked]
    store.close()
    [file] = tmp_path.glob("2*.duckdb")
    with duckdb.connect(file) as connection:
        for column in ("RequestSent", "FirstByte"):
            connection.execute(f"ALTER TABLE otel_traces ALTER {column} TYPE BIGINT USING coalesce({column}[1], 0)")
        connection.execute("""
            CREATE OR REPLACE TABLE otel_traces_trace_id_ts AS
            SELECT ('0x' || TraceId[1:16])::UBIGINT AS TraceKey, epoch_ns(min(Timestamp)) // 1000000000 AS Start,
                epoch_ns(max(Timestamp)) // 1000000000 AS Last
            FROM otel_traces GROUP BY TraceId
        """)
    for _ in range(2):
        store = open_store(str(tmp_path))
        assert [ask(store, name, INCIDENTS, **arguments) for name, arguments in asked] == answers
        store.close()


def test_a_store_with_more_on_disk_may_have_more_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed: list[Any] = []
    for place, size in ((str(tmp_path), 0), (str(tmp_path), 8 * 10**8), (str(tmp_path), 10**11), (":memory:", 0)):
        monkeypatch.setattr(Days, "size", lambda _, size=size: size)
        store = open_store(place)
        allowed += store.query("SELECT current_setting('memory_limit')", {})
        store.close()
    assert allowed == [("366.2 MiB",), ("461.5 MiB",), ("953.6 MiB",), ("953.6 MiB",)]


def test_a_second_process_is_refused_with_the_fix(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    source = "import sys; from dl7450_telemetry.fleet.store import open_store; open_store(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", source, str(tmp_path)], capture_output=True, text=True, check=False)
    store.close()
    assert "is open in another process, " in done.stderr
    assert "stop that one, or ask it" in done.stderr


def test_a_file_that_was_being_made_when_the_process_was_killed_needs_no_repair(tmp_path: Path) -> None:
    open_store(str(tmp_path)).close()
    (tmp_path / "2026-11-22.duckdb").write_bytes(bytes(4096))
    store = open_store(str(tmp_path))
    assert store.query("SELECT count(*) FROM otel_traces", {}) == [(0,)]
    store.close()


def test_a_store_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(str(tmp_path / "file"))
