"""The dock's dates and times (dock SDK, `datetime`: the API of micropython-lib's, not CPython's).

"Now" is the dock's clock, in whole seconds as `time.time()` has them, and `date.today()` follows the dock's time zone.
Arithmetic, comparison and `fold` are CPython's. MicroPython has no `datetime` of its own: this file runs there, too,
beside a `dl7450.time`.
"""

import builtins as _builtins

from . import time as _dock_time
from ._datetime import days as _days
from ._datetime import iso as _iso
from ._datetime.days import MAXYEAR, MINYEAR
from ._datetime.duration import Ordered as _Ordered
from ._datetime.duration import timedelta
from ._datetime.time_of_day import microseconds as _microseconds
from ._datetime.time_of_day import time
from ._datetime.typing import overload as _overload
from ._datetime.zones import timezone, tzinfo
from ._datetime.zones import zone_of as _zone_of

__all__ = ["MAXYEAR", "MINYEAR", "date", "datetime", "time", "timedelta", "timezone", "tzinfo"]

_LAST_DAY = _days.ordinal(MAXYEAR, 12, 31)


def _ordinal(year: int, month: int, day: int) -> int:
    if year == month == 0 and 1 <= day <= _LAST_DAY:  # as repr() of a date writes it (micropython-lib)
        return day
    return _days.ordinal(year, month, day)


_Zone = tzinfo  # where `datetime` has a method of the name: date, time and tzinfo


class date(_Ordered):  # noqa: N801  the dock's name
    """A day.

    Raises:
        ValueError: there is no such day.
    """

    min: "date"
    max: "date"
    resolution = timedelta(1)

    def __init__(self, year: int, month: int, day: int) -> None:
        self._day = _ordinal(year, month, day)

    @classmethod
    def today(cls) -> "date":
        """Today by the dock's clock, in its time zone."""
        return cls(*_dock_time.localtime()[:3])

    @classmethod
    def fromtimestamp(cls, timestamp: float) -> "date":
        """The day of a number of seconds since 1970, in the dock's time zone."""
        return cls(*_dock_time.localtime(timestamp)[:3])

    @classmethod
    def fromordinal(cls, ordinal: int) -> "date":
        """The day of that number: 1 January of the year 1 is 1."""
        return cls(0, 0, ordinal)

    @classmethod
    def fromisoformat(cls, date_string: str) -> "date":
        """The day of `YYYY-MM-DD`: ValueError for any other form."""
        return cls(*_iso.read_date(date_string))

    @property
    def year(self) -> int:
        """From MINYEAR to MAXYEAR."""
        return self.tuple()[0]

    @property
    def month(self) -> int:
        """From 1 to 12."""
        return self.tuple()[1]

    @property
    def day(self) -> int:
        """From 1 on."""
        return self.tuple()[2]

    def tuple(self) -> "_builtins.tuple[int, int, int]":
        """Year, month, day (dock SDK)."""
        return _days.year_month_day(self._day)

    def timetuple(self) -> "_builtins.tuple[int, ...]":
        """The 9 items year, month, day, 0, 0, 0, weekday (0 is Monday), day of the year, -1."""
        return _timetuple(self._day, 0, -1)

    def toordinal(self) -> int:
        """The number of the day: 1 January of the year 1 is 1."""
        return self._day

    def weekday(self) -> int:
        """0 is Monday, 6 Sunday."""
        return (self._day - 1) % 7

    def isoweekday(self) -> int:
        """1 is Monday, 7 Sunday."""
        return self.weekday() + 1

    def replace(self, year: int | None = None, month: int | None = None, day: int | None = None) -> "date":
        """The same day, but for what is given."""
        was = self.tuple()
        return date(
            was[0] if year is None else year, was[1] if month is None else month, was[2] if day is None else day
        )

    def isoformat(self) -> str:
        """Such as `2026-01-31`."""
        return "{:04d}-{:02d}-{:02d}".format(*self.tuple())

    def __str__(self) -> str:
        return self.isoformat()

    def __repr__(self) -> str:
        return f"datetime.date(0, 0, {self._day})"

    def __hash__(self) -> int:
        return hash(self._day)

    def _minus(self, other: object) -> int | None:
        return self._day - other._day if isinstance(other, date) else None

    def __add__(self, other: timedelta) -> "date":
        return _date_of(self._day + other.days) if isinstance(other, timedelta) else NotImplemented

    __radd__ = __add__

    @_overload
    def __sub__(self, other: "date") -> timedelta: ...
    @_overload
    def __sub__(self, other: timedelta) -> "date": ...
    def __sub__(self, other: "date | timedelta") -> "timedelta | date":
        if isinstance(other, date):
            return timedelta(self._day - other._day)
        return _date_of(self._day - other.days) if isinstance(other, timedelta) else NotImplemented


_Date = date
_Time = time

