"""The time line of one dock: a lane for each kind of span, failures in their own colour, and gaps.

There may be more spans than pixels: what falls on the same few of them is one mark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from markupsafe import Markup

from ....web.formats import duration, iso
from .scales import time_axis

# In this order from the top, each with its name and the class of its colour.
LANES: Final = {
    "app": ("App runs", "s2"),
    "timer": ("Timers", "s5"),
    "callback": ("Callbacks", "s6"),
    "request": ("Requests", "s1"),
    "failure": ("Failures", "sbad"),
    "frame": ("Frames", "s3"),
    "blocked": ("Blocked", "swarn"),
    "other": ("Other", "s5"),
}
_WIDTH, _LEFT, _RIGHT, _TOP, _LANE = 1100, 84, 8, 4, 26
_MARKS = 400  # across


def time_line(spans: Sequence[Mapping[str, Any]], since: int, until: int, gap: int) -> Markup:
    """Draw the answer to the question `dock`; empty if there is nothing.

    Parameters:
        spans: its rows, in the order of time.
        since: the start of the window, in nanoseconds.
        until: its end.
        gap: nanoseconds without a span from which on nothing is drawn as a gap.
    """
    if not spans:
        return Markup("")
    marks: dict[str, dict[int, list[Mapping[str, Any]]]] = {lane: {} for lane in LANES}
    for span in spans:
        mark = (span["time"] - since) * _MARKS // (until - since)
        for lane in _lanes(span):
            marks[lane].setdefault(mark, []).append(span)
    shown = [lane for lane in LANES if marks[lane]]
    bottom = _TOP + len(shown) * _LANE
    across = _WIDTH - _LEFT - _RIGHT

    def x(moment: int) -> float:
        return _LEFT + min(max((moment - since) / (until - since), 0.0), 1.0) * across

    parts = [time_axis(since, until, _LEFT, _WIDTH - _RIGHT, _TOP, bottom)]
    for begin, end in _gaps(spans, until, gap):
        parts.append(
            Markup(
                '<rect class="gap" x="{:.1f}" y="{}" width="{:.1f}" height="{}"><title>nothing for {}</title></rect>'
            ).format(x(begin), _TOP, x(end) - x(begin), bottom - _TOP, duration(end - begin))
        )
    for index, lane in enumerate(shown):
        name, colour = LANES[lane]
        y = _TOP + index * _LANE
        parts.append(
            Markup(
                '<text x="{}" y="{}" text-anchor="end">{}</text>'
                '<line class="grid-line" x1="{}" x2="{}" y1="{}" y2="{}"/>'
            ).format(_LEFT - 10, y + 17, name, _LEFT, _WIDTH - _RIGHT, y + _LANE, y + _LANE)
        )
        for together in marks[lane].values():
            begin, end = together[0]["time"], max(span["time"] + span["duration"] for span in together)
            parts.append(
                Markup(
                    '<rect class="{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}" rx="1.5"><title>{}</title></rect>'
                ).format(colour, x(begin), y + 5, max(x(end) - x(begin), 2.5), _LANE - 10, _said(together, lane))
            )
    return Markup('<svg class="drawing" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _WIDTH, bottom + 24, "What the dock did over time: the table has each span", Markup("").join(parts)
    )


def _lanes(span: Mapping[str, Any]) -> list[str]:
    lanes = [span["lane"]]
    if span["failed"]:
        lanes = ["failure"] if span["lane"] in ("request", "other") else [*lanes, "failure"]
    return [*lanes, "blocked"] if span["blocked"] else lanes


def _gaps(spans: Sequence[Mapping[str, Any]], until: int, gap: int) -> list[tuple[int, int]]:
    times = [*(span["time"] for span in spans), until]
    return [(begin, end) for begin, end in pairwise(times) if end - begin > gap]


def _said(spans: Sequence[Mapping[str, Any]], lane: str) -> str:
    first = spans[0]
    said = (
        f"{iso(first['time'])[:19].replace('T', ' ')} UTC: {first['name']} {first['path']} {first['failed']}".rstrip()
    )
    return f"{said}, and {len(spans) - 1} more" if len(spans) > 1 else f"{said}, {duration(first['duration'])}"
