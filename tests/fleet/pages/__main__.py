"""Pictures of every view, light and dark, wide and narrow, in fleet-out/: to be looked at.

    python -m tests.fleet.pages

The one that the documentation shows is made, too: docs/fleet.png.
"""

from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests._browser import CHROMIUM, CHROMIUM_ARGUMENTS

from ._server import served_pages
from .conftest import FLEET, SILENCE, batches
from .test_views import paths

FOLDER = Path("fleet-out")
SHOWN = Path("docs") / "fleet.png"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with (
        served_pages(batches(), now=FLEET.end * 10**9, silence=SILENCE) as served,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS) as browser,
    ):
        for scheme in ("light", "dark"):
            for size, width in (("wide", 1360), ("narrow", 390)):
                page = browser.new_page(
                    viewport={"width": width, "height": 900},
                    color_scheme="dark" if scheme == "dark" else "light",
                    locale="en-GB",
                    timezone_id="Europe/Zurich",
                )
                for path in paths(served):
                    page.goto(served.url + path)
                    page.locator("h1").wait_for()
                    name = path.partition("?")[0].strip("/").partition("/")[0] or "fleet"
                    picture = FOLDER / f"{name}-{scheme}-{size}.png"
                    page.screenshot(path=picture, full_page=True)
                    print(picture)
                page.close()
    with Image.open(FOLDER / "fleet-light-wide.png") as whole:
        whole.crop((0, 0, 1360, 1010)).resize((1020, 757)).quantize(160).save(SHOWN, optimize=True)


if __name__ == "__main__":
    main()
