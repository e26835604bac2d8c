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


async def test_strftime_follows_the_time_zone_of_the_dock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")  # of the machine

    def app() -> list[str]:
        utc = time.strftime("%H %z %Z", time.localtime(NEW_YEAR_2026))
        dock.DockControl().set_timezone("PST8PDT")
        return [utc, time.strftime("%H %z %Z", time.localtime(NEW_YEAR_2026))]

    assert await result_of(app) == ["00 +0000 UTC", "16 -0800 PST"]


@pytest.mark.parametrize(
    ("word", "known"),
    [*((word, True) for word in ["%a", "%F", "%V", "%%f", "%Ey", "%Od", "%03d", "%u", "%z"])]
    + [(word, False) for word in ["%f", "%-d", "%G", "%s", "%Q", "%Ed", "%"]],
)
async def test_strftime_has_the_words_of_posix(word: str, known: bool) -> None:
    def app() -> str:
        try:
            return time.strftime(f"it is {word}", (2026, 1, 2, 3, 4, 5, 4, 2))
        except ValueError as error:
            return str(error)

    refused = f"strftime() has no {word!r}: the words are those of POSIX 2017"
    told = await result_of(app)
    assert (told != refused, told.startswith("it is ")) == (known, known)


moments = st.datetimes(datetime.datetime(1000, 1, 1), datetime.datetime(9999, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
FORMATS = ["%a %b %d %H:%M:%S %Y", "%c", "%Y%m%d%H%M%S", "%C%y-%m-%d %T", "%A, %e. %B %Y %I:%M:%S %p", "%Y %j %T"]
FORMATS += [
    "%Y week %U, day %w, %T",
    "%Y week %W, %a, %T",
    "%n%Y-%h-%d%t%r",
    "%d.%m.%Y %R:%S%%",
    "%OH:%OM:%OS %Om/%Od/%EY",
]


@given(moments, st.sampled_from(FORMATS))
def test_strptime_reads_what_strftime_wrote(moment: datetime.datetime, format: str) -> None:
    written = moment.strftime(format.replace("O", "").replace("E", ""))
    assert time.strptime(written, format) == tuple(moment.timetuple())[:8]
    assert time.strptime(f"{written.upper()}", format) == tuple(moment.timetuple())[:8]


@pytest.mark.parametrize(
    ("text", "format", "expected"),
    [
        ("Fri Jan  2 03:04:05 2026", None, (2026, 1, 2, 3, 4, 5, 4, 2)),
        ("12:30", "%H:%M", (1900, 1, 1, 12, 30, 0, 0, 1)),
        ("12 AM", "%I %p", (1900, 1, 1, 0, 0, 0, 0, 1)),
        ("12:59 pm", "%I:%M %p", (1900, 1, 1, 12, 59, 0, 0, 1)),
        ("68 69", "%y 69", (2068, 1, 1, 0, 0, 0, 6, 1)),
        ("1/2/69", "%D", (1969, 1, 2, 0, 0, 0, 3, 2)),
        ("2026-1-2T3:4:60", "%Y-%m-%dT%H:%M:%S", (2026, 1, 2, 3, 4, 60, 4, 2)),
        ("  2026", " %Y  ", (2026, 1, 1, 0, 0, 0, 3, 1)),
        ("21", "%C", (2100, 1, 1, 0, 0, 0, 4, 1)),
        ("sept", "%b", "the text does not match the format '%b' from position 3 of 4 on"),
        ("2026-02-29", "%Y-%m-%d", "there is no such day as the text tells"),
        ("2026 366", "%Y %j", "there is no such day as the text tells"),
        ("24:00", "%H:%M", "the text does not match the format '%H:%M' from position 0 of 5 on"),
        ("12:30 ", "%H:%M", "the text does not match the format '%H:%M' from position 5 of 6 on"),
        ("1.5", "%S.%f", "strptime() has no '%f': the words are those of POSIX 2017"),
        ("+0100", "%z", "strptime() has no '%z': the words are those of POSIX 2017"),
        ("5", "%-d", "strptime() has no '%-d': the words are those of POSIX 2017"),
    ],
)
def test_strptime(text: str, format: str | None, expected: object) -> None:
    try:
        told: object = time.strptime(text) if format is None else time.strptime(text, format)
    except ValueError as error:
        told = str(error)
    assert told == expected


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
        (lambda: time.strptime(5), "the time must be a str, not int"),  # type: ignore[arg-type]
        (lambda: time.strptime("5", None), "the format must be a str, not NoneType"),  # type: ignore[arg-type]
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
