"""`ServerTurns`: of what is due at the same moment, one thing happens after the other, in a given order.

Trio runs tasks in no particular order, and app code runs beside them in its own thread. If two answers arrived at the
same moment, it would be chance which callback comes first. So servers in memory take turns: the driver lets the next
one answer when nothing else moves any more.
"""

from __future__ import annotations

import math
from heapq import heapify, heappop, heappush

import trio


class ServerTurns:
    """Those who wait for their turn. Used on the Trio thread only."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, trio.Event]] = []  # a heap

    async def wait(self, due: float, number: int) -> None:
        """Wait for a moment, and then until all with a lower number have had their turn at it."""
        turn = (due, number, trio.Event())
        heappush(self._waiting, turn)
        try:
            await turn[2].wait()
        except trio.Cancelled:
            if turn in self._waiting:
                self._waiting.remove(turn)
                heapify(self._waiting)
            raise

    @property
    def next_due(self) -> float:
        """When the next one is due; `math.inf` if nobody waits."""
        return self._waiting[0][0] if self._waiting else math.inf

    def give(self, now: float) -> bool:
        """Give the next one its turn, if it is due; returns whether there was one."""
        if self.next_due > now:
            return False
        heappop(self._waiting)[2].set()
        return True
