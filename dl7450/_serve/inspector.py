"""What is on a frame, box by box: where each lies and how it looks, and what of it nobody can read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .._screen.colours import Colour
from .._screen.layout import lay_out, letters_area
from .._screen.state import TextBox
from .._screen.style import Style
from .._screen.text_faults import leaves_screen, lies_over
from .._screen.typeface import typeface

BOXES_MAX = 200  # that are inspected: each pair that may overlap is drawn
KEPT = 16  # frames


@dataclass(frozen=True)
class InspectedLine:
    """A line of a box, in pixels of the screen."""

    left: int
    top: int
    right: int
    bottom: int
    baseline: int


@dataclass(frozen=True)
class InspectedBox:
    """A box as it lies on the screen. Lengths are pixels.

    Attributes:
        number: by the drawing order, from 1.
        box: what the app has put there.
        markup: what it wrote.
        lines: where they lie.
        letters: left, top, width and height of a rectangle around the letters.
        styles: of its text, in words.
        faults: what of it nobody can read.
    """

    number: int
    box: TextBox
    markup: str
    lines: Sequence[InspectedLine]
    letters: tuple[int, int, int, int]
    styles: Sequence[str]
    faults: Sequence[str]

    @property
    def edges(self) -> tuple[int, int, int, int]:
        """Left, top, width and height of all its lines."""
        left, top = min(line.left for line in self.lines), self.lines[0].top
        return left, top, max(line.right for line in self.lines) - left, self.lines[-1].bottom - top


@lru_cache(KEPT)
def inspect(boxes: tuple[TextBox, ...]) -> Sequence[InspectedBox]:
    """The boxes of a frame in their drawing order; the first `BOXES_MAX` of many. It takes a while."""
    boxes = boxes[:BOXES_MAX]
    return [
        InspectedBox(
            number,
            box,
            box.markup or box.text,
            [
                InspectedLine(
                    round(line.left),
                    round(line.top),
                    round(line.left + sum(piece.width for piece in line.pieces)),
                    round(line.bottom),
                    line.baseline,
                )
                for line in lay_out(box)
            ],
            _rectangle(box),
            list(dict.fromkeys(_in_words(run.style) for run in box.runs if run.text.strip())),
            list(_faults(box, boxes[: number - 1])),
        )
        for number, box in enumerate(boxes, start=1)
    ]


def _faults(box: TextBox, under: Sequence[TextBox]) -> Iterator[str]:
    yield from filter(None, (leaves_screen(box), *(lies_over(box, each) for each in under)))


def _rectangle(box: TextBox) -> tuple[int, int, int, int]:
    left, top, right, bottom = letters_area(box)
    return left, top, right - left, bottom - top


def _in_words(style: Style) -> str:
    face = typeface(style)
    words = [
        f"{face.name} {style.size:.4g} pt",
        "bold" if style.weight >= 600 else "",
        "italic" if style.italic else "",
        "underlined" if style.underline else "",
        "struck through" if style.strikethrough else "",
        _hexadecimal(style.foreground),
        f"on {_hexadecimal(style.background)}" if style.background else "",
    ]
    return " ".join(filter(None, words))


def _hexadecimal(colour: Colour) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)
