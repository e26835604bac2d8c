"""The drawing of a waterfall: a bar for each span, on one time axis, as SVG for the cells of a table.

`static/style.css` has the classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

from markupsafe import Markup, escape

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

    # Written by hand, as `Markup.format` takes four times as long: what is not a number or a class of ours is escaped.

    def marks(self) -> Markup:
        """The scale above the bars."""
        marks = (
            f'<text x="{mark * 100 // _MARKS}%" y="14" text-anchor="'
            f'{"start" if mark == 0 else "end" if mark == _MARKS else "middle"}">'
            f"{escape(duration(self.length * mark / _MARKS))}</text>"
            for mark in range(_MARKS + 1)
        )
        return Markup(f'<svg aria-hidden="true">{"".join(marks)}</svg>')

    def bar(self, bar: Bar) -> Markup:
        """A span, with how long it took beside it."""
        took = duration(bar.end - bar.start)
        left, width = self._extent(bar.start, bar.end)
        label = f"{took}{' so far' if bar.is_open else ''} from {duration(bar.start - self.since)}"
        path = f'<rect class="critical" x="{left}%" y="17" width="{width}%" height="2"/>' if bar.critical else ""
        beside = _beside(left, width, f"{took} …" if bar.is_open else took)
        return Markup(
            f'<svg role="img" aria-label="{escape(label)}">{"".join(self._stages(bar))}{path}'
            f"{''.join(self._dot(dot, bar) for dot in bar.dots)}{beside}</svg>"
        )

    def _stages(self, bar: Bar) -> Iterator[str]:
        ends = (*bar.stages, bar.end)
        for to_come, start, end in zip(count(len(bar.stages), -1), (bar.start, *bar.stages), ends):
            if start < end or (bar.start == bar.end and not to_come):
                left, width = self._extent(start, end)
                kind = f"{bar.colour}{f' early-{to_come}' if to_come else ''}{' open' if bar.is_open else ''}"
                yield f'<rect class="{kind}" x="{left}%" y="4" width="{width}%" height="12" rx="2"/>'

    def _dot(self, dot: Dot, bar: Bar) -> str:
        kind = "event warn" if dot.warns else "event"
        title = escape(f"{dot.name}, after {duration(dot.time - bar.start)}")
        return f'<circle class="{kind}" cx="{self._percent(dot.time)}%" cy="10" r="3.5"><title>{title}</title></circle>'

    def _extent(self, start: int, end: int) -> tuple[float, float]:
        left = self._percent(start)
        return left, max(round(self._percent(end) - left, 3), 0.25)

    def _percent(self, moment: float) -> float:
        return round(min(max((moment - self.since) / self.length, 0.0), 1.0) * 100, 3)


def _beside(left: float, width: float, text: str) -> str:
    """A text beside the bar, on the side where there is room."""
    if left + width < 86:
        return f'<text x="{left + width}%" dx="6" y="14">{escape(text)}</text>'
    if left > 20:
        return f'<text x="{left}%" dx="-6" y="14" text-anchor="end">{escape(text)}</text>'
    return f'<text class="inside" x="{left + width}%" dx="-6" y="14" text-anchor="end">{escape(text)}</text>'
