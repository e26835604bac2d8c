"""Each question finds the incident that it is there for."""

from collections.abc import Iterator
from typing import Any

import pytest

from dl7450_telemetry.fleet.otlp import batch_of
from dl7450_telemetry.fleet.questions import ask
from dl7450_telemetry.fleet.store import Store, open_store
from tests.fleet import _rollouts
from tests.fleet._incidents import DAY, HOUR, SECOND, START, spans


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    store = open_store(":memory:")
    store.insert(batch_of(spans()))
    store.insert(batch_of(spans(before=3)))
    yield store
    store.close()


def rows(store: Store, question: str, **arguments: Any) -> list[dict[str, Any]]:
    return ask(store, question, DAY, **arguments).dicts()


def test_the_fleet_is_worse_than_the_week_before_and_one_dock_is_silent(store: Store) -> None:
    now, before = rows(store, "fleet")
    assert (now["docks"], now["silent"], now["failing"], before["failing"]) == (12, 1, 8, 0)
    assert now["p95"] > 10 * before["p95"]


def test_docks_that_fail_come_first_with_their_error(store: Store) -> None:
    docks = rows(store, "docks")
    assert {dock["dock"][-1] for dock in docks[:3]} == {"0", "1", "2"}
    assert {dock["error"] for dock in docks[:3]} == {"404"}
    assert sum(cell["failures"] for cell in docks[0]["spark"]) == docks[0]["failures"]
    assert docks[-1]["failing_since"] is None


def test_an_outage_of_dns_is_one_site_and_two_hours(store: Store) -> None:
    errors = [row for row in rows(store, "errors") if row["error"] == "CURLE_COULDNT_RESOLVE_HOST"]
    assert {(row["curl_code"], row["sites"]) for row in errors} == {(6, 1)}
    assert all(10 * HOUR <= row["first"] - START <= row["last"] - START < 12 * HOUR for row in errors)


def test_a_slow_evening_is_seen_over_time_and_by_host(store: Store) -> None:
    slow = {(row["time"] - START) // HOUR for row in rows(store, "latency") if row["p95"] > SECOND / 2}
    assert slow == set(range(18, 24))
    assert max(rows(store, "hosts"), key=lambda row: row["p99"])["host"] == "slow.example"
    assert {row["at_least"] > SECOND / 2 for row in rows(store, "heat")} == {True, False}
    assert [row["phase"] for row in rows(store, "phases")] == ["DNS", "first byte", "body"]


def test_a_release_that_fails_stands_out_from_noise(store: Store) -> None:
    z = {(row["app"], row["release"]): row["z"] for row in rows(store, "releases")}
    assert z["carousel", "1.3"] > 3
    assert z["carousel", "1.2"] < -3
    assert z["departures", "1.2"] is None


def test_releases_are_compared_at_the_moments_at_which_both_were_there() -> None:
    store = open_store(":memory:")
    store.insert(batch_of(_rollouts.spans()))
    found = {(row["app"], row["release"]): row for row in rows(store, "releases")}
    store.close()
    assert found["even", "1"]["failure_rate"] > 1.5 * found["even", "2"]["failure_rate"]
    assert abs(found["even", "2"]["z"]) < 1
    assert (found["even", "2"]["compared"], found["even", "2"]["rest_rate"]) == (144, pytest.approx(0.1, abs=0.01))
    assert found["worse", "2"]["z"] > 3
    assert found["worse", "1"]["z"] == pytest.approx(-found["worse", "2"]["z"])
    for release in "12":
        assert [found["at_once", release][name] for name in ("compared", "rest_rate", "z")] == [0, None, None]


def test_an_error_names_the_newest_trace_that_shows_it(store: Store) -> None:
    newest = {(row["error"], row["host"]): row for row in rows(store, "errors")}["404", "content.example"]
    shown = [(row["start"], row["attributes"].get("error.type")) for row in rows(store, "trace", id=newest["trace"])]
    assert (newest["last"], "404") in shown


def test_what_differs_names_the_culprit_unasked(store: Store) -> None:
    failing = [(row["attribute"], row["value"]) for row in rows(store, "differs")]
    assert {("url.path", "/new.png"), ("service.version", "1.3")} <= set(failing[:5])
    slow = [(row["attribute"], row["value"]) for row in rows(store, "differs", by="slow")]
    assert slow[0] == ("server.address", "slow.example")
    assert {("hour (UTC)", hour) for hour in ("18", "20", "23")} <= set(slow)


def test_what_changed_against_the_week_before(store: Store) -> None:
    assert ("release", "carousel 1.3") in [(row["attribute"], row["value"]) for row in rows(store, "changes")]


def test_an_app_that_blocks_the_loop_is_named_with_its_stack(store: Store) -> None:
    [blocked] = rows(store, "blocked")
    assert (blocked["app"], blocked["task"], blocked["stack"]) == ("departures", "app", "draw()\n")


def test_a_dock_has_its_day_and_its_gaps(store: Store) -> None:
    day = rows(store, "dock", id=f"{11:064x}")
    assert {row["lane"] for row in day} == {"request", "other"}
    assert day[0]["gap"] is None
    assert day[-1]["time"] - START < 15 * HOUR


def test_a_question_that_is_not_there_names_those_that_are(store: Store) -> None:
    with pytest.raises(ValueError, match=r"there is no question 'dokcs': ask one of fleet, docks, "):
        ask(store, "dokcs", DAY)
    with pytest.raises(ValueError, match="the question 'trace' takes id"):
        ask(store, "trace", DAY)
