"""The SDK's `datetime`, beside CPython's where both agree, and in a real MicroPython."""

import datetime as cpython
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

import dl7450
from dl7450 import datetime as dl
from dl7450 import dock
from tests import _micropython
from tests._dock_app import result_of

HOUR = dl.timedelta(hours=1)

deltas = st.timedeltas(cpython.timedelta(-400_000), cpython.timedelta(400_000))
zones = st.timedeltas(cpython.timedelta(hours=-23), cpython.timedelta(hours=23)).map(cpython.timezone)
datetimes = st.datetimes(timezones=st.none() | zones, allow_imaginary=False)


def ours(value: Any) -> Any:
    """The dock's object for one of CPython's, or a tuple of them; whatever else as it is."""
    if isinstance(value, tuple):
        return tuple(map(ours, value))
    if isinstance(value, cpython.timedelta):
        return dl.timedelta(value.days, value.seconds, value.microseconds)
    if isinstance(value, cpython.timezone):
        return dl.timezone(ours(value.utcoffset(None)))
    if isinstance(value, cpython.datetime):
        return dl.datetime.combine(ours(value.date()), ours(value.timetz()))
    if isinstance(value, cpython.date):
        return dl.date(value.year, value.month, value.day)
    if isinstance(value, cpython.time):
        zone = ours(value.tzinfo)
        return dl.time(value.hour, value.minute, value.second, value.microsecond, zone, fold=value.fold)
    return value


def outcome(function: Any, *arguments: Any) -> object:
    """What a function returns, or the type of its exception."""
    try:
        return function(*arguments)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError) as error:
        return type(error)


def agree(function: Any, *arguments: Any) -> None:
    """Hold the dock's objects against CPython's."""
    expected, real = outcome(function, *arguments), outcome(function, *map(ours, arguments))
    assert (type(real), real) == (type(ours(expected)), ours(expected))


COMPARISONS = [
    lambda a, b: a == b,
    lambda a, b: a != b,
    lambda a, b: a < b,
    lambda a, b: a <= b,
    lambda a, b: a > b,
    lambda a, b: a >= b,
    lambda a, b: hash(a) == hash(b) if a == b else None,
]


@given(datetimes, datetimes, deltas)
def test_dates_and_times_reckon_and_compare_as_cpython_s(
    a: cpython.datetime, b: cpython.datetime, delta: cpython.timedelta
) -> None:
    for function in [*COMPARISONS, lambda a, b: a - b]:
        for pair in [(a, b), (a, a), (a.date(), b.date()), (a, None), (a.date(), 1)]:
            agree(function, *pair)
    pairs_of_times = [(a.time(), b.time()), (a.time(), a.timetz())]
    if not any((moment.utcoffset() or cpython.timedelta()).microseconds for moment in (a, b)):
        pairs_of_times.append((a.timetz(), b.timetz()))  # CPython leaves microseconds of an offset out, here only
    for function in COMPARISONS:
        for times in pairs_of_times:
            agree(function, *times)
    for moment in [a, a.date()]:
        agree(lambda moment, delta: moment + delta, moment, delta)
        agree(lambda moment, delta: delta + moment, moment, delta)
        agree(lambda moment, delta: moment - delta, moment, delta)


def test_every_year_begins_and_ends_where_cpython_s_does() -> None:
    for year in range(1, 10_000):
        first = cpython.date(year, 1, 1).toordinal()
        last = cpython.date(year, 12, 31).toordinal()
        assert (dl.date.fromordinal(first).tuple(), dl.date.fromordinal(last).tuple()) == ((year, 1, 1), (year, 12, 31))


