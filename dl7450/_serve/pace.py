"""How fast a dock's time goes, and its steps and jumps. For the dock's Trio thread, whose clock is a `MockClock`."""

from __future__ import annotations

import math
from enum import StrEnum

import trio
from trio.testing import MockClock

from .._trio.clock import set_pace


class Pace(StrEnum):
    """How fast time goes; but while a real server is waited for, never faster than its own time does."""

    PAUSED = "paused"
    REAL = "1x"
    TENFOLD = "10x"
    FAST = "fast"  # from one event to the next, as fast as the machine goes


_RATES = {Pace.PAUSED: 0.0, Pace.REAL: 1.0, Pace.TENFOLD: 10.0, Pace.FAST: 0.0}


def keep_pace(clock: MockClock, pace: Pace) -> None:
    """Have time go at a pace from now on."""
    set_pace(clock, rate=_RATES[pace], autojump_threshold=0.0 if pace is Pace.FAST else math.inf)


def jump_to_next_event(clock: MockClock) -> bool:
    """Jump to the next moment for which something waits: a timer, a timeout. False if there is none."""
    seconds = trio.lowlevel.current_statistics().seconds_to_next_deadline
    if seconds == math.inf:
        return False
    clock.jump(max(0.0, seconds))
    return True
