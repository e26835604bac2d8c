"""`Turns`: on virtual time, what begins at one moment begins one after the other, in the order of asking.

Trio runs tasks in no particular order, and app code runs beside them on a thread of its own: which span begins first,
the one of a request's connection or the one of the app's next request, would be a race. Virtual time stands still while
app code runs. So a request that is started meanwhile can as well begin when that code has returned, or waits.

On a real clock nothing waits for its turn: there the network decides what comes first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVarTuple

import trio
from trio.testing import MockClock, wait_all_tasks_blocked

Ts = TypeVarTuple("Ts")


class Turns:
    """Of one dock. Used on the Trio thread only.

    Attributes:
        is_virtual: there are turns: the clock is a virtual one, and the dock goes on.
        held: app code runs: what is started waits until somebody calls `settle`.
    """

    def __init__(self, nursery: trio.Nursery) -> None:
        self.held = False
        self._nursery = nursery
        self.is_virtual = isinstance(trio.lowlevel.current_clock(), MockClock)
        self._waiting: deque[Callable[[], None]] = deque()

    def start_soon(self, afn: Callable[[*Ts], Awaitable[object]], *args: *Ts, name: str) -> None:
        """Start a task of the nursery when it is its turn."""

        def start() -> None:
            self._nursery.start_soon(afn, *args, name=name)

        if self.held and self.is_virtual:
            self._waiting.append(start)
        else:
            start()

    async def settle(self) -> None:
        """Start what waits, one after the other, and return when nothing more happens unless time passes."""
        while self.is_virtual:
            await wait_all_tasks_blocked()
            if not self._waiting:
                return
            self._waiting.popleft()()

    def end(self) -> None:
        """Start what waits at once: nobody settles any more. What is cancelled has to end, so it has to begin."""
        self.held = self.is_virtual = False
        while self._waiting:
            self._waiting.popleft()()
