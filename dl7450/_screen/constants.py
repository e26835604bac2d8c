"""The constants of the screen and of the SDK (pure, and light: the modules that an app imports need them)."""

from __future__ import annotations

from enum import IntEnum

WIDTH, HEIGHT = 1920, 1080

# Where a text box lies whose attributes name no x, no y, or neither.
CENTRE_X, CENTRE_Y = WIDTH // 2, HEIGHT // 2


class Alignment(IntEnum):
    """How the lines of a text box lie relative to its x (dock SDK, `splashscreen.Alignment`)."""

    LEFT = 0  # every line starts at x
    RIGHT = 1  # every line ends at x
    MIDDLE = 2  # the middle of every line is at x


class ImageType(IntEnum):
    """The format that an app says its picture has (dock SDK, `image.NONE`, `.PNG`, `.BMP`)."""

    NONE = 0
    PNG = 1
    BMP = 2
