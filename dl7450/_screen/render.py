"""Draws what the monitors show: a `ScreenState` becomes a frame of 1920 x 1080 pixels.

Text is set in the font that the dock has (`typeface`), which comes with this package (`fonts/`): frames are the same on
every machine, and the same as last year, which no font package on the index promises. Text is plain white unless markup
says otherwise. It gets no outline: text that cannot be read over a picture here would not be readable on the dock
either. A character that the font lacks shows as a box. Lines are not wrapped; what leaves the screen is cut off.
"""

from __future__ import annotations

import math

from PIL import Image, ImageDraw

from .colours import Colour
from .constants import HEIGHT, WIDTH
from .layout import Line, lay_out
from .lines import Piece
from .missing_letters import warn_of_missing_letters
from .picture import fill_screen
from .state import ScreenState, TextBox
from .typeface import Typeface


def render(state: ScreenState) -> Image.Image:
    """Draw a screen: an RGB picture that belongs to the caller."""
    frame = fill_screen(state.background).copy() if state.background else Image.new("RGB", (WIDTH, HEIGHT))
    warn_of_missing_letters(state.boxes)
    for box in state.boxes:
        for line in _lines_on_screen(box):
            # All backgrounds first: a slanted letter may lean over the piece beside it.
            for piece, left in line.placed():
                if piece.style.background:
                    top, bottom = line.baseline - piece.ascent, line.baseline + piece.descent
                    _fill(frame, (left, top, left + piece.width, bottom), piece.style.background)
            for piece, left in line.placed():
                _draw_piece(frame, piece, left, line.baseline - round(piece.rise), piece.style.foreground)
    return frame


def render_letters(box: TextBox) -> Image.Image:
    """Draw a mask of the screen: white where a box has letters, black elsewhere, 8 bits."""
    mask = Image.new("L", (WIDTH, HEIGHT))
    for line in _lines_on_screen(box):
        for piece, left in line.placed():
            _draw_piece(mask, piece, left, line.baseline - round(piece.rise), 255)
    return mask


def _lines_on_screen(box: TextBox) -> list[Line]:
    return [line for line in lay_out(box) if line.top < HEIGHT and line.bottom > 0]


def _draw_piece(image: Image.Image, piece: Piece, left: float, baseline: int, colour: Colour | int) -> None:
    style, face, right = piece.style, piece.face, left + piece.width
    draw_text = _draw_slanted if face.slant else _draw_upright
    for chunk, x in piece.placed(left):
        if x < WIDTH and x + chunk.width > 0:
            draw_text(image, x, baseline, chunk.text, face, colour)
    thickness = max(1, round(face.size / 20))
    for wanted, offset in ((style.underline, 0.1), (style.strikethrough, -0.322)):  # of the font's size: its own wish
        if wanted:
            y = baseline + round(face.size * offset)
            _fill(image, (left, y, right, y + thickness), colour)


def _draw_upright(image: Image.Image, x: float, y: float, text: str, face: Typeface, colour: Colour | int) -> None:
    ImageDraw.Draw(image).text((x, y), text, colour, face.font, "ls", stroke_width=face.stroke)


def _draw_slanted(image: Image.Image, x: float, y: int, text: str, face: Typeface, colour: Colour | int) -> None:
    left, top, right, bottom = face.letters_box(text)
    mask = Image.new("L", (right - left + 1, bottom - top))  # one more for the fraction of x
    _draw_upright(mask, x % 1 - left, -top, text, face, 255)
    # Each pixel comes from where it was before the baseline was left alone and the rest moved.
    slanted = (1, face.slant, face.slant * top, 0, 1, 0)
    image.paste(
        colour,
        (math.floor(x) + left, y + top),
        mask.transform(mask.size, Image.Transform.AFFINE, slanted, Image.Resampling.BICUBIC),
    )


def _fill(image: Image.Image, area: tuple[float, float, float, float], colour: Colour | int) -> None:
    left, top, right, bottom = (round(edge) for edge in area)
    if left < right and top < bottom:
        # Pillow counts the last pixel in.
        ImageDraw.Draw(image).rectangle((left, top, right - 1, bottom - 1), fill=colour)
