"""The SDK's `time` module, on virtual time and in every time zone of the dock."""

import datetime
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

from dl7450 import dock, time
from dl7450._device import timezones
from dl7450._device.device import Device
from tests._dock_app import result_of

NEW_YEAR_2026 = 1_767_225_600  # when virtual time begins


async def test_a_dock_s_day_takes_no_time(autojump_clock: MockClock) -> None:
    def app() -> object:
        seen = [(time.time(), time.time_ns())]
        time.sleep(86_400)
        seen.append((time.time(), time.time_ns()))
        time.sleep_ms(1_500)
        seen.append((time.time(), time.time_ns()))
        time.sleep_us(250)
        seen.append((time.time(), time.time_ns()))
        return seen, time.gmtime()

    start = NEW_YEAR_2026
    assert await result_of(app) == (
        [
            (start, start * 10**9),
            (start + 86_400, (start + 86_400) * 10**9),
            (start + 86_401, (start + 86_401) * 10**9 + 500_000_000),
            (start + 86_401, (start + 86_401) * 10**9 + 500_250_000),
        ],
        (2026, 1, 2, 0, 0, 1, 4, 2),
    )


async def test_in_life_the_time_is_the_machine_s() -> None:
    before = datetime.datetime.now(datetime.UTC).timestamp()
    told = await result_of(time.time)
    assert before - 1 < told < before + 10


async def test_ticks_count_exactly_and_wrap_around(autojump_clock: MockClock) -> None:
    def app() -> object:
        time.sleep_ms(1_001)
        seen = [(time.ticks_ms(), time.ticks_us(), time.ticks_cpu())]
        time.sleep(700)
        before = time.ticks_us()
        time.sleep(500)  # ticks_us wraps at 1073.741824 s
        return seen, time.ticks_us(), time.ticks_diff(time.ticks_us(), before)

    assert await result_of(app) == ([(1_001, 1_001_000, 1_001_000_000)], 127_259_176, 500_000_000)


half_period = 1 << 29


@given(st.integers(0, 2 * half_period - 1), st.integers(-half_period, half_period - 1))
def test_ticks_are_right_across_the_wrap_around(ticks: int, delta: int) -> None:
    later = time.ticks_add(ticks, delta)
    assert 0 <= later < 2 * half_period
    assert time.ticks_diff(later, ticks) == delta


async def test_local_time_follows_the_time_zone() -> None:
    def app() -> object:
        times = [time.localtime(0), time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(0))]
        dock.DockControl().set_timezone("PST8PDT")
        return [
            *times,
            time.localtime(0),
            time.strftime("%c (%Z)", time.localtime(0)),
            time.gmtime(0),
            time.mktime((1969, 12, 31, 16, 0, 0, 2, 365)),
        ]

    assert await result_of(app, Device(timezone="Japan")) == [
        (1970, 1, 1, 9, 0, 0, 3, 1),
        "1970-01-01 09:00:00 JST",
        (1969, 12, 31, 16, 0, 0, 2, 365),
        "Wed Dec 31 16:00:00 1969 (PST)",
        (1970, 1, 1, 0, 0, 0, 3, 1),
        0,
    ]


async def test_strftime_without_a_time_tells_the_time_now(autojump_clock: MockClock) -> None:
    def app() -> str:
        time.sleep(12 * 3600 + 90)
        return time.strftime("%A %d %B %Y, %H:%M:%S (%Z), day %j")

    assert await result_of(app, Device(timezone="GB")) == "Thursday 01 January 2026, 12:01:30 (GMT), day 001"


async def test_the_seconds_of_strftime_follow_the_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")  # of the machine

    def app() -> list[str]:
        utc = time.strftime("%s %%s %-s %10s", time.localtime(NEW_YEAR_2026))
        dock.DockControl().set_timezone("PST8PDT")
        return [
            utc,
            time.strftime("%s", time.localtime(NEW_YEAR_2026)),
            time.strftime("%s", (1970, 1, 1, 0, 0, 0, 3, 1)),
        ]

    seconds = str(NEW_YEAR_2026)
    assert await result_of(app) == [f"{seconds} %s {seconds} {seconds}", seconds, str(8 * 3600)]


async def test_mktime_is_the_inverse_of_localtime_in_every_zone() -> None:
    def app() -> list[tuple[str, int]]:
        wrong = []
        for name in timezones.NAMES:
            dock.DockControl().set_timezone(name)
            for moment in range(NEW_YEAR_2026, NEW_YEAR_2026 + 366 * 86_400, 5 * 1800):
                local = time.localtime(moment)
                there = time.mktime(local)
                if there != moment and time.localtime(there) != local:
                    wrong.append((name, moment))
        return wrong

    assert await result_of(app) == []


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ((2026, 13, 1, 0, 0, 0, 0, 0), (2027, 1, 1, 0, 0, 0, 4, 1)),
        ((2026, 0, 1, 0, 0, 0, 0, 0), (2025, 12, 1, 0, 0, 0, 0, 335)),
        ((2024, 2, 30, 0, 0, 0, 0, 0), (2024, 3, 1, 0, 0, 0, 4, 61)),
        ((2026, 1, 1, 23, 59, 75, 0, 0, 0), (2026, 1, 2, 0, 0, 15, 4, 2)),
        ([2026, 1, 1, 0, -1, 0, 0, 0], (2025, 12, 31, 23, 59, 0, 2, 365)),
    ],
)
async def test_items_out_of_range_are_carried_over(items: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert await result_of(lambda: time.gmtime(time.mktime(items))) == expected


async def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    def app() -> int:
        return time.mktime((2026, 10, 25, 1, 30, 0, 6, 298))

    summer_time = datetime.datetime(2026, 10, 25, 0, 30, tzinfo=datetime.UTC).timestamp()
    assert await result_of(app, Device(timezone="GB")) == summer_time


async def test_sleeping_less_than_nothing_is_no_sleep(autojump_clock: MockClock) -> None:
    def app() -> int:
        time.sleep(-1)
        time.sleep_ms(0)
        return time.ticks_us()

    assert await result_of(app) == 0


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: time.sleep("1"), "seconds must be a number, not str"),  # type: ignore[arg-type]
        (lambda: time.sleep_ms(1.5), "ms must be an int, not float"),  # type: ignore[arg-type]
        (lambda: time.sleep_us(None), "us must be an int, not NoneType"),  # type: ignore[arg-type]
        (lambda: time.gmtime("now"), "secs must be a number, not str"),  # type: ignore[arg-type]
        (
            lambda: time.mktime((2026, 1, 1)),
            "the time must be a tuple of 8 items, as time.localtime() gives it",
        ),
        (lambda: time.mktime((2026, 1, 1, 0, 0, 0.5, 0, 0)), "every item of the time must be an int, not float"),  # type: ignore[arg-type]
        (lambda: time.strftime(b"%H"), "the format must be a str, not bytes"),  # type: ignore[arg-type]
    ],
)
async def test_misuse_is_told_with_what_is_expected(call: Callable[[], object], reason: str) -> None:
    def app() -> str:
        with pytest.raises(TypeError) as caught:
            call()
        return str(caught.value)

    assert await result_of(app) == reason


async def test_sleeping_on_the_trio_thread_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"use await trio\.sleep"):
        time.sleep(1)
