"""`RequestControl`: the handle that `get_async` returns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

import trio

from .._trio.timed_scope import TimedScope

# Runs an async function on the dock from a thread that is not Trio's, and waits for it.
CallFromThread: TypeAlias = Callable[[Callable[[], Awaitable[None]]], None]


class RequestControl:
    """Controls one request in flight (dock SDK: the control object)."""

    def __init__(self, call_from_thread: CallFromThread, token: trio.lowlevel.TrioToken) -> None:
        self._call_from_thread = call_from_thread
        self._token = token
        self._scope = TimedScope()
        self._ended = trio.Event()  # the token is back and the socket is closed or clean
        self._cancelled = False  # written on any thread, read by the one that is about to call the callback

    def cancel(self) -> None:
        """Cancel the request: once this returns, the callback will not be called.

        Safe at any time, from any thread, and more than once; without effect when the callback has already begun.
        On the app thread (and on any other than a Trio thread) the request's token is back, too, when it returns.
        """
        self._cancelled = True
        in_trio_run = trio.lowlevel.in_trio_run()
        if in_trio_run and trio.lowlevel.current_trio_token() is self._token:
            self._cancel()
            return
        with suppress(trio.RunFinishedError):
            self._token.run_sync_soon(self._cancel)
        if not in_trio_run:  # another Trio run must not be kept waiting
            self._call_from_thread(self._ended.wait)

    def _cancel(self) -> None:
        self._scope.cancel("RequestControl.cancel()")

    def _is_wanted(self) -> bool:
        """Whether the callback may be called: never after `cancel()`."""
        return not self._cancelled
