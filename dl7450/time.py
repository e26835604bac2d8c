"""The dock's clock (dock SDK, `time`: MicroPython's, not CPython's).

Time is the dock's: it starts at the moment when the dock opened and then goes as Trio's clock goes, so that under a
mock clock an app's day takes seconds. The epoch is 1970-01-01 00:00:00 UTC. Local time follows
`dock.DockControl.set_timezone`.
"""

import datetime as _datetime
from collections.abc import Sequence as _Sequence

from ._device import posix_time as _posix_time
from ._device import timezones as _timezones
from ._dock import current as _current

__all__ = [
    "gmtime",
    "localtime",
    "mktime",
    "sleep",
    "sleep_ms",
    "sleep_us",
    "strftime",
    "strptime",
    "ticks_add",
    "ticks_cpu",
    "ticks_diff",
    "ticks_ms",
    "ticks_us",
    "time",
    "time_ns",
]

_EPOCH = _datetime.datetime(1970, 1, 1, tzinfo=_datetime.UTC)

# The SDK promises a power of two and no more. This one is MicroPython's on 32-bit machines: small enough
# for ticks_us to wrap every 18 minutes, so that an app which compares ticks with < is found out.
_TICKS_PERIOD = 1 << 30

_Tuple = tuple[int, int, int, int, int, int, int, int]


def time() -> int:
    """Seconds since the epoch, a whole number."""
    return time_ns() // 1_000_000_000


def time_ns() -> int:
    """Nanoseconds since the epoch."""
    return round(_current.current_dock().epoch * 1_000_000) * 1000 + _elapsed_ns()


def gmtime(secs: float | None = None) -> _Tuple:
    """The date and time in UTC, of now or of `secs` since the epoch.

    The 8 items are year, month (1-12), day (1-31), hour, minute, second, weekday (0-6 from Monday) and day of the year
    (1-366).

    Raises:
        TypeError: `secs` is not a number.
    """
    return _items(_utc(secs))


def localtime(secs: float | None = None) -> _Tuple:
    """The same as `gmtime` in the dock's time zone."""
    return _items(_utc(secs).astimezone(_zone()))


def mktime(time_tuple: _Sequence[int]) -> int:
    """Seconds since the epoch of a local date and time: the inverse of `localtime`.

    Items out of range are carried over, as MicroPython does: minute 75 is a quarter past the next hour. Of an hour that
    the end of summer time repeats, the first one is meant.

    Raises:
        TypeError: `time_tuple` has not 8 items (or 9, as CPython's has), or one of them is not an int.
    """
    return int(_local(time_tuple).timestamp())


def strftime(fmt_string: str, time_tuple: _Sequence[int] | None = None) -> str:
    """The date and time as text, of now in local time or of a tuple as `localtime` and `gmtime` give it.

    Parameters:
        fmt_string: in the words of POSIX 2017 (dock SDK 0.7; `%f`, `%-d` and `%G` are not among them). `%Z` and `%z` go
            by the dock's time zone: a tuple has none of its own.
        time_tuple: as for `mktime`.

    Raises:
        TypeError: `fmt_string` is not a str, or `mktime` would not take the tuple.
        ValueError: `fmt_string` has a word that POSIX does not have.
    """
    _check_str(fmt_string, "the format")
    if (unknown := _posix_time.unknown_word(fmt_string, _posix_time.STRFTIME)) is not None:
        raise ValueError(f"strftime() has no {unknown!r}: the words are those of POSIX 2017")
    moment = _utc(None).astimezone(_zone()) if time_tuple is None else _local(time_tuple)
    return moment.strftime(_posix_time.plain(fmt_string))


