"""`Pending`: how many things are still under way, and an event for when none is."""

from __future__ import annotations

import trio


class Pending:
    """Counts things under way. Used on the Trio thread only."""

    def __init__(self) -> None:
        self.count = 0
        self._none: trio.Event | None = None  # while somebody waits for it

    def begin(self) -> None:
        """One more thing is under way."""
        self.count += 1

    def end(self) -> None:
        """One thing less is under way."""
        self.count -= 1
        if self.count == 0 and self._none is not None:
            self._none.set()
            self._none = None

    def count_one(self, is_under_way: bool) -> None:
        """Where there is one thing at most: say whether it is under way."""
        if is_under_way and not self.count:
            self.begin()
        elif self.count and not is_under_way:
            self.end()

    async def wait_none(self) -> None:
        """Wait until nothing is under way, also if more began in between."""
        while self.count:
            if self._none is None:
                self._none = trio.Event()
            await self._none.wait()
