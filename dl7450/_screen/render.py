"""Draws what the monitors show: a `ScreenState` becomes a frame of 1920 x 1080 pixels.

The vendor documents no font, so text is set in DejaVu, which comes with this package (`fonts/`): frames are the same on
every machine, and the same as last year, which no font package on the index promises. Text is plain white unless markup
says otherwise. It gets no outline: text that cannot be read over a picture here would not be readable on the dock
either. A character that the font lacks shows as a box. Lines are not wrapped; what leaves the screen is cut off.
"""

from __future__ import annotations

from PIL import Image, ImageDraw

from .colours import Colour
from .constants import HEIGHT, WIDTH, Alignment
from .lines import Piece, set_lines
from .picture import fill_screen
from .state import ScreenState, TextBox

_BEFORE_X = {Alignment.LEFT: 0.0, Alignment.MIDDLE: 0.5, Alignment.RIGHT: 1.0}  # the part of a line left of x


def render(state: ScreenState) -> Image.Image:
    """Draw a screen: an RGB picture that belongs to the caller."""
    frame = fill_screen(state.background).copy() if state.background else Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(frame)
    for box in state.boxes:
        _draw_box(draw, box)
    return frame


def _draw_box(draw: ImageDraw.ImageDraw, box: TextBox) -> None:
    lines = set_lines(box.runs)
    ascents = [max(piece.ascent for piece in line) for line in lines]
    heights = [ascent + max(p.descent for p in line) for ascent, line in zip(ascents, lines, strict=True)]
    top = box.y - sum(heights) / 2 if box.centred else float(box.y)
    for line, ascent, height in zip(lines, ascents, heights, strict=True):
        if top < HEIGHT and top + height > 0:
            left = box.x - _BEFORE_X[box.alignment] * sum(piece.width for piece in line)
            _draw_line(draw, line, left, round(top + ascent))
        top += height


def _draw_line(draw: ImageDraw.ImageDraw, line: list[Piece], left: float, baseline: int) -> None:
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


def _draw_piece(draw: ImageDraw.ImageDraw, piece: Piece, left: float, baseline: int) -> None:
    style, x = piece.style, left
    for chunk in piece.chunks:
        if x < WIDTH and x + chunk.width > 0:
            where = (x, baseline)
            draw.text(where, chunk.text, style.foreground, piece.font, "ls", direction=chunk.direction)
        x += chunk.width
    x = left + piece.width
    thickness = max(1, round(piece.font.size / 18))
    for wanted, offset in ((style.underline, 0.12), (style.strikethrough, -0.26)):  # of the font's size
        if wanted:
            y = baseline + round(piece.font.size * offset)
            _fill(draw, (left, y, x, y + thickness), style.foreground)


def _fill(draw: ImageDraw.ImageDraw, area: tuple[float, float, float, float], colour: Colour) -> None:
    left, top, right, bottom = (round(edge) for edge in area)
    if left < right and top < bottom:
        draw.rectangle((left, top, right - 1, bottom - 1), fill=colour)  # Pillow counts the last pixel in