@given(deltas, deltas, st.integers(-1000, 1000), st.integers(-64, 64))
def test_durations_reckon_and_compare_as_cpython_s(
    a: cpython.timedelta, b: cpython.timedelta, number: int, eighths: int
) -> None:
    for function in [*COMPARISONS, lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a // b, lambda a, b: a % b]:
        agree(function, a, b)
    for function in [lambda a, b: a / b, divmod]:
        agree(function, a, b)
    for function in [lambda a, n: a * n, lambda a, n: n * a, lambda a, n: a / n, lambda a, n: a // n]:
        agree(function, a, number)
    for sign in [abs, bool, lambda a: -a, lambda a: +a, lambda a: a.total_seconds()]:
        agree(sign, a)
    agree(lambda a: (a.days, a.seconds, a.microseconds), a)
    part = eighths / 8  # which a float holds exactly
    expected = cpython.timedelta(part, part, number, part, part, part, part)
    assert dl.timedelta(part, part, number, part, part, part, part) == ours(expected)


@given(datetimes, zones, st.sampled_from(["auto", "hours", "minutes", "seconds", "milliseconds", "microseconds", "x"]))
def test_dates_and_times_tell_of_themselves_as_cpython_s(
    value: cpython.datetime, zone: cpython.timezone, timespec: str
) -> None:
    for function in [str, lambda v: v.isoformat(), lambda v: v.toordinal(), lambda v: v.weekday()]:
        agree(function, value)
        agree(function, value.date())
    for text in [lambda v: v.isoformat(timespec=timespec), lambda v: (v.hour, v.minute, v.second, v.microsecond)]:
        agree(text, value)
        agree(text, value.timetz())
    agree(lambda v: (v.year, v.month, v.day, v.isoweekday(), v.fold), value)
    agree(lambda v: v.isoformat(" ", "minutes"), value)
    agree(lambda v: (v.date(), v.time(), v.timetz(), v.utcoffset()), value.replace(tzinfo=None))
    assert ours(value.date()).timetuple() == tuple(value.date().timetuple())
    assert ours(value).timetuple()[:8] == tuple(value.timetuple())[:8]
    if value.tzinfo is not None:
        agree(lambda v, zone: v.astimezone(zone), value, zone)
        agree(lambda zone: zone.tzname(None) if zone.utcoffset(None) else None, value.tzinfo)


@given(datetimes)
def test_what_isoformat_wrote_is_read(value: cpython.datetime) -> None:
    moment = ours(value)
    assert dl.datetime.fromisoformat(moment.isoformat()).tuple()[:8] == moment.tuple()[:8]
    assert dl.datetime.fromisoformat(str(moment)) == moment
    assert dl.date.fromisoformat(moment.date().isoformat()) == moment.date()
    assert dl.time.fromisoformat(moment.timetz().isoformat()) == moment.timetz()
    minutes = moment.replace(second=0, microsecond=0)
    assert dl.datetime.fromisoformat(minutes.isoformat(timespec="minutes")) == minutes


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026", "2026-1-01", "2026/01/01", "2026-02-29", "2026-01-0 1", "2026-01-01T", "2026-01-01T1"),
        *("2026-01-01T10:0", "2026-01-01T10.00", "2026-01-01T24:00", "2026-01-01T10:00:00.1", "2026-01-01T10:00+01"),
        "2026-01-01T10:00Z",
    ],
)
def test_text_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a date|there is no"):
        dl.datetime.fromisoformat(text)


@pytest.mark.parametrize("read", [dl.datetime.fromisoformat, dl.date.fromisoformat, dl.time.fromisoformat])
def test_a_message_never_quotes_the_text(read: Callable[[str], object]) -> None:
    for text in ("s3cret", "s3cret-0-0", "s3cret-s3cret-s3cret", "2026-01-s3", "10:s3"):
        with pytest.raises(ValueError, match=r"^not a date or time as isoformat\(\) writes it, such as 2026-01-31 or "):
            read(text)


@pytest.mark.parametrize(
    ("cls", "items"),
    [
        (dl.date, (2026, 2, 29)),
        (dl.date, (0, 1, 1)),
        (dl.date, (10_000, 1, 1)),
        (dl.date, (2026, 13, 1)),
        (dl.time, (24,)),
        (dl.time, (1, 60)),
        (dl.time, (1, 0, 0, 1_000_000)),
        (dl.datetime, (2026, 1, 1, 0, 0, -1)),
        (dl.datetime, (1900, 2, 29)),
    ],
)
def test_what_is_no_date_or_time_is_refused(cls: Any, items: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="there is no"):
        cls(*items)


