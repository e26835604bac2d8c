"""What is kept of a dock does not grow, however long it runs: the short form of `python -m tests.serve.soak`."""

from __future__ import annotations

import gc
from pathlib import Path

from dl7450._serve.events import Frame
from dl7450._serve.history import KEPT
from dl7450._serve.pace import Pace
from dl7450._serve.served_dock import ServedDock
from tests.serve._served import seen, served

# Each tick is a frame, two spans and a line.
TICKS = """\
import splashscreen, wakeup
screen = splashscreen.Splashscreen()
count = 0
def tick():
    global count
    count += 1
    print(count)
    screen.add_text_box(str(count), {"x": 0, "y": 0})
timer = wakeup.wakeup(tick, 0, 1000)
"""
FULL = max(KEPT.values())  # ticks after which nothing more is kept


async def test_what_is_kept_of_a_dock_does_not_grow(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text(TICKS)
    async with served(app, pace=Pace.FAST) as dock:
        before = await _objects_after(dock, FULL)
        after = await _objects_after(dock, 2 * FULL)
    assert after - before < FULL / 4  # one of each fourth tick


async def _objects_after(dock: ServedDock, frames: int) -> int:
    await seen(dock.history, Frame, lambda frame: frame.number >= frames)
    await dock.ask(lambda program: program.set_pace(Pace.PAUSED))
    gc.collect()
    count = len(gc.get_objects())
    await dock.ask(lambda program: program.set_pace(Pace.FAST))
    return count
