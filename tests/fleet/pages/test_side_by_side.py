"""Two releases are compared over times that make it fair, and the page says which."""

from collections.abc import Generator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from dl7450_telemetry.fleet.otlp import batch_of
from tests.fleet import _rollouts
from tests.fleet._incidents import HOUR, START

from ._server import Served, served_pages


@pytest.fixture(scope="module")
def rollouts() -> Generator[Served]:
    with served_pages([batch_of(_rollouts.spans())], now=START + 24 * HOUR, silence=HOUR) as served:
        yield served


def compared(rollouts: Served, page: Page, app: str, **filters: str) -> tuple[str, dict[str, list[str]]]:
    """When an app's two releases are compared, and the facts."""
    page.goto(f"{rollouts.url}/releases?{urlencode({'a': f'{app} 1', 'b': f'{app} 2', **filters})}")
    expect(page.locator("#side-by-side")).to_have_text(f"{app} 2 against {app} 1")
    rows = page.locator("#compared tbody tr").all()
    facts = {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in rows}
    return page.locator("#compared-when").inner_text(), facts


def test_releases_are_compared_over_the_time_in_which_both_were_there(rollouts: Served, page: Page) -> None:
    said, facts = compared(rollouts, page, "even")
    assert said == "Over the time in which both were there: 22 Nov, 13:00 to 23 Nov, 00:50 (11.8 h)."
    assert facts["Docks"] == ["2", "2", ""]
    assert facts["Requests"] == ["144", "144", ""]
    assert facts["Failure rate"][2] == "noise"
    assert compared(rollouts, page, "worse")[1]["Failure rate"][2] == "fails more"


def test_releases_that_were_there_all_the_time_are_compared_over_all_of_it(rollouts: Served, page: Page) -> None:
    said, facts = compared(rollouts, page, "even", since="2026-11-22T12:00", until="2026-11-23T00:00")
    assert said == "Over the time in which both were there: 22 Nov, 13:00 to 23 Nov, 01:00 (12.0 h)."
    assert facts["Requests"] == ["144", "144", ""]
    assert facts["Failure rate"][2] == "noise"


def test_a_release_that_replaced_another_at_once_is_compared_with_as_long_before(rollouts: Served, page: Page) -> None:
    said, facts = compared(rollouts, page, "at_once")
    assert said == (
        "They were hardly there at the same time, so the same length of each is compared: at_once 1 22 Nov, 01:00 to "
        "22 Nov, 12:50 (11.8 h), and at_once 2 22 Nov, 13:00 to 23 Nov, 00:50 (11.8 h). What else changed in between "
        "counts, too."
    )
    assert facts["Requests"] == ["288", "288", ""]
    assert facts["Failure rate"][2] == "fails less"  # what else changed: the outage was over


def test_releases_with_few_requests_say_nothing(rollouts: Served, page: Page) -> None:
    _, facts = compared(rollouts, page, "even", since="2026-11-22T11:40", until="2026-11-22T12:20")
    assert facts["Failure rate"][2] == "too few to tell"
