"""Which pixels a shape has: lines, ellipses, polygons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

Point = tuple[int, int]


def line(start: Point, end: Point, width: int, height: int) -> Iterator[Point]:
    """The pixels of Bresenham's line that lie in a picture of this size."""
    (x1, y1), (x2, y2) = start, end
    across, down = abs(x2 - x1), abs(y2 - y1)
    right, below = (1 if x2 > x1 else -1), (1 if y2 > y1 else -1)
    # However long it is, as many steps are taken as the picture is wide or high.
    if across >= down:
        for step in _steps(x1, right, across, width):
            y = y1 + below * _moved(step, down, across)
            if 0 <= y < height:
                yield x1 + right * step, y
    else:
        for step in _steps(y1, below, down, height):
            x = x1 + right * _moved(step, across, down)
            if 0 <= x < width:
                yield x, y1 + below * step


def _steps(start: int, direction: int, count: int, size: int) -> range:
    """The steps from `start`, of `count`, that are from 0 up to `size`."""
    first, last = (-start, size - 1 - start) if direction > 0 else (start - size + 1, start)
    return range(max(0, first), min(count, last) + 1)


def _moved(step: int, short: int, long: int) -> int:
    """How far a line is on its short axis after some steps on its long one; halves are rounded up."""
    return (2 * short * step + long) // (2 * long) if long else 0


def quadrant(x_radius: int, y_radius: int) -> Iterator[Point]:
    """The pixels of a quarter of an ellipse around (0, 0), after John Kennedy; some come twice."""
    if x_radius == y_radius == 0:
        yield 0, 0
        return
    yield from _flat_side(x_radius, y_radius)
    for y, x in _flat_side(y_radius, x_radius):
        yield x, y


def _flat_side(x_radius: int, y_radius: int) -> Iterator[Point]:
    """From (x_radius, 0) on to where the curve has turned by half a right angle."""
    x, y, error = x_radius, 0, 0
    x_change, y_change = y_radius**2 * (1 - 2 * x_radius), x_radius**2
    while y_radius**2 * x >= x_radius**2 * y:
        yield x, y
        y += 1
        error += y_change
        y_change += 2 * x_radius**2
        if 2 * error + x_change > 0:
            x -= 1
            error += x_change
            x_change += 2 * y_radius**2


def edges(points: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    """The edges of a polygon, from its first point backwards."""
    return pairwise([points[0], *reversed(points)])


def crossings(points: Sequence[Point], row: int) -> list[int]:
    """Where a row crosses the edges of a polygon, from left to right; the lower end of an edge does not count."""
    found = []
    for (x1, y1), (x2, y2) in edges(points):
        if (y1 > row) != (y2 > row):
            found.append(_towards_zero(32 * x1 + _towards_zero(32 * (x2 - x1) * (row - y1), y2 - y1) + 16, 32))
    return sorted(found)


def _towards_zero(value: int, divisor: int) -> int:
    quotient = abs(value) // abs(divisor)
    return quotient if (value < 0) == (divisor < 0) else -quotient
