"""Pictures and text on the monitors (dock SDK, `splashscreen`).

Nothing is drawn while app code runs. When it returns, what is on the screen then becomes one frame.
"""

import typing as _typing

from . import image as _image
from ._dock import current as _current
from ._screen import constants as _constants

if _typing.TYPE_CHECKING:
    from ._screen.state import Background as _Background

__all__ = ["Alignment", "Splashscreen"]

Alignment = _constants.Alignment


class Splashscreen:
    """The dock's one screen, 1920 x 1080, shown on all monitors: every instance controls the same.

    Whatever a method refuses leaves the screen as it was.
    """

    def set_background(
        self,
        background: bytes | bytearray | memoryview | _image.ImageToken,
        image_type: _constants.ImageType = _image.PNG,
    ) -> None:
        """Show a picture behind the text, scaled to fit the screen.

        Parameters:
            background: the bytes of a PNG, BMP or JPEG file, or a token of a picture in the dock's store.
            image_type: `image.PNG` or `image.BMP`, as the bytes are; `image.NONE` to go by the bytes. JPEG, which has
                no constant, goes with NONE and with the default. A token knows its own type. No bytes at all and NONE
                mean no picture: black.

        Raises:
            TypeError: `background` is neither bytes nor a token, or `image_type` no constant of `image`.
            ValueError: the bytes are not a picture, or a broken or a huge one, or not of the type named.
        """
        picture = _picture_of(background, image_type)
        _current.current_dock().screen.set_background(picture)

    def add_text_box(self, text: str | list[str], attributes: dict[str, _typing.Any] | None = None) -> None:
        """Show text; a box at the same `(x, y)` is replaced. Empty text shows nothing.

        Parameters:
            text: plain text or Pango markup; of a list every item is a line. Tags may span lines. In plain text `&` and
                `<` are written `&amp;` and `&lt;`.
            attributes: `x` and `y` in pixels from the top left corner, int; `y` is the top of the first line.
                `alignment`: how the lines lie relative to `x`, `Alignment.MIDDLE` if not given. What is not given is
                the centre of the screen: `x` 960, `y` 540, and then the text is centred there; both, or no attributes
                at all, make the message area.

        Raises:
            TypeError: `text` is not a str or list of str, `attributes` is not a dict, `x` or `y` is not an int.
            ValueError: the markup does not parse; an alignment or an attribute is unknown; `x` or `y` is farther off
                the screen than 32,767 pixels.
        """
        from ._screen import markup, state

        joined = _joined(text)
        runs = markup.parse(joined)
        given = _checked(attributes)
        x = _coordinate(given.get("x", _constants.CENTRE_X), "x")
        y = _coordinate(given.get("y", _constants.CENTRE_Y), "y")
        alignment = _alignment(given.get("alignment", Alignment.MIDDLE))
        box = state.TextBox(x, y, alignment, runs, centred="y" not in given, markup=joined)
        _current.current_dock().screen.add_text_box(box)

    def remove_text_box(self, x: int, y: int) -> None:
        """Remove the box at `(x, y)`; where there is none, nothing happens. The message area is at `(960, 540)`.

        Raises:
            TypeError: `x` or `y` is not an int.
            ValueError: `x` or `y` is farther off the screen than 32,767 pixels.
        """
        _current.current_dock().screen.remove_text_box(_coordinate(x, "x"), _coordinate(y, "y"))


_FARTHEST = 32_767  # pixels: more than any way of hiding text needs, and drawing stays in plain numbers

# The checks take whatever an app may pass, hence `object`.


def _picture_of(background: object, image_type: object) -> "_Background | None":
    from ._screen import picture

    if isinstance(background, _image.ImageToken):
        return picture.read(background._data, background._image_type)
    if not isinstance(background, bytes | bytearray | memoryview):
        raise TypeError(
            f"background must be bytes, bytearray, memoryview or an ImageToken, not {_type_name(background)}: "
            "of an http.Response, pass response.body()"
        )
    if not isinstance(image_type, _constants.ImageType):
        raise TypeError(f"image_type must be image.PNG, image.BMP or image.NONE, not {_type_name(image_type)}")
    if not background and image_type is _image.NONE:
        return None
    if isinstance(background, memoryview):
        background = bytes(background)
    return picture.read(background, image_type)


def _joined(text: object) -> str:
    lines: list[str] = []
    for line in text if isinstance(text, list) else [text]:
        if not isinstance(line, str):
            raise TypeError(f"text must be a str or a list of str, not {_type_name(line)}: convert it to str first")
        lines.append(line)
    return "\n".join(lines)


def _checked(attributes: object) -> dict[str, object]:
    if attributes is None:
        return {}
    if not isinstance(attributes, dict):
        raise TypeError(f"attributes must be a dict such as {{'x': 960, 'y': 80}}, not {_type_name(attributes)}")
    for name in attributes:
        if name not in ("x", "y", "alignment"):
            raise ValueError(f"unknown attribute {name!r}: a text box has x, y and alignment")
    return attributes


def _coordinate(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, in pixels, not {_type_name(value)}: use int() or //")
    if abs(value) > _FARTHEST:
        size = f"{_constants.WIDTH} x {_constants.HEIGHT}"
        raise ValueError(f"{name} is {value:,}, far off a screen of {size} pixels: use a place on it")
    return value


def _alignment(value: object) -> _constants.Alignment:
    for alignment in Alignment:
        if value == alignment:
            return alignment
    raise ValueError(f"unknown alignment {value!r}: use Alignment.LEFT, Alignment.RIGHT or Alignment.MIDDLE")


def _type_name(value: object) -> str:
    return type(value).__name__
