"""One question, two engines, equal answers; and the tables of the Collector's exporter, written by somebody else."""

from collections.abc import Iterator
from typing import Any

import pytest

from dl7450_telemetry.fleet.columns import HISTOGRAMS, Batch
from dl7450_telemetry.fleet.otlp import batch_of
from dl7450_telemetry.fleet.questions import QUESTIONS, ask
from dl7450_telemetry.fleet.store import Store, open_store
from dl7450_telemetry.fleet.table import Column, Table
from tests.fleet._clickhouse import clickhouse, needs_clickhouse
from tests.fleet._incidents import DAY, START, spans

pytestmark = needs_clickhouse


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with clickhouse(tmp_path_factory.mktemp("clickhouse") / "data") as url:
        yield url


def lags() -> Batch:
    """Loop lag of a dock, cumulative."""
    batch = Batch(HISTOGRAMS)
    for minute in range(1, 30):
        row: dict[str, Any] = {
            "ResourceAttributes": {"device.id": "A1", "service.name": "carousel"},
            "ServiceName": "carousel",
            "MetricName": "trio.scheduler.lag",
            "MetricUnit": "s",
            "Attributes": {},
            "StartTimeUnix": START,
            "TimeUnix": START + minute * 60 * 10**9,
            "Count": minute * 100,
            "Sum": minute * 0.5,
            "BucketCounts": [minute * 90, minute * 10],
            "ExplicitBounds": [0.1],
            "Min": 0.0,
            "Max": 0.25,
            "AggregationTemporality": 2,
            "DeviceId": "A1",
        }
        for name, values in batch.columns.items():
            values.append(row.get(name, ""))
    return batch


@pytest.fixture(scope="module")
def stores(server: str) -> Iterator[tuple[Store, Store]]:
    both = open_store(":memory:"), open_store(server)
    # Often enough for quantiles: of a few values, each engine interpolates in its own way.
    today, before = batch_of(spans(step=60)), batch_of(spans(before=3))
    for store in both:
        store.insert(today)
        store.insert(before)
        store.insert(lags())
    yield both
    for store in both:
        store.close()


def comparable(table: Table) -> list[list[object]]:
    """The rows, with quantiles that may differ by two percent in their place."""
    return [[_value(column, value) for column, value in zip(table.columns, row, strict=True)] for row in table.rows]


def _value(column: Column, value: Any) -> object:
    if column.kind == "duration" or isinstance(value, float):
        return value if value is None else pytest.approx(value, rel=0.02, abs=1)
    return value


@pytest.mark.parametrize("question", QUESTIONS)
def test_both_engines_give_the_same_answer(stores: tuple[Store, Store], question: str) -> None:
    a_trace = next(iter(spans(step=60))).trace_id
    given = {"trace": {"id": a_trace}, "dock": {"id": f"{7:064x}"}, "lag": {"id": "A1"}}.get(question, {})
    duckdb, clickhouse = (ask(store, question, DAY, **given) for store in stores)
    assert duckdb.rows
    assert [list(row) for row in clickhouse.rows] == comparable(duckdb)
