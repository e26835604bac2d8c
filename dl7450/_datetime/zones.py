"""Time zones: `tzinfo` and `timezone`."""

from . import iso
from .duration import timedelta
from .typing import Any


class tzinfo:  # noqa: N801  the dock's name, as those of the other classes
    """A time zone: a class for apps to derive from, with `utcoffset`, `dst` and `tzname` of their own.

    `dt` is a `datetime`, or None where a `time` asks.
    """

    def utcoffset(self, dt: Any) -> timedelta | None:
        """How far local time is ahead of UTC."""
        raise NotImplementedError("a tzinfo class must define utcoffset()")

    def dst(self, dt: Any) -> timedelta | None:
        """How much of that is summer time."""
        raise NotImplementedError("a tzinfo class must define dst()")

    def tzname(self, dt: Any) -> str | None:
        """The zone's name at that moment."""
        raise NotImplementedError("a tzinfo class must define tzname()")

    def fromutc(self, dt: Any) -> Any:
        """The local time of a date and time in UTC, whose `tzinfo` this is.

        Raises:
            ValueError: its `tzinfo` is another one, or `utcoffset` or `dst` gives None.
        """
        if dt.tzinfo is not self:
            raise ValueError("fromutc() takes a datetime whose tzinfo is the zone itself")
        offset, summer = dt.utcoffset(), dt.dst()
        if offset is None or summer is None:
            raise ValueError("fromutc() needs a utcoffset() and a dst() that are not None")
        standard = dt + (offset - summer)
        summer = standard.dst()
        if summer is None:
            raise ValueError("fromutc() needs a dst() that is not None")
        return standard + summer

    def isoformat(self, dt: Any) -> str:
        """The distance from UTC as text, such as `+01:00` (dock SDK)."""
        offset = self.utcoffset(dt)
        return "" if offset is None else iso.offset_text(offset._us)


class timezone(tzinfo):  # noqa: N801
    """A time zone that is always as far from UTC.

    Parameters:
        offset: how far local time is ahead of UTC.
        name: what `tzname()` gives; by default such as `UTC+01:00`.

    Raises:
        TypeError: `offset` is not a timedelta.
        ValueError: it has a day or more.
    """

    utc: "timezone"

    def __init__(self, offset: timedelta, name: str | None = None) -> None:
        if not isinstance(offset, timedelta):
            raise TypeError("the offset of a timezone must be a timedelta")
        if abs(offset._us) >= iso.DAY:
            raise ValueError("the offset of a timezone must be less than a day")
        self._offset = offset
        self._name = name

    def utcoffset(self, dt: Any) -> timedelta:
        """The offset."""
        return self._offset

    def dst(self, dt: Any) -> timedelta | None:
        """None: what of it is summer time is not known."""
        return None

    def tzname(self, dt: Any) -> str:
        """The name."""
        return self._name or "UTC" + iso.offset_text(self._offset._us)

    def fromutc(self, dt: Any) -> Any:
        """The local time of a date and time in UTC, whose `tzinfo` this is: ValueError where it is another one."""
        if dt.tzinfo is not self:
            raise ValueError("fromutc() takes a datetime whose tzinfo is the zone itself")
        return dt + self._offset

    def __eq__(self, other: object) -> bool:
        return isinstance(other, timezone) and self._offset == other._offset

    def __hash__(self) -> int:
        return hash(self._offset)

    def __str__(self) -> str:
        return self.tzname(None)

    def __repr__(self) -> str:
        return f"datetime.timezone({self._offset!r}, {self._name!r})"


timezone.utc = timezone(timedelta(0))


def zone_of(offset: int | None) -> timezone | None:
    """The time zone that is so many microseconds ahead of UTC; none for None."""
    return None if offset is None else timezone(timedelta(0, 0, offset))
