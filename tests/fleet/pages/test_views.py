"""What all views promise: they are accessible, quiet, live, and their URL says all."""

from __future__ import annotations

import csv
import io
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dl7450_telemetry import read_trace_file
from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.otlp import batch_of
from tests._browser import HIDEABLE, NewPage, set_hidden
from tests.telemetry._spans import MORNING, get, span

from ._server import Served, served_pages
from .conftest import FLEET, HOUR

AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
SINCE = "since=4d"


def some_dock(fleet: Served) -> str:
    """A dock whose app blocks the event loop."""
    end = FLEET.end * 10**9
    filters = Filters(end - 24 * HOUR, end, app="board", release="2.1.0")
    return str(fleet.ask("docks", filters).dicts()[0]["dock"])


def some_trace(fleet: Served) -> str:
    """The newest trace of that dock."""
    dock = some_dock(fleet)
    with urllib.request.urlopen(f"{fleet.url}/tables/dock/{dock}.json") as answer:
        return str(json.load(answer)["rows"][-1]["trace"])


def paths(fleet: Served) -> Iterator[str]:
    yield from (
        "/",
        f"/docks?{SINCE}",
        f"/errors?{SINCE}",
        f"/latency?{SINCE}",
        f"/releases?{SINCE}",
        f"/differs?{SINCE}",
    )
    yield "/alerts"
    yield "/server"
    yield f"/dock/{some_dock(fleet)}?{SINCE}"
    yield f"/trace/{some_trace(fleet)}"


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe-core finds that is serious."""
    page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate("axe.run().then((result) => result.violations)")
    return [
        (fault["id"], fault["nodes"][0]["html"][:200]) for fault in found if fault["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1360), ("dark", 390)])
def test_every_view_is_accessible_and_fits_the_window(
    fleet: Served, new_page: NewPage, scheme: str, width: int
) -> None:
    page = new_page(width=width, scheme=scheme)
    for path in paths(fleet):
        page.goto(fleet.url + path)
        expect(page.locator("h1")).to_be_visible()
        assert (path, faults(page)) == (path, [])
        assert page.evaluate("document.documentElement.scrollWidth") == width, path


def test_filters_are_in_the_url_and_go_along(fleet: Served, page: Page) -> None:
    page.goto(f"{fleet.url}/docks?{SINCE}")
    page.get_by_label("Site").select_option("porto")
    expect(page.locator("#docks tbody tr").first).to_contain_text("porto")
    assert page.url == f"{fleet.url}/docks?{SINCE}&site=porto"
    page.get_by_role("link", name="Errors").click()
    expect(page.get_by_label("Site")).to_have_value("porto")
    assert page.url == f"{fleet.url}/errors?{SINCE}&site=porto"
    page.go_back()
    expect(page.get_by_label("Site")).to_have_value("porto")
    page.get_by_role("link", name="Clear").click()
    expect(page.get_by_label("Site")).to_have_value("")
    assert page.url == f"{fleet.url}/docks"


def test_tables_sort_by_a_click_and_give_csv_and_json(fleet: Served, page: Page) -> None:
    page.goto(f"{fleet.url}/docks?{SINCE}")
    page.get_by_role("columnheader", name="Requests").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Requests")).to_have_attribute("aria-sort", "descending")
    shown = [int(text) for text in page.locator("#docks tbody td:nth-child(10)").all_inner_texts()]
    assert shown == sorted(shown, reverse=True)
    page.get_by_role("columnheader", name="Requests").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Requests")).to_have_attribute("aria-sort", "ascending")
    with urllib.request.urlopen(page.url.replace("/docks?", "/tables/docks.csv?")) as answer:
        as_csv = list(csv.DictReader(io.StringIO(answer.read().decode())))
    with urllib.request.urlopen(page.url.replace("/docks?", "/tables/docks.json?")) as answer:
        as_json = json.load(answer)["rows"]
    assert [row["dock"] for row in as_csv] == [row["dock"] for row in as_json]
    assert len(as_csv) == FLEET.docks


def test_a_trace_is_searched_and_what_does_not_match_is_hidden(fleet: Served, page: Page) -> None:
    page.goto(f"{fleet.url}/trace/{some_trace(fleet)}")
    rows = page.locator("#waterfall tbody tr:visible")
    before = rows.count()
    page.get_by_label("Hide what does not match").fill("tls api.example")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("TLS client handshake api.example")
    expect(page.locator("[data-found]")).to_have_text(f"1 of {before}")
    page.get_by_label("Hide what does not match").fill("")
    expect(rows).to_have_count(before)


def test_a_trace_is_downloaded_as_the_file_that_the_trace_command_opens(
    fleet: Served, page: Page, tmp_path: Any
) -> None:
    trace = some_trace(fleet)
    page.goto(f"{fleet.url}/trace/{trace}")
    with page.expect_download() as download:
        page.get_by_role("link", name="OTLP JSON").click()
    download.value.save_as(tmp_path / "trace.jsonl")
    spans = list(read_trace_file(tmp_path / "trace.jsonl"))
    assert len(spans) == page.locator("#waterfall tbody tr").count()
    assert {span.trace_id for span in spans} == {trace}
    assert {type(span.attributes["server.port"]) for span in spans if span.is_request} == {int}


def test_times_are_in_the_zone_of_the_reader_with_utc_on_hover(fleet: Served, page: Page) -> None:
    page.goto(f"{fleet.url}/trace/{some_trace(fleet)}")
    time = page.locator("dl time").first
    utc, shown = time.get_attribute("title") or "", time.inner_text()
    hour = (int(utc[11:13]) + 1) % 24  # Zurich, in winter
    assert utc.endswith(" UTC")
    assert f"{hour:02}{utc[13:19]}" in shown


def test_a_page_is_live_until_it_is_paused(new_page: NewPage) -> None:
    with served_pages([], now=MORNING + HOUR, silence=HOUR) as empty:
        page = new_page()
        page.goto(f"{empty.url}/docks")
        expect(page.get_by_role("heading", name="No dock has said anything yet")).to_be_visible()
        expect(page.locator("pre")).to_contain_text("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318")
        empty.insert([batch_of([get("http://content.example/1.png", 0, 40, id=1)])])
        expect(page.locator("#docks tbody tr")).to_have_count(1)
        page.get_by_role("button", name="Live").click()
        expect(page.get_by_role("button", name="Paused")).to_have_attribute("aria-pressed", "true")
        page.reload()
        expect(page.get_by_role("button", name="Paused")).to_be_visible()
        page.get_by_role("button", name="Paused").click()
        expect(page.get_by_role("button", name="Live")).to_have_attribute("aria-pressed", "false")
        page.goto("about:blank")


def test_a_page_out_of_sight_has_no_stream_and_is_brought_up_to_date_when_it_is_seen_again(new_page: NewPage) -> None:
    with served_pages([], now=MORNING + HOUR, silence=HOUR) as empty:
        page = new_page()
        page.add_init_script(HIDEABLE)
        page.goto(f"{empty.url}/docks")
        expect(page.get_by_role("heading", name="No dock has said anything yet")).to_be_visible()
        assert set_hidden(page, True) == 0
        empty.insert([batch_of([get("http://content.example/1.png", 0, 40, id=1)])])
        assert set_hidden(page, False) == 1
        expect(page.locator("#docks tbody tr")).to_have_count(1)
        page.goto("about:blank")


def test_what_comes_from_the_wire_is_text_on_every_page(new_page: NewPage) -> None:
    hostile = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>\x1b[31m\x00\ud800"
    span = get(f"http://{hostile}/{hostile}", 0, 40, id=1, status=404, error_type=hostile)
    names = {"service.name": hostile, "service.version": hostile, "device.id": hostile, "dl7450.site": hostile}
    with served_pages(
        [batch_of([replace(span, name=hostile, resource=names)])], now=MORNING + HOUR, silence=HOUR
    ) as served:
        page = new_page()
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        for path in ("/", "/docks", "/errors", "/latency", "/releases", "/differs", f"/trace/{span.trace_id}"):
            page.goto(served.url + path)
            expect(page.locator("h1")).to_be_visible()
            assert page.locator("main img").count() == 0
        page.goto(f"{served.url}/docks")
        page.locator("#docks tbody a").first.click()
        expect(page.get_by_role("heading", name="Time line")).to_be_visible()
        page.goto("about:blank")


def test_a_filter_that_cannot_be_read_is_told_on_a_page(fleet: Served, new_page: NewPage) -> None:
    page = new_page(expected=("400",))
    page.goto(f"{fleet.url}/docks?since=yesterday")
    expect(page.locator("h1")).to_contain_text("since is 'yesterday', which is not a time: write 2026-11-22T07:12")


def test_a_table_that_needs_an_id_says_so(fleet: Served) -> None:
    for path, said in [("dock.json", "The question 'dock' takes an id."), ("docks/A1.csv", "takes no id")]:
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{fleet.url}/tables/{path}")
        with caught.value as answer:
            assert (answer.code, said in answer.read().decode()) == (404, True)


def test_a_view_without_data_says_what_to_do(fleet: Served, new_page: NewPage) -> None:
    page = new_page(width=390)
    with served_pages([], now=FLEET.end * 10**9, silence=HOUR) as empty:
        for path in ("/", "/docks", "/errors", "/latency", "/releases", "/differs"):
            page.goto(empty.url + path)
            expect(page.locator("#content h2")).to_have_text("No dock has said anything yet")
            page.goto(f"{fleet.url}{path}?site=nowhere")
            expect(page.locator("#content h2")).to_have_text("Nothing matches")
            expect(page.locator("#content")).to_contain_text("There is nothing with them at any other time, either")
            page.get_by_role("link", name="clear the filters").click()
            expect(page.get_by_label("Site")).to_have_value("")
            assert page.url == fleet.url + path
        page.goto(f"{empty.url}/alerts")
        expect(page.locator("#content")).to_contain_text("No alert fires. 4 have no data")
        page.goto(f"{empty.url}/dock/A1")
        expect(page.locator("#content h2")).to_have_text("No such dock")
        page.goto("about:blank")


def test_what_is_older_than_the_window_is_a_click_away(new_page: NewPage) -> None:
    page = new_page()
    old = [batch_of([get("http://content.example/1.png", 0, 40, id=1)])]
    with served_pages(old, now=MORNING + 90 * 24 * HOUR, silence=HOUR) as served:
        for path in ("/", "/docks", "/errors", "/dock/A1", "/docks?since=2020-01-01&until=2020-01-02"):
            page.goto(served.url + path)
            page.get_by_role("link", name="show the day before it").click()
            expect(page.get_by_role("link", name="show the day before it")).to_have_count(0)
            expect(page.locator(".empty h2")).to_have_count(0)
        expect(page.locator("#docks tbody tr")).to_have_count(1)
        page.goto("about:blank")


def test_what_has_no_id_is_named_and_says_how_it_gets_one(new_page: NewPage) -> None:
    page = new_page()
    nameless = replace(get("http://content.example/1.png", 0, 40, id=1), resource={"service.name": "worker"})
    with served_pages([batch_of([nameless])], now=MORNING + HOUR, silence=HOUR) as served:
        page.goto(f"{served.url}/docks")
        page.get_by_role("link", name="unknown dock", exact=True).click()
        expect(page.locator(".verdict")).to_contain_text("dl7450 run --dock-id")
        page.goto("about:blank")


def test_docks_that_fetch_nothing_are_not_said_to_be_healthy(new_page: NewPage) -> None:
    page = new_page()
    with served_pages([batch_of([span("work", 0, 5, id=1)])], now=MORNING + HOUR, silence=HOUR) as served:
        page.goto(served.url)
        expect(page.locator(".verdict")).to_contain_text("No request in this window")
        page.goto(f"{served.url}/docks")
        expect(page.locator("#content")).to_contain_text("Docks were there, but fetched nothing in this window.")
        page.goto("about:blank")


def test_without_scripts_filters_apply_by_a_button_and_tables_sort(fleet: Served, browser: Browser) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{fleet.url}/docks?{SINCE}")
        page.get_by_label("Site").select_option("porto")
        page.get_by_role("button", name="Apply").click()
        assert {*page.locator("#docks tbody td:nth-child(7)").all_inner_texts()} == {"porto"}
        page.get_by_role("columnheader", name="Requests").get_by_role("link").click()
        expect(page.get_by_role("columnheader", name="Requests")).to_have_attribute("aria-sort", "descending")
        expect(page.locator("time").first).to_contain_text("UTC")


def test_a_page_is_used_by_keyboard_alone(fleet: Served, page: Page) -> None:
    page.goto(f"{fleet.url}/docks?{SINCE}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("columnheader", name="Requests").get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Requests")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="Light or dark").focus()
    page.keyboard.press("Space")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
