"""What `dl7450 serve` costs: from a render to the picture in Chromium, from a save to the new frame, and with no page.

    python -m tests.serve.cost

With no page open it is compared with `dl7450 run`: both run the carousel at the same time against the same server, and
the processor time of each is read after each round of its pictures (Linux only). The other times are as good as the
machine is idle. All takes four minutes.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from examples.demo import APP, serving
from tests._browser import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.run.test_cli import CLEAN, ROOT

from .test_in_a_browser import Server

ROUND = 9.0  # seconds: of the carousel's pictures
ROUNDS = 8
FRAMES = 200
FRAME_TARGET = 0.1  # seconds, at p95
SAVES = 40
SAVE_TARGET = 0.3  # seconds
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
    const [version, drawn] = event.target.querySelector(".screen img")?.alt.split(" ") ?? [];
    if (!drawn) return;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      shown.push({ version, drawn: Number(drawn), seen: Date.now() / 1000 });
    }));
  });
}"""


def main() -> None:
    _tell_no_page(_with_no_page())
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        app = Path(folder) / "app.py"
        app.write_text(DRAWS_THE_TIME.format(version=0))
        server = Server(app)
        try:
            with playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS) as browser:
                page = browser.new_page(viewport={"width": 1360, "height": 900}, bypass_csp=True)
                page.goto(server.url)
                page.wait_for_timeout(1000 * WARM_UP)
                page.evaluate(LISTEN)
                before = _processor_time(server.process.pid)
                shown = _to_the_picture(page)
                taken = (_processor_time(server.process.pid) - before) / len(shown)
                _tell("from drawing to the picture in Chromium", shown, FRAME_TARGET)
                print(f"of the processor, the server takes {1000 * taken:.0f} ms for a frame", flush=True)
                saves = [_from_a_save(page, app, number) for number in range(1, SAVES + 1)]
                _tell("from a save to drawing", [drawn for drawn, _ in saves], SAVE_TARGET)
                _tell("from a save to the new picture in Chromium", [seen for _, seen in saves], SAVE_TARGET)
        finally:
            server.process.kill()
            server.end(signal.SIGKILL)
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


def _tell(what: str, seconds: Sequence[float], target: float) -> None:
    middle, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
    print(
        f"{what}, {len(seconds)} times: p50 {1000 * middle:.0f} ms, p95 {1000 * p95:.0f} ms "
        f"(target: p95 at most {1000 * target:.0f} ms)",
        flush=True,
    )


def _tell_no_page(rounds: Sequence[tuple[float, float]]) -> None:
    low, middle, high = statistics.quantiles([served / run for served, run in rounds], n=4)
    served, run = (1000 * statistics.mean(each) / ROUND for each in zip(*rounds, strict=True))
    print(
        f"with no page open, serve takes {middle:.2f} of the processor time of run (quartiles {low:.2f} and {high:.2f} "
        f"of {len(rounds)} rounds; target: 1): {served:.1f} and {run:.1f} ms a second",
        flush=True,
    )


def _with_no_page() -> list[tuple[float, float]]:
    """The processor time of `dl7450 serve` and of `dl7450 run` in each round of the carousel, in seconds."""
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
            times = []
            for _ in range(ROUNDS + 1):
                times.append([_processor_time(process.pid) for process in started])
                time.sleep(ROUND)
        finally:
            for process in started:
                process.send_signal(signal.SIGINT)
                process.wait(30)
    return [(after[0] - before[0], after[1] - before[1]) for before, after in pairwise(times)]


def _processor_time(process: int) -> float:
    """Of a process so far, in seconds; to the nanosecond, which /proc/PID/stat is not."""
    return time.clock_gettime((~process << 3) | 2)  # its clock, as clock_getcpuclockid(3) of the C library names it


def _to_the_picture(page: Page) -> list[float]:
    page.evaluate("shown.length = 0")
    page.wait_for_function(f"shown.length >= {FRAMES}", timeout=120_000)
    shown: list[float] = page.evaluate("shown.map((frame) => frame.seen - frame.drawn)")
    return shown


def _from_a_save(page: Page, app: Path, version: int) -> tuple[float, float]:
    """From a save to the first drawing of the app that was saved, and to its picture, in seconds."""
    page.evaluate("shown.length = 0")
    saved = time.time()
    app.write_text(DRAWS_THE_TIME.format(version=version))
    frame = page.wait_for_function(f"shown.find((frame) => frame.version === '{version}')").evaluate("frame => frame")
    return frame["drawn"] - saved, frame["seen"] - saved


if __name__ == "__main__":
    main()
