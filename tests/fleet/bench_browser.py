"""How long a reader waits for each page of a fleet, in a real browser; `tests.fleet.bench` asks for it.

From the start of the navigation until the page can be seen: its tables are laid out and its charts are drawn. Its
script draws charts before the `load` event. The first frame after that event is waited for, too: that is when a browser
lays a long table out. Of that time, the server's part is from the request to the last byte of the page (`responseEnd -
requestStart`), and the store's what the page itself says that it has waited for answers (`Server-Timing`). Scripts and
styles come from the browser's cache, as they do from the second page on.
"""

import statistics
from collections.abc import Mapping

from playwright.sync_api import sync_playwright

from tests._browser import CHROMIUM, CHROMIUM_ARGUMENTS

TIMES = 9

# A frame is drawn between the call of `requestAnimationFrame` and that of `setTimeout`.
NOTE_WHEN_SHOWN = """
window.shown = new Promise((note) => {
    addEventListener("load", () => requestAnimationFrame(() => setTimeout(() => note(performance.now()))));
});
"""
WHAT_IT_TOOK = """
async () => {
    const browser = await shown;
    const [page] = performance.getEntriesByType("navigation");
    const store = page.serverTiming.find((part) => part.name === "store");
    return {
        browser,
        server: page.responseEnd - page.requestStart,
        store: store.duration,
        undrawn: document.querySelectorAll("figure[data-chart]:not(:has(canvas))").length,
    };
}
"""


def pages_in_browser(url: str, pages: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Milliseconds until each page can be seen, as medians; the first time does not count.

    Parameters:
        url: of the server.
        pages: their paths, by name.
    """
    figures: dict[str, dict[str, float]] = {}
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS) as browser,
    ):
        page = browser.new_page(viewport={"width": 1360, "height": 900})
        page.add_init_script(NOTE_WHEN_SHOWN)
        for name, path in pages.items():
            took: list[dict[str, float]] = []
            for _ in range(TIMES + 1):
                answer = page.goto(url + path)
                assert answer is not None, path
                assert answer.status == 200, (path, answer.status)
                took.append(page.evaluate(WHAT_IT_TOOK))
            assert not any(one["undrawn"] for one in took), path
            figures[name] = {
                f"{part} ms": round(statistics.median(one[part] for one in took[1:]), 1)
                for part in ("browser", "server", "store")
            }
    return figures
