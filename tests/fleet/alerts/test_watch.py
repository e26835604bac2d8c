"""Alerts begin and end with their delays, survive a restart, and are told until somebody has heard."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from dl7450_telemetry.fleet.alerts.exposition import exposition
from dl7450_telemetry.fleet.alerts.rules import Rule, Rules
from dl7450_telemetry.fleet.alerts.state import Alert, advance
from dl7450_telemetry.fleet.alerts.watch import Watch
from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.otlp import batch_of
from dl7450_telemetry.fleet.owner import StoreOwner, owned_store
from dl7450_telemetry.fleet.table import Table
from tests.telemetry._spans import MORNING, get

MINUTE = 60 * 10**9
HOUR = 60 * MINUTE
IN_SUMS = 0.012  # how far a duration of sums by the hour may be from the exact one
RULE = Rule("Many fail", "error_rate", 0.5, start_delay=5 * MINUTE, end_delay=10 * MINUTE)


def phases(*values: float | None) -> list[str]:
    """The phases of an alert when one value a minute is found."""
    alert, found = Alert(), list[str]()
    for minute, value in enumerate(values):
        alert = advance(alert, RULE, value, minute * MINUTE)
        found.append(alert.phase)
    return found


def test_an_alert_fires_after_its_delay_and_ends_after_the_other() -> None:
    assert phases(*[0.9] * 7) == ["pending"] * 5 + ["firing"] * 2
    assert phases(*[0.9] * 6, *[0.1] * 11, 0.9)[6:] == ["ending"] * 10 + ["well", "pending"]


def test_what_falls_back_within_a_delay_has_been_nothing_else() -> None:
    assert phases(0.9, 0.9, 0.5, 0.9, None, 0.1) == ["pending", "pending", "well", "pending", "well", "well"]
    assert phases(*[0.9] * 6, 0.1, 0.9, 0.9)[5:] == ["firing", "ending", "firing", "firing"]


def test_without_delays_it_fires_and_ends_at_once() -> None:
    rule = replace(RULE, start_delay=0, end_delay=0)
    fired = advance(Alert(), rule, 0.9, 100)
    assert fired == Alert("firing", 100, 0.9, began=100, told=False)
    assert advance(fired, rule, 0.1, 200) == Alert("well", 200, 0.1, began=100, ended=200, told=False)


class Hook:
    """A webhook that records, and answers what it is told to."""

    def __init__(self) -> None:
        self.status = 200
        self.heard: list[dict[str, Any]] = []
        self.transport = httpx2.MockTransport(self._answer)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.heard.append(json.loads(request.content))
        return httpx2.Response(self.status)


async def fill(owner: StoreOwner) -> None:
    """One dock, whose second request fails from then on."""
    await owner.insert(
        batch_of([get("http://a.example/", 0, 40, id=1), get("http://a.example/", 50, 60, id=2, status=500)])
    )


async def test_each_subject_is_found_in_the_store() -> None:
    subjects: list[tuple[Any, float]] = [("newly_failing", 1), ("silent", 1), ("error_rate", 0.5), ("latency", 5e7)]
    rules = Rules(tuple(Rule(subject, subject, above, 2 * HOUR) for subject, above in subjects))
    async with owned_store(":memory:") as owner:
        await fill(owner)
        watch = Watch(rules, owner.ask, None, silence=HOUR // 2, now=lambda: MORNING + HOUR)
        await watch.look()
    values = {name: alert.value for name, alert in watch.alerts.items()}
    assert values.pop("latency") == pytest.approx(4e7, rel=IN_SUMS)
    assert values == dict(subjects[:-1])
    assert {alert.phase for alert in watch.alerts.values()} == {"well"}  # as many as allowed is not too many


async def test_a_webhook_hears_of_the_beginning_and_the_end_in_the_format_of_alertmanager(tmp_path: Path) -> None:
    now = MORNING + HOUR // 2
    hook = Hook()
    rules = Rules(
        (replace(RULE, above=0.4, start_delay=0, end_delay=0, filters=(("app", "carousel"),)),), "http://hook"
    )
    async with owned_store(":memory:") as owner:
        await fill(owner)
        watch = Watch(
            rules, owner.ask, None, silence=HOUR, url="http://fleet/alerts", now=lambda: now, transport=hook.transport
        )
        await watch.look()
        await watch.look()
        now += 2 * HOUR  # the window has nothing in it
        await watch.look()
    began, ended = hook.heard
    labels = {"alertname": "Many fail", "subject": "error_rate", "app": "carousel"}
    assert (began["version"], began["status"], ended["status"]) == ("4", "firing", "resolved")
    assert began["commonLabels"] == labels
    assert began["alerts"][0] == {
        "status": "firing",
        "labels": labels,
        "annotations": {
            "summary": "Many fail",
            "description": "part of the requests that fail: 50% (alerts above 40%)",
        },
        "startsAt": "2026-11-22T07:42:58Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://fleet/alerts",
        "fingerprint": ended["alerts"][0]["fingerprint"],
    }
    assert ended["alerts"][0]["startsAt"] == "2026-11-22T07:42:58Z"
    assert ended["alerts"][0]["endsAt"] == "2026-11-22T09:42:58Z"


async def test_alerts_and_what_was_not_told_survive_a_restart(tmp_path: Path, caplog: Any) -> None:
    hook = Hook()
    hook.status = 503
    rules = Rules((replace(RULE, above=0.4, start_delay=0),), "http://hook/x3Kd9")
    file = tmp_path / "alerts.json"
    async with owned_store(":memory:") as owner:
        await fill(owner)
        for status in (503, 200, 200):
            hook.status = status
            watch = Watch(
                rules, owner.ask, file, silence=HOUR, now=lambda: MORNING + HOUR // 2, transport=hook.transport
            )
            await watch.look()
    assert [message["status"] for message in hook.heard] == ["firing", "firing"]
    told = [record.message for record in caplog.records if record.name.startswith("dl7450")]
    assert told == ["The webhook was not told, and is tried again: it answered 503"]  # its URL is a secret
    assert watch.alerts["Many fail"] == Alert("firing", MORNING + HOUR // 2, 0.5, began=MORNING + HOUR // 2, told=True)


def test_a_damaged_file_costs_a_warning(tmp_path: Path, caplog: Any) -> None:
    async def ask(*_: Any, **__: Any) -> Table:
        raise AssertionError

    for content in ("{", '{"Many fail": {"phase": "mad"}}', '{"Many fail": {"colour": 1}}', "[]"):
        (tmp_path / "alerts.json").write_text(content)
        watch = Watch(Rules((RULE,)), ask, tmp_path / "alerts.json", silence=HOUR)
        assert watch.alerts == {"Many fail": Alert()}
    assert [record.message.partition(" cannot")[0] for record in caplog.records] == [
        f"The alerts in {tmp_path / 'alerts.json'}"
    ] * 4


async def test_prometheus_reads_the_same(tmp_path: Path) -> None:
    rules = Rules((replace(RULE, name='a "b"\n', above=0.4, start_delay=0),))
    async with owned_store(":memory:") as owner:
        await fill(owner)
        watch = Watch(rules, owner.ask, None, silence=HOUR, now=lambda: MORNING + HOUR // 2)
        await watch.look()
        fleet = await owner.ask("fleet", Filters(MORNING, MORNING + HOUR))
    lines = exposition(fleet, watch.table()).splitlines()
    assert "dl7450_fleet_docks 1" in lines
    assert "dl7450_fleet_requests_failed 1" in lines
    [p95] = [line.split()[1] for line in lines if line.startswith("dl7450_fleet_request_duration_p95_seconds ")]
    assert float(p95) == pytest.approx(0.04, rel=IN_SUMS)
    assert lines[-1] == 'dl7450_fleet_alert_firing{rule="a \\"b\\"\\n"} 1'
    nothing = exposition(Table(fleet.columns, []), watch.table())
    assert "\ndl7450_fleet_docks 0\n" in nothing
    assert "\ndl7450_fleet_request_duration_p95_seconds " not in nothing  # no request took no time
