"""A collector between docks and the fleet: every span arrives with its dock's resource."""

from collections.abc import Collection
from pathlib import Path

import pytest
import trio

import dl7450_telemetry
from dl7450_telemetry.fleet.columns import Batch
from dl7450_telemetry.fleet.store.duckdb_store import DuckDbStore
from tests.fleet.test_receiver import receiving
from tests.telemetry._collector import collector, needs_collector

DOCKS, SPANS = 40, 100


class CountedStore(DuckDbStore):
    """A store in memory that says when it has as many rows as it waits for."""

    def __init__(self, rows: int) -> None:
        super().__init__(None)
        self.missing = rows
        self.complete = trio.Event()

    def insert(self, batch: Batch, requests: Collection[int] = ()) -> None:
        super().insert(batch, requests)
        self.missing -= len(batch)
        if self.missing <= 0:
            trio.from_thread.run_sync(self.complete.set)


@needs_collector
async def test_every_span_keeps_its_resource(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    store = CountedStore(DOCKS * SPANS)

    def send_all(url: str) -> None:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        monkeypatch.setenv("OTEL_METRICS_EXPORTER", "none")
        monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", str(DOCKS * SPANS))  # they are made faster than they are sent
        with dl7450_telemetry.configure(service_name="carousel", set_global=False) as configured:
            for _ in range(SPANS):
                for dock in range(DOCKS):
                    tracer = configured.tracer_provider(device_id=f"{dock:064x}").get_tracer("test")
                    tracer.start_span("dl7450.timer").end()

    async with receiving(store) as client:
        with collector(str(client.base_url).rstrip("/"), tmp_path / "rotel.log") as url, trio.fail_after(60):
            await trio.to_thread.run_sync(send_all, url)
            await store.complete.wait()
    of_docks = store.query("SELECT DeviceId, ServiceName, count(*) FROM otel_traces GROUP BY ALL ORDER BY ALL", {})
    assert of_docks == [(f"{dock:064x}", "carousel", SPANS) for dock in range(DOCKS)]
    store.close()
