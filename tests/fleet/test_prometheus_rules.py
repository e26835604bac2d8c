"""telemetry/alerts: Prometheus takes the rules, they fire when they should, and what they name is what docks export."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import REGISTRY, generate_latest

import dl7450
from dl7450_telemetry import instrument_trio
from dl7450_telemetry._resource import make_resource
from dl7450_telemetry.fleet.alerts.exposition import exposition
from dl7450_telemetry.fleet.alerts.rules import Rule, Rules, load_rules
from dl7450_telemetry.fleet.alerts.watch import Watch
from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.otlp import batch_of
from dl7450_telemetry.fleet.owner import owned_store
from tests.fleet._incidents import DAY, spans

ALERTS = Path(__file__).parents[2] / "telemetry" / "alerts"
OF_DOCKS, OF_FLEET = (yaml.safe_load((ALERTS / f"{name}.rules.yaml").read_text()) for name in ("docks", "fleet"))

PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="no promtool here: apt-get install prometheus")


def promtool(*arguments: str, input: str | None = None) -> str:
    """What promtool prints; it has to be content."""
    assert PROMTOOL is not None
    done = subprocess.run(
        [PROMTOOL, *arguments], cwd=ALERTS, input=input, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_promtool
def test_prometheus_takes_the_settings_and_the_rules() -> None:
    assert f"{rules(OF_DOCKS)} rules found" in promtool("check", "config", "prometheus.yaml")


@needs_promtool
@pytest.mark.parametrize("name", ["docks", "fleet"])
def test_the_rules_do_what_their_tests_say(name: str) -> None:
    promtool("test", "rules", f"{name}.test.yaml")


@pytest.mark.parametrize(("name", "of"), [("docks", OF_DOCKS), ("fleet", OF_FLEET)])
def test_each_alert_is_seen_to_fire(name: str, of: Any) -> None:
    of_tests = yaml.safe_load((ALERTS / f"{name}.test.yaml").read_text())["tests"]
    fired = {case["alertname"] for test in of_tests for case in test.get("alert_rule_test", ()) if case["exp_alerts"]}
    assert fired == {rule["alert"] for group in of["groups"] for rule in group["rules"] if "alert" in rule}


def test_the_server_takes_the_rules_that_are_its_own() -> None:
    assert [rule.subject for rule in load_rules(ALERTS / "alerts.toml").rules] == [
        "error_rate",
        "newly_failing",
        "silent",
    ]


def rules(of: Any) -> int:
    return sum(len(group["rules"]) for group in of["groups"])


def named(of: Any) -> tuple[set[str], set[str]]:
    """The metrics and the labels that rules name, without the metrics that they record."""
    of_rules = [rule for group in of["groups"] for rule in group["rules"]]
    expressions = " ".join(rule["expr"] for rule in of_rules)
    metrics = set(re.findall(r"\b(?:http_client|trio|target|dl7450_fleet)_[a-z0-9_]+\b(?!:)", expressions))
    metrics -= {part for rule in of_rules for part in rule.get("record", "").split(":")}
    lists = re.findall(r"(?:by|on|group_left) \(([^)]+)\)", expressions)
    labels = {label.strip() for names in lists for label in names.split(",")}
    return metrics, labels | set(re.findall(r"[{,]\s*([a-z_]+)!?=", expressions))


def exposed(lines: Iterable[str]) -> tuple[set[str], set[str]]:
    """The metrics and the labels of an exposition."""
    samples = [line for line in lines if line and not line.startswith("#")]
    metrics = {re.split(r"[{ ]", sample, maxsplit=1)[0] for sample in samples}
    return metrics, {label for sample in samples for label in re.findall(r'([a-z_]+)="', sample)}


async def test_docks_export_what_the_rules_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the names of OpenTelemetry's own exporter for Prometheus, which nobody here wrote."""
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.version=1.3")
    reader = PrometheusMetricReader()
    provider = MeterProvider([reader], make_resource("carousel", "A1"), shutdown_on_exit=False)
    transport = httpx2.MockTransport(lambda request: httpx2.Response(404))
    try:
        with instrument_trio(meter_provider=provider, sample_interval=0, block_threshold=None):
            async with dl7450.open_dock(transport=transport, meter_provider=provider) as dock:
                await dock.http.get("http://content.example/1.png")
        metrics, labels = exposed(generate_latest(REGISTRY).decode().splitlines())
    finally:
        provider.shutdown()
    of_metrics, of_labels = named(OF_DOCKS)
    assert of_metrics == {
        "http_client_request_duration_seconds_bucket",
        "http_client_request_duration_seconds_count",
        "target_info",
        "trio_scheduler_lag_seconds_bucket",
    }
    assert of_metrics <= metrics
    assert of_labels - labels == {"job", "instance"}  # service.name and service.instance.id, by Prometheus itself


async def test_the_server_says_what_the_rules_name() -> None:
    async with owned_store(":memory:") as owner:
        await owner.insert(batch_of(spans()))
        watch = Watch(
            Rules((Rule("Many fail", "error_rate", 0),)), owner.ask, None, silence=10**12, now=lambda: DAY.until
        )
        await watch.look()
        text = exposition(await owner.ask("fleet", Filters(DAY.since, DAY.until)), watch.table())
    metrics, labels = exposed(text.splitlines())
    of_metrics, of_labels = named(OF_FLEET)
    assert of_metrics
    assert of_metrics <= metrics
    assert of_labels - labels == {"job"}  # which the scraper sets
    if PROMTOOL is not None:
        promtool("check", "metrics", input=text)
