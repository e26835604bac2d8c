"""`Lifetime`: until when a dock can be used, and who from outside its nursery is using it.

What the dock does by itself are tasks of its nursery. A Trio program's own tasks wait for the dock, too: for a request,
for an app. When the dock stops they must neither wait for ever nor go on with a transport that is about to be closed.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import trio

from ._pending import Pending


class Lifetime:
    """Of one dock. Used on the Trio thread only."""

    def __init__(self) -> None:
        self.over = False
        self._visits: set[trio.CancelScope] = set()
        self._pending = Pending()

    def check(self) -> None:
        """Raise `trio.ClosedResourceError` if the dock has stopped."""
        if self.over:
            raise trio.ClosedResourceError("the dock is closed: use it inside its `async with open_dock()` block")

    @asynccontextmanager
    async def visit(self) -> AsyncGenerator[None]:
        """Let the block use the dock; it is cancelled when the dock stops.

        Raises:
            trio.ClosedResourceError: the dock has stopped, before or while the block ran.
        """
        await trio.lowlevel.checkpoint_if_cancelled()  # a task that is to stop need not be told that it is too late
        self.check()
        self._pending.begin()
        try:
            with trio.CancelScope() as scope:
                self._visits.add(scope)
                yield
        finally:
            self._visits.discard(scope)
            self._pending.end()
        if scope.cancelled_caught:
            raise trio.ClosedResourceError("the dock was closed meanwhile")

    def end(self, reason: str) -> None:
        """Nobody can use the dock any more."""
        self.over = True
        for scope in self._visits:
            scope.cancel(reason)

    async def wait_left(self) -> None:
        """Wait until the last one has cleaned up after itself."""
        await self._pending.wait_none()
