"""`AppTasks`: what goes on for an app in the background, such as a client that is connected to a broker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVarTuple

import trio

from .lifetime import Lifetime
from .pending import Pending

Ts = TypeVarTuple("Ts")


class AppTasks:
    """Tasks of a dock's nursery that work for its app. Used on the Trio thread only.

    Attributes:
        pending: those that have not ended: as long as there is one, the app is not over.
    """

    def __init__(self, lifetime: Lifetime) -> None:
        self.pending = Pending()
        self._lifetime = lifetime
        self._ended: dict[trio.CancelScope, trio.Event] = {}  # of those that run, in the order in which they began

    def start_soon(self, afn: Callable[[*Ts], Awaitable[object]], *args: *Ts, name: str) -> trio.CancelScope:
        """Start a task; the cancel scope around it is returned."""
        scope = trio.CancelScope()
        self._ended[scope] = trio.Event()
        self.pending.begin()
        self._lifetime.nursery.start_soon(self._run, scope, afn, args, name=name)
        return scope

    def cancel_all(self) -> None:
        """Cancel all tasks: the app has ended."""
        for scope in self._ended:
            scope.cancel("the app has ended")

    async def unload(self) -> None:
        """The same, and wait for each until it has cleaned up after itself, before the next is cancelled."""
        for scope in list(self._ended):
            scope.cancel("the app has ended")
            if scope in self._ended:
                await self._ended[scope].wait()

    async def _run(self, scope: trio.CancelScope, afn: Callable[[*Ts], Awaitable[object]], args: tuple[*Ts]) -> None:
        try:
            with scope:
                await afn(*args)
        finally:
            self._ended.pop(scope).set()
            self.pending.end()