date.min = date(MINYEAR, 1, 1)
date.max = date(MAXYEAR, 12, 31)


class datetime(_Ordered):  # noqa: N801  the dock's name; no date, other than CPython's
    """A date and time, with or without a time zone.

    Raises:
        ValueError: an item is out of its range.
    """

    EPOCH: "datetime"
    min: "datetime"
    max: "datetime"
    resolution = timedelta.resolution

    def __init__(
        self,
        year: int,
        month: int,
        day: int,
        hour: int = 0,
        minute: int = 0,
        second: int = 0,
        microsecond: int = 0,
        tzinfo: _Zone | None = None,
        *,
        fold: int = 0,
    ) -> None:
        us = _microseconds(hour, minute, second, microsecond, fold)
        self._us = (_ordinal(year, month, day) - 1) * _iso.DAY + us
        self._zone = tzinfo
        self._fold = fold

    @classmethod
    def now(cls, tz: _Zone | None = None) -> "datetime":
        """Now by the dock's clock, to the second; in UTC where no time zone is given."""
        return cls.fromtimestamp(_dock_time.time(), tz)

    @classmethod
    def fromtimestamp(cls, timestamp: float, tz: _Zone | None = None) -> "datetime":
        """The date and time of a number of seconds since 1970; in UTC where no time zone is given."""
        return _in_zone(datetime.EPOCH + timedelta(seconds=timestamp), tz or timezone.utc)

    @classmethod
    def fromordinal(cls, ordinal: int) -> "datetime":
        """The first moment of a day: see `date.fromordinal`."""
        return cls(0, 0, ordinal)

    @classmethod
    def fromisoformat(cls, date_string: str) -> "datetime":
        """The date and time of `YYYY-MM-DD[*HH[:MM[:SS[.fff[fff]]]][+HH:MM[:SS[.ffffff]]]]`; * is any character.

        Raises:
            ValueError: the text has another form.
        """
        day = _iso.read_date(date_string[:10])
        if len(date_string) == 10:
            return cls(*day)
        clock, offset = _iso.read_time(date_string[11:])
        return cls(*day, *clock, _zone_of(offset))

    @classmethod
    def combine(cls, date: "_Date", time: "_Time", tzinfo: _Zone | None = None) -> "datetime":
        """A day and a moment of it, in the time's own time zone where none is given."""
        return cls(0, 0, date.toordinal(), 0, 0, 0, time._us, tzinfo or time.tzinfo, fold=time.fold)

    @property
    def year(self) -> int:
        """From MINYEAR to MAXYEAR."""
        return self.tuple()[0]

    @property
    def month(self) -> int:
        """From 1 to 12."""
        return self.tuple()[1]

    @property
    def day(self) -> int:
        """From 1 on."""
        return self.tuple()[2]

    @property
    def hour(self) -> int:
        """From 0 to 23."""
        return self.tuple()[3]

    @property
    def minute(self) -> int:
        """From 0 to 59."""
        return self.tuple()[4]

    @property
    def second(self) -> int:
        """From 0 to 59."""
        return self.tuple()[5]

    @property
    def microsecond(self) -> int:
        """From 0 to 999999."""
        return self.tuple()[6]

    @property
    def tzinfo(self) -> _Zone | None:
        """The time zone."""
        return self._zone

    @property
    def fold(self) -> int:
        """1 for the second of two moments that the end of summer time makes one."""
        return self._fold

    def tuple(self) -> "_builtins.tuple[int, int, int, int, int, int, int, _Zone | None, int]":
        """Year, month, day, hour, minute, second, microsecond, tzinfo, fold (dock SDK)."""
        day = _days.year_month_day(self.toordinal())
        return day + _iso.clock(self._us % _iso.DAY) + (self._zone, self._fold)

    def date(self) -> "_Date":
        """The day."""
        return date.fromordinal(self.toordinal())

    def time(self) -> "_Time":
        """The moment of the day, without the time zone."""
        return time(0, 0, 0, self._us % _iso.DAY, fold=self._fold)

    def timetz(self) -> "_Time":
        """The moment of the day, with the time zone."""
        return time(0, 0, 0, self._us % _iso.DAY, self._zone, fold=self._fold)

    def replace(
        self,
        year: int | None = None,
        month: int | None = None,
        day: int | None = None,
        hour: int | None = None,
        minute: int | None = None,
        second: int | None = None,
        microsecond: int | None = None,
        tzinfo: "_Zone | bool | None" = True,
        *,
        fold: int | None = None,
    ) -> "datetime":
        """The same date and time, but for what is given; `tzinfo=None` takes the time zone away."""
        clock = self.timetz().replace(hour, minute, second, microsecond, tzinfo, fold=fold)
        return datetime.combine(self.date().replace(year, month, day), clock)

    def astimezone(self, tz: _Zone | None = None) -> "datetime":
        """The same moment in another time zone, by default the dock's.

        Raises:
            NotImplementedError: this has no time zone (micropython-lib).
        """
        offset = self.utcoffset()
        if offset is None:
            raise NotImplementedError(
                "astimezone() of a datetime without a time zone: replace(tzinfo=...) says its own"
            )
        if tz is not None and tz is self._zone:
            return self
        utc = self._plus(-offset._us)
        return _in_zone(utc, _dock_zone(utc) if tz is None else tz)

    def utcoffset(self) -> timedelta | None:
        """How far this is ahead of UTC; None without a time zone."""
        return None if self._zone is None else self._zone.utcoffset(self)

    def dst(self) -> timedelta | None:
        """How much of that is summer time; None without a time zone, or if it does not know."""
        return None if self._zone is None else self._zone.dst(self)

    def tzname(self) -> str | None:
        """The time zone's name; None without one."""
        return None if self._zone is None else self._zone.tzname(self)

    def timetuple(self) -> "_builtins.tuple[int, ...]":
        """The 9 items of `time.localtime()` and whether it is summer time: 0 or 1, and -1 without a time zone."""
        summer = -1 if self._zone is None else int(bool(self.dst()))
        return _timetuple(self.toordinal(), self._us % _iso.DAY, summer)

    def toordinal(self) -> int:
        """The number of the day: 1 January of the year 1 is 1."""
        return self._us // _iso.DAY + 1

    def weekday(self) -> int:
        """0 is Monday, 6 Sunday."""
        return (self.toordinal() - 1) % 7

    def isoweekday(self) -> int:
        """1 is Monday, 7 Sunday."""
        return self.weekday() + 1

    def isoformat(self, sep: str = "T", timespec: str = "auto") -> str:
        """Such as `2026-01-31T12:30:45+01:00`.

        Parameters:
            sep: what stands between the date and the time.
            timespec: as for `time.isoformat`.
        """
        zone = "" if self._zone is None else self._zone.isoformat(self)
        return self.date().isoformat() + sep + _iso.clock_text(self._us % _iso.DAY, timespec) + zone

    def __str__(self) -> str:
        return self.isoformat(" ")

    def __repr__(self) -> str:
        return "datetime.datetime({}, {}, {}, {}, {}, {}, {}, {!r}, fold={})".format(*self.tuple())

    def __hash__(self) -> int:
        offset = self.replace(fold=0).utcoffset()  # as CPython: equal ones differ in their fold at most
        return hash(self._us if offset is None else self._us - offset._us)

    def _minus(self, other: object) -> int | None:
        if not isinstance(other, datetime):
            return None
        if self._zone is other._zone:
            return self._us - other._us
        offset, others = self.utcoffset(), other.utcoffset()
        if offset is None or others is None:
            return self._us - other._us if offset is others else None
        return self._us - offset._us - (other._us - others._us)

    def _plus(self, us: int) -> "datetime":
        day, us = divmod(self._us + us, _iso.DAY)
        return datetime.combine(_date_of(day + 1), time(0, 0, 0, us), self._zone)

    def __add__(self, other: timedelta) -> "datetime":
        return self._plus(other._us) if isinstance(other, timedelta) else NotImplemented

    __radd__ = __add__

    @_overload
    def __sub__(self, other: "datetime") -> timedelta: ...
    @_overload
    def __sub__(self, other: timedelta) -> "datetime": ...
    def __sub__(self, other: "datetime | timedelta") -> "timedelta | datetime":
        if isinstance(other, datetime):
            return timedelta(0, 0, self._order(other))
        return self._plus(-other._us) if isinstance(other, timedelta) else NotImplemented


datetime.EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
datetime.min = datetime(MINYEAR, 1, 1)
datetime.max = datetime(MAXYEAR, 12, 31, 23, 59, 59, 999_999)


def _date_of(ordinal: int) -> date:
    if not 1 <= ordinal <= _LAST_DAY:
        raise OverflowError("a date must be in the years from 1 to 9999")
    return date.fromordinal(ordinal)


def _timetuple(ordinal: int, us: int, summer: int) -> "_builtins.tuple[int, ...]":
    year, month, day = _days.year_month_day(ordinal)
    clock = _iso.clock(us)[:3]
    return (year, month, day) + clock + ((ordinal - 1) % 7, _days.before_month(year, month) + day, summer)


def _in_zone(utc: datetime, zone: tzinfo) -> datetime:
    local: datetime = zone.fromutc(utc.replace(tzinfo=zone))
    return local


def _dock_zone(utc: datetime) -> timezone:
    """The dock's time zone as far as it is known: how far it is from UTC at that moment."""
    since = utc.replace(tzinfo=None) - datetime(1970, 1, 1)
    seconds = since // timedelta(seconds=1)
    return timezone(datetime(*_dock_time.localtime(seconds)[:6]) - datetime(*_dock_time.gmtime(seconds)[:6]))
