"""Values of the attributes of `<span>`, read and refused as Pango 1.50 does. Pure.

Pango reads numbers with C's `strtol` and `strtod`, and takes a number for the name of any choice. What is not drawn is
checked all the same: markup that is accepted here must be accepted on the dock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from .colours import colour

_INT = re.compile(r"\s*[+-]?[0-9]+")
_FLOAT = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_LARGEST_INT = 2**31 - 1
_TRUE, _FALSE = ("true", "yes", "t", "y"), ("false", "no", "f", "n")


def integer(value: str) -> int | None:
    """An int of 32 bits, or None."""
    number = int(value) if _INT.fullmatch(value) and len(value) < 1000 else None
    return number if number is not None and -_LARGEST_INT - 1 <= number <= _LARGEST_INT else None


def quantity(value: str, unit: str) -> float | None:
    """A number followed by its unit, or None."""
    number = value.removesuffix(unit)
    return float(number) if number != value and _FLOAT.fullmatch(number) else None


def truth(name: str, value: str) -> bool:
    """True or false, in any of their four spellings."""
    if value not in _TRUE + _FALSE:
        raise ValueError(f"{name} {value!r} is neither 'true' nor 'false'")
    return value in _TRUE


def choice(name: str, value: str, choices: Iterable[str]) -> str | int:
    """One of these names, or its number."""
    number = integer(value)
    if number is not None and number >= 0:
        return number
    if value not in choices:
        raise ValueError(f"{name} {value!r} is none of {', '.join(choices)}")
    return value


def loose_choice(name: str, value: str, choices: Iterable[str]) -> str | int:
    """The same for what also stands in font descriptions: in any case, with hyphens or without."""
    known = next((known for known in choices if value.lower() in (known, known.replace("-", ""))), value)
    return choice(name, known, choices)


def check_undrawn(name: str, value: str) -> None:
    """Check the value of an attribute that changes nothing here.

    Raises:
        ValueError: Pango refuses it; the message names what it takes.
    """
    UNDRAWN[name](name, value)


def _opacity(name: str, value: str) -> None:
    percent = integer(value[:-1]) if value.endswith("%") else None
    number = integer(value)
    if not ((percent is not None and 0 < percent <= 100) or (number is not None and 0 < number < 1 << 16)):
        raise ValueError(f"{name} {value!r} is neither a number from 1 to 65535 nor per cent ('50%')")


def _length(name: str, value: str) -> None:
    if value and integer(value) is None and quantity(value, "pt") is None:
        raise ValueError(f"{name} {value!r} is neither a whole number, in 1024ths of a point, nor points ('5.5pt')")


def _shift(name: str, value: str) -> None:
    # Pango has one number for both, so that a length of a point or less is taken for one of the names, or refused.
    number, points = integer(value), quantity(value, "pt")
    length = number if number is not None else (points or 0) * 1024
    if abs(length) <= 1024:
        try:
            choice(name, value, ("none", "superscript", "subscript"))
        except ValueError as error:
            raise ValueError(f"{error}, nor a length of more than a point ('-5pt')") from None


def _whole_number(name: str, value: str) -> None:
    if value and integer(value) is None:
        raise ValueError(f"{name} {value!r} is not a whole number, in 1024ths of a point")


def _segment(name: str, value: str) -> None:
    if value not in ("word", "sentence"):
        raise ValueError(f"{name} {value!r} is neither 'word' nor 'sentence'")


def _show(name: str, value: str) -> None:
    kinds = ("none", "spaces", "line-breaks", "ignorables")
    if not value or (integer(value) or -1) >= 0 or value.strip() == "0":
        return
    if not {kind.strip() for kind in value.split("|")} <= set(kinds):
        raise ValueError(f"{name} {value!r} is none of {', '.join(kinds)}, nor some of them with | between")


def _line_colour(_name: str, value: str) -> None:
    colour(value, may_have_opacity=False)


def _anything(_name: str, _value: str) -> None:
    """Pango does not look at it."""


def _one_of(*choices: str, read: Callable[[str, str, Iterable[str]], object] = choice) -> Callable[[str, str], object]:
    return lambda name, value: read(name, value, choices)


_STRETCHES = [f"{prefix}{width}" for prefix in ("ultra-", "extra-", "", "semi-") for width in ("condensed", "expanded")]
_VARIANTS = ("normal", "small-caps", "all-small-caps", "petite-caps", "all-petite-caps", "unicase", "title-caps")

UNDRAWN: dict[str, Callable[[str, str], object]] = {
    "allow_breaks": truth,
    "alpha": _opacity,
    "background_alpha": _opacity,
    "baseline_shift": _shift,
    "fallback": truth,
    "font_features": _anything,
    "font_scale": _one_of("none", "superscript", "subscript", "small-caps"),
    "gravity": _one_of("south", "east", "north", "west"),
    "gravity_hint": _one_of("natural", "strong", "line"),
    "insert_hyphens": truth,
    "lang": _anything,
    "letter_spacing": _whole_number,
    "line_height": _anything,
    "overline": _one_of("none", "single"),
    "overline_color": _line_colour,
    "rise": _length,
    "segment": _segment,
    "show": _show,
    "stretch": _one_of("normal", *_STRETCHES, read=loose_choice),
    "strikethrough_color": _line_colour,
    "text_transform": _one_of("none", "lowercase", "uppercase", "capitalize"),
    "underline_color": _line_colour,
    "variant": _one_of(*_VARIANTS, read=loose_choice),
}
