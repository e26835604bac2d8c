"""An operator finds the culprit of each incident by clicking, from the first page on."""

import re

from playwright.sync_api import Page, expect

from examples.fleet._plan import plans

from ._server import Served
from .conftest import FLEET

ALL_TIME = "?since=4d"


def rows(page: Page, table: str) -> list[list[str]]:
    """The texts of a table's cells, once its page is there."""
    expect(page.locator(f"#{table} tbody tr").first).to_be_visible()
    return [row.locator("td").all_inner_texts() for row in page.locator(f"#{table} tbody tr").all()]


def test_a_release_fails_on_one_path(fleet: Served, page: Page) -> None:
    page.goto(f"{fleet.url}/{ALL_TIME}")
    page.get_by_role("link", name="404 from api.example").click()
    expect(page.get_by_role("heading", name="Errors")).to_be_visible()
    page.get_by_role("link", name="What differs?").click()
    found = [row[:2] for row in rows(page, "differs")]
    assert ["url.path", "/v2/weather"] in found[:3]
    assert ["service.version", "1.3.0"] in found[:3]


def test_a_release_is_compared_with_the_one_before(fleet: Served, page: Page) -> None:
    page.goto(f"{fleet.url}/{ALL_TIME}")
    page.get_by_role("link", name="Releases").click()
    expect(page.locator("#side-by-side")).to_have_text("signage 1.3.0 against signage 1.2.0")
    expect(page.locator("#compared tr", has_text="Failure rate")).to_contain_text("fails more")
    assert rows(page, "both")[0][:2] == ["404", "api.example"]


def test_a_content_host_is_slow_every_evening(fleet: Served, page: Page) -> None:
    page.goto(f"{fleet.url}/{ALL_TIME}")
    page.get_by_role("link", name="Latency").click()
    assert rows(page, "hosts")[0][0] == "media.example"
    page.locator("#hosts").get_by_role("link", name="media.example").click()
    page.locator("details", has=page.locator("#phases")).locator("summary").click()
    phases = {row[0]: row[3] for row in rows(page, "phases")}
    assert phases["first byte"].endswith(" s")
    assert phases["DNS"].endswith(" ms")
    page.get_by_role("link", name="What differs in slow ones?").click()
    hours = {row[1] for row in rows(page, "differs") if row[0] == "hour (UTC)"}
    assert hours == {"17", "18", "19", "20", "21"}


def test_the_dns_of_a_site_fails(fleet: Served, page: Page) -> None:
    page.goto(f"{fleet.url}/errors{ALL_TIME}")
    row = page.locator("#errors tbody tr", has_text="CURLE_COULDNT_RESOLVE_HOST").first
    expect(row).to_contain_text("The host name has no address")
    row.locator("td").nth(3).get_by_role("link").click()
    expect(page.get_by_role("heading", name="Docks", exact=True)).to_be_visible()
    found = rows(page, "docks")
    assert found
    assert {row[6] for row in found} == {"porto"}


def test_a_certificate_has_expired(fleet: Served, page: Page) -> None:
    page.goto(fleet.url)
    page.get_by_role("link", name="CURLE_PEER_FAILED_VERIFICATION from timetable.example").click()
    found = rows(page, "errors")
    assert [row[1] for row in found] == ["timetable.example"]
    assert "certificate is not trusted: unknown or wrong authority, expired" in found[0][0]
    page.locator("#errors tbody tr").get_by_role("link").last.click()
    expect(page.locator("#waterfall")).to_contain_text("CURLE_PEER_FAILED_VERIFICATION")


def test_docks_fall_silent(fleet: Served, page: Page) -> None:
    page.goto(fleet.url)
    page.get_by_role("link", name=re.compile("docks?$")).and_(page.locator(".changes a")).click()
    silent = {plan.dock_id for plan in plans(FLEET.docks, FLEET.days, FLEET.seed) if plan.stays[-1].end < FLEET.watched}
    found = [row.locator("a").first.get_attribute("title") for row in page.locator("#docks tbody tr").all()]
    assert silent
    assert silent == set(found[: len(silent)])
    page.goto(f"{fleet.url}/alerts")
    page.get_by_role("link", name="Docks are silent").click()
    expect(page.get_by_label("Window")).to_have_value("8d")
    found = [row.locator("a").first.get_attribute("title") for row in page.locator("#docks tbody tr").all()]
    assert silent == set(found[: len(silent)])


def test_an_app_blocks_the_event_loop(fleet: Served, page: Page) -> None:
    page.goto(fleet.url)
    page.get_by_role("link", name="board 2.1.0 blocks the event loop").click()
    row = page.locator("#blocked-loops tbody tr")
    expect(row).to_have_count(1)
    row.locator("summary").click()
    expect(row.locator("pre")).to_contain_text("sort_timetable")
    page.goto(f"{fleet.url}/docks?app=board&release=2.1.0")
    page.locator("#docks tbody a").first.click()
    expect(page.locator("#blocked-loops")).to_contain_text("board")
    expect(page.locator("figure[data-chart] .u-over").last).to_be_visible()
