"""The stream of events that keeps a dock's page live: it names the panels that show something else now.

An event has no content: the page asks for the panels anew. So a page that is slow, was asleep, or comes back to a
server that was started anew, has missed nothing: at the start of a stream all panels are named.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence

import trio

from .panels import Panel
from .served_dock import ServedDock

RETRY = 500  # milliseconds after which a page looks whether the server is back
TICK = 1.0  # seconds
PAUSE = 0.03  # seconds between two events: what happens meanwhile is one


async def changes(dock: ServedDock, panels: Sequence[Panel]) -> AsyncGenerator[str, None]:
    """The stream, without an end."""
    history = dock.history
    yield f"retry: {RETRY}\n\n"
    known = dict.fromkeys((panel.name for panel in panels), -1)
    while True:
        version = history.version()
        now = {panel.name: history.version(panel.kinds) for panel in panels}
        stale = [name for name, number in now.items() if number != known[name]]
        known = now
        if stale:
            yield _event(stale)
            await trio.sleep(PAUSE)
        with trio.move_on_after(TICK) as tick:
            await history.wait_change(version)
        if tick.cancelled_caught:
            yield _event([panel.name for panel in panels if panel.ticks])


def _event(names: Sequence[str]) -> str:
    return f"event: change\ndata: {json.dumps(names)}\n\n"
