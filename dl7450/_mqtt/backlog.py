"""`Backlog`: what an app is still to be told, and whether there is room for more of it."""

from __future__ import annotations

from collections.abc import Callable

import trio


class Backlog:
    """Of one client. What comes is counted on the Trio thread, what the app has been told on the app's.

    Each number is written by one of the threads only, so there is no lock.
    """

    def __init__(self, count_max: int, size_max: int) -> None:
        """
        Parameters:
            count_max: with so many things it is full.
            size_max: the same in bytes.
        """
        self._count_max = count_max
        self._size_max = size_max
        self._came_count = self._came_size = 0
        self._told_count = self._told_size = 0
        self._token = trio.lowlevel.current_trio_token()
        self._changed = trio.Event()
        self._is_awaited = False

    def add(self, size: int) -> Callable[[], None]:
        """One thing more, of so many bytes. Returns what is to be called on the app thread when the app was told."""
        self._came_count += 1
        self._came_size += size

        def told() -> None:
            self._told_count += 1
            self._told_size += size
            if self._is_awaited:
                self._token.run_sync_soon(self._change)

        return told

    @property
    def is_full(self) -> bool:
        """Whether the app has to be told something before there is more."""
        return (
            self._came_count - self._told_count >= self._count_max
            or self._came_size - self._told_size >= self._size_max
        )

    async def wait_room(self) -> None:
        """Wait until it is not full."""
        self._is_awaited = True  # before the look: whatever the app is told after it, is told here
        try:
            while self.is_full:
                self._changed = trio.Event()
                await self._changed.wait()
        finally:
            self._is_awaited = False

    def _change(self) -> None:
        self._changed.set()
