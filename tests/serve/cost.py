"""What `dl7450 serve` costs: from a render to the picture in Chromium, from a save to the new frame, and with no page.

    python -m tests.serve.cost

With no page open it is compared with `dl7450 run`: both run the carousel at the same time against the same server, and
the processor time of both is read from /proc (Linux only). The other times are as good as the machine is idle.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from examples.demo import APP, serving
from tests._browser import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.run.test_cli import CLEAN, ROOT

from .test_in_a_browser import Server

SECONDS = 30  # of each comparison
FRAMES = 100
SAVES = 20
WARM_UP = 20.0  # seconds: imports on a busy machine, and the page's first look
# An app that draws the machine's time, and not the dock's, which stands still while an app computes.
DRAWS_THE_TIME = """\
import sys
import splashscreen, wakeup
screen = splashscreen.Splashscreen()
def tick():
    screen.add_text_box("%d %f" % ({version}, sys.modules["time"].time()), {{"x": 0, "y": 0}})
timer = wakeup.wakeup(tick, 0, 250)
"""
# A panel that is told of has its pictures decoded; two frames of the browser later they have been seen.
LISTEN = """() => {
  window.shown = [];
  addEventListener("panel", (event) => {
    const drawn = event.target.querySelector(".screen img")?.alt.split(" ")[1];
    if (drawn) requestAnimationFrame(() => requestAnimationFrame(() => shown.push(Date.now() / 1000 - drawn)));
  });
}"""


def main() -> None:
    served, run = _with_no_page()
    print(
        f"in {SECONDS} s with no page open, serve takes {served:.2f} s of the processor and run {run:.2f} s", flush=True
    )
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        app = Path(folder) / "app.py"
        app.write_text(DRAWS_THE_TIME.format(version=0))
        server = Server(app)
        try:
            with playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS) as browser:
                page = browser.new_page(viewport={"width": 1360, "height": 900}, bypass_csp=True)
                page.goto(server.url)
                page.wait_for_timeout(1000 * WARM_UP)
                before = _processor_time(server.process.pid)
                shown = _to_the_picture(page)
                taken = (_processor_time(server.process.pid) - before) / len(shown)
                _tell("from drawing to the picture in Chromium", shown)
                print(f"of the processor, the server takes {1000 * taken:.0f} ms for a frame", flush=True)
                _tell("from a save to drawing", [_from_a_save(page, app, number) for number in range(1, SAVES + 1)])
        finally:
            server.process.kill()
            server.end(signal.SIGKILL)
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def _tell(what: str, seconds: Sequence[float]) -> None:
    middle, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
    print(f"{what}, {len(seconds)} times: median {1000 * middle:.0f} ms, p95 {1000 * p95:.0f} ms", flush=True)


def _with_no_page() -> tuple[float, float]:
    """The processor time of `dl7450 serve` and of `dl7450 run`, in seconds."""
    with serving() as content:
        common = [str(APP), "--set", f"server={content}"]
        commands = (["serve", *common, "--no-open", "--port", "0"], ["run", *common, "--quiet"])
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "dl7450", *command],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env=CLEAN,
            )
            for command in commands
        ]
        try:
            time.sleep(WARM_UP)
            before = [_processor_time(process.pid) for process in started]
            time.sleep(SECONDS)
            served, run = (_processor_time(process.pid) - begin for process, begin in zip(started, before, strict=True))
        finally:
            for process in started:
                process.send_signal(signal.SIGINT)
                process.wait(30)
    return served, run


def _processor_time(process: int) -> float:
    """Of a process so far, in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _to_the_picture(page: Page) -> list[float]:
    page.evaluate(LISTEN)
    page.wait_for_function(f"shown.length >= {FRAMES}", timeout=120_000)
    shown: list[float] = page.evaluate("shown")
    return shown


def _from_a_save(page: Page, app: Path, version: int) -> float:
    saved = time.time()
    app.write_text(DRAWS_THE_TIME.format(version=version))
    drawn = page.locator(f'.screen img[alt^="{version} "]').get_attribute("alt")
    assert drawn is not None
    return float(drawn.split()[1]) - saved


if __name__ == "__main__":
    main()
