"""`dl7450.http` gives an app what libcurl gives it, in every scenario, or differs for a stated reason."""

import pytest

from tests.conformance._run import compare
from tests.conformance._scenario import Scenario
from tests.conformance._scenarios import CLASSES, SCENARIOS

# How often a scenario is run whose timeout is short: a busy machine may let it run out before the request is sent.
ATTEMPTS = 3
SHORT = 1.0  # seconds


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
async def test_the_dock_agrees_with_libcurl(scenario: Scenario) -> None:
    if not scenario.runs_here:
        pytest.skip("this machine has no IPv6 loopback")
    verdict = await compare(scenario)
    for _ in range(ATTEMPTS - 1):
        if verdict.as_expected or not any(0 < call.timeout < SHORT for call in scenario.calls):
            break
        verdict = await compare(scenario)

    for outcome in verdict.dock.values():
        assert scenario.fits(outcome.statuses), outcome.statuses
        if not scenario.difference:
            assert outcome == verdict.libcurl


def test_every_scenario_has_a_name_of_its_own() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)


def test_every_class_has_scenarios_that_agree() -> None:
    assert [name for name, rows in CLASSES.items() if all(row.difference for row in rows)] == []
