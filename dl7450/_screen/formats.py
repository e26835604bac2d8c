"""The formats of pictures that the dock shows, in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from . import bmp, jpeg, png
from .constants import ImageType


@dataclass(frozen=True)
class PictureFormat:
    """One format.

    Attributes:
        magic: the bytes that every file of it starts with.
        content_type: what an HTTP server calls it.
        image_type: what an app calls it. The SDK has no constant for JPEG, so its type is NONE, "the bytes tell".
        decode: makes RGB pixels of a file; raises `UnfitPictureError`, and anything else for a broken file.
    """

    magic: bytes
    content_type: str
    image_type: ImageType
    decode: Callable[[bytes], Image.Image]


FORMATS = {
    "PNG": PictureFormat(png.MAGIC, "image/png", ImageType.PNG, png.decode),
    "BMP": PictureFormat(bmp.MAGIC, "image/bmp", ImageType.BMP, bmp.decode),
    "JPEG": PictureFormat(jpeg.MAGIC, "image/jpeg", ImageType.NONE, jpeg.decode),
}
