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
from .turns import Turns

CLOSED = "the dock is closed: use it inside its `async with open_dock()` block"


class DockClosed(trio.ClosedResourceError):
    """The closed error of a dock, so that its own can be told from those of other resources."""


class Lifetime:
    """Of one dock. Used on the Trio thread only.

    Attributes:
        nursery: of the dock.
        turns: in which requests begin.
        pending: requests in flight, and what the app thread has to do.
        door_closed: nothing new begins.
        over: everything ends.
    """

    def __init__(self, nursery: trio.Nursery) -> None:
        self.nursery = nursery
        self.turns = Turns(nursery)
        self.pending = Pending()
        self.door_closed = False
        self.over = False
        self._visits: set[trio.CancelScope] = set()
        self._visitors = Pending()

    def check(self) -> None:
        """Raise `trio.ClosedResourceError` if nothing new may begin."""
        if self.door_closed:
            raise DockClosed(CLOSED)

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
        for scope in self._visits:
            scope.cancel(reason)

    async def wait_left(self) -> None:
        """Wait until the last one has cleaned up after itself."""
        await self._visitors.wait_none()


class Visit:
    """The block of `Lifetime.visit`.

    A class and not an `@asynccontextmanager`: it runs on every request, and a generator would dominate the cost of a
    refusal.

    Attributes:
        scope: the cancel scope around the block.
    """

    __slots__ = ("_lifetime", "scope")

    def __init__(self, lifetime: Lifetime) -> None:
        self._lifetime = lifetime
        self.scope = trio.CancelScope()

    async def __aenter__(self) -> None:
        await trio.lowlevel.checkpoint_if_cancelled()  # a task that is to stop need not be told that it is too late
        self._lifetime.check()
        self._lifetime._visitors.begin()
        self._lifetime._visits.add(self.scope)
        self.scope.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self.scope.__exit__(kind, error, traceback)
        finally:
            self._lifetime._visits.discard(self.scope)
            self._lifetime._visitors.end()
        if self.scope.cancelled_caught:
            raise DockClosed("the dock was closed meanwhile")
