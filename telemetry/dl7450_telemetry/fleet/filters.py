"""`Filters`: which spans a question is about. In a URL and on the command line they have the same names."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Self

from .columns import LATEST

_SECOND = 1_000_000_000
_HOUR = 3600 * _SECOND
_DAY = 24 * _HOUR
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_AGO = re.compile(r"(\d{1,9})([smhdw])")
_NANOSECONDS = re.compile(r"\d{1,19}")


@dataclass(frozen=True, slots=True)
class Filters:
    """A window in time, and what a span must have. What is None is not asked for.

    Parameters:
        since: the start of the window, in nanoseconds since 1970.
        until: its end, which is not part of it.
        site: the resource attribute `dl7450.site`.
        app: `service.name`.
        release: `service.version`.
        host: `server.address` of a request.
        dock: `device.id`, or how it begins.
        error: `error.type` of a request.
        resource: attributes of the resource, each with its value.
    """

    since: int
    until: int
    site: str | None = None
    app: str | None = None
    release: str | None = None
    host: str | None = None
    dock: str | None = None
    error: str | None = None
    resource: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, pairs: Iterable[tuple[str, str]], *, now: int | None = None) -> Self:
        """Filters from the names and values of a URL's query or of a command line; other names are passed over.

        `since` and `until` are a time in ISO 8601 (UTC unless it says otherwise), a number of nanoseconds since 1970,
        or how long ago (`90m`, `24h`, `7d`). `until` is now if it is missing, `since` 24 hours before it. What is a day
        ago or more is the whole hour before that: a window has what was asked for and up to an hour more, no bucket of
        a chart is cut, and the store has sums of it. `resource` may be there several times, as `KEY=VALUE`.

        Parameters:
            now: nanoseconds since 1970; the clock's by default.

        Raises:
            ValueError: a value cannot be read; the message names the fix.
        """
        now = time.time_ns() if now is None else now
        given: dict[str, str] = {}
        resource: list[tuple[str, str]] = []
        for name, value in pairs:
            if not value:
                continue  # an empty field of a form
            if name == "resource":
                key, equals, wanted = value.partition("=")
                if not key or not equals:
                    raise ValueError(f"resource takes KEY=VALUE, not {value!r}")
                resource.append((key, wanted))
            else:
                given[name] = value
        until = _moment(given["until"], now, "until") if "until" in given else now
        if "since" not in given and "until" in given:
            since = until - _DAY
        else:
            since = _moment(given.get("since", "24h"), now, "since")
        if since >= until:
            raise ValueError("since is not before until: exchange them, or leave one out")
        chosen = {name: given[name] for name in _CHOICES if name in given}
        return replace(cls(max(0, since), until, resource=tuple(sorted(resource))), **chosen)  # type: ignore[arg-type]

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values from which `parse` makes the same filters."""
        chosen = [(name, value) for name in _CHOICES if (value := getattr(self, name)) is not None]
        times = [("since", str(self.since)), ("until", str(self.until))]
        return times + chosen + [("resource", f"{key}={value}") for key, value in self.resource]

    def chosen(self) -> set[str]:
        """The names of those that are there, besides the window."""
        return {name for name, _ in self.pairs()} - {"since", "until"}


def span_of_time(text: str) -> int:
    """Nanoseconds, from a text such as `90m`, `24h` or `30d`.

    Raises:
        ValueError: it is not one.
    """
    match = _AGO.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a span of time such as 90m, 24h or 30d")
    return int(match[1]) * _UNITS[match[2]] * _SECOND


def ago(nanoseconds: int) -> str:
    """How long ago as a filter takes it, such as `90m`, `24h` or `8d`; parts of a second are left out."""
    seconds = nanoseconds // _SECOND
    unit, size = next((unit, size) for unit, size in _ROUND if seconds % size == 0 and (unit != "d" or seconds > size))
    return f"{seconds // size}{unit}"


_ROUND = (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))
_CHOICES = [field.name for field in fields(Filters) if field.type == "str | None"]


def _moment(text: str, now: int, name: str) -> int:
    if _AGO.fullmatch(text):
        length = span_of_time(text)
        return (now - length) // _HOUR * _HOUR if length >= _DAY else now - length
    if _NANOSECONDS.fullmatch(text):
        return min(int(text), LATEST)
    try:
        moment = datetime.fromisoformat(text if "+" in text or text.endswith("Z") else text + "+00:00")
        return min(max(0, int(moment.timestamp()) * _SECOND + moment.microsecond * 1000), LATEST)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{name} is {text!r}, which is not a time: write 2026-11-22T07:12, or 24h for how long ago"
        ) from None
