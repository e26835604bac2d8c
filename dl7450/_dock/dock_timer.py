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
        first: when it fires first, in seconds of Trio's clock.
        period: seconds from one firing to the next; 0: it fires once.
        links: to the span that set it.
        number: of timers that are due at one moment, the one with the lowest fires first.
        on_cancel: called on the Trio thread when it has been cancelled.
        cancelled: it fires no more.
    """

    function: Callable[[], object]
    first: float
    period: float
    links: list[Link]
    number: int
    on_cancel: Callable[[DockTimer], None]
    cancelled: bool = False
    _token: trio.lowlevel.TrioToken = field(default_factory=trio.lowlevel.current_trio_token)

    def due(self, periods: float = 0.0) -> float:
        """When it fires after so many periods. A sum of periods would drift, and 3 times 0.1 is more than 0.3."""
        return round(self.first + periods * self.period, 9)

    def cancel(self) -> None:
        """Fire no more; at any time and more than once. From any thread. A call that has begun goes on."""
        self.cancelled = True
        self.tell(self.on_cancel)

    def tell(self, function: Callable[[DockTimer], None]) -> None:
        """Call a function with this timer on the Trio thread. From any thread."""
        with suppress(trio.RunFinishedError):  # a timer may outlive its dock
            self._token.run_sync_soon(function, self)
