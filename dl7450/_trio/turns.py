"""`Turns`: on virtual time, what an app has asked for happens one after the other, in the order of asking.

Trio wakes in any order what is due at one moment, and app code runs beside it on a thread of its own: which request
ends first of two that time out together, or whether one begins before the app starts the next, would be a race. Spans
would get other ids, and callbacks another order. So what works for an app takes turns: its requests and measurements
when they begin and when they end, its MQTT clients whenever they send or receive. Whoever decides what the app does
next is the last. A turn is given when no app code runs and every task is blocked: time stands still meanwhile, so
nothing is late.

Requests of a Trio program's own tasks and of other threads take no turns: app code may be waiting for them.
On a real clock nobody waits for a turn: there the network decides what comes first. Nor does anybody on a virtual one
that goes on by itself (`dl7450 serve` at 1x): each turn would be one more of Trio's loop, for nothing that repeats.
"""

from __future__ import annotations

import math
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from heapq import heapify, heappush
from itertools import count
from types import TracebackType

import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from .clock import goes_on
from .pending import Pending

NO_TURN = nullcontext()


class Turns:
    """Of one dock. Used on the Trio thread only.

    Attributes:
        code: app code that runs.
        app_waits: app code waits for something that the dock does.
    """

    def __init__(self) -> None:
        self.code = Pending()
        self.app_waits = False
        self._clock = trio.lowlevel.current_clock()
        self._numbers = count()
        self._waiting: list[_Turn] = []  # a heap
        self._given = 0  # turns so far

    def number(self) -> int:
        """A place among those who take turns: after all that have one."""
        return next(self._numbers)

    async def wait_all_had(self) -> bool:
        """Wait until every task is blocked; returns whether nobody waits for a turn, or was given one just then."""
        given = self._given
        await wait_all_tasks_blocked()
        return not self._waiting and self._given == given

    def in_turn(self) -> AbstractAsyncContextManager[None]:
        """A block (`async with`) that begins and ends when it is its turn, by its number, which it gets now.

        A block that is cancelled ends at once.
        """
        return _InTurn(self, self.number()) if self._are_taken() else NO_TURN

    async def wait(self, number: float = math.inf) -> None:
        """Wait for the turn of a number; without one, until all others have had theirs. Where none are taken, go on."""
        if not self._are_taken():
            return
        turn = _Turn(number, self.number())
        heappush(self._waiting, turn)
        try:
            while not await self._may_begin(turn):
                pass
            self._given += 1
        finally:
            self._waiting.remove(turn)
            heapify(self._waiting)
            if self._waiting:
                self._waiting[0].is_next.set()

    def _are_taken(self) -> bool:
        return isinstance(self._clock, MockClock) and not goes_on(self._clock)

    async def _may_begin(self, turn: _Turn) -> bool:
        """Wait until a turn may be given; returns whether it is this one.

        Who is next sees to that by itself: with a task that gives turns, each would be two turns of Trio's loop more.
        """
        if turn is not self._waiting[0]:
            turn.is_next = trio.Event()
            await turn.is_next.wait()
        await self.code.wait_none()
        given = self._given
        await wait_all_tasks_blocked()
        # All who wait for this moment are woken at once: a turn may have been given to one of them already.
        return turn is self._waiting[0] and self._given == given and not self.code.count


@dataclass(order=True)
class _Turn:
    """Somebody who waits for a turn. Of one number, who asked first comes first."""

    number: float
    asked: int
    is_next: trio.Event = field(default_factory=trio.Event, compare=False)  # nobody comes before this one any more


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
