"""Reads the factory store from a YAML file: what the manufacturer puts into a dock.

The file is the one that the vendor's deployment script takes (dock SDK, `datastore`):

    images:
      default: {path: ${CONFIG_PATH}/background.png, type: png}
    kv_store:
      "dock_name": "Demo dock"
    code:
      path: ${CONFIG_PATH}/app.py

All three sections may be left out. `${CONFIG_PATH}` is the folder of the YAML file; a relative path starts there too.
`type` is png, bmp or jpeg, and the picture is decoded to see that it is one. Values of the `kv_store` are strings: `5`,
`yes` and `"5"` are the texts `5`, `yes` and `5`. Images, keys, values and code share 13 MB, taken as 13,000,000 bytes:
the SDK does not say which megabyte, and what fits here must fit there.
"""

from __future__ import annotations

from pathlib import Path

from .._screen import picture as _picture
from .._screen.constants import ImageType
from .._screen.formats import FORMATS
from .device import FactoryStore, StoredImage
from .yaml_lines import Node

CAPACITY = 13_000_000

_FORMATS = {name.lower(): picture_format for name, picture_format in FORMATS.items()}


def read_store(images: Node | None, values: Node | None, code: Node | None) -> FactoryStore:
    """The store that the three sections of a YAML file describe; None is a section left out.

    Raises:
        DeviceError: something in them is wrong, or a file is missing or not a picture; the message names the line.
    """
    space = _Space()
    return FactoryStore(
        images={tag: _read_image(node, space) for tag, node in (images.mapping() if images else {}).items()},
        values={key: _read_value(key, node, space) for key, node in (values.mapping() if values else {}).items()},
        code=_read_code(code, space) if code else None,
    )


def image_files(images: Node) -> list[Path]:
    """The files that the section `images` names, whether they are there or not.

    Raises:
        DeviceError: the section is wrong.
    """
    sections = [node.section("path", "type", required=("path",)) for node in images.mapping().values()]
    return [_path(section["path"]) for section in sections]


def store_size(store: FactoryStore) -> int:
    """How many bytes of a dock the images and values of a store take."""
    values = sum(len(key.encode()) + len(value.encode()) for key, value in store.values.items())
    return values + sum(len(image.data) for image in store.images.values())


class _Space:
    """The bytes that the store still has, so that the line which exceeds it can be named."""

    def __init__(self) -> None:
        self._used = 0

    def take(self, node: Node, size: int) -> None:
        self._used += size
        if self._used > CAPACITY:
            raise node.error(
                f"with this the factory store holds {self._used:,} bytes, but only {CAPACITY:,} fit: "
                "use smaller or fewer images"
            )


def _path(node: Node) -> Path:
    folder = node.path.absolute().parent
    return folder / node.text().replace("${CONFIG_PATH}", str(folder))


def _file(node: Node, space: _Space) -> Path:
    path = _path(node)
    if not path.is_file():
        raise node.error(f"there is no file {path}")
    space.take(node, path.stat().st_size)
    return path


def _read_code(node: Node, space: _Space) -> Path:
    return _file(node.section("path", required=("path",))["path"], space)


def _read_value(key: str, node: Node, space: _Space) -> str:
    value = node.text()
    space.take(node, len(key.encode()) + len(value.encode()))
    return value


def _read_image(node: Node, space: _Space) -> StoredImage:
    section = node.section("path", "type", required=("path", "type"))
    kind = section["type"].text().lower()  # the vendor's script takes either case
    if kind not in _FORMATS:
        raise section["type"].error(f"{kind!r} is not a type of image: use one of {', '.join(_FORMATS)}")
    path = _file(section["path"], space)
    try:
        data = path.read_bytes()
        found = _picture.read(data, ImageType.NONE).format.lower()
    except (OSError, ValueError) as error:
        raise section["path"].error(f"{path} cannot be used: {error}") from None
    if found != kind:
        raise section["type"].error(f"{path} is a {found} picture: write `type: {found}`")
    return StoredImage(data, _FORMATS[kind].image_type)
