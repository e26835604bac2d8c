"""One browser for all tests of pages. What needs it is imported when it is asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"

PATIENCE = 60_000  # milliseconds, on a busy machine: for what a page is asked to do, and for what is expected of it

NewPage = Callable[..., "Page"]


# Before a page is opened: its visibility is what `set_hidden` says, and its streams of events are counted.
HIDEABLE = """
Object.defineProperty(document, "hidden", { get: () => window.isHidden ?? false });
window.streams = [];
window.EventSource = class extends EventSource { constructor(url) { super(url); streams.push(this); } };
"""


def set_hidden(page: Page, is_hidden: bool) -> int:
    """Have a page be out of sight, or be seen; gives how many streams it has then."""
    script = "(hidden) => { isHidden = hidden; document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(script, is_hidden)
    return int(page.evaluate("streams.filter((stream) => stream.readyState !== EventSource.CLOSED).length"))


@pytest.fixture(scope="session")
def browser() -> Generator[Browser]:
    """Debian's chromium; where there is none, one skip that says so, but not in CI."""
    if not Path(CHROMIUM).exists() and not os.environ.get("CI"):
        pytest.skip("the pages are tested in chromium: apt-get install chromium")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=CHROMIUM_ARGUMENTS,
        )
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser) -> Generator[NewPage]:
    """Opens pages in a browser; at the end, nothing was said in its console and nothing was asked of elsewhere."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def new(*, width: int = 1360, scheme: str = "light", expected: tuple[str, ...] = ()) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="en-GB",
            timezone_id="Europe/Zurich",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on(
            "console",
            lambda message: None if any(text in message.text for text in expected) else faults.append(message.text),
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda request: None if request.url.startswith("http://127.0.0.1:") else faults.append(request.url),
        )
        return page

    yield new
    for context in contexts:
        context.close()
    assert faults == [], faults


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """One page in a wide window."""
    return new_page()
