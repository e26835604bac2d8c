"""One question, two engines, equal answers; and the tables of the Collector's exporter, written by somebody else."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import clickhouse_connect
import pytest

from dl7450_telemetry.fleet.columns import HISTOGRAMS, Batch
from dl7450_telemetry.fleet.importer import import_store
from dl7450_telemetry.fleet.otlp import batch_of
from dl7450_telemetry.fleet.questions import QUESTIONS, ask
from dl7450_telemetry.fleet.store import Store, StoreError, StoreUnavailableError, open_store
from dl7450_telemetry.fleet.table import Column, Table
from tests.fleet import _rollouts
from tests.fleet._clickhouse import ROOT, clickhouse, needs_clickhouse
from tests.fleet._incidents import DAY, HOUR, START, spans

ROLLOUTS = replace(DAY, since=DAY.since - 20 * 24 * HOUR, until=DAY.until - 20 * 24 * HOUR)

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
def stores(server: str) -> Iterator[dict[str, Store]]:
    """DuckDB, ClickHouse with the tables that we make, and ClickHouse as the Collector's exporter leaves it."""
    make_tables_of_the_exporter(f"{server}/exporter")
    all_three = {
        "duckdb": open_store(":memory:"),
        "clickhouse": open_store(server),
        "exporter": open_store(f"{server}/exporter"),
    }
    # Often enough for quantiles: of a few values, each engine interpolates in its own way.
    today, before = batch_of(spans(step=60)), batch_of(spans(before=3))
    for store in all_three.values():
        store.insert(today)
        store.insert(before)
        store.insert(lags())
        store.insert(batch_of(_rollouts.spans(ROLLOUTS.since)))
    yield all_three
    for store in all_three.values():
        store.close()


def make_tables_of_the_exporter(url: str) -> None:
    """Plain columns alone, and metrics in whole seconds as some versions have them."""
    client = clickhouse_connect.get_client(host="127.0.0.1", port=urlsplit(url).port)
    client.command("CREATE DATABASE exporter")
    client.command("USE exporter")
    schema = (ROOT / "telemetry" / "clickhouse" / "schema.sql").read_text()
    for statement in re.sub("--.*", "", schema).replace("TimeUnix DateTime64(9)", "TimeUnix DateTime").split(";"):
        if statement.strip():
            client.command(statement, settings={"database": "exporter"})


def comparable(table: Table) -> list[list[object]]:
    """The rows, with quantiles that may differ by two percent in their place."""
    return [[_value(column, value) for column, value in zip(table.columns, row, strict=True)] for row in table.rows]


def _value(column: Column, value: Any) -> object:
    if value is not None and (column.kind == "duration" or isinstance(value, float)):
        return pytest.approx(value, rel=0.02, abs=1 if column.kind == "duration" else 0)
    return value


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("engine", ["clickhouse", "exporter"])
def test_both_engines_give_the_same_answer(stores: dict[str, Store], engine: str, question: str) -> None:
    a_trace = next(iter(spans(step=60))).trace_id
    given = {"trace": {"id": a_trace}, "dock": {"id": f"{7:064x}"}, "lag": {"id": "A1"}}.get(question, {})
    duckdb, clickhouse = (ask(stores[name], question, DAY, **given) for name in ("duckdb", engine))
    assert duckdb.rows
    assert [list(row) for row in clickhouse.rows] == comparable(duckdb)


@pytest.mark.parametrize("engine", ["clickhouse", "exporter"])
def test_both_engines_compare_releases_over_the_same_time(stores: dict[str, Store], engine: str) -> None:
    duckdb, clickhouse = (ask(stores[name], "releases", ROLLOUTS) for name in ("duckdb", engine))
    assert {row["compared"] for row in duckdb.dicts()} == {0, 144}
    assert [list(row) for row in clickhouse.rows] == comparable(duckdb)


def test_filters_choose_the_same_in_both_engines(stores: dict[str, Store]) -> None:
    filters = replace(
        DAY,
        site="Oslo",
        app="departures",
        release="1.2",
        host="slow.example",
        dock="0",
        error="CURLE_COULDNT_RESOLVE_HOST",
        resource=(("service.name", "departures"),),
    )
    duckdb, *others = (ask(store, "errors", filters).rows for store in stores.values())
    assert [row[0] for row in duckdb] == ["CURLE_COULDNT_RESOLVE_HOST"]
    assert [list(map(tuple, other)) for other in others] == [duckdb, duckdb]


def test_an_insert_that_is_repeated_is_kept_once(stores: dict[str, Store]) -> None:
    batch = batch_of(spans(before=30))
    counts: list[tuple[int, ...]] = []
    for _ in range(2):
        stores["clickhouse"].insert(batch)
        counts += stores["clickhouse"].query("SELECT count() FROM otel_traces", {})
    assert counts[0] == counts[1]


def test_a_store_of_our_own_moves_to_clickhouse(server: str, tmp_path: Path) -> None:
    clickhouse_connect.get_client(host="127.0.0.1", port=urlsplit(server).port).command("CREATE DATABASE moved")
    old, new = open_store(str(tmp_path / "fleet")), open_store(f"{server}/moved")
    for batch in (batch_of(spans(step=60)), lags()):
        old.insert(batch)
    answers = {question: ask(old, question, DAY) for question in ("docks", "phases", "blocked", "errors")}
    old.close()
    for _ in range(2):  # a second time, as after one that was interrupted
        import_store(tmp_path / "fleet", new)
    for question, answer in answers.items():
        assert [list(row) for row in ask(new, question, DAY).rows] == comparable(answer)
    new.close()


def test_tables_of_others_are_asked_and_not_changed(server: str, stores: dict[str, Store]) -> None:
    reader = open_store(f"{server}/exporter?readonly=1")
    assert ask(reader, "docks", DAY).rows == ask(stores["exporter"], "docks", DAY).rows
    with pytest.raises(StoreError, match="refuses"):
        reader.insert(batch_of(spans(before=40)))
    reader.close()


def test_whoever_asks_makes_no_tables_and_no_spool(server: str, tmp_path: Path) -> None:
    client = clickhouse_connect.get_client(host="127.0.0.1", port=urlsplit(server).port)
    client.command("CREATE DATABASE empty")
    place = f"{server}/empty?spool={tmp_path / 'spool'}"
    with pytest.raises(
        StoreError, match="has no table otel_traces: name the database that has it; `dl7450 fleet serve"
    ):
        open_store(place, create=False)
    assert client.query("SHOW TABLES FROM empty").result_rows == []
    open_store(f"{server}/empty").close()
    open_store(place, create=False).close()
    assert not (tmp_path / "spool").exists()


def test_what_clickhouse_refuses_names_the_fix(server: str) -> None:
    host = server.partition("://")[2]
    for place, fix in [
        (f"{server}/nosuch", "make it with CREATE DATABASE, or name another one"),
        (f"clickhouse://me:secret@{host}", "give the right ones: clickhouse://USER:PASSWORD@HOST:PORT/DATABASE"),
        (f"{server}/system?readonly=1", "has no table otel_traces: name the database that has it"),
    ]:
        with pytest.raises(StoreError, match=fix) as refused:
            open_store(place)
        assert "secret" not in str(refused.value)


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    with pytest.raises(StoreUnavailableError, match=r"^clickhouse://127.0.0.1:9 cannot be reached"):
        open_store("clickhouse://me:secret@127.0.0.1:9")
