"""The phases of a request as bars: the median filled, up to p95 as a line; durations on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from ....web.formats import duration
from .scales import decades

_WIDTH, _ROW, _LEFT, _RIGHT, _TOP = 520, 34, 92, 26, 22


def phase_bars(phases: Sequence[Mapping[str, Any]]) -> Markup:
    """Draw the answer to the question `phases`; empty if there is nothing."""
    if not phases:
        return Markup("")
    marks = decades(max(min(int(phase["p50"]) for phase in phases), 1), max(int(phase["p95"]) for phase in phases) + 1)
    low, high = math.log10(marks[0][0]), math.log10(marks[-1][0])

    def x(nanoseconds: float) -> float:
        share = (math.log10(max(nanoseconds, marks[0][0])) - low) / max(high - low, 1)
        return _LEFT + min(share, 1.0) * (_WIDTH - _LEFT - _RIGHT)

    bottom = _TOP + len(phases) * _ROW
    parts = [
        Markup(
            '<line class="grid-line" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}"/>'
            '<text x="{x:.1f}" y="{y}" text-anchor="middle">{text}</text>'
        ).format(x=x(size), top=_TOP, bottom=bottom, y=_TOP - 8, text=text)
        for size, text in marks
    ]
    for index, phase in enumerate(phases):
        y = _TOP + index * _ROW + 7
        half, most = x(phase["p50"]), x(phase["p95"])
        said = f"{phase['phase']}: p50 {duration(phase['p50'])}, p95 {duration(phase['p95'])}"
        parts.append(
            Markup(
                '<text x="{left}" y="{text_y}" text-anchor="end">{name}</text>'
                "<g><title>{said}</title>"
                '<rect class="s{colour}" x="{start}" y="{y}" width="{half:.1f}" height="20" rx="3"/>'
                '<rect class="s{colour} beyond" x="{end:.1f}" y="{y}" width="{more:.1f}" height="20" rx="3"/></g>'
            ).format(
                left=_LEFT - 8,
                text_y=y + 14,
                name=phase["phase"],
                said=said,
                colour=index % 5 + 1 if index < 4 else 6,
                start=_LEFT,
                y=y,
                half=max(half - _LEFT, 2),
                end=half,
                more=max(most - half, 0),
            )
        )
    return Markup('<svg class="drawing" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _WIDTH, bottom + 4, "How long the phases of a request take: the table has the numbers", Markup("").join(parts)
    )
