"""An import that is repeated keeps each request once, wherever the one before ended."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from dl7450_telemetry.fleet.columns import Batch
from dl7450_telemetry.fleet.importer import Imported, import_file, import_store
from dl7450_telemetry.fleet.store import StoreError
from dl7450_telemetry.fleet.store.duckdb_store import DuckDbStore
from tests.fleet._incidents import HOUR, START

SPANS, POINTS = "SELECT SpanId FROM otel_traces ORDER BY 1", "SELECT Value FROM otel_metrics_gauge ORDER BY 1"


class Killed(DuckDbStore):
    """A store whose process ends before a certain insert."""

    def __init__(self, folder: Path, inserts: int) -> None:
        super().__init__(folder)
        self.inserts = inserts

    def insert(self, batch: Batch, requests: Collection[int] = ()) -> None:
        if not self.inserts:
            raise StoreError("killed")
        self.inserts -= 1
        super().insert(batch, requests)


def line_of_spans(first: int) -> str:
    """A request with four spans, on both sides of a midnight."""
    spans: list[dict[str, Any]] = [
        {"traceId": 32 * "a", "spanId": f"{first + number:016x}", "name": "GET", "startTimeUnixNano": str(at)}
        for number, at in enumerate((START - HOUR, START - 1, START, START + HOUR))
    ]
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}) + "\n"


def line_of_metrics() -> str:
    points = [{"timeUnixNano": str(at), "asDouble": value} for value, at in enumerate((START - HOUR, START + HOUR))]
    metrics = [{"name": "temperature", "gauge": {"dataPoints": points}}]
    return json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}) + "\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.jsonl"
    path.write_text(line_of_spans(0) + line_of_metrics() + line_of_spans(4))
    return path


def test_a_file_is_kept_once_however_often_it_is_imported(file: Path, tmp_path: Path) -> None:
    done = []
    for _ in range(2):
        store = DuckDbStore(tmp_path / "fleet")
        done.append(import_file(file, store, warn=pytest.fail))
        store.close()
    assert done == [Imported(10, 0), Imported(0, 10)]


@pytest.mark.parametrize("inserts", range(4))
def test_an_import_that_was_killed_is_completed_by_the_next_one(file: Path, tmp_path: Path, inserts: int) -> None:
    killed = Killed(tmp_path / "fleet", inserts)
    with pytest.raises(StoreError, match="killed"):
        import_file(file, killed, warn=pytest.fail)
    killed.close()
    store = DuckDbStore(tmp_path / "fleet")
    import_file(file, store, warn=pytest.fail)
    assert store.query(SPANS, {}) == [(f"{number:016x}",) for number in range(8)]
    assert store.query(POINTS, {}) == [(0.0,), (1.0,)]
    store.close()


def test_of_a_file_that_has_grown_only_what_is_new_is_kept(file: Path) -> None:
    store, whole = DuckDbStore(None), file.read_text()
    file.write_text(whole[:-20])
    damaged: list[str] = []
    assert import_file(file, store, warn=damaged.append) == Imported(6, 0)
    assert len(damaged) == 1
    file.write_text(whole + line_of_spans(8))
    assert import_file(file, store, warn=pytest.fail) == Imported(8, 6)
    store.close()


def test_a_store_is_copied_once_however_often_it_is_imported(file: Path, tmp_path: Path) -> None:
    store = DuckDbStore(tmp_path / "old")
    import_file(file, store, warn=pytest.fail)
    store.close()
    copy = DuckDbStore(None)
    assert [import_store(tmp_path / "old", copy) for _ in range(2)] == [Imported(10, 0), Imported(0, 10)]
    copy.close()
