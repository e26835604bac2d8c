"""Pictures of every view, light and dark, wide and narrow, in fleet-out/: to be looked at.

    python -m tests.fleet.pages

Each is there three times: of a simulated fleet, of an empty store (`empty-...`), and with filters that nothing matches
(`nothing-...`). The one that the documentation shows is made, too: docs/fleet.png.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests._browser import CHROMIUM, CHROMIUM_ARGUMENTS

from ._server import Served, served_pages
from .conftest import FLEET, SILENCE, batches
from .test_views import paths

FOLDER = Path("fleet-out")
SHOWN = Path("docs") / "fleet.png"
WIDTHS = {"wide": 1440, "narrow": 390}
VIEWS = (
    "/",
    "/docks",
    "/errors",
    "/latency",
    "/releases",
    "/differs",
    "/alerts",
    "/server",
    f"/dock/{64 * '0'}",
    f"/trace/{32 * '0'}",
)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    now = FLEET.end * 10**9
    with (
        served_pages(batches(), now=now, silence=SILENCE) as fleet,
        served_pages([], now=now, silence=SILENCE) as empty,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS) as browser,
    ):
        take(browser, fleet, paths(fleet), "")
        take(browser, empty, VIEWS, "empty-")
        take(browser, fleet, (f"{path}?site=nowhere" for path in VIEWS), "nothing-")
    with Image.open(FOLDER / "fleet-light-wide.png") as whole:
        whole.crop((0, 0, 1440, 992)).resize((1020, 703)).quantize(256, Image.Quantize.FASTOCTREE).save(
            SHOWN, optimize=True
        )


def take(browser: Browser, served: Served, paths: Iterable[str], prefix: str) -> None:
    """Take a picture of each path, in each scheme and width."""
    shown = list(paths)
    for name, scheme, width in variants():
        page = browser.new_page(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="en-GB",
            timezone_id="Europe/Zurich",
        )
        for path in shown:
            page.goto(served.url + path)
            page.locator("h1").wait_for()
            view = path.partition("?")[0].strip("/").partition("/")[0] or "fleet"
            picture = FOLDER / f"{prefix}{view}-{name}.png"
            page.screenshot(path=picture, full_page=True)
            print(picture)
        page.close()


def variants() -> Iterator[tuple[str, str, int]]:
    for scheme in ("light", "dark"):
        for size, width in WIDTHS.items():
            yield f"{scheme}-{size}", scheme, width


if __name__ == "__main__":
    main()
