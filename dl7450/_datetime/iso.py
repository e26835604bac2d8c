"""ISO 8601 as `datetime` reads and writes it: `YYYY-MM-DD`, `HH:MM:SS.ffffff`, `+HH:MM`."""

SECOND = 1_000_000  # all times are whole microseconds
DAY = 86_400 * SECOND

_PARTS = {"hours": 1, "minutes": 2, "seconds": 3, "milliseconds": 4, "microseconds": 5}


def clock(us: int) -> "tuple[int, int, int, int]":
    """Hour, minute, second and microsecond of a moment of the day."""
    seconds, us = divmod(us, SECOND)
    minutes, second = divmod(seconds, 60)
    return minutes // 60, minutes % 60, second, us


def clock_text(us: int, timespec: str = "auto") -> str:
    """A moment of the day as text, by default without the microseconds if they are 0.

    Raises:
        ValueError: `timespec` is not one of CPython's words.
    """
    hour, minute, second, us = clock(us)
    if timespec == "auto":
        timespec = "microseconds" if us else "seconds"
    if timespec not in _PARTS:
        raise ValueError(f"timespec must be auto or one of {', '.join(_PARTS)}, not {timespec!r}")
    parts = (f"{hour:02d}", f":{minute:02d}", f":{second:02d}", f".{us // 1000:03d}", f"{us % 1000:03d}")
    return "".join(parts[: _PARTS[timespec]])


def offset_text(us: int) -> str:
    """A distance from UTC as text: `+01:00`, and seconds only where there are some."""
    return ("-" if us < 0 else "+") + clock_text(abs(us), "auto" if us % (60 * SECOND) else "minutes")


def read_date(text: str) -> "tuple[int, int, int]":
    """Year, month and day of `YYYY-MM-DD`.

    Raises:
        ValueError: the text has another form.
    """
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        raise _not_iso()
    return _number(text, 0, 4), _number(text, 5, 2), _number(text, 8, 2)


def read_time(text: str) -> "tuple[tuple[int, int, int, int], int | None]":
    """The items of `HH[:MM[:SS[.fff[fff]]]]`, and the microseconds of the distance from UTC behind it, or None.

    Raises:
        ValueError: the text has another form.
    """
    sign = max(text.find("+"), text.find("-"))
    if sign < 0:
        return _clock(text), None
    hour, minute, second, us = _clock(text[sign + 1 :])
    if len(text) - sign < 6:  # hours alone
        raise _not_iso()
    offset = ((hour * 60 + minute) * 60 + second) * SECOND + us
    return _clock(text[:sign]), -offset if text[sign] == "-" else offset


def _clock(text: str) -> "tuple[int, int, int, int]":
    if len(text) not in (2, 5, 8, 12, 15) or any(text[at : at + 1] not in ("", mark) for at, mark in _MARKS):
        raise _not_iso()
    fraction = text[9:]
    return (
        _number(text, 0, 2),
        _number(text, 3, 2) if len(text) > 2 else 0,
        _number(text, 6, 2) if len(text) > 5 else 0,
        _number(fraction, 0, len(fraction)) * (1000 if len(fraction) == 3 else 1) if fraction else 0,
    )


_MARKS = ((2, ":"), (5, ":"), (8, "."))


def _number(text: str, start: int, length: int) -> int:
    digits = text[start : start + length]
    if not all("0" <= digit <= "9" for digit in digits):  # int() takes more, such as " 1" and "1_0"
        raise _not_iso()
    return int(digits)


def _not_iso() -> ValueError:
    # Without the text: it may come from a server, and this message ends up in spans.
    return ValueError("not a date or time as isoformat() writes it, such as 2026-01-31 or 09:05:00+01:00")
