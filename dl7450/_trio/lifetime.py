"""`Lifetime`: what is under way in a dock, until when it can be used, and who from outside its nursery is using it.

What the dock does by itself are tasks of its nursery. Others wait for the dock, too: tasks of a Trio program, and
threads. When the dock stops they must neither wait for ever nor go on with a transport that is about to be closed.

A dock ends in two steps. Leaving its block closes the door: what is under way goes on, and nothing new begins, or the
wait for the last request would never end while others keep asking. Then, or at once if there is an error, all ends.
"""

from __future__ import annotations

from types import TracebackType

import trio

from .pending import Pending
from .timed_scope import TimedScope
from .turns import Turns

CLOSED = "the dock is closed: use it inside its `async with open_dock()` block"
CLOSED_MEANWHILE = "the dock was closed meanwhile"


class DockClosed(trio.ClosedResourceError):
    """The closed error of a dock, so that its own can be told from those of other resources."""


class Lifetime:
    """Of one dock. Used on the Trio thread only.

    Attributes:
        nursery: of the dock.
        turns: in which what works for an app goes on, on virtual time.
        pending: requests in flight, and what the app thread has to do.
        door_closed: nothing new begins.
        over: everything ends.
    """

    def __init__(self, nursery: trio.Nursery) -> None:
        self.nursery = nursery
        self.turns = Turns()
        self.pending = Pending()
        self.door_closed = False
        self.over = False
        self._visits: set[Visit] = set()
        self._visitors = Pending()

    def check(self) -> None:
        """Raise `trio.ClosedResourceError` if nothing new may begin."""
        if self.door_closed:
            raise DockClosed(CLOSED)

    def fail(self, error: Exception) -> None:
        """Have the nursery raise an error, which ends everything."""
        self.nursery.start_soon(_raise, error)

    def visit(self) -> Visit:
        """Let a block (`async with`) use the dock; it is cancelled when the dock stops.

        Raises:
            trio.ClosedResourceError: the dock is closed, or it stopped while the block ran.
        """
        return Visit(self)

    def close_door(self) -> None:
        """Let nothing new begin."""
        self.door_closed = True

    def end(self, reason: str) -> None:
        """Cancel whoever uses the dock."""
        self.door_closed = self.over = True
        for visit in self._visits:
            visit.cancel(reason)

    async def wait_left(self) -> None:
        """Wait until the last one has cleaned up after itself."""
        await self._visitors.wait_none()


class Visit(TimedScope):
    """The block of `Lifetime.visit`; for one that enters the scope by itself, what is between `begin` and `end`."""

    __slots__ = ("_lifetime",)

    def __init__(self, lifetime: Lifetime) -> None:
        super().__init__()
        self._lifetime = lifetime

    async def begin(self) -> None:
        """Be cancelled when the dock stops.

        Raises:
            trio.ClosedResourceError: the dock is closed.
        """
        await trio.lowlevel.checkpoint_if_cancelled()  # a task that is to stop need not be told that it is too late
        self._lifetime.check()
        self._lifetime._visitors.begin()
        self._lifetime._visits.add(self)

    def end(self) -> None:
        """The dock is not used any more."""
        self._lifetime._visits.discard(self)
        self._lifetime._visitors.end()

    async def __aenter__(self) -> None:
        await self.begin()
        self.scope.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self.scope.__exit__(kind, error, traceback)
        finally:
            self.end()
        if self.scope.cancelled_caught:
            raise DockClosed(CLOSED_MEANWHILE)


async def _raise(error: Exception) -> None:
    raise error