class Berlin(dl.tzinfo):
    """Summer time from April to September, as an app would write it."""

    def utcoffset(self, dt: dl.datetime | None) -> dl.timedelta:
        return HOUR + self.dst(dt)

    def dst(self, dt: dl.datetime | None) -> dl.timedelta:
        return HOUR if dt is not None and 4 <= dt.month < 10 else 0 * HOUR

    def tzname(self, dt: dl.datetime | None) -> str:
        return "CEST" if self.dst(dt) else "CET"


def test_an_app_s_own_time_zone() -> None:
    zone = Berlin()
    summer = dl.datetime.fromtimestamp(1_783_000_000, zone)
    assert summer.isoformat() == "2026-07-02T15:46:40+02:00"
    assert (summer.tzname(), summer.dst(), summer.timetuple()[8]) == ("CEST", HOUR, 1)
    winter = summer.replace(month=1)
    assert (winter.isoformat(), winter.timetuple()[8]) == ("2026-01-02T15:46:40+01:00", 0)
    assert zone.isoformat(winter) == "+01:00"
    assert winter.astimezone(dl.timezone.utc).isoformat() == "2026-01-02T14:46:40+00:00"
    with pytest.raises(ValueError, match="whose tzinfo is the zone itself"):
        zone.fromutc(dl.datetime.EPOCH)


def test_what_the_dock_has_beyond_cpython() -> None:
    utc = dl.timezone.utc
    assert (utc, dl.datetime(1970, 1, 1, tzinfo=utc)) == (dl.timezone(0 * HOUR), dl.datetime.EPOCH)
    moment = dl.datetime(2026, 1, 31, 12, 30, 45, 250, utc, fold=1)
    assert moment.tuple() == (2026, 1, 31, 12, 30, 45, 250, utc, 1)
    assert moment.date().tuple() == (2026, 1, 31)
    assert moment.timetz().tuple() == (12, 30, 45, 250, utc, 1)
    assert (-HOUR / 2).tuple() == (-1, 23, 30, 0, 0)
    assert (-dl.timedelta(1, 7200, 5)).isoformat() == "-1 day, 02:00:00.000005"
    assert [str(dl.timedelta(2, 60)), str(HOUR), HOUR.isoformat()] == ["2 days, 0:01:00", "1:00:00", "01:00:00"]
    assert (utc.isoformat(None), str(utc), str(dl.timezone(-HOUR, "X")), utc.dst(None)) == (
        "+00:00",
        "UTC+00:00",
        "X",
        None,
    )
    assert dl.datetime(2026, 1, 31).timetuple() == (2026, 1, 31, 0, 0, 0, 5, 31, -1)
    assert [repr(value) for value in (HOUR, dl.date(1, 2, 3), dl.time(0, 0, 1))] == [
        "datetime.timedelta(microseconds=3600000000)",
        "datetime.date(0, 0, 34)",
        "datetime.time(microsecond=1000000, tzinfo=None, fold=0)",
    ]
    assert repr(moment) == (
        "datetime.datetime(2026, 1, 31, 12, 30, 45, 250, "
        "datetime.timezone(datetime.timedelta(microseconds=0), None), fold=1)"
    )
    for value in (HOUR, dl.date(1, 2, 3), moment.timetz(), moment, dl.timezone(HOUR, "X")):
        assert eval(repr(value), {"datetime": dl}) == value


