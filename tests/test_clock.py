"""Time on a virtual clock: held while somebody computes, flowing while the real world is awaited."""

import math
import time

import trio
from trio.testing import MockClock

from dl7450._clock import VIRTUAL_EPOCH, epoch_of, hold_time, nanoseconds, release_time


async def test_held_time_stands_still_until_the_last_hold_is_released(autojump_clock: MockClock) -> None:
    autojump_clock.autojump_threshold = 0.002
    hold_time(autojump_clock)
    hold_time(autojump_clock)
    release_time(autojump_clock)
    assert (autojump_clock.autojump_threshold, autojump_clock.rate) == (math.inf, 0.0)
    release_time(autojump_clock)
    assert (autojump_clock.autojump_threshold, autojump_clock.rate) == (0.002, 0.0)


async def test_flowing_time_goes_on_as_in_the_real_world(autojump_clock: MockClock) -> None:
    hold_time(autojump_clock, flowing=True)
    assert (autojump_clock.autojump_threshold, autojump_clock.rate) == (math.inf, 1.0)
    hold_time(autojump_clock)
    release_time(autojump_clock, flowing=True)
    assert (autojump_clock.autojump_threshold, autojump_clock.rate) == (math.inf, 0.0)
    release_time(autojump_clock)
    assert (autojump_clock.autojump_threshold, autojump_clock.rate) == (0, 0.0)


async def test_the_rate_of_a_clock_comes_back(mock_clock: MockClock) -> None:
    mock_clock.rate = 0.5
    hold_time(mock_clock, flowing=True)
    assert mock_clock.rate == 1.0
    release_time(mock_clock, flowing=True)
    assert mock_clock.rate == 0.5


async def test_a_real_clock_is_left_alone() -> None:
    clock = trio.lowlevel.current_clock()
    hold_time(clock)
    release_time(clock)
    assert abs(epoch_of(clock) - time.time()) < 60
    assert nanoseconds(clock, 0) is time.time_ns


async def test_virtual_nanoseconds_are_exact(autojump_clock: MockClock) -> None:
    await trio.sleep(5)
    now = nanoseconds(autojump_clock, epoch_of(autojump_clock))
    assert now() == int(VIRTUAL_EPOCH) * 1_000_000_000
    await trio.sleep(0.000_000_001)
    assert now() == int(VIRTUAL_EPOCH) * 1_000_000_000 + 1
