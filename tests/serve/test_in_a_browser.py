"""`dl7450 serve` as its user has it: a process of its own, an editor, and Chromium."""

from __future__ import annotations

import select
import signal
import subprocess
import sys
from collections.abc import Generator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests._browser import HIDEABLE, NewPage, set_hidden
from tests.run.test_cli import CLEAN, ROOT

AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
SHOWS = """\
import splashscreen, wakeup
screen = splashscreen.Splashscreen()
count = 0
def tick():
    global count
    screen.add_text_box("{} %d" % count, {{"x": 960, "y": 500, "alignment": splashscreen.Alignment.MIDDLE}})
    count += 1
timer = wakeup.wakeup(tick, 0, 3600000)
"""


class Server:
    """A server that can be killed and started again at the same address."""

    def __init__(self, app: Path, *more: str, **environment: str) -> None:
        self.app = app
        self.more = more
        self.environment = {**CLEAN, **environment}
        self.port = 0
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "dl7450", "serve", str(self.app), "--no-open"]
        command += ["--port", str(self.port), *self.more]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, bufsize=0, cwd=ROOT, env=self.environment)
        assert self.process.stderr is not None
        said = b""
        while not said.startswith(b"Open "):  # a broken app is told before
            assert select.select([self.process.stderr], [], [], 60)[0], "nothing was said for a minute"
            said = self.process.stderr.readline()
            assert said, "the server has ended"
        self.url = said.decode().split()[1]
        self.port = int(self.url.rpartition(":")[2])

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        status = self.process.wait(60)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return status


@pytest.fixture
def server(tmp_path: Path) -> Generator[Server]:
    app = tmp_path / "app.py"
    app.write_text(SHOWS.format("first"))
    server = Server(app)
    try:
        yield server
    finally:
        server.process.kill()
        server.end(signal.SIGKILL)


def monitor(page: Page, text: str) -> Any:
    """The picture of the monitor, which shows a text: loaded, and not hidden."""
    return page.locator(f'.screen img[alt="{text}"]')


def reveal(page: Page, selector: str) -> None:
    """Choose the tab of the page in which something is, by the keyboard."""
    tab = page.locator(f"#{page.locator(f'[role=tabpanel]:has({selector})').get_attribute('aria-labelledby')}")
    if tab.get_attribute("aria-selected") == "false":
        tab.focus()
        page.keyboard.press("Enter")


def is_drawn(page: Page) -> bool:
    return bool(page.evaluate("document.querySelector('.screen img').naturalWidth === 1920"))


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe-core finds that is serious."""
    page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate("axe.run().then((result) => result.violations)")
    return [
        (fault["id"], fault["nodes"][0]["html"][:200]) for fault in found if fault["impact"] in ("serious", "critical")
    ]


def test_what_is_saved_is_shown_and_what_is_broken_is_told_until_it_is_mended(server: Server, page: Page) -> None:
    page.goto(server.url)
    expect(monitor(page, "first 0")).to_be_visible()
    assert is_drawn(page)
    server.app.write_text(SHOWS.format("written"))
    expect(monitor(page, "written 0")).to_be_visible()
    new = server.app.with_name("new~")
    new.write_text(SHOWS.format("renamed"))
    new.replace(server.app)
    expect(monitor(page, "renamed 0")).to_be_visible()
    assert is_drawn(page)
    server.app.write_text("import splashscreen\nnothing.at_all()\n")
    expect(page.get_by_role("alert").filter(has_text="NameError: name 'nothing' is not defined")).to_be_visible()
    expect(page.locator(".source .here")).to_contain_text("nothing.at_all()")
    assert faults(page) == []
    server.app.write_text(SHOWS.format("mended"))
    expect(monitor(page, "mended 0")).to_be_visible()
    expect(page.locator("#panel-app .badge")).to_have_text("runs")
    assert faults(page) == []


def test_time_is_paused_and_stepped_and_frames_are_looked_through_by_keys_alone(server: Server, page: Page) -> None:
    page.goto(server.url)
    expect(monitor(page, "first 0")).to_be_visible()
    page.locator("#pace-paused").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#pace-paused")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#pace-paused")).to_be_focused()
    page.locator("#time-step").focus()
    for count in (1, 2):
        page.keyboard.press("Enter")
        expect(monitor(page, f"first {count}")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(monitor(page, "first 1")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(monitor(page, "first 0")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(monitor(page, "first 1")).to_be_visible()
    page.locator("#frame-slider").focus()
    page.keyboard.press("End")
    expect(monitor(page, "first 2")).to_be_visible()
    page.locator("#monitor-1").focus()
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    assert opened.value.url.endswith("/3-1920x1080.png")


def test_a_page_is_blank_while_the_server_is_away_and_goes_on_with_the_next_one(
    server: Server, new_page: NewPage
) -> None:
    page = new_page(expected=("net::ERR_",))
    page.goto(server.url)
    expect(monitor(page, "first 0")).to_be_visible()
    server.end(signal.SIGKILL)
    expect(page.get_by_text("The server does not answer.")).to_be_visible()
    expect(monitor(page, "first 0")).to_be_hidden()
    server.app.write_text(SHOWS.format("second"))
    server.start()
    expect(monitor(page, "second 0")).to_be_visible()
    expect(page.get_by_text("The server does not answer.")).to_be_hidden()
    assert server.end(signal.SIGTERM) == 0


def test_a_page_out_of_sight_has_no_stream_and_is_brought_up_to_date_when_it_is_seen_again(
    server: Server, page: Page
) -> None:
    page.add_init_script(HIDEABLE)
    page.goto(server.url)
    expect(monitor(page, "first 0")).to_be_visible()
    assert set_hidden(page, True) == 0
    server.app.write_text(SHOWS.format("second"))
    other = page.context.new_page()
    other.goto(server.url)
    expect(monitor(other, "second 0")).to_be_visible()
    assert monitor(page, "first 0").is_visible()
    assert set_hidden(page, False) == 1
    expect(monitor(page, "second 0")).to_be_visible()


def test_tabs_are_chosen_by_arrows_remembered_and_brought_up_to_date_when_they_are_seen(
    server: Server, page: Page
) -> None:
    page.goto(server.url)
    expect(monitor(page, "first 0")).to_be_visible()
    page.locator("#tab-time").focus()
    page.keyboard.press("End")
    expect(page.locator("#tab-store")).to_be_focused()
    expect(page.locator("#panel-store")).to_be_visible()
    expect(page.locator("#panel-time")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-time")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    assert faults(page) == []
    page.reload()
    expect(page.locator("#tab-store")).to_have_attribute("aria-selected", "true")
    other = page.context.new_page()
    other.goto(server.url)
    reveal(other, "#time-step")
    other.locator("#time-step").click()
    expect(monitor(other, "first 1")).to_be_visible()
    reveal(page, "#pace-paused")
    expect(page.locator("#pace-paused")).to_have_attribute("aria-pressed", "true")
