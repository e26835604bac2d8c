"""How figures and foreign text are written in the terminal."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_USER_INFO = re.compile(r"(^|//)[^/?#]*@")


def duration(seconds: float) -> str:
    """A duration in at most seven characters: `0.08 ms`, `412 ms`, `1.24 s`, `2m 03s`."""
    for decimals, limit in ((2, 9.995e-3), (1, 99.95e-3), (0, 999.5e-3)):
        if seconds < limit:
            return f"{seconds * 1e3:.{decimals}f} ms"
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}m {rest:02}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02}m"


def local_time(seconds: float) -> datetime:
    """A moment in local time; from seconds since 1970, at most 2**64 nanoseconds."""
    try:
        return datetime.fromtimestamp(seconds).astimezone()
    except (ValueError, OverflowError):  # `TZ` may be any text, such as UTC+99: Python has no zone of a day and more
        return datetime.fromtimestamp(seconds, UTC)


def clock_time(nanoseconds: int) -> str:
    """A moment as local time of day, such as `07:12:58.120`; from nanoseconds since 1970, at most 2**64."""
    moment = local_time(nanoseconds // 1_000_000_000)
    return f"{moment:%H:%M:%S}.{nanoseconds // 1_000_000 % 1000:03}"


def without_secrets(url: str) -> str:
    """A URL, or what was meant to be one, without the user info in front of its host."""
    return _USER_INFO.sub(r"\1", url)


def count(number: int, noun: str) -> str:
    """How many there are of something: `1 span`, `2 spans`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def printable(text: str) -> str:
    """Text from a span without the control characters by which it could take over the terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
