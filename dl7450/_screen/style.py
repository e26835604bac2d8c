"""How text looks, and what Pango's tags and attributes do to it. Pure.

Font sizes multiply as they do in Pango: a style has a size in points and a scale. `size="20480"` sets the points;
`size="large"` and `size="150%"` set the scale; `<big>` and `size="larger"` multiply whichever of the two was set last.

Known are the tags `<b> <i> <u> <s> <big> <small> <sub> <sup> <tt> <span> <markup>` and, with Pango's synonyms, the
attributes font_desc, font_family, size, style, weight, foreground, background, underline and strikethrough of `<span>`.
Pango's others (letter_spacing, rise, ...) are checked and not drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from .attributes import UNDRAWN, check_undrawn, choice, integer, loose_choice, quantity, truth
from .colours import Colour, colour

# Measured on the vendor's picture of the start screen: 48 pixels, white.
DEFAULT_POINTS = 36.0
DEFAULT_COLOUR: Colour = (255, 255, 255)

# A letter twice as high as the screen. Beyond it there is nothing to see, only memory to fill.
MAX_POINTS = 1620.0


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of text looks. Lengths are in points (1/72 inch, at 96 pixels per inch).

    Attributes:
        weight: 400 is normal, 700 is bold.
        in_points: the size was last set in points, not as a scale.
        rise: of the baseline; above 0 for superscript.
    """

    family: str = "Sans"
    weight: int = 400
    italic: bool = False
    points: float = DEFAULT_POINTS
    scale: float = 1.0
    in_points: bool = False
    rise: float = 0.0
    foreground: Colour = DEFAULT_COLOUR
    background: Colour | None = None
    underline: bool = False
    strikethrough: bool = False

    @property
    def size(self) -> float:
        """Height of the font in points."""
        return self.points * self.scale


def styled(style: Style, tag: str, attributes: dict[str, str]) -> Style:
    """The style inside a tag.

    Raises:
        ValueError: the tag or an attribute is unknown, or a value makes no sense; the message names those that do.
    """
    if tag == "span":
        style = _spanned(style, attributes)
    elif tag not in _TAGS:
        raise ValueError(f"unknown tag <{tag}>: there are {', '.join(f'<{t}>' for t in (*_TAGS, 'span'))}")
    elif attributes:
        raise ValueError(f"<{tag}> takes no attributes: use <span>")
    else:
        style = _TAGS[tag](style)
    if style.size > MAX_POINTS:
        raise ValueError(f"a font of {style.size:.0f} points does not fit the screen: {MAX_POINTS:.0f} is the most")
    return style


# Pango's scale factors: every step is 1.2.
_STEP = 1.2
_SIZES = {
    "xx-small": _STEP**-3,
    "x-small": _STEP**-2,
    "small": _STEP**-1,
    "medium": 1.0,
    "large": _STEP,
    "x-large": _STEP**2,
    "xx-large": _STEP**3,
}


def _step(style: Style, factor: float) -> Style:
    if style.in_points:
        return replace(style, points=style.points * factor)
    return replace(style, scale=style.scale * factor)


def _script(style: Style, rise: float) -> Style:
    return replace(style, points=style.points * 0.6, rise=style.rise + rise * style.size)


_TAGS: dict[str, Callable[[Style], Style]] = {
    "b": lambda style: replace(style, weight=700),
    "i": lambda style: replace(style, italic=True),
    "u": lambda style: replace(style, underline=True),
    "s": lambda style: replace(style, strikethrough=True),
    "big": lambda style: _step(style, _STEP),
    "small": lambda style: _step(style, 1 / _STEP),
    # How much smaller and how far off the baseline is what Noto Sans itself asks for (OS/2 table).
    "sub": lambda style: _script(style, -0.075),
    "sup": lambda style: _script(style, +0.35),
    "tt": lambda style: replace(style, family="Monospace"),
    "markup": lambda style: style,
}


def _font_desc(style: Style, value: str) -> Style:
    """Pango's "[FAMILY] [STYLE WORDS] [SIZE]". No style word means upright and of normal weight."""
    words = value.replace(",", " ").split()
    style = replace(style, weight=400, italic=False)
    if words and (size := re.fullmatch(r"(\d+(?:\.\d+)?)(px)?", words[-1])):
        words.pop()
        if points := float(size[1]) * (0.75 if size[2] else 1.0):
            style = replace(style, points=points, in_points=True)
    while words:
        word = words[-1].lower().replace("-", "")
        if word in _WEIGHT_WORDS:
            style = replace(style, weight=_WEIGHT_WORDS[word])
        elif word in ("italic", "oblique"):
            style = replace(style, italic=True)
        elif word not in _OTHER_STYLE_WORDS:
            break
        words.pop()
    return replace(style, family=" ".join(words) or style.family)


