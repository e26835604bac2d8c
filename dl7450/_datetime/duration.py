"""`timedelta`, and the comparisons that all of `datetime` shares."""

import builtins

from . import iso
from .iso import DAY, SECOND
from .typing import overload


class Ordered:
    """The six comparisons, made of one difference."""

    def _minus(self, other: object) -> int | None:
        """How much greater this is, or None where the two cannot be compared."""
        raise NotImplementedError

    def _order(self, other: object) -> int:
        difference = self._minus(other)
        if difference is None:
            raise TypeError(f"cannot compare {self!r} with {other!r}: other types, or only one has a time zone")
        return difference

    def __eq__(self, other: object) -> bool:
        return self._minus(other) == 0

    def __lt__(self, other: object) -> bool:
        return self._order(other) < 0

    def __le__(self, other: object) -> bool:
        return self._order(other) <= 0

    def __gt__(self, other: object) -> bool:
        return self._order(other) > 0

    def __ge__(self, other: object) -> bool:
        return self._order(other) >= 0

    def __hash__(self) -> int:
        raise NotImplementedError


class timedelta(Ordered):  # noqa: N801  the dock's name, as those of the other classes
    """A duration. Each parameter may be a float; the sum is rounded to microseconds.

    Raises:
        OverflowError: it is longer than 999,999,999 days.
    """

    min: "timedelta"
    max: "timedelta"
    resolution: "timedelta"

    def __init__(
        self,
        days: float = 0,
        seconds: float = 0,
        microseconds: float = 0,
        milliseconds: float = 0,
        minutes: float = 0,
        hours: float = 0,
        weeks: float = 0,
    ) -> None:
        units = (
            (weeks, 7 * DAY),
            (days, DAY),
            (hours, 3600 * SECOND),
            (minutes, 60 * SECOND),
            (seconds, SECOND),
            (milliseconds, 1000),
            (microseconds, 1),
        )
        whole, rest = 0, 0.0  # apart, as a float does not hold the microseconds of many days
        for value, unit in units:
            whole += int(value) * unit
            rest += (value - int(value)) * unit
        self._us = whole + round(rest)
        if not -999_999_999 * DAY <= self._us < 1_000_000_000 * DAY:
            raise OverflowError("a timedelta has at most 999999999 days")

    @property
    def days(self) -> int:
        """Whole days; negative where the duration is, and `seconds` and `microseconds` never are."""
        return self._us // DAY

    @property
    def seconds(self) -> int:
        """Seconds beyond whole days."""
        return self._us % DAY // SECOND

    @property
    def microseconds(self) -> int:
        """Microseconds beyond whole seconds."""
        return self._us % SECOND

    def total_seconds(self) -> float:
        """All of it in seconds."""
        return self._us / SECOND

    def tuple(self) -> "builtins.tuple[int, int, int, int, int]":
        """Days, hours, minutes, seconds, microseconds (micropython-lib)."""
        return (self._us // DAY,) + iso.clock(self._us % DAY)

    def isoformat(self) -> str:
        """Such as `-1 day, 02:03:04.000005`: the sign counts for all of it (dock SDK)."""
        return self._text("%02d")

    def _text(self, hours: str) -> str:
        days, us = divmod(abs(self._us), DAY)
        text = f"{days} day{'s' if days > 1 else ''}, " if days else ""
        sign = "-" if self._us < 0 else ""
        return sign + text + hours % (us // (3600 * SECOND)) + iso.clock_text(us)[2:]

    def __str__(self) -> str:
        return self._text("%d")

    def __repr__(self) -> str:
        return f"datetime.timedelta(microseconds={self._us})"

    def __hash__(self) -> int:
        return hash(self._us)

    def __bool__(self) -> bool:
        return self._us != 0

    def _minus(self, other: object) -> int | None:
        return self._us - other._us if isinstance(other, timedelta) else None

    def __neg__(self) -> "timedelta":
        return timedelta(0, 0, -self._us)

    def __pos__(self) -> "timedelta":
        return self

    def __abs__(self) -> "timedelta":
        return timedelta(0, 0, abs(self._us))

    def __add__(self, other: "timedelta") -> "timedelta":
        return timedelta(0, 0, self._us + other._us) if isinstance(other, timedelta) else NotImplemented

    def __sub__(self, other: "timedelta") -> "timedelta":
        return timedelta(0, 0, self._us - other._us) if isinstance(other, timedelta) else NotImplemented

    def __mul__(self, factor: float) -> "timedelta":
        return timedelta(0, 0, round(self._us * factor)) if isinstance(factor, (int, float)) else NotImplemented

    __rmul__ = __mul__

    @overload
    def __truediv__(self, divisor: "timedelta") -> float: ...
    @overload
    def __truediv__(self, divisor: float) -> "timedelta": ...
    def __truediv__(self, divisor: "timedelta | float") -> "timedelta | float":
        if isinstance(divisor, timedelta):
            return self._us / divisor._us
        if isinstance(divisor, int):
            return timedelta(0, 0, _rounded(self._us, divisor))
        return timedelta(0, 0, round(self._us / divisor)) if isinstance(divisor, float) else NotImplemented

    @overload
    def __floordiv__(self, divisor: "timedelta") -> int: ...
    @overload
    def __floordiv__(self, divisor: int) -> "timedelta": ...
    def __floordiv__(self, divisor: "timedelta | int") -> "timedelta | int":
        if isinstance(divisor, timedelta):
            return self._us // divisor._us
        return timedelta(0, 0, self._us // divisor) if isinstance(divisor, int) else NotImplemented

    def __mod__(self, divisor: "timedelta") -> "timedelta":
        return timedelta(0, 0, self._us % divisor._us) if isinstance(divisor, timedelta) else NotImplemented

    def __divmod__(self, divisor: "timedelta") -> "builtins.tuple[int, timedelta]":
        return self // divisor, self % divisor


def _rounded(dividend: int, divisor: int) -> int:
    """The quotient, rounded half to even: a float has not the digits for it."""
    whole, rest = divmod(dividend, divisor)
    up = 2 * abs(rest) > abs(divisor) or (2 * abs(rest) == abs(divisor) and whole % 2 == 1)
    return whole + up


timedelta.min = timedelta(-999_999_999)
timedelta.max = timedelta(999_999_999, 86_399, 999_999)
timedelta.resolution = timedelta(0, 0, 1)
