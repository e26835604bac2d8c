"""`time`: a moment of any day."""

import builtins

from . import iso
from .duration import Ordered, timedelta
from .zones import tzinfo as zone
from .zones import zone_of


def microseconds(hour: int, minute: int, second: int, microsecond: int, fold: int) -> int:
    """The microseconds since midnight.

    Raises:
        ValueError: an item is out of its range; but after 0, 0, 0 there may be a whole day's microseconds, as `repr()`
            of a `time` writes them (micropython-lib).
    """
    of_day = hour == minute == second == 0 and 0 <= microsecond < iso.DAY
    in_range = 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60 and 0 <= microsecond < iso.SECOND
    if not (of_day or in_range) or fold not in (0, 1):
        raise ValueError(f"there is no time {hour:02d}:{minute:02d}:{second:02d}.{microsecond:06d} with fold={fold}")
    return ((hour * 60 + minute) * 60 + second) * iso.SECOND + microsecond


class time(Ordered):  # noqa: N801  the dock's name
    """A moment of any day, with or without a time zone.

    Raises:
        ValueError: an item is out of its range.
    """

    min: "time"
    max: "time"
    resolution = timedelta.resolution

    def __init__(
        self,
        hour: int = 0,
        minute: int = 0,
        second: int = 0,
        microsecond: int = 0,
        tzinfo: zone | None = None,
        *,
        fold: int = 0,
    ) -> None:
        self._us = microseconds(hour, minute, second, microsecond, fold)
        self._zone = tzinfo
        self._fold = fold

    @classmethod
    def fromisoformat(cls, time_string: str) -> "time":
        """The time of `HH[:MM[:SS[.fff[fff]]]][+HH:MM[:SS[.ffffff]]]`: ValueError for any other form."""
        clock, offset = iso.read_time(time_string)
        return cls(*clock, zone_of(offset))

    @property
    def hour(self) -> int:
        """From 0 to 23."""
        return iso.clock(self._us)[0]

    @property
    def minute(self) -> int:
        """From 0 to 59."""
        return iso.clock(self._us)[1]

    @property
    def second(self) -> int:
        """From 0 to 59."""
        return iso.clock(self._us)[2]

    @property
    def microsecond(self) -> int:
        """From 0 to 999999."""
        return iso.clock(self._us)[3]

    @property
    def tzinfo(self) -> zone | None:
        """The time zone."""
        return self._zone

    @property
    def fold(self) -> int:
        """1 for the second of two moments that the end of summer time makes one."""
        return self._fold

    def tuple(self) -> "builtins.tuple[int, int, int, int, zone | None, int]":
        """Hour, minute, second, microsecond, tzinfo, fold (dock SDK)."""
        return iso.clock(self._us) + (self._zone, self._fold)

    def replace(
        self,
        hour: int | None = None,
        minute: int | None = None,
        second: int | None = None,
        microsecond: int | None = None,
        tzinfo: "zone | bool | None" = True,
        *,
        fold: int | None = None,
    ) -> "time":
        """The same time, but for what is given; `tzinfo=None` takes the time zone away."""
        return time(
            self.hour if hour is None else hour,
            self.minute if minute is None else minute,
            self.second if second is None else second,
            self.microsecond if microsecond is None else microsecond,
            self._zone if isinstance(tzinfo, bool) else tzinfo,
            fold=self._fold if fold is None else fold,
        )

    def utcoffset(self) -> timedelta | None:
        """How far the time is ahead of UTC, if its time zone knows that without a date."""
        return None if self._zone is None else self._zone.utcoffset(None)

    def dst(self) -> timedelta | None:
        """How much of that is summer time."""
        return None if self._zone is None else self._zone.dst(None)

    def tzname(self) -> str | None:
        """The time zone's name."""
        return None if self._zone is None else self._zone.tzname(None)

    def isoformat(self, timespec: str = "auto") -> str:
        """Such as `12:30:45.000250+01:00`.

        Parameters:
            timespec: `auto` leaves the microseconds out if they are 0; `hours`, `minutes`, `seconds`, `milliseconds`
                and `microseconds` say where to cut.
        """
        return iso.clock_text(self._us, timespec) + ("" if self._zone is None else self._zone.isoformat(None))

    def __str__(self) -> str:
        return self.isoformat()

    def __repr__(self) -> str:
        return f"datetime.time(microsecond={self._us}, tzinfo={self._zone!r}, fold={self._fold})"

    def __hash__(self) -> int:
        offset = self.utcoffset()
        return hash(self._us if offset is None else self._us - offset._us)

    def _minus(self, other: object) -> int | None:
        if not isinstance(other, time):
            return None
        if self._zone is other._zone:
            return self._us - other._us
        offset, others = self.utcoffset(), other.utcoffset()
        if offset is None or others is None:
            return self._us - other._us if offset is others else None
        return self._us - offset._us - (other._us - others._us)


time.min = time(0)
time.max = time(23, 59, 59, 999_999)
