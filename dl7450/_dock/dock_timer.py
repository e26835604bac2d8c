"""`DockTimer`: one timer of a dock. `timers.Timers` runs it, `dl7450.wakeup.Timer` is what an app sees of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import trio
from opentelemetry.trace import Link


@dataclass(eq=False, slots=True)
class DockTimer:
    """Fires once or again and again, at exact multiples of its period. Made on the Trio thread.

    Attributes:
        function: what it calls.
        delay: seconds until it fires first; 0: as soon as the app thread is idle.
        period: seconds from one firing to the next; 0: it fires once.
        links: to the span that set it.
        cancelled: it fires no more.
        scope: around its waiting.
        fired: set when the function has been called, or is not to be called any more.
    """

    function: Callable[[], object]
    delay: float
    period: float
    links: list[Link]
    cancelled: bool = False
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    fired: trio.Event = field(default_factory=trio.Event)
    _token: trio.lowlevel.TrioToken = field(default_factory=trio.lowlevel.current_trio_token)

    def end_firing(self) -> None:
        """The function has been called, or is not to be called any more. From any thread."""
        self._soon(self.fired.set)

    def cancel(self) -> None:
        """Fire no more; at any time and more than once. From any thread. A call that has begun goes on."""
        self.cancelled = True
        self._soon(self.scope.cancel, "Timer.cancel()")

    def _soon(self, function: Callable[..., object], *args: object) -> None:
        with suppress(trio.RunFinishedError):  # a timer may outlive its dock
            self._token.run_sync_soon(function, *args)
