"""Pictures of every state of the pages of `dl7450 serve`, in serve-out/: to be looked at.

    python -m tests.serve.pictures

The one that the documentation shows is made, too: docs/serve.png.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from examples.demo import APP, serving
from tests._browser import CHROMIUM, CHROMIUM_ARGUMENTS

from .test_in_a_browser import Server

FOLDER = Path("serve-out")
SHOWN = Path("docs") / "serve.png"
WIDTHS = {"widest": 1900, "wide": 1400, "medium": 1024, "narrow": 390}
TOKEN = "a-token-for-pictures"
# Of everything that the tabs show, something.
DESCRIBED = """\
kv_store: {{server: {}, room: "Berlin, 4th floor"}}
dock:
  monitors: [{{name: Lobby, mode: 1920x1080}}, {{name: Entrance, mode: 1280x720}}]
  usb: [{{name: USB Receiver, vendor: 0x046d, product: 0xc52b}}]
  gpio: {{pins: [{{name: DOOR}}, {{name: BELL}}, {{name: LAMP, direction: out}}]}}
  i2c:
    - {{address: 0x18, model: mcp9808}}
    - {{address: 0x20, registers: {{0x00: ff, 0x01: c190}}, read_only: [0x00]}}
    - {{address: 0x3c, model: ssd1306}}
"""
BROKEN = "import http\n\nscreen = http.get(SERVER + '/content.json')\n"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        serving() as content,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS) as browser,
    ):
        broken = Path(folder) / "broken.py"
        broken.write_text(BROKEN)
        settings = ("--set", f"server={content}")
        with _served(APP, *settings) as server:
            _one_dock(browser, server)
        described = Path(folder) / "dock.yaml"
        described.write_text(DESCRIBED.format(content))
        recorded = Path(folder) / APP.name  # a recording is put beside the app
        recorded.write_bytes(APP.read_bytes())
        with _served(recorded, "--store", str(described)) as server:
            _tabs(browser, server.url)
        with _served(broken) as server:
            _everywhere(browser, server.url, "broken")
        for docks, more in ((2, (str(broken),)), (12, (str(broken), "examples/room_sign.py"))):
            with _served(APP, *more, *settings, "--docks", str(docks)) as server:
                _everywhere(browser, server.url, f"wall-{docks}")
        with _served(APP, "--token", TOKEN) as server:
            _everywhere(browser, server.url, "login")


def _one_dock(browser: Browser, server: Server) -> None:
    _everywhere(browser, server.url, "running")
    with Image.open(FOLDER / "running-light-wide.png") as whole:
        shown = whole.convert("RGB").crop((0, 0, 1400, 930)).resize((1050, 698))
    colours = shown.quantize(256, Image.Quantize.MAXCOVERAGE)  # the waterfall's, too, of which there are few pixels
    shown.quantize(palette=colours).save(SHOWN, optimize=True)
    with _page(browser, "light", "wide") as page:
        page.goto(server.url)
        page.locator(".waterfall .badge", has_text="COULDNT_CONNECT").first.wait_for()
        page.locator(".waterfall tr", has_text="/picture/").first.get_by_role("link").click()
        page.locator(".span-details").wait_for()
        page.keyboard.press("i")
        page.locator("#inspector, .boxes, #monitors-inspect[aria-current=true]").first.wait_for()
        _keep(page, "looked-into-light-wide")
        page.locator("#pace-paused").click()
        expect(page.locator("#pace-paused")).to_have_attribute("aria-pressed", "true")
        _keep(page, "paused-light-wide")
        server.end(signal.SIGKILL)
        expect(page.locator("#gone")).to_be_visible()
        _keep(page, "gone-light-wide")


def _tabs(browser: Browser, url: str) -> None:
    """The tabs, with a fault that waits, a recording, and all that is folded open."""
    for scheme, width in (("light", "wide"), ("dark", "wide"), ("light", "narrow")):
        with _page(browser, scheme, width) as page:
            page.goto(url)
            page.locator("#panel-monitors header", has_text=re.compile("frame [1-9]")).wait_for()
            for tab in page.get_by_role("tab").all():
                tab.click()
                name = tab.inner_text().lower()
                if name == "network" and page.locator("#record-start").is_visible():  # for the first page
                    page.locator("#fault-stays").check()
                    page.locator("#fault-pattern").fill("*.example")
                    page.locator("#fault-refuse").click()
                    page.locator("#record-start").click()
                folded = page.locator("details:not([open]) > summary:visible")
                for _ in range(folded.count()):
                    folded.first.click()
                page.wait_for_timeout(1500)  # a tick: what is shown is what is so now
                _keep(page, f"tab-{name}-{scheme}-{width}")


def _everywhere(browser: Browser, url: str, name: str) -> None:
    for scheme in ("light", "dark"):
        for width in WIDTHS:
            with _page(browser, scheme, width) as page:
                page.goto(url)
                page.locator("h1").wait_for()
                if name == "running":  # a picture that has come, and not what is said while there is none
                    page.locator("#panel-monitors header", has_text=re.compile("frame ([5-9]|[0-9]{2,})")).wait_for()
                _keep(page, f"{name}-{scheme}-{width}")


def _keep(page: Page, name: str) -> None:
    picture = FOLDER / f"{name}.png"
    page.screenshot(path=picture, full_page=True)
    print(picture)


@contextmanager
def _page(browser: Browser, scheme: str, width: str) -> Generator[Page]:
    page = browser.new_page(
        viewport={"width": WIDTHS[width], "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="en-GB",
        timezone_id="Europe/Zurich",
    )
    yield page
    page.close()


@contextmanager
def _served(app: Path, *more: str) -> Generator[Server]:
    server = Server(app, *more)
    try:
        yield server
    finally:
        server.process.kill()
        server.end(signal.SIGKILL)


if __name__ == "__main__":
    main()
