"""What the monitors show, as plain values: a background, text boxes, their order.

The dock has one screen. `Screen` is that screen, and `Screen.shown()` is what is on it now, as an immutable
`ScreenState` that can be kept, compared, and drawn later (`render`). Nothing here decodes or draws: values arrive
checked (`picture`, `markup`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .constants import Alignment
from .markup import StyledText, plain_text


@dataclass(frozen=True)
class Background:
    """A picture that has been decoded once and found good.

    Attributes:
        digest: SHA-256 of the data, in hexadecimal: two backgrounds with the same one look alike.
        format: what the bytes are: `PNG`, `BMP` or `JPEG`.
        size: width and height in pixels as decoded, before it is scaled to the screen.
        data: the bytes of its file.
    """

    digest: str
    format: str
    size: tuple[int, int]
    data: bytes = field(repr=False, compare=False)


@dataclass(frozen=True)
class TextBox:
    """Text at a position, in pixels. `y` is the top of the first line, or the middle of the text if `centred`.

    `markup` is what the app wrote; boxes whose markup differs and whose runs do not are the same.
    """

    x: int
    y: int
    alignment: Alignment
    runs: tuple[StyledText, ...]
    centred: bool = False
    markup: str = field(default="", repr=False, compare=False)

    @property
    def text(self) -> str:
        """The text without its markup; lines are separated by line breaks."""
        return plain_text(self.runs)


@dataclass(frozen=True)
class ScreenState:
    """What is on the screen at one moment. Boxes are in drawing order: a later one lies on top."""

    background: Background | None = None
    boxes: tuple[TextBox, ...] = ()

    def texts(self) -> tuple[str, ...]:
        """The text of every box, without markup, in drawing order."""
        return tuple(box.text for box in self.boxes)


class Screen:
    """The one screen of a dock. Only the app thread changes it; any thread may look.

    Every real change replaces the state as a whole and raises `version` by one, so that a reader in another thread
    never sees half a change, and "is there something to render?" is one comparison.
    """

    def __init__(self) -> None:
        self._state = ScreenState()
        self._version = 0

    @property
    def version(self) -> int:
        """How many times what is shown has changed."""
        return self._version

    def shown(self) -> ScreenState:
        """What is on the screen now."""
        return self._state

    def clear(self) -> None:
        """Take everything away: black."""
        self._show(ScreenState())

    def set_background(self, background: Background | None) -> None:
        """Show this picture behind the text, or black for None."""
        self._show(replace(self._state, background=background))

    def add_text_box(self, box: TextBox) -> None:
        """Show a box; one at the same `(x, y)` is replaced and keeps its place in the drawing order.

        A box without text is one that is not there.
        """
        if not box.text.strip("\n"):
            self.remove_text_box(box.x, box.y)
            return
        boxes = {(b.x, b.y): b for b in self._state.boxes}
        boxes[box.x, box.y] = box
        self._show(replace(self._state, boxes=tuple(boxes.values())))

    def remove_text_box(self, x: int, y: int) -> None:
        """Remove the box at `(x, y)`, if there is one."""
        boxes = tuple(b for b in self._state.boxes if (b.x, b.y) != (x, y))
        self._show(replace(self._state, boxes=boxes))

    def _show(self, state: ScreenState) -> None:
        # A clock that writes the same text again has changed nothing, and costs no frame.
        if state != self._state:
            self._state = state
            self._version += 1
