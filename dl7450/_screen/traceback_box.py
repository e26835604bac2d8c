"""The traceback of an app that was unloaded, as the dock puts it on the screen.

How it looks is not documented. Here it begins in the top left corner of a black screen, in text that is small but can
be read from a chair. Lines are wrapped, and of a long traceback the last lines stay, which name the error.
"""

from __future__ import annotations

from collections.abc import Iterator

from .constants import HEIGHT, WIDTH, Alignment
from .lines import set_lines
from .markup import StyledText, parse
from .state import TextBox

_MARGIN = 40  # pixels
_STYLE = parse("<span size='x-small'>x</span>")[0].style
_INDENT = "        "  # of what is wrapped
_CONSIDERED = 2_000  # the last characters of a line, and lines of a text: more never fits
_LEFT_OUT = "..."


def traceback_box(text: str) -> TextBox:
    """A box that fits the screen: the lines of the text, wrapped, and of many the last."""
    lines = [part for line in text.rstrip().split("\n")[-_CONSIDERED:] for part in _wrapped(line)]
    height = _height("x")
    room = int((HEIGHT - 2 * _MARGIN) // height)
    if len(lines) > room:
        lines = [_LEFT_OUT, *lines[1 - room :]]
    return TextBox(_MARGIN, _MARGIN, Alignment.LEFT, (StyledText("\n".join(lines), _STYLE),))


def _wrapped(line: str) -> Iterator[str]:
    line = line.expandtabs(4)
    if len(line) > _CONSIDERED:
        line = _LEFT_OUT + line[-_CONSIDERED:]
    room = WIDTH - 2 * _MARGIN
    while _width(line) > room:
        fits = _longest(line, room)
        yield line[:fits]
        line = _INDENT + line[fits:]
    yield line


def _longest(line: str, room: float) -> int:
    """How many characters fit; found by halving, as each letter has its own width."""
    low, high = len(_INDENT) + 1, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _width(line[:middle]) <= room else (low, middle - 1)
    return low


def _set(text: str) -> tuple[float, float]:
    [pieces] = set_lines((StyledText(text or " ", _STYLE),))
    return sum(piece.width for piece in pieces), max(piece.ascent for piece in pieces) + max(p.descent for p in pieces)


def _width(text: str) -> float:
    return _set(text)[0]


def _height(text: str) -> float:
    return _set(text)[1]
