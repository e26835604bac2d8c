"""What looks into a dock, in Chromium: a request while it waits, the picture that came, the boxes on a frame."""

from __future__ import annotations

import io
import signal
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.serve._content import ContentServer, content_server
from tests.serve.test_in_a_browser import Server, faults, monitor, reveal

SHOWS_A_PICTURE = """\
import http, splashscreen
screen = splashscreen.Splashscreen()
screen.add_text_box("waits")
def show(response):
    screen.set_background(response.body())
control = http.get_async("{}/picture", on_response=show)
"""
OVERFLOWS = """\
import splashscreen, wakeup
from splashscreen import Alignment
screen = splashscreen.Splashscreen()
screen.add_text_box("<b>Meeting room</b>", {"x": 100, "y": 100, "alignment": Alignment.LEFT})
screen.add_text_box("too far to the right", {"x": 1800, "y": 300, "alignment": Alignment.LEFT})
def mend():
    screen.remove_text_box(1800, 300)
    screen.add_text_box("mended", {"x": 1000, "y": 300, "alignment": Alignment.LEFT})
timer = wakeup.wakeup(mend, 500)
"""


PICTURE_SIZE = 64, 48


@pytest.fixture
def content() -> Generator[ContentServer]:
    data = io.BytesIO()
    Image.new("RGB", PICTURE_SIZE, "green").save(data, "PNG")
    with content_server({"/picture": ("image/png", data.getvalue())}) as content:
        yield content


@pytest.fixture
def serve(tmp_path: Path) -> Generator[Callable[[str], Server]]:
    """Serves an app of this source."""
    servers: list[Server] = []

    def start(source: str) -> Server:
        app = tmp_path / "app.py"
        app.write_text(source)
        servers.append(Server(app))
        return servers[-1]

    yield start
    for server in servers:
        server.process.kill()
        server.end(signal.SIGKILL)


def test_a_request_is_seen_while_it_hangs_and_its_picture_when_it_came(
    content: ContentServer, serve: Callable[[str], Server], page: Page
) -> None:
    page.goto(serve(SHOWS_A_PICTURE.format(content.url)).url)
    row = page.locator(".waterfall tr", has_text="/picture").first
    expect(row.locator(".badge")).to_have_text("waits")
    reveal(page, "#panel-load")
    expect(page.locator("#panel-load")).to_contain_text("1 of 16 tokens in use")
    bar = row.get_by_role("img")
    so_far = bar.get_attribute("aria-label") or ""
    assert " so far from " in so_far
    expect(bar).not_to_have_attribute("aria-label", so_far)  # it grows
    row.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".span-details")).to_contain_text("Waits for the first byte")
    content.let_go.set()
    expect(page.locator("img.answer")).to_be_visible()
    assert page.evaluate("document.querySelector('img.answer').naturalWidth") == PICTURE_SIZE[0]
    expect(row.locator(".badge")).to_have_text("200")
    expect(row.get_by_role("link")).to_be_focused()
    expect(page.locator(".span-details")).to_contain_text("http.response.status_code")
    expect(page.locator("#panel-load")).to_contain_text("0 of 16 tokens in use")
    assert faults(page) == []


def test_the_inspector_shows_what_leaves_the_screen_on_any_frame_by_keys_alone(
    serve: Callable[[str], Server], page: Page
) -> None:
    page.goto(serve(OVERFLOWS).url)
    expect(monitor(page, "Meeting room; mended")).to_be_visible()
    expect(page.locator(".boxes")).to_have_count(0)
    page.keyboard.press("i")
    expect(page.locator(".boxes g")).to_have_count(2)
    expect(page.locator(".boxes g.fault")).to_have_count(0)
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".boxes g.fault")).to_have_count(1)
    expect(page.locator("#inspector")).to_contain_text("leaves the screen at the right")
    expect(page.locator("#inspector")).to_contain_text("<b>Meeting room</b>")
    page.locator("#box-2").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".boxes g.chosen.fault")).to_have_count(1)
    assert faults(page) == []
    page.locator("#frame-slider").focus()
    page.keyboard.press("End")
    expect(page.locator(".boxes g")).to_have_count(2)
    expect(page.locator(".boxes g.fault")).to_have_count(0)
    page.locator("#monitor-1").focus()
    page.keyboard.press("i")
    expect(page.locator(".boxes")).to_have_count(0)
