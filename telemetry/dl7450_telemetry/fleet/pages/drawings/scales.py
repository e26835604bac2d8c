"""What drawings over time have in common: round moments and decades, and their labels."""

from __future__ import annotations

import math
from collections.abc import Iterator

from markupsafe import Markup

from ....web.formats import iso

_HOUR = 3600 * 10**9
_ROUND = tuple(minutes * 60 * 10**9 for minutes in (1, 5, 15, 30, 60, 180, 360, 720, 1440, 2880, 10080, 43200))
_EDGE = 24  # a label nearer to an end than this begins or ends there


def moments(since: int, until: int, most: int = 9) -> Iterator[int]:
    """Round moments within a window, in nanoseconds."""
    length = max(until - since, 1)
    round_widths = [width for width in _ROUND if width >= 24 * _HOUR or length <= 3 * 24 * _HOUR]
    width = next((width for width in round_widths if length <= most * width), -(-length // most))
    yield from range(-(-since // width) * width, until, width)


def time_axis(since: int, until: int, left: float, right: float, top: float, bottom: float) -> Markup:
    """Lines at round moments, with their times below."""
    parts = []
    whole_days = until - since > 3 * 24 * _HOUR
    for moment in moments(since, until):
        x = left + (moment - since) / (until - since) * (right - left)
        parts.append(
            Markup(
                '<line class="grid-line" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}"/>'
                '<text x="{x:.1f}" y="{y}" text-anchor="{anchor}" data-time="{iso}"{days}>{text}</text>'
            ).format(
                x=x,
                top=top,
                bottom=bottom,
                y=bottom + 15,
                anchor="start" if x - left < _EDGE else "end" if right - x < _EDGE else "middle",
                iso=iso(moment),
                days=Markup(" data-days" if whole_days else ""),
                text=iso(moment)[5:10] if whole_days else iso(moment)[11:16],
            )
        )
    return Markup("").join(parts)


def decades(low: int, high: int) -> list[tuple[int, str]]:
    """Powers of ten between two durations, each with its label."""
    first, last = math.floor(math.log10(max(low, 1))), math.ceil(math.log10(max(high, 1)))
    return [(10**power, _label(power)) for power in range(first, last + 1)]


def _label(power: int) -> str:
    """`10 ms`, and `100 s` rather than minutes: the steps are tenfold."""
    unit = min(power // 3, 3)
    return f"{10 ** (power - 3 * unit)} {('ns', 'µs', 'ms', 's')[unit]}"