def test_what_ends_the_calendar() -> None:
    for cls, last in ((dl.date, dl.date(9999, 12, 31)), (dl.datetime, dl.datetime(9999, 12, 31, 23, 59, 59, 999_999))):
        assert (cls.max, cls.min.toordinal()) == (last, 1)
        with pytest.raises(OverflowError):
            cls.max + dl.timedelta(1)
    with pytest.raises(OverflowError):
        dl.timedelta.max + dl.timedelta.resolution
    with pytest.raises(ValueError, match="less than a day"):
        dl.timezone(24 * HOUR)
    with pytest.raises(NotImplementedError, match="without a time zone"):
        dl.datetime(2026, 1, 1).astimezone(dl.timezone.utc)


async def test_now_is_the_dock_s_clock_and_today_follows_its_time_zone(autojump_clock: MockClock) -> None:
    def app() -> object:
        from dl7450 import time

        now = dl.datetime.now()
        time.sleep(16 * 3600 + 1.5)
        later = dl.datetime.now()
        dock.DockControl().set_timezone("Japan")
        local = later.astimezone()
        return [now, later - now, dl.datetime.now(dl.timezone(HOUR)), local.isoformat()], [
            dl.date.today(),
            dl.date.fromtimestamp(0),
            dl.datetime.fromtimestamp(0.25),
        ]

    start = dl.datetime(2026, 1, 1, tzinfo=dl.timezone.utc)
    assert await result_of(app) == (
        [start, dl.timedelta(0, 16 * 3600 + 1), start + dl.timedelta(0, 16 * 3600 + 1), "2026-01-02T01:00:01+09:00"],
        [dl.date(2026, 1, 2), dl.date(1970, 1, 1), dl.datetime.EPOCH + dl.timedelta(milliseconds=250)],
    )


_IMPORT = "from dl7450 import datetime as dl"


@_micropython.needs_micropython
def test_micropython_runs_the_same_file_to_the_same_end(tmp_path: Path) -> None:
    package = Path(dl7450.__file__).parent
    copy = tmp_path / "dl7450"
    shutil.copytree(package / "_datetime", copy / "_datetime")
    shutil.copy(package / "datetime.py", copy)
    (copy / "__init__.py").touch()
    (copy / "time.py").write_text("def time():\n    return 86_400\ngmtime = localtime = lambda t=0: (1970, 1, 2)\n")
    expressions = [
        "dl.timedelta(1.5) / 3, str(-dl.timedelta(1.5)), dl.timedelta(days=-1, microseconds=1).tuple()",
        "3 * dl.timedelta(1) // dl.timedelta(hours=5), divmod(dl.timedelta(1), dl.timedelta(hours=5))",
        "dl.datetime.fromisoformat('2024-02-29T12:13:14.500-01:30')",
        "dl.datetime.fromisoformat('2024-02-29 12:13').isoformat(' ', 'hours')",
        "dl.datetime.max - dl.datetime.min, dl.datetime.max.timetuple()",
        "dl.timedelta(1) + dl.datetime.EPOCH, dl.date(2024, 2, 28) + dl.timedelta(2)",
        "dl.datetime.EPOCH == dl.datetime.EPOCH.astimezone(dl.timezone(dl.timedelta(0, 60))), 1 != dl.timedelta(1)",
        "dl.datetime.EPOCH.replace(year=2000, tzinfo=None, fold=1), dl.time(1).replace(minute=2)",
        "dl.datetime.EPOCH < dl.datetime.min",
        "dl.date(2023, 2, 29)",
        "dl.datetime.max + dl.timedelta(1)",
        "dl.datetime.EPOCH + 1",
        "len({dl.date(1, 1, 1), dl.date.min}), {dl.timedelta(1): 2}[dl.timedelta(1)]",
        "[str(dl.date.fromordinal(n)) for n in range(1, 3_652_059, 9_973)]",
    ]
    real = _micropython.evaluate([*expressions, "dl.datetime.now(), dl.date.today()"], _IMPORT, tmp_path)
    assert real.pop() == repr((dl.datetime.EPOCH + dl.timedelta(1), dl.date(1970, 1, 2)))
    assert [_micropython.outcome(expression, {"dl": dl}) for expression in expressions] == real
