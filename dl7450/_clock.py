"""Time on a virtual clock: it stands still while app code runs.

Trio's `MockClock` jumps as soon as every task is blocked, and a task that waits for a thread counts as blocked. Without
the hold, an app's own computing would let its timeouts run out.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from weakref import WeakKeyDictionary

import trio
from trio.testing import MockClock

VIRTUAL_EPOCH = 1_767_225_600.0  # 2026-01-01 00:00:00 UTC: when virtual time begins, so that results repeat


class _Holds:
    """How many app threads hold a clock, and the autojump threshold it had before."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self.count = 0


_holds: WeakKeyDictionary[MockClock, _Holds] = WeakKeyDictionary()


def hold_time(clock: trio.abc.Clock) -> None:
    """Keep a virtual clock from jumping until `release_time`; without effect on a real one. Trio thread only."""
    if isinstance(clock, MockClock):
        held = _holds.setdefault(clock, _Holds(clock.autojump_threshold))
        if held.count == 0:
            held.threshold = clock.autojump_threshold
            clock.autojump_threshold = math.inf
        held.count += 1


def release_time(clock: trio.abc.Clock) -> None:
    """Undo one `hold_time`."""
    if isinstance(clock, MockClock):
        held = _holds[clock]
        held.count -= 1
        if held.count == 0:
            clock.autojump_threshold = held.threshold


def epoch_of(clock: trio.abc.Clock) -> float:
    """What the time of day is now, in seconds since 1970 UTC."""
    return VIRTUAL_EPOCH if isinstance(clock, MockClock) else time.time()


def nanoseconds(clock: trio.abc.Clock, epoch: float) -> Callable[[], int]:
    """A function that tells the time in nanoseconds since 1970: the system's, or the virtual clock's.

    Parameters:
        clock: Trio's clock.
        epoch: the time of day at this moment, in seconds since 1970.
    """
    if not isinstance(clock, MockClock):
        return time.time_ns
    started = clock.current_time()
    return lambda: int((epoch + clock.current_time() - started) * 1e9)
