"""What an app can say about a picture (dock SDK, `image`)."""

from typing import Self as _Self

from ._screen import constants as _constants

__all__ = ["BMP", "NONE", "PNG", "ImageToken"]

NONE = _constants.ImageType.NONE  # the bytes themselves tell; no bytes and NONE mean no picture
PNG = _constants.ImageType.PNG
BMP = _constants.ImageType.BMP


class ImageToken:
    """A picture in the dock's store, without copying it to the app; opaque.

    Made by `datastore.ImageStore.get_token`, taken by `splashscreen.Splashscreen.set_background`.

    Raises:
        TypeError: an app creates one itself (dock SDK: "cannot be created directly").
    """

    __slots__ = ("_data", "_image_type")

    _data: bytes
    _image_type: _constants.ImageType

    def __init__(self) -> None:
        raise TypeError("an ImageToken cannot be created: call datastore.ImageStore().get_token(tag)")

    @classmethod
    def _make(cls, data: bytes, image_type: _constants.ImageType) -> _Self:
        token = cls.__new__(cls)
        token._data = data
        token._image_type = image_type
        return token
