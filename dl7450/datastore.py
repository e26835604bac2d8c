"""The pictures, values and code that were put into the dock (dock SDK, `datastore`).

Only the factory store exists so far, as on the dock: nothing can be written.
"""

import typing as _typing
import zlib as _zlib

from . import image as _image
from ._dock import current as _current
from ._screen import constants as _constants

if _typing.TYPE_CHECKING:
    from ._device.device import StoredImage as _StoredImage

__all__ = ["CodeStore", "ImageStore", "KvStore"]


class ImageStore:
    """The pictures in the dock's store, each under its tag."""

    def list(self) -> list[str]:
        """The tags of all pictures, in the order of the store's file."""
        return list(_current.current_dock().machine.store.images)

    def get(self, image_tag: str) -> tuple[bytearray, _constants.ImageType]:
        """A copy of a picture's bytes, and its type: `image.PNG`, `image.BMP` or, for JPEG, `image.NONE`.

        The SDK does not say what the dock does with a tag that is not there.

        Raises:
            TypeError: the tag is not a str.
            ValueError: the store has no such tag; the message lists those that it has.
        """
        stored = _find(image_tag)
        return bytearray(stored.data), stored.image_type

    def get_token(self, image_tag: str) -> _image.ImageToken:
        """A token for a picture, to be shown without a copy of it. Raises what `get` raises."""
        stored = _find(image_tag)
        return _image.ImageToken._make(stored.data, stored.image_type)


class KvStore:
    """The values in the dock's store, each under its key."""

    def list(self) -> list[str]:
        """The keys that have a value, in the order of the store's file."""
        return list(_current.current_dock().machine.store.values)

    def get(self, key: str) -> str:
        """The value of a key, empty where there is none.

        Raises:
            TypeError: the key is not a str.
        """
        _check_str(key, "key")
        return _current.current_dock().machine.store.values.get(key, "")


class CodeStore:
    """The app in the dock's store. The SDK does not document it; a factory test of the vendor uses it."""

    def info(self) -> dict[str, int]:
        """`{"checksum": ...}`: an int of 32 bits that tells one code from another, 0 where the store has no code.

        The dock's algorithm is not documented; here it is the CRC-32 of the file that the store's `code` names.
        """
        code = _current.current_dock().device.store.code
        return {"checksum": 0 if code is None else _zlib.crc32(code.read_bytes())}


def _find(image_tag: str) -> "_StoredImage":
    _check_str(image_tag, "image tag")
    images = _current.current_dock().machine.store.images
    try:
        return images[image_tag]
    except KeyError:
        known = f"it has {', '.join(images)}" if images else "it has none"
        raise ValueError(
            f"no image {image_tag!r} in the store ({known}): add it to `images` in the store's YAML file"
        ) from None


def _check_str(value: object, name: str) -> None:
    if not isinstance(value, str):
        raise TypeError(f"the {name} must be a str, not {type(value).__name__}")
