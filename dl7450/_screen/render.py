"""Draws what the monitors show: a `ScreenState` becomes a frame of 1920 x 1080 pixels.

The vendor documents no font, so text is set in DejaVu, which comes with this package (`fonts/`): frames are the same on
every machine, and the same as last year, which no font package on the index promises. Text is plain white unless markup
says otherwise. It gets no outline: text that cannot be read over a picture here would not be readable on the dock
either. A character that the font lacks shows as a box. Lines are not wrapped; what leaves the screen is cut off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from .colours import Colour
from .constants import HEIGHT, WIDTH, Alignment
from .markup import StyledText
from .picture import fill_screen
from .state import ScreenState, TextBox
from .style import Style

_PIXELS_PER_POINT = 96 / 72

_BEFORE_X = {Alignment.LEFT: 0.0, Alignment.MIDDLE: 0.5, Alignment.RIGHT: 1.0}  # the part of a line left of x


def render(state: ScreenState) -> Image.Image:
    """Draw a screen: an RGB picture that belongs to the caller."""
    frame = fill_screen(state.background).copy() if state.background else Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(frame)
    for box in state.boxes:
        _draw_box(draw, box)
    return frame


@dataclass(frozen=True)
class _Piece:
    """A run, or the part of one that lies in one line, measured. Lengths are in pixels."""

    text: str
    style: Style
    font: ImageFont.FreeTypeFont
    rise: float
    width: float

    @property
    def ascent(self) -> float:
        return self.font.getmetrics()[0] + self.rise

    @property
    def descent(self) -> float:
        return self.font.getmetrics()[1] - self.rise


def _draw_box(draw: ImageDraw.ImageDraw, box: TextBox) -> None:
    lines = [[_measured(run) for run in line] for line in _lines(box.runs)]
    ascents = [max(piece.ascent for piece in line) for line in lines]
    heights = [ascent + max(p.descent for p in line) for ascent, line in zip(ascents, lines, strict=True)]
    top = box.y - sum(heights) / 2 if box.centred else float(box.y)
    for line, ascent, height in zip(lines, ascents, heights, strict=True):
        if top < HEIGHT and top + height > 0:
            left = box.x - _BEFORE_X[box.alignment] * sum(piece.width for piece in line)
            _draw_line(draw, line, left, round(top + ascent))
        top += height


def _lines(runs: tuple[StyledText, ...]) -> list[list[StyledText]]:
    """Cut runs at line breaks. No line is without a run: an empty one still has a height."""
    lines: list[list[StyledText]] = [[]]
    for run in runs:
        first, *others = run.text.expandtabs().split("\n")
        lines[-1].append(StyledText(first, run.style))
        lines.extend([StyledText(text, run.style)] for text in others)
    return lines


def _measured(run: StyledText) -> _Piece:
    font = _font(run.style)
    rise = run.style.rise * _PIXELS_PER_POINT
    return _Piece(run.text, run.style, font, rise, sum(width for _, width in _chunks(run.text, font)))


def _draw_line(draw: ImageDraw.ImageDraw, line: list[_Piece], left: float, baseline: int) -> None:
    # All backgrounds first: a slanted letter may lean over the piece beside it.
    x = left
    for piece in line:
        if piece.style.background:
            top, bottom = baseline - piece.ascent, baseline + piece.descent
            _fill(draw, (x, top, x + piece.width, bottom), piece.style.background)
        x += piece.width
    x = left
    for piece in line:
        _draw_piece(draw, piece, x, baseline - round(piece.rise))
        x += piece.width


def _draw_piece(draw: ImageDraw.ImageDraw, piece: _Piece, left: float, baseline: int) -> None:
    style, x = piece.style, left
    for text, width in _chunks(piece.text, piece.font):
        if x < WIDTH and x + width > 0:
            draw.text((x, baseline), text, font=piece.font, fill=style.foreground, anchor="ls")
        x += width
    thickness = max(1, round(piece.font.size / 18))
    for wanted, offset in ((style.underline, 0.12), (style.strikethrough, -0.26)):  # of the font's size
        if wanted:
            y = baseline + round(piece.font.size * offset)
            _fill(draw, (left, y, x, y + thickness), style.foreground)


def _fill(draw: ImageDraw.ImageDraw, area: tuple[float, float, float, float], colour: Colour) -> None:
    left, top, right, bottom = (round(edge) for edge in area)
    if left < right and top < bottom:
        draw.rectangle((left, top, right - 1, bottom - 1), fill=colour)  # Pillow counts the last pixel in


def _chunks(text: str, font: ImageFont.FreeTypeFont) -> Iterator[tuple[str, float]]:
    """Text in stretches of about two screens, each with its width: memory is bounded, however long a line is."""
    length = max(1, int(2 * WIDTH / font.size))
    for start in range(0, len(text), length):
        chunk = text[start : start + length]
        yield chunk, font.getlength(chunk)


@lru_cache(maxsize=64)
def _load_font(name: str, pixels: float) -> ImageFont.FreeTypeFont:
    path = Path(__file__).with_name("fonts") / f"{name}.ttf"
    # The basic layout is in every build of Pillow; Raqm depends on a system library, and frames would too.
    return ImageFont.truetype(path, pixels, layout_engine=ImageFont.Layout.BASIC)


def _font(style: Style) -> ImageFont.FreeTypeFont:
    """The nearest of the eight faces. Any family whose name says that it is monospaced is DejaVu Sans Mono."""
    family = style.family.lower()
    mono = any(word in family for word in ("mono", "courier", "consol", "typewriter"))
    bold, italic = style.weight >= 600, style.italic
    face = ("Bold" if bold else "") + ("Oblique" if italic else "")
    name = ("DejaVuSansMono" if mono else "DejaVuSans") + (f"-{face}" if face else "")
    return _load_font(name, max(1.0, style.size * _PIXELS_PER_POINT))
