"""Text of a box to lines of measured pieces, as they stand from left to right.

Text is set letter by letter, the same in every build of Pillow. Only what cannot be set so, marks that have no letter
of their own with their base (an x with an accent), goes through Raqm, where this build of Pillow has it.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from PIL import features

from .bidi import levels, reversed_text, visual_order
from .constants import WIDTH
from .markup import StyledText
from .style import Style
from .typeface import PIXELS_PER_POINT, Typeface, typeface

_LINE_BREAK = re.compile("\r\n|[\r\n\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}]")
_SPACES_IN_A_TAB = 8

# Default_Ignorable_Code_Point of Unicode, among them soft hyphens and what controls the direction of text.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)

logger = logging.getLogger("dl7450.splashscreen")


@dataclass(frozen=True)
class Chunk:
    """A part of a piece, as it is handed to Pillow, from left to right. Its width is in pixels."""

    text: str
    width: float


@dataclass(frozen=True)
class Piece:
    """Text of one style and one direction that lies in one line, measured. Lengths are in pixels."""

    chunks: tuple[Chunk, ...]
    style: Style
    face: Typeface
    rise: float
    width: float

    @property
    def ascent(self) -> float:
        """Above the baseline of the line."""
        return self.face.ascent + self.rise

    @property
    def descent(self) -> float:
        """Below the baseline of the line."""
        return self.face.descent - self.rise

    def placed(self, left: float) -> Iterator[tuple[Chunk, float]]:
        """The chunks of a piece that begins here, each with where it begins."""
        for chunk in self.chunks:
            yield chunk, left
            left += chunk.width


def set_lines(runs: tuple[StyledText, ...]) -> list[list[Piece]]:
    """Break text into lines and measure it. No line is without a piece: an empty one still has a height."""
    space = typeface(runs[0].style).font.getlength(" ") if runs else 0.0
    return [_set_line(line, space) for line in _break_lines(runs)]


def _break_lines(runs: tuple[StyledText, ...]) -> list[list[StyledText]]:
    lines: list[list[StyledText]] = [[]]
    for run in runs:
        first, *others = _LINE_BREAK.split(composed(run.text))
        lines[-1].append(StyledText(first, run.style))
        lines.extend([StyledText(text, run.style)] for text in others)
    return lines


def _set_line(line: list[StyledText], space: float) -> list[Piece]:
    line_levels = levels("".join(run.text for run in line))
    x = 0.0
    pieces: list[Piece] = []
    piece_levels: list[int] = []
    start = 0
    for run in line:
        for text, level in _split(run.text, line_levels[start : start + len(run.text)]):
            piece = _tab(run.style, x, space) if text == "\t" else _measured(text, run.style, level)
            pieces.append(piece)
            piece_levels.append(level)
            x += piece.width
        start += len(run.text)
    return [pieces[index] for index in visual_order(piece_levels)]


def _split(text: str, text_levels: list[int]) -> Iterator[tuple[str, int]]:
    """Stretches of one level, tabs by themselves; empty text is one stretch."""
    if not text:
        yield "", 0
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or text_levels[end] != text_levels[start] or "\t" in (text[end], text[start]):
            yield text[start:end], text_levels[start]
            start = end


def _tab(style: Style, x: float, space: float) -> Piece:
    """A gap to the next of Pango's tab stops: every eight spaces of the first font, and at least a space away."""
    stop = _SPACES_IN_A_TAB * space
    width = (int((x + space) / stop) + ((x + space) % stop > 0)) * stop - x if stop else 0.0
    return Piece((), style, typeface(style), style.rise * PIXELS_PER_POINT, width)


def _measured(text: str, style: Style, level: int) -> Piece:
    right_to_left = level % 2 == 1
    shown = visible(text)
    raqm = not right_to_left and _needs_raqm(shown) and _has_raqm()
    if right_to_left:
        shown = reversed_text(shown)
    face = typeface(style, raqm)
    # About two screens at once: memory is bounded, however long a line is.
    length = max(1, int(2 * WIDTH / face.size))
    parts = [shown[start : start + length] for start in range(0, len(shown), length)]
    chunks = tuple(Chunk(part, face.font.getlength(part)) for part in parts)
    width = sum(chunk.width for chunk in chunks)
    return Piece(chunks, style, face, style.rise * PIXELS_PER_POINT, width)


def composed(text: str) -> str:
    """A text whose letters have their accents, as fonts do: one by itself would lie where the basic layout puts it."""
    return unicodedata.normalize("NFC", text)


def visible(text: str) -> str:
    """A text without the characters that are never drawn, whatever the font."""
    return _INVISIBLE.sub("", text)


def _needs_raqm(text: str) -> bool:
    return not text.isascii() and any(unicodedata.category(character).startswith("M") for character in text)


@cache
def _has_raqm() -> bool:
    if features.check("raqm"):
        return True
    logger.warning(
        "accents that stand alone are drawn beside their letters, as this build of Pillow lacks Raqm: "
        "install libraqm, or Pillow from a wheel with it"
    )
    return False
