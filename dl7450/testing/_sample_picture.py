"""Pictures made on the spot, for servers and stores in memory."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image

from .._screen import picture as _picture
from .._screen.constants import HEIGHT, WIDTH, ImageType
from .._screen.formats import FORMATS
from .._screen.state import Background


@lru_cache(maxsize=128)
def picture(color: str = "black", size: tuple[int, int] = (WIDTH, HEIGHT), format: str = "PNG") -> Background:
    """A picture of one colour.

    Parameters:
        color: a name such as `navy`, or `#rrggbb`: what Pillow's `ImageColor` takes.
        size: width and height in pixels.
        format: PNG, BMP or JPEG.

    Returns:
        What `TestDock.background` is when this picture is shown. `.data` are the bytes of the file.

    Raises:
        ValueError: there is no such colour, or the dock has no such format.
    """
    return encode(Image.new("RGB", size, color), format)


def encode(image: Image.Image, format: str = "PNG") -> Background:
    """A Pillow image as a file; raises `ValueError` for a format that the dock does not show."""
    if format not in FORMATS:
        raise ValueError(f"a dock shows no {format!r} pictures: use one of {', '.join(FORMATS)}")
    file = io.BytesIO()
    image.save(file, format=format, **({"compress_level": 1} if format == "PNG" else {}))
    return _picture.read(file.getvalue(), ImageType.NONE)
