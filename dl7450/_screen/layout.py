"""Where the lines of a text box lie on the screen. Lines are not wrapped."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from .constants import Alignment
from .lines import Piece, set_lines
from .state import TextBox

_BEFORE_X = {Alignment.LEFT: 0.0, Alignment.MIDDLE: 0.5, Alignment.RIGHT: 1.0}  # the part of a line left of x


class Area(NamedTuple):
    """A rectangle of pixels, false if it is empty; those at `right` and `bottom` are outside of it."""

    left: int
    top: int
    right: int
    bottom: int

    def __bool__(self) -> bool:
        return self.left < self.right and self.top < self.bottom

    def common(self, other: Area) -> Area:
        """What is in both."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        return Area(left, top, min(self.right, other.right), min(self.bottom, other.bottom))


@dataclass(frozen=True)
class Line:
    """A line of text in its place. Lengths are in pixels of the screen.

    Attributes:
        pieces: from left to right.
        left: where the first one begins.
        top: of the line.
        baseline: on which its letters stand.
        bottom: the top of the next line.
    """

    pieces: list[Piece]
    left: float
    top: float
    baseline: int
    bottom: float

    def placed(self) -> Iterator[tuple[Piece, float]]:
        """The pieces, each with where it begins."""
        x = self.left
        for piece in self.pieces:
            yield piece, x
            x += piece.width


def lay_out(box: TextBox) -> list[Line]:
    """The lines of a box, from the first one down."""
    lines = set_lines(box.runs)
    ascents = [max(piece.ascent for piece in line) for line in lines]
    heights = [ascent + max(p.descent for p in line) for ascent, line in zip(ascents, lines, strict=True)]
    top = box.y - sum(heights) / 2 if box.centred else float(box.y)
    placed = []
    for line, ascent, height in zip(lines, ascents, heights, strict=True):
        left = box.x - _BEFORE_X[box.alignment] * sum(piece.width for piece in line)
        placed.append(Line(line, left, top, round(top + ascent), top + height))
        top += height
    return placed


@lru_cache(maxsize=1024)
def letters_area(box: TextBox) -> Area:
    """A rectangle around the letters of a box, on the screen or off it; empty if all of it is blank."""
    areas = [area for line in lay_out(box) for area in _letters_areas(line)]
    if not areas:
        return Area(0, 0, 0, 0)
    lefts, tops, rights, bottoms = zip(*areas, strict=True)
    return Area(min(lefts), min(tops), max(rights), max(bottoms))


def _letters_areas(line: Line) -> Iterator[Area]:
    for piece, x in line.placed():
        baseline = line.baseline - round(piece.rise)
        for chunk, start in piece.placed(x):
            if not chunk.text.isspace():
                left, top, right, bottom = piece.face.letters_box(chunk.text)
                yield Area(math.floor(start + left), baseline + top, math.ceil(start + right), baseline + bottom)
