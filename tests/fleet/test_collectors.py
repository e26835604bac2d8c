"""telemetry/collector: rotel writes all spans and points with their resource; the Collector knows its settings."""

import time
import urllib.request
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import clickhouse_connect
import pytest
import yaml
from clickhouse_connect.driver.client import Client

import dl7450_telemetry
from dl7450_telemetry.fleet.store import open_store
from tests._rotel import running_rotel
from tests.fleet._clickhouse import clickhouse, needs_clickhouse
from tests.fleet._otlp import requests_of_docks
from tests.telemetry._collector import needs_collector

FOLDER = Path(__file__).parents[2] / "telemetry" / "collector"
PATIENCE = 60.0  # seconds


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with clickhouse(tmp_path_factory.mktemp("clickhouse") / "data") as url:
        yield url


def rotel_settings() -> dict[str, str]:
    """The variables of rotel.env."""
    lines = (FOLDER / "rotel.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def database(server: str, name: str) -> tuple[Client, dict[str, str]]:
    """A new database with the tables of a fleet, and what rotel is told to write there."""
    client = clickhouse_connect.get_client(host="127.0.0.1", port=urlsplit(server).port)
    client.command(f"CREATE DATABASE {name}")
    client.database = name
    open_store(f"{server}/{name}").close()
    return client, {
        "ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT": server.replace("clickhouse://", "http://"),
        "ROTEL_CLICKHOUSE_EXPORTER_DATABASE": name,
    }


def wait_for(client: Client, sql: str, rows: int) -> list[Any]:
    """The rows of a query whose first column adds up to a number, when it does."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = list(client.query(sql).result_rows)
        if sum(row[0] for row in found) >= rows or time.monotonic() > deadline:
            return found
        time.sleep(0.1)  # nobody says when an insert is there


def send_spans(url: str, requests: int) -> int:
    """Send spans of several docks in each request; how many."""
    for number in range(requests):
        body = requests_of_docks(*(f"D{number}-{dock}" for dock in range(10)), spans=50, seed=number)
        request = urllib.request.Request(
            f"{url}/v1/traces", body.SerializeToString(), {"Content-Type": "application/x-protobuf"}
        )
        urllib.request.urlopen(request, timeout=PATIENCE).close()
    return requests * 500


WHOSE = "SELECT count(), ResourceAttributes['device.id'] = '' AS nobodys FROM otel_traces GROUP BY nobodys ORDER BY 2"
SPLIT = {"ROTEL_BATCH_MAX_SIZE": "700", "ROTEL_BATCH_TIMEOUT": "5s"}


@needs_collector
@needs_clickhouse
def test_with_rotel_every_span_keeps_its_resource(server: str, tmp_path: Path) -> None:
    client, where = database(server, "whole")
    with running_rotel({}, tmp_path / "rotel.log", rotel_settings() | SPLIT | where) as url:
        sent = send_spans(url, 20)
        assert wait_for(client, WHOSE, sent) == [(sent, 0)]


@needs_collector
@needs_clickhouse
@pytest.mark.skipif(
    version("rotel") != "0.0.1a15", reason="another rotel: if it keeps resources when it batches, let it (rotel.env)"
)
def test_rotel_loses_resources_when_it_splits_a_batch(server: str, tmp_path: Path) -> None:
    client, where = database(server, "split")
    batching = {"ROTEL_DISABLE_BATCHING": "false"}
    with running_rotel({}, tmp_path / "rotel.log", rotel_settings() | SPLIT | where | batching) as url:
        sent = send_spans(url, 20)
        (kept, _), (lost, _) = wait_for(client, WHOSE, sent)
    assert kept + lost == sent
    assert 0 < lost < sent / 2


@needs_collector
@needs_clickhouse
def test_with_rotel_every_kind_of_metric_is_written(
    server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client, where = database(server, "metrics")
    with running_rotel({}, tmp_path / "rotel.log", rotel_settings() | where) as url:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        with dl7450_telemetry.configure(service_name="carousel", set_global=False) as configured:
            meter = configured.meter_provider(device_id="A1").get_meter("test")
            meter.create_histogram("trio.scheduler.lag", "s").record(0.25)
            meter.create_up_down_counter("trio.task.count").add(3)
            meter.create_gauge("temperature").set(21)
        for table, name in [
            ("histogram", "trio.scheduler.lag"),
            ("sum", "trio.task.count"),
            ("gauge", "temperature"),
        ]:
            sql = f"SELECT count(), MetricName, ResourceAttributes['device.id'] FROM otel_metrics_{table} GROUP BY ALL"
            assert wait_for(client, sql, 1) == [(1, name, "A1")]


def leaves(*names: str) -> dict[str, Any]:
    return {name: {} for name in names}


# What each component documents, at the level of its settings: their READMEs and configuration schemas, in
# open-telemetry/opentelemetry-collector and -collector-contrib.
KNOWN: Final[dict[str, dict[str, Any]]] = {
    "extensions": {
        "health_check": leaves("endpoint", "path"),
        "file_storage": leaves("directory", "create_directory", "timeout", "compaction", "fsync"),
    },
    "receivers": {"otlp": {"protocols": {"http": leaves("endpoint"), "grpc": leaves("endpoint")}}},
    "processors": {
        "memory_limiter": leaves(
            "check_interval", "limit_mib", "spike_limit_mib", "limit_percentage", "spike_limit_percentage"
        ),
        "batch": leaves("timeout", "send_batch_size", "send_batch_max_size"),
        "tail_sampling": {
            **leaves("decision_wait", "num_traces"),
            "policies": {
                **leaves("name", "type"),
                "status_code": leaves("status_codes"),
                "latency": leaves("threshold_ms", "upper_threshold_ms"),
                "probabilistic": leaves("sampling_percentage", "hash_salt"),
            },
        },
    },
    "exporters": {
        "clickhouse": {
            **leaves(
                "endpoint", "database", "username", "password", "create_schema", "async_insert", "compress", "ttl"
            ),
            **leaves("timeout"),
            "sending_queue": leaves("enabled", "num_consumers", "queue_size", "storage", "block_on_overflow", "sizer"),
            "retry_on_failure": leaves(
                "enabled", "initial_interval", "max_interval", "max_elapsed_time", "multiplier", "randomization_factor"
            ),
        }
    },
    "service": {
        "extensions": {},
        "pipelines": {name: leaves("receivers", "processors", "exporters") for name in ("traces", "metrics")},
    },
}


def unknown(settings: Any, known: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """The settings that are not documented."""
    if isinstance(settings, dict):
        for name, value in settings.items():
            if name not in known:
                yield f"{where}/{name}"
            else:
                yield from unknown(value, known[name], f"{where}/{name}")
    elif isinstance(settings, list) and known:
        for item in settings:
            yield from unknown(item, known, where)


def merged(below: Any, above: Any) -> Any:
    """As the Collector merges the files of several --config: maps by key, all else is replaced."""
    if isinstance(below, dict) and isinstance(above, dict):
        return {key: merged(below.get(key), above.get(key)) for key in below | above}
    return below if above is None else above


@pytest.mark.parametrize("files", [["otelcol.yaml"], ["otelcol.yaml", "tail_sampling.yaml"]], ids=len)
def test_the_collector_knows_all_settings_and_what_its_pipelines_name(files: list[str]) -> None:
    settings: Any = {}
    for file in files:
        settings = merged(settings, yaml.safe_load((FOLDER / file).read_text()))
    assert list(unknown(settings, KNOWN)) == []
    assert set(settings["service"]["extensions"]) == settings["extensions"].keys()
    assert settings["exporters"]["clickhouse"]["sending_queue"]["storage"] in settings["service"]["extensions"]
    pipelines = settings["service"]["pipelines"].values()
    for kind in ("receivers", "processors", "exporters"):
        assert {name for pipeline in pipelines for name in pipeline[kind]} == settings[kind].keys()
    for pipeline in pipelines:
        assert (pipeline["processors"][0], pipeline["processors"][-1]) == ("memory_limiter", "batch")
