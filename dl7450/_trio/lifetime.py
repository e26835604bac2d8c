"""`Lifetime`: until when a dock can be used, and who from outside its nursery is using it.

What the dock does by itself are tasks of its nursery. A Trio program's own tasks wait for the dock, too: for a request,
for an app. When the dock stops they must neither wait for ever nor go on with a transport that is about to be closed.
"""

from __future__ import annotations

from types import TracebackType

import trio

from .pending import Pending

CLOSED = "the dock is closed: use it inside its `async with open_dock()` block"


class Lifetime:
    """Of one dock. Used on the Trio thread only."""

    def __init__(self) -> None:
        self.over = False
        self._visits: set[trio.CancelScope] = set()
        self._pending = Pending()

    def check(self) -> None:
        """Raise `trio.ClosedResourceError` if the dock has stopped."""
        if self.over:
            raise trio.ClosedResourceError(CLOSED)

    def visit(self) -> _Visit:
        """Let a block (`async with`) use the dock; it is cancelled when the dock stops.

        Raises:
            trio.ClosedResourceError: the dock has stopped, before or while the block ran.
        """
        return _Visit(self)

    def end(self, reason: str) -> None:
        """Nobody can use the dock any more."""
        self.over = True
        for scope in self._visits:
            scope.cancel(reason)

    async def wait_left(self) -> None:
        """Wait until the last one has cleaned up after itself."""
        await self._pending.wait_none()


class _Visit:
    """As every request is a visit, this is no generator: that would take longer than a refusal's span."""

    __slots__ = ("_lifetime", "_scope")

    def __init__(self, lifetime: Lifetime) -> None:
        self._lifetime = lifetime
        self._scope = trio.CancelScope()

    async def __aenter__(self) -> None:
        await trio.lowlevel.checkpoint_if_cancelled()  # a task that is to stop need not be told that it is too late
        self._lifetime.check()
        self._lifetime._pending.begin()
        self._lifetime._visits.add(self._scope)
        self._scope.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._scope.__exit__(kind, error, traceback)
        finally:
            self._lifetime._visits.discard(self._scope)
            self._lifetime._pending.end()
        if self._scope.cancelled_caught:
            raise trio.ClosedResourceError("the dock was closed meanwhile")
