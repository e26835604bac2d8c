"""`Agenda`: what the app thread is to do, and in which order.

The dock's rule: all that is due by now is called, one after the other, then the screen is drawn if it has changed.
Which comes first is decided here, by moments and numbers alone, and never by which task or thread was quicker.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container
from heapq import heapify, heappop, heappush
from itertools import count
from typing import NamedTuple, TypeAlias

Job: TypeAlias = Callable[[], object]

# An app whose timers set each other for the same moment again and again would never show anything.
CALLS_BEFORE_RENDER = 100


class Entry(NamedTuple):
    """A job that is due at a moment. Of those of one moment, what was asked for first comes first."""

    due: float
    number: int
    job: Job


class Agenda:
    """Of one dock. Plain values: no task, no thread, no clock."""

    def __init__(self, render: Callable[[], Job | None]) -> None:
        """
        Parameters:
            render: gives the job that draws the screen, None if it shows what was drawn last.
        """
        self._render = render
        self._entries: list[Entry] = []  # a heap
        self._numbers = count()
        self._calls = 0  # since the last time that nothing was due, or the screen was drawn

    def number(self) -> int:
        """The number of what is asked for now."""
        return next(self._numbers)

    def add(self, entry: Entry) -> None:
        """Have a job done when it is due."""
        heappush(self._entries, entry)

    def remove(self, entry: Entry) -> bool:
        """Have a job not done, if it has not been taken; returns whether that is so."""
        if entry not in self._entries:
            return False
        self._entries.remove(entry)
        heapify(self._entries)
        return True

    def clear(self, kept: Container[Job]) -> None:
        """Have no job done but these."""
        self._entries = [entry for entry in self._entries if entry.job in kept]
        heapify(self._entries)

    @property
    def next_due(self) -> float:
        """When the next job is due; `math.inf` if there is none."""
        return self._entries[0].due if self._entries else math.inf

    def next_job(self, now: float) -> Job | None:
        """What the idle app thread does now: all that is due by now comes before the render. None: it rests."""
        is_due = self.next_due <= now
        if is_due and self._calls < CALLS_BEFORE_RENDER:
            self._calls += 1
            return heappop(self._entries).job
        self._calls = 0
        return self._render() or (heappop(self._entries).job if is_due else None)
