"""The drawing of a waterfall: a bar for each span, on one time axis, as SVG for the cells of a table.

`static/style.css` has the classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from markupsafe import Markup

from .formats import duration

DEEPEST = 8  # indented; `style.css` has a class for each
_MARKS = 4  # parts of the scale
_PHASES = {"DNS": "s3", "socket": "s2", "TLS": "s4"}  # by the first word of a name


def colour_of(name: str, failed: bool, others: str = "s1") -> str:
    """The class of a span: red if it failed, and one for each phase of a connection.

    Parameters:
        name: of the span.
        failed: whether it did.
        others: of spans that are none of these.
    """
    return "sbad" if failed else _PHASES.get(name.split(" ", maxsplit=1)[0], others)


class Dot(NamedTuple):
    """An event on a bar: its name, when it was, and whether it warns."""

    name: str
    time: int
    warns: bool = False


@dataclass(frozen=True, kw_only=True)
class Bar:
    """What is drawn of a span. Times are nanoseconds since 1970.

    Attributes:
        start, end: when it began and ended.
        colour: a class of the style, such as `s1`.
        stages: when the stages before the last one ended; the earlier a stage, the lighter it is.
        dots: its events.
        critical: it is underlined.
        is_open: it has not ended; `end` is by now.
    """

    start: int
    end: int
    colour: str
    stages: Sequence[int] = ()
    dots: Sequence[Dot] = ()
    critical: bool = False
    is_open: bool = False


class TimeAxis:
    """The axis of a waterfall, from one moment to another one, in nanoseconds since 1970."""

    def __init__(self, since: int, until: int) -> None:
        self.since = since
        self.length = max(1, until - since)

    def marks(self) -> Markup:
        """The scale above the bars."""
        return Markup('<svg aria-hidden="true">{}</svg>').format(
            Markup("").join(
                Markup('<text x="{}%" y="14" text-anchor="{}">{}</text>').format(
                    mark * 100 // _MARKS,
                    "start" if mark == 0 else "end" if mark == _MARKS else "middle",
                    duration(self.length * mark / _MARKS),
                )
                for mark in range(_MARKS + 1)
            )
        )

    def bar(self, bar: Bar) -> Markup:
        """A span, with how long it took beside it."""
        took = duration(bar.end - bar.start)
        path = Markup("")
        left, width = self._extent(bar.start, bar.end)
        if bar.critical:
            path = Markup('<rect class="critical" x="{}%" y="17" width="{}%" height="2"/>').format(left, width)
        return Markup('<svg role="img" aria-label="{}">{}{}{}{}</svg>').format(
            f"{took}{' so far' if bar.is_open else ''} from {duration(bar.start - self.since)}",
            Markup("").join(self._stages(bar)),
            path,
            Markup("").join(self._dot(dot, bar) for dot in bar.dots),
            _beside(left, width, f"{took} …" if bar.is_open else took),
        )

    def _stages(self, bar: Bar) -> Iterator[Markup]:
        ends = (*bar.stages, bar.end)
        for to_come, start, end in zip(count(len(bar.stages), -1), (bar.start, *bar.stages), ends):
            if start < end or (bar.start == bar.end and not to_come):
                left, width = self._extent(start, end)
                yield Markup('<rect class="{}" x="{}%" y="4" width="{}%" height="12" rx="2"/>').format(
                    f"{bar.colour}{f' early-{to_come}' if to_come else ''}{' open' if bar.is_open else ''}", left, width
                )

    def _dot(self, dot: Dot, bar: Bar) -> Markup:
        return Markup('<circle class="{}" cx="{}%" cy="10" r="3.5"><title>{}</title></circle>').format(
            "event warn" if dot.warns else "event",
            self._percent(dot.time),
            f"{dot.name}, after {duration(dot.time - bar.start)}",
        )

    def _extent(self, start: int, end: int) -> tuple[float, float]:
        left = self._percent(start)
        return left, max(round(self._percent(end) - left, 3), 0.25)

    def _percent(self, moment: float) -> float:
        return round(min(max((moment - self.since) / self.length, 0.0), 1.0) * 100, 3)


def _beside(left: float, width: float, text: str) -> Markup:
    """A text beside the bar, on the side where there is room."""
    if left + width < 86:
        return Markup('<text x="{}%" dx="6" y="14">{}</text>').format(left + width, text)
    if left > 20:
        return Markup('<text x="{}%" dx="-6" y="14" text-anchor="end">{}</text>').format(left, text)
    return Markup('<text class="inside" x="{}%" dx="-6" y="14" text-anchor="end">{}</text>').format(left + width, text)
