"""The wall: the page of all docks, where there is more than one."""

from __future__ import annotations

import signal
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from dl7450._serve.events import AppBroke
from dl7450._serve.served_dock import ServedDock
from dl7450._serve.server import dock_names
from dl7450._serve.site import serve_site
from dl7450_telemetry.web import Access
from tests.serve._served import seen, served, shown
from tests.serve.test_in_a_browser import SHOWS, Server, faults


def write_apps(folder: Path) -> tuple[Path, Path]:
    works, broken = folder / "works.py", folder / "broken.py"
    works.write_text(SHOWS.format("first"))
    broken.write_text("raise ValueError('<i>wrong</i>')")
    return works, broken


@asynccontextmanager
async def wall(folder: Path) -> AsyncGenerator[tuple[list[ServedDock], httpx.AsyncClient]]:
    """Two docks, of which one is broken, and a client of their pages."""
    async with AsyncExitStack() as stack:
        docks = [await stack.enter_async_context(served(app, name=app.stem)) for app in write_apps(folder)]
        transport = httpx.ASGITransport(serve_site(docks, Access()))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7450") as client:
            await shown(docks[0], "first 0")
            await seen(docks[1].history, AppBroke)
            yield docks, client


async def test_the_wall_says_of_each_dock_what_it_shows_and_what_is_wrong_with_it(tmp_path: Path) -> None:
    async with wall(tmp_path) as (_, client):
        page = (await client.get("/")).text
        assert ("2 docks" in page, "1 broken" in page, 'alt="first 0"' in page) == (True, True, True)
        assert "&lt;i&gt;wrong&lt;/i&gt;" in (await client.get("/wall/docks/broken")).text
        assert 'href="/docks/works"' in (await client.get("/wall/docks/works")).text
        assert (await client.get("/wall/docks/other")).status_code == 404


async def test_one_control_sets_the_pace_of_all(tmp_path: Path) -> None:
    async with wall(tmp_path) as (docks, client):
        assert (await client.post("/wall/pace", data={"pace": "never"})).status_code == 400
        set_pace = await client.post("/wall/pace", data={"pace": "10x"})
        assert (set_pace.status_code, set_pace.headers["Location"]) == (303, "/")
        assert [await dock.ask(lambda program: program.pace) for dock in docks] == ["10x", "10x"]
        assert 'value="10x" aria-pressed="true"' in (await client.get("/wall/all")).text
        await client.post("/docks/works/time/pace", data={"pace": "paused"})
        assert 'aria-pressed="true"' not in (await client.get("/wall/all")).text


def test_every_dock_has_a_name_that_a_url_can_have() -> None:
    apps = [Path(name) for name in ("sign.py", "a/sign.py", "50% & more?.py", "#.py")]
    assert dock_names(apps, 6) == [
        ("sign", apps[0]),
        ("sign-2", apps[1]),
        ("50-more", apps[2]),
        ("app", apps[3]),
        ("sign-3", apps[0]),
        ("sign-4", apps[1]),
    ]


@pytest.fixture
def server(tmp_path: Path) -> Generator[Server]:
    works, broken = write_apps(tmp_path)
    server = Server(works, str(broken))
    try:
        yield server
    finally:
        server.process.kill()
        server.end(signal.SIGKILL)


def test_the_wall_is_live_and_is_used_by_keys_alone(server: Server, page: Page) -> None:
    page.goto(server.url)
    expect(page.locator('.wall img[alt="first 0"]')).to_be_visible()
    assert faults(page) == []
    server.app.write_text(SHOWS.format("second"))
    expect(page.locator('.wall img[alt="second 0"]')).to_be_visible()
    server.app.with_name("broken.py").write_text(SHOWS.format("mended"))
    expect(page.locator('.wall img[alt="mended 0"]')).to_be_visible()
    expect(page.get_by_text("No app is broken.")).to_be_visible()
    page.locator("#pace-paused").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".wall .badge", has_text="Pause")).to_have_count(2)
    expect(page.locator("#pace-paused")).to_be_focused()
    for _ in range(4):  # over the other paces, to the first dock
        page.keyboard.press("Tab")
    expect(page.locator("#to-works")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{server.url}/docks/works")
    expect(page.locator("#pace-paused")).to_have_attribute("aria-pressed", "true")
