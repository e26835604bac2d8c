"""Time on a virtual clock: it stands still while app code runs, and flows while a real server is waited for.

Trio's `MockClock` has two settings. Its rate is how many seconds pass in a second of real time: 0, as a rule. Its
autojump threshold is for how long every task must be blocked before the clock jumps to the next deadline. But a task
that waits for a thread or for a real socket counts as blocked, too, although something is going on. If the clock jumped
then, an app's own computing, or a server's, would let the app's timeouts run out.

So whoever is at work behind Trio's back holds the clock, and there are three kinds of holds:

| hold | held while | the clock |
|---|---|---|
| still | app code runs on the app thread | does not jump |
| flowing | a real server or resolver is waited for | does not jump, and goes at the rate of real time |
| threads | a thread that is not an app's waits for the dock | may jump after `JOIN_PATIENCE`, though app code runs |

How they combine: flowing wins over standing still, since a real server keeps its own time whatever an app does.
`threads` only softens `still`: the app may be waiting for just that thread (`thread.join()`), which nobody can see, and
time would stand still for ever. When nothing has happened for `JOIN_PATIENCE` of real time, it is taken to be so. With
no hold left, the clock has the threshold and the rate that it had before.

`set_pace` changes them while the clock is held or not (`dl7450 serve`).

The holds are counted for each clock, not for each dock: all docks of a Trio run share its clock. On a real clock
nothing of this has any effect.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Literal
from weakref import WeakKeyDictionary

import trio
from trio.testing import MockClock

JOIN_PATIENCE = 0.1  # seconds of real time in which nothing happens: then an app is taken to wait for a thread
VIRTUAL_EPOCH = 1_767_225_600.0  # 2026-01-01 00:00:00 UTC: when virtual time begins, so that results repeat


class _Holds:
    """Who keeps a clock from jumping, and the threshold and the rate it had before."""

    def __init__(self) -> None:
        self.threshold, self.rate = math.inf, 0.0
        self.flow = 1.0  # the rate while it flows
        self.still = 0  # app threads that run code
        self.flowing = 0  # waits for the real world
        self.threads = 0  # that wait for a dock and are not its app's


_holds: WeakKeyDictionary[MockClock, _Holds] = WeakKeyDictionary()
_epochs: WeakKeyDictionary[MockClock, float] = WeakKeyDictionary()  # the time of day at a clock's 0, where it was set


def hold_time(clock: trio.abc.Clock, *, flowing: bool = False) -> None:
    """Keep a virtual clock from jumping until `release_time`; without effect on a real one. Trio thread only.

    Parameters:
        clock: Trio's clock.
        flowing: time goes on as it does in the real world, instead of standing still; also while others want it to
            stand still, for a server that is waited for does not.
    """
    _change(clock, "flowing" if flowing else "still", by=+1)


def release_time(clock: trio.abc.Clock, *, flowing: bool = False) -> None:
    """Undo one `hold_time`."""
    _change(clock, "flowing" if flowing else "still", by=-1)


@contextmanager
def awaited_by_thread(clock: trio.abc.Clock) -> Generator[None]:
    """While a thread that is not an app's waits for a dock, a virtual clock may jump though app code runs.

    The app may be waiting for that thread, which nobody can see, and time would stand still for ever. It is taken to
    be when nothing has happened for `JOIN_PATIENCE`.
    """
    _change(clock, "threads", by=+1)
    try:
        yield
    finally:
        _change(clock, "threads", by=-1)


def _change(clock: trio.abc.Clock, what: Literal["still", "flowing", "threads"], by: int) -> None:
    if not isinstance(clock, MockClock):
        return
    holds = _holds.setdefault(clock, _Holds())
    if not holds.still and not holds.flowing:
        holds.threshold, holds.rate = clock.autojump_threshold, clock.rate
    setattr(holds, what, getattr(holds, what) + by)
    _set_threshold(clock, holds)
    if what == "flowing":
        clock.rate = holds.flow if holds.flowing else holds.rate


def set_pace(clock: MockClock, *, rate: float, autojump_threshold: float = math.inf) -> None:
    """Change how fast a virtual clock goes, whoever holds it now. Trio thread only.

    Parameters:
        clock: Trio's clock.
        rate: how many seconds pass in one of real time. With 0, and no threshold, time stands still for everybody, also
            while a real server is waited for; else time goes at the rate of real time then.
        autojump_threshold: for how many seconds of real time every task must be blocked before the clock jumps.
    """
    holds = _holds.setdefault(clock, _Holds())
    holds.rate, holds.threshold = rate, autojump_threshold
    holds.flow = 0.0 if rate == 0 and autojump_threshold == math.inf else 1.0
    _set_threshold(clock, holds)
    clock.rate = holds.flow if holds.flowing else holds.rate


def goes_on(clock: MockClock) -> bool:
    """Whether a virtual clock goes on as a real one does, at its own pace, whoever holds it now."""
    holds = _holds.get(clock)
    return (clock.rate if holds is None or not (holds.still or holds.flowing) else holds.rate) != 0


def _set_threshold(clock: MockClock, holds: _Holds) -> None:
    if holds.still and holds.threads and not holds.flowing:
        clock.autojump_threshold = max(holds.threshold, JOIN_PATIENCE)
    else:
        clock.autojump_threshold = math.inf if holds.still or holds.flowing else holds.threshold


def set_time_of_day(clock: MockClock, epoch: float) -> None:
    """Say what the time of day is now, for docks that open from now on: in seconds since 1970 UTC."""
    _epochs[clock] = epoch - clock.current_time()


def epoch_of(clock: trio.abc.Clock) -> float:
    """What the time of day is now, in seconds since 1970 UTC: of a dock that opens."""
    if not isinstance(clock, MockClock):
        return time.time()
    return _epochs[clock] + clock.current_time() if clock in _epochs else VIRTUAL_EPOCH


def nanoseconds(clock: trio.abc.Clock, epoch: float) -> Callable[[], int]:
    """A function that tells the time in nanoseconds since 1970: the system's, or the virtual clock's.

    Parameters:
        clock: Trio's clock.
        epoch: the time of day at this moment, in seconds since 1970.
    """
    if not isinstance(clock, MockClock):
        return time.time_ns
    started, started_ns = clock.current_time(), round(epoch * 1e9)
    # The elapsed time is rounded by itself: beside 56 years of nanoseconds, a float keeps no single ones.
    return lambda: started_ns + round((clock.current_time() - started) * 1e9)
