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
        self._scopes: dict[trio.CancelScope, None] = {}  # in the order in which the tasks began

    def start_soon(self, afn: Callable[[*Ts], Awaitable[object]], *args: *Ts, name: str) -> trio.CancelScope:
        """Start a task; the cancel scope around it is returned."""
        scope = trio.CancelScope()
        self._scopes[scope] = None
        self.pending.begin()
        self._lifetime.nursery.start_soon(self._run, scope, afn, args, name=name)
        return scope

    def cancel_all(self) -> None:
        """Cancel all tasks: the app has ended."""
        for scope in list(self._scopes):
            scope.cancel("the app has ended")

    async def unload(self) -> None:
        """The same, and wait until they have cleaned up after themselves."""
        self.cancel_all()
        await self.pending.wait_none()

    async def _run(self, scope: trio.CancelScope, afn: Callable[[*Ts], Awaitable[object]], args: tuple[*Ts]) -> None:
        try:
            with scope:
                await afn(*args)
        finally:
            del self._scopes[scope]
            self.pending.end()
