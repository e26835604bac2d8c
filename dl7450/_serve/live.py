"""The stream of events that keeps a page live: it names the parts of the page that show something else now.

An event has no content: the page asks for the parts anew. So a page that is slow, was asleep, or comes back to a
server that was started anew, has missed nothing: at the start of a stream all parts are named.
"""

from __future__ import annotations

import json
import math
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import ExitStack, aclosing
from dataclasses import dataclass

import trio

from .events import Event
from .history import History
from .lag import lag_of_server
from .served_dock import ServedDock

RETRY = 500  # milliseconds after which a page looks whether the server is back
TICK = 1.0  # seconds
MOMENT = 0.002  # seconds: what happens within them is one
PAUSE = 0.03  # seconds between two events
# How long the parts wait that are not shown at once, in seconds:
PATIENCE = 0.06  # after a change, for what follows
REST = 0.15  # after what is shown at once was named: it is drawn and seen before the machine is busy with them
LATEST = 0.5  # at most, where one frame follows the other


@dataclass(frozen=True, kw_only=True)
class LivePart:
    """A part of a page.

    Attributes:
        name: what the page knows it by.
        histories: of the docks that it shows.
        kinds: the events after which it shows something else.
        ticks: it shows something else each second, too.
        at_once: it does not wait for others to change.
    """

    name: str
    histories: Sequence[History]
    kinds: Sequence[type[Event]]
    ticks: bool = False
    at_once: bool = False

    def version(self) -> int:
        """A number that grows when it shows something else."""
        return sum(history.version(self.kinds) for history in self.histories)


async def looked_at(docks: Sequence[ServedDock], events: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    """The stream of a page that shows some docks: while it lasts, they and the server are measured."""
    with ExitStack() as looks:
        if lag := lag_of_server.get():
            looks.enter_context(lag.looked_at())
        for dock in docks:
            looks.enter_context(dock.looked_at())
        async with aclosing(events):
            async for event in events:
                yield event


async def changes(parts: Sequence[LivePart]) -> AsyncGenerator[str, None]:
    """The stream of one page, without an end."""
    histories = {history for part in parts for history in part.histories}
    yield f"retry: {RETRY}\n\n"
    known = dict.fromkeys((part.name for part in parts), -1)
    at_once = {part.name for part in parts if part.at_once}
    ticks = {part.name: math.inf for part in parts if part.ticks}  # when they change though nothing happens
    stale: set[str] = set()
    rest, since = -math.inf, -math.inf  # until when the others rest, and since when they wait
    while True:
        versions, now = {history: history.version() for history in histories}, trio.current_time()
        for part in parts:
            if (version := part.version()) != known[part.name] or now >= ticks.get(part.name, math.inf):
                known[part.name] = version
                stale.add(part.name)
                if part.ticks:
                    ticks[part.name] = math.inf  # until it is named
        all_due = now >= _due(rest, since)
        if named := [part.name for part in parts if part.name in stale and (all_due or part.name in at_once)]:
            yield f"event: change\ndata: {json.dumps(named)}\n\n"
            stale.difference_update(named)
            ticks.update((name, now + TICK - PATIENCE) for name in named if name in ticks)
            if not at_once.isdisjoint(named):
                rest = now + REST
            await trio.sleep(PAUSE)
        since = min(since, now) if stale else math.inf
        with trio.move_on_at(min([_due(rest, since), *ticks.values()])):
            await _any_change(versions)
            await trio.sleep(MOMENT)


def _due(rest: float, since: float) -> float:
    """When the parts are named that are not shown at once."""
    return min(max(rest, since + PATIENCE), since + LATEST)


async def _any_change(versions: Mapping[History, int]) -> None:
    async def wait_one(history: History, known: int) -> None:
        await history.wait_change(known)
        nursery.cancel_scope.cancel()

    async with trio.open_nursery() as nursery:
        for history, known in versions.items():
            nursery.start_soon(wait_one, history, known)
