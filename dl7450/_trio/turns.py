"""`Turns`: on virtual time, what an app has asked for happens one after the other, in the order of asking.

Trio wakes in any order what is due at one moment, and app code runs beside it on a thread of its own: which request
ends first of two that time out together, or whether one begins before the app starts the next, would be a race. Spans
would get other ids, and callbacks another order. So what works for an app takes turns: its requests and measurements
when they begin and when they end, its MQTT clients whenever they send or receive. Whoever decides what the app does
next is the last. A turn is given when no app code runs and every task is blocked: time stands still meanwhile, so
nothing is late.

Requests of a Trio program's own tasks and of other threads take no turns: app code may be waiting for them.
On a real clock nobody waits for a turn: there the network decides what comes first.
"""

from __future__ import annotations

import math
from contextlib import AbstractAsyncContextManager, nullcontext
from heapq import heapify, heappop, heappush
from itertools import count
from types import TracebackType

import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from .pending import Pending

NO_TURN = nullcontext()


class Turns:
    """Of one dock. Used on the Trio thread only.

    Attributes:
        code: app code that runs.
        app_waits: app code waits for something that the dock does.
    """

    def __init__(self, nursery: trio.Nursery) -> None:
        self.code = Pending()
        self.app_waits = False
        self._nursery = nursery
        self._is_virtual = isinstance(trio.lowlevel.current_clock(), MockClock)
        self._numbers = count()
        self._waiting: list[tuple[float, int, trio.Event]] = []  # a heap
        self._are_given = False

    def number(self) -> int:
        """A place among those who take turns: after all that have one."""
        return next(self._numbers)

    @property
    def all_had(self) -> bool:
        """Whether nobody waits for a turn, and the last one who did is blocked again."""
        return not self._are_given

    def in_turn(self) -> AbstractAsyncContextManager[None]:
        """A block (`async with`) that begins and ends when it is its turn, by its number, which it gets now.

        A block that is cancelled ends at once.
        """
        return _InTurn(self, self.number()) if self._is_virtual else NO_TURN

    async def wait(self, number: float = math.inf) -> None:
        """Wait for the turn of a number; without one, until all others have had theirs. On a real clock, go on."""
        if not self._is_virtual:
            return
        turn = (number, self.number(), trio.Event())
        heappush(self._waiting, turn)
        if not self._are_given:
            self._are_given = True
            self._nursery.start_soon(self._give, name="dl7450 turns")
        try:
            await turn[2].wait()
        finally:
            if turn in self._waiting:  # it was cancelled
                self._waiting.remove(turn)
                heapify(self._waiting)

    async def _give(self) -> None:
        try:
            while True:
                await self.code.wait_none()
                await wait_all_tasks_blocked()
                if self.code.count:
                    continue
                if not self._waiting:
                    break
                heappop(self._waiting)[2].set()
        finally:
            self._are_given = False


class _InTurn(AbstractAsyncContextManager[None]):
    def __init__(self, turns: Turns, number: int) -> None:
        self._turns = turns
        self._number = number

    async def __aenter__(self) -> None:
        await self._turns.wait(self._number)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, Exception):
            await self._turns.wait(self._number)
