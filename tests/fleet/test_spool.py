"""ClickHouse is away and comes back: nothing that was acknowledged is lost."""

from pathlib import Path

import pytest

from dl7450_telemetry.fleet.columns import Batch
from dl7450_telemetry.fleet.otlp import batch_of
from dl7450_telemetry.fleet.store import StoreError, StoreUnavailableError, open_store
from dl7450_telemetry.fleet.store.spool import SpooledStore
from tests.fleet._clickhouse import clickhouse, free_port, needs_clickhouse
from tests.fleet._incidents import spans
from tests.telemetry._spans import span


class AwayStore:
    """A store that is there or away; keeps what it gets."""

    engine = "clickhouse"
    has_rollups = False

    def __init__(self) -> None:
        self.away = True
        self.refused: list[Batch] = []
        self.kept: list[Batch] = []

    def insert(self, batch: Batch, requests: object = ()) -> None:
        if self.away:
            raise StoreUnavailableError("away")
        if any(batch.columns == refused.columns for refused in self.refused):
            raise StoreError("too many columns")
        self.kept.append(batch)

    def query(self, sql: str, parameters: object, **window: object) -> list[tuple[int]]:
        return [(1,)]


def a_batch(number: int) -> Batch:
    return batch_of([span("dl7450.app", 0, 5, id=number, events=[("trio.blocked", 2)], links=[("ab" * 16, 9)])])


def test_what_waits_is_sent_by_the_next_process_as_it_was(tmp_path: Path) -> None:
    store = AwayStore()
    spooled = SpooledStore(store, tmp_path, 10**6)  # type: ignore[arg-type]
    for number in (1, 2):
        spooled.insert(a_batch(number))
    store.away = False
    SpooledStore(store, tmp_path, 10**6).query("SELECT 1", {})  # type: ignore[arg-type]
    assert [batch.columns for batch in store.kept] == [a_batch(number).columns for number in (1, 2)]
    assert list(tmp_path.iterdir()) == []


def test_what_the_server_refuses_stays_and_holds_up_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = AwayStore()
    spooled = SpooledStore(store, tmp_path, 10**6)  # type: ignore[arg-type]
    for number in (1, 2):
        spooled.insert(a_batch(number))
    store.away, store.refused = False, [a_batch(1)]
    SpooledStore(store, tmp_path, 10**6).query("SELECT 1", {})  # type: ignore[arg-type]
    assert [batch.columns for batch in store.kept] == [a_batch(2).columns]
    assert [path.suffix for path in tmp_path.iterdir()] == [".refused"]
    assert "too many columns" in caplog.text


def test_what_is_too_much_is_not_acknowledged(tmp_path: Path) -> None:
    spooled = SpooledStore(AwayStore(), tmp_path, 10)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="is full"):
        spooled.insert(a_batch(1))
    assert list(tmp_path.iterdir()) == []


@needs_clickhouse
def test_clickhouse_that_was_away_gets_everything_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dl7450_telemetry.fleet.store.spool._AGAIN", 0.0)
    port, all_spans = free_port(), list(spans())
    with clickhouse(tmp_path / "data", port) as url:
        store = open_store(f"{url}?spool={tmp_path / 'spool'}")
        store.insert(batch_of(all_spans[:100]))
    for part in (all_spans[100:200], all_spans[200:300], all_spans[300:]):
        store.insert(batch_of(part))
    assert len(list((tmp_path / "spool").iterdir())) == 3
    with clickhouse(tmp_path / "data", port):
        rows = store.query("SELECT SpanId FROM otel_traces", {})
    assert sorted(row[0] for row in rows) == sorted(record.span_id for record in all_spans)
    store.close()
