"""The stream of events that keeps a dock's page live: it names the panels that show something else now.

An event has no content: the page asks for the panels anew. So a page that is slow, was asleep, or comes back to a
server that was started anew, has missed nothing: at the start of a stream all panels are named.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence

import trio

from .history import History
from .panels import Panel

RETRY = 500  # milliseconds after which a page looks whether the server is back
TICK = 1.0  # seconds
PAUSE = 0.03  # seconds between two events: what happens meanwhile is one


async def changes(history: History, panels: Sequence[Panel]) -> AsyncGenerator[str, None]:
    """The stream of one dock, without an end."""
    yield f"retry: {RETRY}\n\n"
    known = dict.fromkeys((panel.name for panel in panels), -1)
    tick = trio.current_time() + TICK
    while True:
        version, ticks = history.version(), trio.current_time() >= tick
        now = {panel.name: history.version(panel.kinds) for panel in panels}
        stale = [panel.name for panel in panels if now[panel.name] != known[panel.name] or (ticks and panel.ticks)]
        known = now
        if ticks:
            tick = trio.current_time() + TICK
        if stale:
            yield f"event: change\ndata: {json.dumps(stale)}\n\n"
            await trio.sleep(PAUSE)
        with trio.move_on_at(tick):
            await history.wait_change(version)
