"""`Timers`: the timers of a dock, each an entry of the agenda until it fires."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import trio
from opentelemetry import trace
from opentelemetry.trace import Link

from .._trio.pending import Pending
from .agenda import Entry
from .app_calls import AppCalls
from .dock_timer import DockTimer


class Timers:
    """All timers of one dock. Used on the Trio thread only.

    Attributes:
        pending: timers that may still fire.
    """

    def __init__(self, app_calls: AppCalls) -> None:
        self.pending = Pending()
        self._app_calls = app_calls
        self._running: dict[DockTimer, Entry] = {}  # its place on the agenda; it stays while the function is called
        self._stopped = False

    def start(self, function: Callable[[], object], delay: float, period: float) -> DockTimer:
        """Start a timer; after `stop` it never fires.

        Parameters:
            function: what to call.
            delay: seconds until it fires first; 0: as soon as the app thread is idle.
            period: seconds from one firing to the next; 0: it fires once.
        """
        setter = trace.get_current_span().get_span_context()
        links = [Link(setter)] if setter.is_valid else []
        number = self._app_calls.agenda.number()
        timer = DockTimer(function, trio.current_time() + delay, period, links, number, self._end)
        if not self._stopped:
            self.pending.begin()
            self._wait(timer, timer.due())
        return timer

    def due(self) -> list[tuple[float, DockTimer]]:
        """The timers that may still fire, and when each does next, in seconds of Trio's clock; the next one first."""
        return sorted(((entry.due, timer) for timer, entry in self._running.items()), key=lambda pair: pair[0])

    def stop(self) -> None:
        """Cancel all timers, and let no new one fire."""
        self._stopped = True
        self._cancel_all()

    async def unload(self) -> None:
        """Cancel all timers: the app has ended."""
        self._cancel_all()

    def _cancel_all(self) -> None:
        for timer in list(self._running):
            timer.cancelled = True
            self._end(timer)

    def _wait(self, timer: DockTimer, due: float) -> None:
        self._running[timer] = Entry(due, timer.number, partial(self._fire, timer))
        self._app_calls.thread.add(self._running[timer])

    def _fire(self, timer: DockTimer) -> None:
        """The timer's job, on the app thread."""
        try:
            self._app_calls.call_timer(timer)
        finally:
            timer.tell(self._fired)

    def _fired(self, timer: DockTimer) -> None:
        # The next firing is not on the agenda before this one has been called: late ones would pile up.
        if timer not in self._running:  # it was cancelled meanwhile
            return
        if not timer.period:
            self._end(timer)
            return
        late = max(0.0, trio.current_time() - self._running[timer].due)
        done = round((self._running[timer].due - timer.first) / timer.period)
        self._wait(timer, timer.due(done + late // timer.period + 1))

    def _end(self, timer: DockTimer) -> None:
        entry = self._running.pop(timer, None)
        if entry is not None:
            self._app_calls.thread.remove(entry)
            self.pending.end()