_OTHER_STYLE_WORDS = {"regular", "roman", "smallcaps"} | {
    prefix + width for prefix in ("", "ultra", "extra", "semi") for width in ("condensed", "expanded")
}


def _size(style: Style, value: str) -> Style:
    if value in _SIZES:
        return replace(style, scale=_SIZES[value], in_points=False)
    if value in ("larger", "smaller"):
        return _step(style, _STEP if value == "larger" else 1 / _STEP)
    if (percent := quantity(value, "%")) and percent > 0:
        return replace(style, scale=percent / 100, in_points=False)
    if (points := quantity(value, "pt") or (integer(value) or 0) / 1024) > 0:
        return replace(style, points=points, in_points=True)
    raise ValueError(
        f"size {value!r} is none of {', '.join(_SIZES)}, smaller, larger, 1024ths of a point ('20480'), "
        "points ('20pt') or per cent ('150%')"
    )


_WEIGHTS = {
    "thin": 100,
    "ultra-light": 200,
    "extra-light": 200,
    "light": 300,
    "semi-light": 350,
    "demi-light": 350,
    "book": 380,
    "normal": 400,
    "regular": 400,
    "medium": 500,
    "semi-bold": 600,
    "demi-bold": 600,
    "bold": 700,
    "ultra-bold": 800,
    "extra-bold": 800,
    "heavy": 900,
    "black": 900,
    "ultra-heavy": 1000,
    "extra-heavy": 1000,
    "ultra-black": 1000,
    "extra-black": 1000,
}
_WEIGHT_WORDS = {name.replace("-", ""): weight for name, weight in _WEIGHTS.items()}


def _weight(style: Style, value: str) -> Style:
    try:
        weight = loose_choice("weight", value, _WEIGHTS)
    except ValueError:
        raise ValueError(
            f"weight {value!r} is neither a number such as '700' nor one of {', '.join(_WEIGHTS)}"
        ) from None
    return replace(style, weight=weight if isinstance(weight, int) else _WEIGHTS[weight])


def _slant(style: Style, value: str) -> Style:
    slant = loose_choice("style", value, ("normal", "oblique", "italic", "roman"))
    return replace(style, italic=slant not in (0, "normal", "roman"))


def _underline(style: Style, value: str) -> Style:
    kinds = ("none", "single", "double", "low", "error", "single-line", "double-line", "error-line")
    return replace(style, underline=choice("underline", value, kinds) not in (0, "none"))


def _strikethrough(style: Style, value: str) -> Style:
    return replace(style, strikethrough=truth("strikethrough", value))


# In the order in which they act: any other attribute overrides font_desc, as in Pango.
_ATTRIBUTES: dict[str, Callable[[Style, str], Style]] = {
    "font_desc": _font_desc,
    "font_family": lambda style, value: replace(style, family=value),
    "size": _size,
    "style": _slant,
    "weight": _weight,
    "foreground": lambda style, value: replace(style, foreground=colour(value)),
    "background": lambda style, value: replace(style, background=colour(value)),
    "underline": _underline,
    "strikethrough": _strikethrough,
}

_SYNONYMS = {
    "font": "font_desc",
    "face": "font_family",
    "font_size": "size",
    "font_style": "style",
    "font_weight": "weight",
    "color": "foreground",
    "fgcolor": "foreground",
    "bgcolor": "background",
    "fgalpha": "alpha",
    "bgalpha": "background_alpha",
    "font_stretch": "stretch",
    "font_variant": "variant",
}


def _spanned(style: Style, attributes: dict[str, str]) -> Style:
    values: dict[str, str] = {}
    for name, value in attributes.items():
        meaning = _SYNONYMS.get(name, name)
        if meaning in values:
            raise ValueError(f"<span> has {meaning} twice, the second time as {name}: keep one")
        if meaning in UNDRAWN:
            check_undrawn(meaning, value)
        elif meaning not in _ATTRIBUTES:
            raise ValueError(f"<span> has no attribute {name!r}: it has {', '.join(_ATTRIBUTES)}")
        values[meaning] = value
    for meaning, apply in _ATTRIBUTES.items():
        if meaning in values:
            style = apply(style, values[meaning])
    return style
