"""Letters that the dock's font lacks: a box is drawn for each, and a warning says so, once for each script.

What a dock shows for Chinese, Arabic, Hebrew or an emoji is not documented; its one font has none of them.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Iterable

from .lines import composed, visible
from .state import TextBox
from .typeface import typeface

logger = logging.getLogger("dl7450.splashscreen")

_warned_of = set[str]()  # scripts


def warn_of_missing_letters(boxes: Iterable[TextBox]) -> None:
    """Say what is drawn as a box in these texts, if it was not said before of the same script."""
    for run in (run for box in boxes for run in box.runs if not run.text.isascii()):
        face = typeface(run.style)
        for character in visible(composed("".join(run.text.split()))):
            if face.lacks(character) and (script := _script(character)) not in _warned_of:
                _warned_of.add(script)
                logger.warning(
                    "%s has no %r (%s): a box is drawn instead, as for others like it; "
                    "what a dock shows is not documented",
                    face.name,
                    character,
                    unicodedata.name(character, f"U+{ord(character):04X}"),
                )


def _script(character: str) -> str:
    """About the script of a character: the first word of its name, or that it is a symbol."""
    if unicodedata.category(character).startswith("S"):
        return "SYMBOL"
    return unicodedata.name(character, "UNNAMED").split(" ")[0]