def strptime(time_string: str, format: str = "%a %b %d %H:%M:%S %Y") -> _Tuple:
    """The date and time that a text tells: the inverse of `strftime` (dock SDK 0.7).

    The 8 items are those of `gmtime` (the SDK does not say), for `mktime` and `strftime`. What the text does not tell
    is as of 1 January 1900, midnight. A year of two digits is one from 1969 to 2068.

    Parameters:
        time_string: the text; names of days and months in English, in capitals or not.
        format: in the words of POSIX 2017; a blank stands for any blanks, or for none.

    Raises:
        TypeError: one of them is not a str.
        ValueError: the text does not follow the format, there is no such day, or POSIX does not have a word.
    """
    _check_str(time_string, "the time")
    _check_str(format, "the format")
    day, hour, minute, second = _posix_time.strptime(time_string, format)
    return day.year, day.month, day.day, hour, minute, second, day.weekday(), day.timetuple().tm_yday


def sleep(seconds: float) -> None:
    """Wait. While an app sleeps nothing is drawn and no callback is called (dock SDK): use `wakeup`.

    Parameters:
        seconds: may be a fraction; less than 0 counts as 0.

    Raises:
        TypeError: `seconds` is not a number.
        RuntimeError: called on the Trio thread, where `await trio.sleep(...)` is the way.
    """
    _check_number(seconds, "seconds")
    dock = _current.current_dock_to_wait_for("time.sleep()", "await trio.sleep(...)")
    import trio

    dock.call(trio.sleep, max(seconds, 0))


def sleep_ms(ms: int) -> None:
    """Wait for milliseconds: as `sleep`, but whole numbers only."""
    _check_int(ms, "ms")
    sleep(ms / 1_000)


def sleep_us(us: int) -> None:
    """Wait for microseconds: as `sleep`, but whole numbers only."""
    _check_int(us, "us")
    sleep(us / 1_000_000)


def ticks_ms() -> int:
    """A counter of milliseconds that wraps around, for `ticks_diff` and `ticks_add` only."""
    return _elapsed_ns() // 1_000_000 % _TICKS_PERIOD


def ticks_us() -> int:
    """The same in microseconds."""
    return _elapsed_ns() // 1_000 % _TICKS_PERIOD


def ticks_cpu() -> int:
    """The same in the highest resolution that there is: nanoseconds."""
    return _elapsed_ns() % _TICKS_PERIOD


def ticks_add(ticks: int, delta: int) -> int:
    """The ticks that come `delta` ticks after `ticks`, or before them if `delta` is negative."""
    return (ticks + delta) % _TICKS_PERIOD


def ticks_diff(ticks1: int, ticks2: int) -> int:
    """`ticks1 - ticks2`, right across the wrap-around while they are less than half a period apart."""
    half = _TICKS_PERIOD // 2
    return (ticks1 - ticks2 + half) % _TICKS_PERIOD - half


def _elapsed_ns() -> int:
    dock = _current.current_dock()
    # Rounded before it is cut into units: 1.001 s is 1000.9999 ms in floating point.
    return round((dock.clock.current_time() - dock.started) * 1_000_000_000)


def _zone() -> _datetime.tzinfo:
    return _timezones.zone(_current.current_dock().machine.timezone)


def _utc(secs: float | None) -> _datetime.datetime:
    if secs is None:
        secs = time()
    _check_number(secs, "secs")
    return _EPOCH + _datetime.timedelta(seconds=int(secs))


def _local(time_tuple: _Sequence[int]) -> _datetime.datetime:
    if not isinstance(time_tuple, tuple | list) or len(time_tuple) not in {8, 9}:
        raise TypeError("the time must be a tuple of 8 items, as time.localtime() gives it")
    for item in time_tuple:
        _check_int(item, "every item of the time")
    year, month, day, hour, minute, second, *_ = time_tuple
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    start_of_month = _datetime.datetime(year, month, 1)
    moment = start_of_month + _datetime.timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)
    return moment.replace(tzinfo=_zone())


def _items(moment: _datetime.datetime) -> _Tuple:
    year, month, day, hour, minute, second, weekday, yearday, _ = moment.timetuple()
    return year, month, day, hour, minute, second, weekday, yearday


def _check_number(value: object, name: str) -> None:
    if not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")


def _check_int(value: object, name: str) -> None:
    if not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")


def _check_str(value: object, name: str) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
