"""Text that nobody can read: it leaves the screen, or lies over other text.

Only what is surely a fault counts. A box that is wholly off the screen was put there to hide it, and one that moves
from frame to frame may come in over the edge. Text over a picture, or over the background of another box, can be read;
the same text twice, a little apart, is a shadow.
"""

from __future__ import annotations

from PIL import ImageChops

from .constants import HEIGHT, WIDTH
from .layout import Area, letters_area
from .missing_letters import warn_of_missing_letters
from .render import render_letters
from .state import ScreenState, TextBox

TOLD = 100  # faults: who has read so many needs no more
_EDGE = 8  # pixels that may be cut off: the blank beside a letter, the hook of a j
_SHOWN = 40  # characters of a text in a message


class TextFaults:
    """Looks at the frames of a dock, one after the other, and tells each fault once."""

    def __init__(self) -> None:
        self._before: tuple[TextBox, ...] = ()  # on the last frame
        self._told: list[tuple[object, object]] = []  # what tells a fault from others: its texts, its places

    def look(self, frame: ScreenState) -> list[str]:
        """The faults of a frame that were not there before, each in words that name the boxes.

        Letters that the font lacks are warned of as when the frame is drawn, which not every frame is.
        """
        if len(self._told) >= TOLD:
            return []
        new = set(frame.boxes).difference(self._before)
        warn_of_missing_letters(new)
        moving = {box.text for box in set(self._before).difference(frame.boxes)}
        self._before = frame.boxes
        faults = []
        for index, box in enumerate(frame.boxes):
            if box in new and box.text not in moving:
                faults += self._once(leaves_screen(box), box)
            for under in frame.boxes[:index]:
                if box in new or under in new:
                    faults += self._once(lies_over(box, under), box, under)
        return faults

    def _once(self, fault: str | None, *boxes: TextBox) -> list[str]:
        if fault is None:
            return []
        # By its place, as a clock is another text every second; by its text, as a ticker is elsewhere every second.
        texts, places = {box.text for box in boxes}, {(box.x, box.y) for box in boxes}
        if any(texts == told_texts or places == told_places for told_texts, told_places in self._told):
            return []
        self._told.append((texts, places))
        return [fault]


def leaves_screen(box: TextBox) -> str | None:
    """Say where the letters of a box leave the screen; None if they do not, or are wholly off it."""
    letters = letters_area(box)
    if not letters.common(_SCREEN):
        return None
    over = {
        "left": -letters.left,
        "top": -letters.top,
        "right": letters.right - WIDTH,
        "bottom": letters.bottom - HEIGHT,
    }
    sides = [side for side, pixels in over.items() if pixels > _EDGE]
    return f"{_named(box)} leaves the screen at the {' and the '.join(sides)}" if sides else None


def lies_over(box: TextBox, under: TextBox) -> str | None:
    """Say that letters of a box are drawn over those of another one; that their edges touch is not enough."""
    area = letters_area(box).common(letters_area(under)).common(_SCREEN)
    if not area or box.text == under.text:
        return None
    masks = [render_letters(each).crop(area).point(_IS_LETTER) for each in (box, under)]
    return f"{_named(box)} lies over {_named(under)}" if ImageChops.darker(*masks).getbbox() else None


_SCREEN = Area(0, 0, WIDTH, HEIGHT)
_IS_LETTER = [255 * (level >= 128) for level in range(256)]


def _named(box: TextBox) -> str:
    text = box.text if len(box.text) <= _SHOWN else f"{box.text[: _SHOWN - 3]}..."
    return f"the text {text!r} at ({box.x}, {box.y})"
