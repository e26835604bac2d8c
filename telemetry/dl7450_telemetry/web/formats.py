"""How times, durations, counts and ratios are shown. A time is in UTC here; the script of the page makes it local."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from markupsafe import Markup

_UNITS = ((86_400e9, "d"), (3_600e9, "h"), (60e9, "min"), (1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"))
_LONG_ID = re.compile("[0-9A-Fa-f]{16,}")
_LONGEST_NAME = 32
_MAX_SECONDS = 253_402_300_799  # the end of the year 9999


def duration(nanoseconds: float) -> str:
    """Three digits and a unit: `1.24 s`, `312 ms`."""
    if nanoseconds <= 0:
        return "0"
    size, unit = next((size, unit) for size, unit in _UNITS if nanoseconds >= size or size == 1.0)
    value = nanoseconds / size
    return f"{value:.{0 if value >= 100 else 1 if value >= 10 else 2}f} {unit}"


def count(number: float) -> str:
    """A whole number with thin spaces between thousands."""
    return f"{round(number):,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def short_count(number: float) -> str:
    """A count in at most five characters: `12.3k`."""
    for least, size, letter in ((1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if number >= least:
            value = number / size
            return f"{value:.{0 if value >= 100 else 1}f}{letter}"
    return count(number)


def ratio(value: float) -> str:
    """A percentage with enough digits to see a small one."""
    percent = value * 100
    if percent == 0:
        return "0%"
    if percent < 0.01:
        return "<0.01%"
    return f"{percent:.{2 if percent < 1 else 1 if percent < 99.95 else 0}f}%"


def short_id(text: str, digits: int = 10) -> str:
    """The beginning of a long hexadecimal id, which tells it from others; of another name, more."""
    return text[:digits] if _LONG_ID.fullmatch(text) else text[:_LONGEST_NAME]


@lru_cache(4096)
def iso(nanoseconds: int) -> str:
    """A moment as ISO 8601 in UTC, to the millisecond."""
    seconds = min(max(0, nanoseconds // 10**9), _MAX_SECONDS)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanoseconds // 10**6 % 1000:03}Z"


def when(nanoseconds: int, *, brief: bool = False) -> Markup:
    """A moment as an element that the script of the page makes local; a brief one has no seconds."""
    text = iso(nanoseconds)
    shown = text[: 16 if brief else 19].replace("T", " ")
    # A table has hundreds of them: `%` takes a quarter of the time of `format`.
    return Markup('<time datetime="%s"%s>%s UTC</time>') % (text, Markup(" data-brief" if brief else ""), shown)


FILTERS = {
    "duration": duration,
    "count": count,
    "short_count": short_count,
    "ratio": ratio,
    "iso": iso,
    "when": when,
    "short_id": short_id,
}
