"""Text of a box to lines of measured pieces, as they stand from left to right.

Text is set letter by letter, the same in every build of Pillow. Only what cannot be set so, letters that join (Arabic)
and marks that have no letter of their own with their base, goes through Raqm, where this build of Pillow has it.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from PIL import ImageFont, features

from .bidi import levels, reversed_text, visual_order
from .constants import WIDTH
from .markup import StyledText
from .style import Style

PIXELS_PER_POINT = 96 / 72

_LINE_BREAK = re.compile("\r\n|[\r\n\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}]")
_SPACES_IN_A_TAB = 8

# Default_Ignorable_Code_Point of Unicode, among them soft hyphens and what controls the direction of text.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
_JOIN_CONTROLS = "\u200c\u200d"  # invisible too, but Arabic letters go by them

logger = logging.getLogger("dl7450.splashscreen")


@dataclass(frozen=True)
class Chunk:
    """A part of a piece, as it is handed to Pillow. Its width is in pixels."""

    text: str
    direction: Literal["ltr", "rtl"] | None  # for Raqm; None is for the basic layout, left to right
    width: float


@dataclass(frozen=True)
class Piece:
    """Text of one style and one direction that lies in one line, measured. Lengths are in pixels."""

    chunks: tuple[Chunk, ...]
    style: Style
    font: ImageFont.FreeTypeFont
    rise: float
    width: float

    @property
    def ascent(self) -> float:
        """Above the baseline of the line."""
        return self.font.getmetrics()[0] + self.rise

    @property
    def descent(self) -> float:
        """Below the baseline of the line."""
        return self.font.getmetrics()[1] - self.rise


def set_lines(runs: tuple[StyledText, ...]) -> list[list[Piece]]:
    """Break text into lines and measure it. No line is without a piece: an empty one still has a height."""
    space = _font(runs[0].style).getlength(" ") if runs else 0.0
    return [_set_line(line, space) for line in _break_lines(runs)]


def _break_lines(runs: tuple[StyledText, ...]) -> list[list[StyledText]]:
    lines: list[list[StyledText]] = [[]]
    for run in runs:
        # Composed letters are in the fonts; an accent by itself would lie where the basic layout puts it.
        first, *others = _LINE_BREAK.split(unicodedata.normalize("NFC", run.text))
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
    return Piece((), style, _font(style), style.rise * PIXELS_PER_POINT, width)


def _measured(text: str, style: Style, level: int) -> Piece:
    right_to_left = level % 2 == 1
    shown = _INVISIBLE.sub("", text)
    raqm = _needs_raqm(shown) and _has_raqm()
    if raqm:
        shown = "".join(c for c in text if c in _JOIN_CONTROLS or not _INVISIBLE.match(c))
    elif right_to_left:
        shown = reversed_text(shown)
    font = _font(style, raqm)
    # About two screens at once: memory is bounded, however long a line is.
    length = max(1, int(2 * WIDTH / font.size))
    parts = [shown[start : start + length] for start in range(0, len(shown), length)]
    direction: Literal["ltr", "rtl"] | None = ("rtl" if right_to_left else "ltr") if raqm else None
    if direction == "rtl":
        parts.reverse()
    chunks = tuple(Chunk(part, direction, font.getlength(part, direction=direction)) for part in parts)
    width = sum(chunk.width for chunk in chunks)
    return Piece(chunks, style, font, style.rise * PIXELS_PER_POINT, width)


def _needs_raqm(text: str) -> bool:
    return not text.isascii() and any(
        unicodedata.category(character).startswith("M") or unicodedata.bidirectional(character) == "AL"
        for character in text
    )


@cache
def _has_raqm() -> bool:
    if features.check("raqm"):
        return True
    logger.warning(
        "Arabic letters are drawn unjoined, and accents beside their letters, as this build of Pillow lacks Raqm: "
        "install libraqm, or Pillow from a wheel with it"
    )
    return False


@lru_cache(maxsize=64)
def _load_font(name: str, pixels: float, raqm: bool) -> ImageFont.FreeTypeFont:
    path = Path(__file__).with_name("fonts") / f"{name}.ttf"
    # The basic layout is in every build of Pillow; Raqm depends on a system library, and frames would too.
    return ImageFont.truetype(path, pixels, layout_engine=ImageFont.Layout.RAQM if raqm else ImageFont.Layout.BASIC)


def _font(style: Style, raqm: bool = False) -> ImageFont.FreeTypeFont:
    """The nearest of the eight faces. Any family whose name says that it is monospaced is DejaVu Sans Mono."""
    family = style.family.lower()
    mono = any(word in family for word in ("mono", "courier", "consol", "typewriter"))
    bold, italic = style.weight >= 600, style.italic
    face = ("Bold" if bold else "") + ("Oblique" if italic else "")
    name = ("DejaVuSansMono" if mono else "DejaVuSans") + (f"-{face}" if face else "")
    return _load_font(name, max(1.0, style.size * PIXELS_PER_POINT), raqm)
