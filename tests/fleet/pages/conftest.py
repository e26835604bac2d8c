"""One simulated fleet and one browser for all tests of the pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from dl7450_telemetry.fleet.columns import Batch
from dl7450_telemetry.fleet.otlp import decode_traces
from dl7450_telemetry.fleet.otlp_metrics import decode_metrics
from examples.fleet._fleet import Fleet, simulate

from ._server import Served, served_pages

HOUR = 3600 * 10**9
FLEET = Fleet(docks=80, days=4, seed=4, end=1_764_201_600)  # until 2025-11-27 00:00:00 UTC
SILENCE = 5 * HOUR
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"

NewPage = Callable[..., Page]


def batches() -> Iterator[Batch]:
    """What all docks of the simulated fleet export."""
    for _, group in simulate(FLEET, os.cpu_count() or 1):
        for signal, body in group:
            yield from (decode_traces if signal == "traces" else decode_metrics)(body)[0]


@pytest.fixture(scope="session")
def fleet() -> Generator[Served]:
    """The pages of the simulated fleet."""
    with served_pages(batches(), now=FLEET.end * 10**9, silence=SILENCE) as served:
        yield served


@pytest.fixture(scope="session")
def browser() -> Generator[Browser]:
    """Debian's chromium; where there is none, one skip that says so, but not in CI."""
    if not Path(CHROMIUM).exists() and not os.environ.get("CI"):
        pytest.skip("the pages are tested in chromium: apt-get install chromium")
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
        page.set_default_timeout(20_000)
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
    assert faults == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """One page in a wide window."""
    return new_page()
