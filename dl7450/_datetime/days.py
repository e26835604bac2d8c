"""The proleptic Gregorian calendar: year, month and day as one number, counted from 1 January of the year 1."""

MINYEAR = 1
MAXYEAR = 9999

_BEFORE_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


def ordinal(year: int, month: int, day: int) -> int:
    """The number of a day: 1 January of the year 1 is 1.

    Raises:
        ValueError: there is no such day, or not from MINYEAR to MAXYEAR.
    """
    if not (MINYEAR <= year <= MAXYEAR and 1 <= month <= 12 and 1 <= day <= _days_in(year, month)):
        raise ValueError(f"there is no day {year:04d}-{month:02d}-{day:02d}")
    return before_year(year) + before_month(year, month) + day


def year_month_day(number: int) -> "tuple[int, int, int]":
    """The inverse of `ordinal`."""
    year = number * 400 // 146_097 + 1  # 400 years have that many days: at most one year too late, or too early
    if before_year(year) >= number:
        year -= 1
    elif before_year(year + 1) < number:
        year += 1
    day = number - before_year(year)
    month = 12
    while before_month(year, month) >= day:
        month -= 1
    return year, month, day - before_month(year, month)


def before_year(year: int) -> int:
    """How many days there are before 1 January of a year."""
    year -= 1
    return year * 365 + year // 4 - year // 100 + year // 400


def before_month(year: int, month: int) -> int:
    """How many days of a year there are before the first of a month."""
    return _BEFORE_MONTH[month - 1] + (month > 2 and _is_leap(year))


def _days_in(year: int, month: int) -> int:
    return 31 if month == 12 else before_month(year, month + 1) - before_month(year, month)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
