"""A heat map: how many requests took how long, over time; durations on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from ....web.formats import count, duration, iso
from .scales import decades, time_axis

BUCKETS_A_DECADE = 5  # of the question `heat`
SHADES = 7
_WIDTH, _ROW, _LEFT, _RIGHT, _TOP, _BOTTOM = 1100, 13, 72, 8, 12, 24

# There are hundreds of them: `%` takes a quarter of the time of `format`.
_CELL = Markup('<rect class="h%d" x="%.1f" y="%.1f" width="%.1f" height="%d"><title>%s</title></rect>')


def heat_map(cells: Sequence[Mapping[str, Any]], times: Sequence[int], width: int) -> Markup:
    """Draw the answer to the question `heat`; empty if there is nothing.

    Parameters:
        cells: its rows.
        times: the beginnings of all buckets of the window, in nanoseconds.
        width: of a bucket in time, in nanoseconds.
    """
    if not cells:
        return Markup("")
    since, until = times[0], times[-1] + width
    rows = [_row(cell["at_least"]) for cell in cells]
    # Whole decades, so that the scale does not jump with the newest request.
    lowest = min(rows) // BUCKETS_A_DECADE * BUCKETS_A_DECADE
    highest = (max(rows) // BUCKETS_A_DECADE + 1) * BUCKETS_A_DECADE
    bottom = _TOP + (highest - lowest) * _ROW
    most = max(cell["requests"] for cell in cells)
    parts = [time_axis(since, until, _LEFT, _WIDTH - _RIGHT, _TOP, bottom)]
    for size, text in decades(10 ** (lowest // BUCKETS_A_DECADE), 10 ** (highest // BUCKETS_A_DECADE)):
        y = bottom - (_row(size) - lowest) * _ROW
        parts.append(
            Markup(
                '<line class="grid-line" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>'
                '<text x="{x}" y="{text_y}" text-anchor="end">{text}</text>'
            ).format(left=_LEFT, right=_WIDTH - _RIGHT, y=y, x=_LEFT - 8, text_y=y + 4, text=text)
        )
    column = (_WIDTH - _LEFT - _RIGHT) / len(times)
    for cell, row in zip(cells, rows, strict=True):
        x = _LEFT + (cell["time"] - since) / width * column
        shade = 1 + round((SHADES - 1) * math.log1p(cell["requests"]) / math.log1p(most))
        longest = duration(10 ** ((row + 1) / BUCKETS_A_DECADE))
        said = f"{iso(cell['time'])[:16].replace('T', ' ')} UTC, {duration(cell['at_least'])} to {longest}: "
        at = (x, bottom - (row - lowest + 1) * _ROW, max(column - 1, 0.8), _ROW - 1)
        parts.append(_CELL % (min(shade, SHADES), *at, said + count(cell["requests"])))
    return Markup('<svg class="drawing" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _WIDTH,
        bottom + _BOTTOM,
        "How many requests took how long, over time: the table has the numbers",
        Markup("").join(parts),
    )


def _row(nanoseconds: int) -> int:
    # The store rounds the bound of a bucket to whole nanoseconds.
    return math.floor(math.log10(max(nanoseconds, 1)) * BUCKETS_A_DECADE + 0.01)
