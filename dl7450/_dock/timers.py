"""The timers of a dock, each a task of its nursery. `dl7450.wakeup.Timer` is what an app sees of one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count
from operator import itemgetter

import trio
from opentelemetry import trace
from opentelemetry.trace import Link

from .._trio.app_spans import function_name
from .._trio.pending import Pending


class DockTimer:
    """Fires once or again and again, at exact multiples of its period."""

    def __init__(self, function: Callable[[], object], delay: float, period: float) -> None:
        """
        Parameters:
            function: what to call.
            delay: seconds until it fires first; 0: as soon as the app thread is idle.
            period: seconds from one firing to the next; 0: it fires once.
        """
        self.function = function
        self._delay = delay
        self._period = period
        self.cancelled = False
        self._scope = trio.CancelScope()
        self._fired = trio.Event()
        self._token = trio.lowlevel.current_trio_token()

    async def run(self, post: Callable[[Link | None], None]) -> None:
        """Wait and fire.

        Parameters:
            post: has the app thread call `fire`, unless the timer is `cancelled` by then, in a span with this link
                to the one that set the timer.
        """
        setter = trace.get_current_span().get_span_context()
        link = Link(setter) if setter.is_valid else None
        first = due = trio.current_time() + self._delay
        periods = 0.0
        with self._scope:
            while True:
                await trio.sleep_until(due)
                self._fired = trio.Event()
                post(link)
                # The next firing is not queued behind one that has not run: late ones would pile up.
                await self._fired.wait()
                if not self._period:
                    break
                missed = max(0.0, trio.current_time() - due) // self._period
                periods += missed + 1
                due = first + periods * self._period  # a sum of periods would drift

    def fire(self) -> None:
        """Call the function, unless the timer is `cancelled`. App thread only."""
        try:
            # Asked for the last time: another thread may have cancelled since the call was decided upon.
            if not self.cancelled:
                self.function()
        finally:
            self._soon(self._fired.set)

    def cancel(self) -> None:
        """Fire no more; at any time and more than once. From any thread. A call that has begun goes on."""
        self.cancelled = True
        self._soon(self._scope.cancel, "Timer.cancel()")

    def _soon(self, function: Callable[..., object], *args: object) -> None:
        with suppress(trio.RunFinishedError):  # a timer may outlive its dock
            self._token.run_sync_soon(function, *args)


class Timers:
    """All timers of one dock. Used on the Trio thread only."""

    def __init__(self, nursery: trio.Nursery, fire: Callable[[DockTimer, Link | None], None]) -> None:
        """
        Parameters:
            nursery: of the dock.
            fire: has the app thread call a timer's `fire`, in a span with this link to the one that set the timer.
        """
        self._nursery = nursery
        self._fire = fire
        self._running: set[DockTimer] = set()
        self._stopped = False
        self._numbers = count()
        self._due: list[tuple[int, Callable[[], None]]] = []  # that fire now, by their number
        self.pending = Pending()  # timers that may still fire

    def start(self, timer: DockTimer) -> None:
        """Start the task of a timer; after `stop` none starts."""
        if self._stopped:
            return
        self.pending.begin()
        self._running.add(timer)
        self._nursery.start_soon(self._run, timer, next(self._numbers), name=f"timer {function_name(timer.function)}")

    def stop(self) -> None:
        """Cancel all timers."""
        self._stopped = True
        for timer in self._running:
            timer.cancel()

    async def _run(self, timer: DockTimer, number: int) -> None:
        def post(link: Link | None) -> None:
            if not self._due:
                self._nursery.start_soon(self._fire_due)
            self._due.append((number, partial(self._fire, timer, link)))

        try:
            await timer.run(post)
        finally:
            self._running.discard(timer)
            self.pending.end()

    async def _fire_due(self) -> None:
        # Trio wakes in any order what is due at one moment. On virtual time that is common, and results must repeat.
        due, self._due = sorted(self._due, key=itemgetter(0)), []
        for _, fire in due:
            fire()
