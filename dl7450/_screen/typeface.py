"""The letters of the dock: Noto Sans Regular, of which bold and italic are made.

Measured on the vendor's own picture of the start screen: default text is Noto Sans Regular of 48 pixels, its baseline
is 52 pixels below the top of its line, and the next line is 67 pixels lower; `size="large"` is 57.6 pixels with the
baseline 61 pixels below the top; bold text has the advances of Regular, and its outlines are larger by a 24th of the
font's size. That is how FreeType makes a bold face where there is none.

Not known is how italic and monospaced text look on the dock. Italic is made of Regular here, too, with fontconfig's
slant; monospaced text is set in Noto Mono, so that columns stand below each other. Nor is it known whether letters are
kerned: "Connect your notebook" and "to the dock." are as wide with kerning as without. They are not kerned here, as not
every build of Pillow can do that: a pair such as "To" would be a pixel or three narrower.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from .style import Style

PIXELS_PER_POINT = 96 / 72

_BOLDER = 1 / 48  # of the size, on each side of an outline
_SLANT = 0.2  # pixels to the right for each pixel up
_NO_CHARACTER = "\U0010fffd"  # for private use, and no font here uses it
_FOLDER = Path(__file__).with_name("fonts")


@dataclass(frozen=True)
class Typeface:
    """A font at a size, and what is done to its letters. Lengths are in pixels.

    Attributes:
        name: of the font.
        font: its letters, upright and of normal weight.
        stroke: by how much outlines grow on each side.
        slant: pixels to the right for each pixel up.
        ascent: from the top of a line down to its baseline.
        descent: from there to the top of the next line.
    """

    name: str
    font: ImageFont.FreeTypeFont
    stroke: float
    slant: float
    ascent: int
    descent: int

    @property
    def size(self) -> float:
        """The height of the font."""
        return self.font.size

    def letters_box(self, text: str) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of a text that begins at (0, 0) on its baseline.

        No letter is outside of it, but the blank before the first and after the last one may be in it.
        """
        left, top, right, bottom = self.font.getbbox(text, anchor="ls")
        top, bottom = top - self.stroke, bottom + self.stroke
        left, right = left - self.slant * max(0, bottom) - self.stroke, right - self.slant * min(0, top) + self.stroke
        return math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)

    def lacks(self, character: str) -> bool:
        """Whether the font has no such letter, and shows a box instead."""
        return _lacks(self.name, character)


def typeface(style: Style, raqm: bool = False) -> Typeface:
    """The letters for a style. Any family whose name says that it is monospaced is Noto Mono, and others Noto Sans.

    Parameters:
        style: how text looks.
        raqm: set text with Raqm, not letter by letter.
    """
    family, pixels = style.family.lower(), max(1.0, style.size * PIXELS_PER_POINT)
    name = "Noto Mono" if any(word in family for word in ("mono", "courier", "consol", "typewriter")) else "Noto Sans"
    # Of 57 pixels, the ascent is 61, as measured for 57.6 pixels: of these it is 62.
    ascent, descent = _load(name, float(int(pixels)), raqm=False).getmetrics()
    font = _load(name, pixels, raqm)
    stroke = _BOLDER * pixels if style.weight >= 600 else 0.0
    return Typeface(name, font, stroke, _SLANT if style.italic else 0.0, ascent, descent)


@lru_cache(maxsize=64)
def _load(name: str, pixels: float, raqm: bool) -> ImageFont.FreeTypeFont:
    # The basic layout is in every build of Pillow; Raqm depends on a system library, and frames would too.
    layout = ImageFont.Layout.RAQM if raqm else ImageFont.Layout.BASIC
    return ImageFont.truetype(_FOLDER / f"{name.replace(' ', '')}-Regular.ttf", pixels, layout_engine=layout)


@lru_cache(maxsize=4096)
def _lacks(name: str, character: str) -> bool:
    # Pillow does not say it; but all that a font lacks looks the same.
    return _picture(name, character) == _picture(name, _NO_CHARACTER)


def _picture(name: str, character: str) -> tuple[tuple[int, int], bytes]:
    mask = _load(name, 48.0, raqm=False).getmask(character)
    return mask.size, bytes(mask)
