"""`Timers`: the timers of a dock, each a task of its nursery."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from operator import itemgetter

import trio
from opentelemetry import trace
from opentelemetry.trace import Link

from .._trio.app_spans import function_name
from .._trio.lifetime import Lifetime
from .._trio.pending import Pending
from .app_calls import AppCalls
from .dock_timer import DockTimer


class Timers:
    """All timers of one dock. Used on the Trio thread only.

    Attributes:
        pending: timers that may still fire.
    """

    def __init__(self, lifetime: Lifetime, app_calls: AppCalls) -> None:
        self.pending = Pending()
        self._lifetime = lifetime
        self._app_calls = app_calls
        self._running: set[DockTimer] = set()
        self._stopped = False
        self._numbers = count()
        self._due: list[tuple[int, DockTimer]] = []  # that fire now, by their number

    def start(self, function: Callable[[], object], delay: float, period: float) -> DockTimer:
        """Start a timer; after `stop` it never fires.

        Parameters:
            function: what to call.
            delay: seconds until it fires first; 0: as soon as the app thread is idle.
            period: seconds from one firing to the next; 0: it fires once.
        """
        setter = trace.get_current_span().get_span_context()
        timer = DockTimer(function, delay, period, [Link(setter)] if setter.is_valid else [])
        if not self._stopped:
            self.pending.begin()
            self._running.add(timer)
            name = f"timer {function_name(function)}"
            self._lifetime.nursery.start_soon(self._run, timer, next(self._numbers), name=name)
        return timer

    def stop(self) -> None:
        """Cancel all timers."""
        self._stopped = True
        for timer in self._running:
            timer.cancel()

    async def _run(self, timer: DockTimer, number: int) -> None:
        first = due = trio.current_time() + timer.delay
        periods = 0.0
        try:
            with timer.scope:
                while True:
                    await trio.sleep_until(due)
                    # The next firing is not queued behind one that has not run: late ones would pile up.
                    await self._fire(timer, number)
                    if not timer.period:
                        break
                    missed = max(0.0, trio.current_time() - due) // timer.period
                    periods += missed + 1
                    due = first + periods * timer.period  # a sum of periods would drift
        finally:
            self._running.discard(timer)
            self.pending.end()

    async def _fire(self, timer: DockTimer, number: int) -> None:
        if not self._due:
            self._lifetime.nursery.start_soon(self._fire_due)
        timer.fired = trio.Event()
        self._due.append((number, timer))
        await timer.fired.wait()

    async def _fire_due(self) -> None:
        # Trio wakes in any order what is due at one moment. On virtual time that is common, and results must repeat.
        due, self._due = sorted(self._due, key=itemgetter(0)), []
        for _, timer in due:
            self._app_calls.fire(timer)
