"""`ThreadCalls`: how threads that are not Trio's get into a dock, and out again when it stops.

A call of a thread is a visit of the dock (`Lifetime.visit`), like what a task of the program asks. Which task it runs
in depends on the thread:

| thread | the call runs in | and is cancelled |
|---|---|---|
| the app thread, or one that Trio has not started | a system task of the dock's Trio run | when the dock stops |
| one of `trio.to_thread.run_sync` in that run | the task that waits for the thread | with that task, too |
| one of `trio.to_thread.run_sync` in another run | a system task, which a thread there waits for | the same |

Ctrl-C while a thread waits cancels its visit.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from functools import partial
from typing import TypeVar, TypeVarTuple

import trio

from .._trio.clock import awaited_by_thread
from .._trio.lifetime import CLOSED, DockClosed, Lifetime, Visit
from .._trio.threads import check_not_trio, host_run
from .app_thread import AppThread, DockStopped

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class ThreadCalls:
    """Of one dock. `Dock.call` and `Dock.call_sync` say what the methods do."""

    def __init__(self, lifetime: Lifetime, app_thread: AppThread, is_code_of_app: Callable[[], bool]) -> None:
        """Made on the Trio thread.

        Parameters:
            lifetime: of the dock.
            app_thread: of the dock.
            is_code_of_app: whether the caller is code of an app of the dock, on whatever thread.
        """
        self._lifetime = lifetime
        self._app_thread = app_thread
        self._is_code_of_app = is_code_of_app
        self._clock = trio.lowlevel.current_clock()
        self._token = trio.lowlevel.current_trio_token()

    def call(self, afn: Callable[[*Ts], Awaitable[T]], *args: *Ts) -> T:
        return self.visit(_in_visit, afn, args)

    def visit(self, afn: Callable[[Visit, *Ts], Awaitable[T]], *args: *Ts) -> T:
        """Run an async function as `call` does; it is given the visit, to begin and to end it by itself."""
        check_not_trio("Dock.call()", "`await`, or have the code run by dock.run_app(...)")
        visit = self._lifetime.visit()
        on_app_thread = threading.get_ident() == self._app_thread.ident
        host = None if on_app_thread else host_run()
        try:
            with self._stop_told():
                if host is self._token:
                    return trio.from_thread.run(self._run_visit, visit, afn, args, on_app_thread)
                if host is not None:
                    return trio.from_thread.run(self._run_visit_elsewhere, visit, afn, args)
                return trio.from_thread.run(self._run_visit, visit, afn, args, on_app_thread, trio_token=self._token)
        except KeyboardInterrupt:
            with suppress(trio.RunFinishedError):
                self._token.run_sync_soon(visit.cancel, "KeyboardInterrupt")
            raise

    def call_sync(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        check_not_trio("Dock.call_sync()", "the function itself, or have the code run by dock.run_app(...)")
        with self._stop_told():
            return trio.from_thread.run_sync(self._if_open, function, *args, trio_token=self._token)

    def start(self, function: Callable[[*Ts], None], *args: *Ts) -> None:
        """Have a plain function start something in the dock. The app thread does not wait until it has.

        What the app asks next, and that its code has returned, arrives after this. So a dock whose block is being left
        meanwhile still does what it was asked before.
        """
        if threading.get_ident() != self._app_thread.ident:
            self.call_sync(function, *args)
            return
        with self._stop_told():
            self._lifetime.check()
            self._token.run_sync_soon(copy_context().run, self._start, function, args)

    def _start(self, function: Callable[[*Ts], None], args: tuple[*Ts]) -> None:
        if self._lifetime.over:  # nobody is called any more
            return
        try:
            function(*args)
        except Exception as error:  # of a sampler or span processor; here it would end all of the Trio run
            self._lifetime.fail(error)

    def call_while_open(self, afn: Callable[[], Awaitable[None]]) -> None:
        """Run an async function as `call` does; without effect where the dock is closed."""
        with suppress(DockStopped, trio.ClosedResourceError):
            self.call(afn)

    @contextmanager
    def _stop_told(self) -> Generator[None]:
        """Tell a caller on another thread that the dock has stopped: in a way that an app cannot catch by mistake."""
        try:
            yield
        except (DockClosed, trio.RunFinishedError):
            if self._is_code_of_app():
                raise DockStopped(CLOSED) from None
            raise trio.ClosedResourceError(CLOSED) from None

    def _if_open(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        self._lifetime.check()
        return function(*args)

    async def _run_visit(
        self, visit: Visit, afn: Callable[[Visit, *Ts], Awaitable[T]], args: tuple[*Ts], on_app_thread: bool
    ) -> T:
        """Run an async function for a thread, which waits."""
        with self._app_thread.waiting_for_dock() if on_app_thread else awaited_by_thread(self._clock):
            return await afn(visit, *args)

    async def _run_visit_elsewhere(
        self, visit: Visit, afn: Callable[[Visit, *Ts], Awaitable[T]], args: tuple[*Ts]
    ) -> T:
        """Run an async function for a thread of another Trio run; cancel it with the task that waits there."""
        run = partial(trio.from_thread.run, self._run_visit, visit, afn, args, False, trio_token=self._token)
        try:
            return await trio.to_thread.run_sync(run, abandon_on_cancel=True, limiter=trio.CapacityLimiter(1))
        except trio.Cancelled:
            with suppress(trio.RunFinishedError):
                self._token.run_sync_soon(visit.cancel, "the thread's task was cancelled")
            raise


async def _in_visit(visit: Visit, afn: Callable[[*Ts], Awaitable[T]], args: tuple[*Ts]) -> T:
    async with visit:
        return await afn(*args)
