"""Time on a virtual clock: held while somebody computes, flowing while the real world is awaited."""

import math
import time

import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from dl7450._trio.clock import (
    JOIN_PATIENCE,
    VIRTUAL_EPOCH,
    awaited_by_thread,
    epoch_of,
    goes_on,
    hold_time,
    nanoseconds,
    release_time,
    set_pace,
    set_time_of_day,
)
from dl7450._trio.turns import Turns


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


async def test_held_time_may_jump_after_a_moment_while_a_thread_waits(autojump_clock: MockClock) -> None:
    thresholds: list[float] = []
    with awaited_by_thread(autojump_clock):
        for change in (hold_time, release_time):
            thresholds.append(autojump_clock.autojump_threshold)
            change(autojump_clock)
        hold_time(autojump_clock)
        hold_time(autojump_clock, flowing=True)
        thresholds.append(autojump_clock.autojump_threshold)
        release_time(autojump_clock, flowing=True)
    thresholds.append(autojump_clock.autojump_threshold)
    release_time(autojump_clock)
    assert (thresholds, autojump_clock.autojump_threshold) == ([0, JOIN_PATIENCE, math.inf, math.inf], 0)


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


async def test_a_pace_that_is_set_while_the_clock_is_held_comes_when_it_is_released(mock_clock: MockClock) -> None:
    settings: list[tuple[float, float]] = []
    hold_time(mock_clock)
    set_pace(mock_clock, rate=0.0, autojump_threshold=0.5)
    settings.append((mock_clock.autojump_threshold, mock_clock.rate))
    hold_time(mock_clock, flowing=True)
    settings.append((mock_clock.autojump_threshold, mock_clock.rate))
    set_pace(mock_clock, rate=10.0)
    settings.append((mock_clock.autojump_threshold, mock_clock.rate))
    release_time(mock_clock, flowing=True)
    release_time(mock_clock)
    settings.append((mock_clock.autojump_threshold, mock_clock.rate))
    assert settings == [(math.inf, 0.0), (math.inf, 1.0), (math.inf, 1.0), (math.inf, 10.0)]


async def test_time_that_is_paused_stands_still_while_a_server_is_waited_for_too(mock_clock: MockClock) -> None:
    set_pace(mock_clock, rate=0.0)
    hold_time(mock_clock, flowing=True)
    assert mock_clock.rate == 0.0
    set_pace(mock_clock, rate=0.0, autojump_threshold=0.0)
    assert mock_clock.rate == 1.0
    release_time(mock_clock, flowing=True)
    assert (mock_clock.rate, mock_clock.autojump_threshold) == (0.0, 0.0)


async def test_turns_are_taken_while_time_does_not_go_on_by_itself(mock_clock: MockClock) -> None:
    turns, ended = Turns(), trio.Event()

    async def wait_turn() -> None:
        await turns.wait()
        ended.set()

    async with trio.open_nursery() as nursery:
        turns.code.count_one(True)
        nursery.start_soon(wait_turn)
        await wait_all_tasks_blocked()
        assert not ended.is_set()
        set_pace(mock_clock, rate=1.0)
        for hold in (hold_time, release_time):  # a rate that the clock has only while it is held is not its own
            hold(mock_clock, flowing=True)
            await turns.wait()
        set_pace(mock_clock, rate=0.0)
        hold_time(mock_clock, flowing=True)
        assert not goes_on(mock_clock)
        release_time(mock_clock, flowing=True)
        turns.code.count_one(False)
        await ended.wait()


async def test_the_time_of_day_of_a_virtual_clock_can_be_set(mock_clock: MockClock) -> None:
    assert epoch_of(mock_clock) == VIRTUAL_EPOCH
    mock_clock.jump(5)
    set_time_of_day(mock_clock, 1_000.0)
    mock_clock.jump(60)
    assert epoch_of(mock_clock) == 1_060.0
