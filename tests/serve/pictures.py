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
WIDTHS = {"wide": 1360, "narrow": 390}
TOKEN = "a-token-for-pictures"
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
        whole.crop((0, 0, 1360, 900)).resize((1020, 675)).quantize(160).save(SHOWN, optimize=True)
    with _page(browser, "light", "wide") as page:
        page.goto(server.url)
        page.locator("#pace-paused").click()
        expect(page.locator("#pace-paused")).to_have_attribute("aria-pressed", "true")
        _keep(page, "paused-light-wide")
        server.end(signal.SIGKILL)
        expect(page.locator("#gone")).to_be_visible()
        _keep(page, "gone-light-wide")


def _everywhere(browser: Browser, url: str, name: str) -> None:
    for scheme in ("light", "dark"):
        for width in WIDTHS:
            with _page(browser, scheme, width) as page:
                page.goto(url)
                page.locator("h1").wait_for()
                if name == "running":  # a picture that has come, and not what is said while there is none
                    page.locator(".column-main header", has_text=re.compile("frame [5-9]")).wait_for()
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
