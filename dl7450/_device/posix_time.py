"""Time as text by the words of POSIX.1-2017: `strptime`, and which words `strftime` has.

Pure Python, and in English: the C library's answer would depend on the locale and on the machine.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

# The dock SDK leaves out the year of ISO weeks, %G and %g.
STRFTIME: Final = frozenset("aAbBcCdDeFhHIjmMnprRStTuUVwWxXyYzZ%")
STRPTIME: Final = frozenset("aAbBcCdDehHIjmMnprRStTUwWxXyY%")
_ALTERNATIVES: Final = {
    "E": "cCxXyY",
    "O": "bBdeHImMSuUVwWy",
}  # in other locales; in the dock's they are the plain ones

_DAYS: Final = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MONTHS: Final = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"]
_MONTHS.extend(["November", "December"])

_SHORT_FOR: Final = {
    "c": "%a %b %e %H:%M:%S %Y",
    "D": "%m/%d/%y",
    "r": "%I:%M:%S %p",
    "R": "%H:%M",
    "T": "%H:%M:%S",
    "x": "%m/%d/%y",
    "X": "%H:%M:%S",
}
_NUMBERS: Final = {  # the most digits, the smallest and the greatest number
    **dict.fromkeys("de", (2, 1, 31)),
    **dict.fromkeys("UW", (2, 0, 53)),
    "C": (2, 0, 99),
    "H": (2, 0, 23),
    "I": (2, 1, 12),
    "j": (3, 1, 366),
    "m": (2, 1, 12),
    "M": (2, 0, 59),
    "S": (2, 0, 60),
    "w": (1, 0, 6),
    "y": (2, 0, 99),
    "Y": (4, 0, 9999),
}
_WORDS: Final = {**dict.fromkeys("aA", _DAYS), **dict.fromkeys("bBh", _MONTHS), "p": ["AM", "PM"]}
_SAME: Final = {"A": "a", "B": "b", "h": "b", "e": "d"}


def unknown_word(format: str, known: frozenset[str]) -> str | None:
    """The first word of a format that is not among those of `STRFTIME` or `STRPTIME`, such as `%f`.

    Of `strftime`'s words the width counts as known: `%03d`, `%+4Y`.
    """
    width = r"(?:[0+]?[1-9]\d*)?" if known is STRFTIME else ""
    for found in re.finditer(r"%([^A-Za-z%]*)([EO]?)(.?)", format, re.DOTALL):
        flags, alternative, word = found.groups()
        if word not in known or not re.fullmatch(width, flags) or word not in _ALTERNATIVES.get(alternative, known):
            return found[0]
    return None


def plain(format: str) -> str:
    """The format without the alternatives of other locales: `%Ey` is `%y`."""
    return re.sub(r"%%|%([0+]?\d*)[EO]", lambda found: found[0] if found[0] == "%%" else f"%{found[1]}", format)


def strptime(text: str, format: str) -> tuple[date, int, int, int]:
    """The day, hour, minute and second that a text tells; 1 January 1900, midnight, where it tells nothing.

    Raises:
        ValueError: the format has a word that POSIX does not have, or the text does not follow it.
    """
    if (unknown := unknown_word(format, STRPTIME)) is not None:
        raise ValueError(f"strptime() has no {unknown!r}: the words are those of POSIX 2017")
    told = _Reader(text, format).read(plain(format))
    hour = told.get("H", 0)
    if "I" in told:
        hour = told["I"] % 12 + 12 * told.get("p", 0)
    return _day(told), hour, told.get("M", 0), told.get("S", 0)


class _Reader:
    """Goes through a text by a format, and notes what each word told."""

    def __init__(self, text: str, format: str) -> None:
        self._text = text
        self._at = 0
        self._told: dict[str, int] = {}
        self._format = format

    def read(self, format: str) -> dict[str, int]:
        self._follow(format)
        if self._at < len(self._text):
            raise self._mismatch(self._at)
        return self._told

    def _follow(self, format: str) -> None:
        for blanks, word, letter in re.findall(r"(\s+|%[nt])|%(.)|(.)", format):
            if blanks:
                self._take(r"\s*")
            elif not word or word == "%":
                self._take(re.escape(letter or word))
            elif word in _SHORT_FOR:
                self._follow(_SHORT_FOR[word])
            else:
                self._told[_SAME.get(word, word)] = self._value(word)

    def _value(self, word: str) -> int:
        if word in _WORDS:
            names = _WORDS[word]
            # The whole name before the short one; either is taken for %a and %A.
            taken = self._take("|".join([*names, *(name[:3] for name in names)])).lower()
            return next(index for index, name in enumerate(names) if name.lower().startswith(taken))
        digits, least, most = _NUMBERS[word]
        start = self._at
        number = int(self._take(rf"\s*[0-9]{{1,{digits}}}"))
        if not least <= number <= most:
            raise self._mismatch(start)
        return number

    def _mismatch(self, at: int) -> ValueError:
        # Without the text: it may come from a server, and this message ends up in spans.
        return ValueError(
            f"the text does not match the format {self._format!r} from position {at} of {len(self._text)} on"
        )

    def _take(self, pattern: str) -> str:
        found = re.compile(pattern, re.IGNORECASE).match(self._text, self._at)
        if found is None:
            raise self._mismatch(self._at)
        self._at = found.end()
        return found[0]


def _day(told: dict[str, int]) -> date:
    year = told.get("Y", 1900)
    if "y" in told and "Y" not in told:
        century = told["C"] if "C" in told else 19 if told["y"] >= 69 else 20
        year = century * 100 + told["y"]
    elif "C" in told and "Y" not in told:
        year = told["C"] * 100
    try:
        if "j" in told and not {"m", "b", "d"} & told.keys():
            return _in_year(date(year, 1, 1) + timedelta(told["j"] - 1), year)
        weekday = told["w"] - 1 if "w" in told else told.get("a")
        week = told.get("U", told.get("W"))
        if week is not None and weekday is not None and not {"m", "b", "d"} & told.keys():
            return _in_year(_in_week(year, week, weekday % 7, from_sunday="U" in told), year)
        month = told["b"] + 1 if "b" in told else told.get("m", 1)
        return date(year, month, told.get("d", 1))
    except (ValueError, OverflowError):
        raise ValueError("there is no such day as the text tells") from None


def _in_week(year: int, week: int, weekday: int, *, from_sunday: bool) -> date:
    """A weekday (0 is Monday) of a week; week 1 begins with the year's first Sunday or Monday."""
    first = date(year, 1, 1)
    shift = 1 if from_sunday else 0
    return first + timedelta(week * 7 - 7 + (-first.weekday() - shift) % 7 + (weekday + shift) % 7)


def _in_year(day: date, year: int) -> date:
    if day.year != year:
        raise ValueError
    return day
