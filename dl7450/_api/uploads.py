"""What a request of the deployment API brings: its attributes, checked and decoded. Pure, but for pictures."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from .._device.device import FactoryStore, StoredImage
from .._device.store_file import CAPACITY, store_size
from .._screen import picture as _picture
from .._screen.constants import ImageType
from .._screen.formats import FORMATS


def attributes(body: bytes | bytearray, kind: str) -> Mapping[str, Any]:
    """The attributes of a document of JSON:API.

    Parameters:
        body: of the request.
        kind: the `data.type` that it has to have.

    Raises:
        ValueError: it is something else; the message names the fix.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the body is not JSON: {error}") from None
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, dict) or data.get("type") != kind:
        raise ValueError(f"data.type must be {kind!r}")
    found = data.get("attributes")
    if not isinstance(found, dict):
        raise ValueError("data.attributes must be an object")  # noqa: TRY004  of JSON
    return found


def text(values: Mapping[str, Any], name: str) -> str:
    """A value that is text. Raises `ValueError` if it is not."""
    value = values.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a string")  # noqa: TRY004  of JSON
    _check_text(value, name)
    return value


def bytes_of(values: Mapping[str, Any], name: str) -> bytes:
    """The bytes of a value in base64. Raises `ValueError` if it is not."""
    try:
        return base64.b64decode(text(values, name), validate=True)
    except binascii.Error as error:
        raise ValueError(f"{name} is not base64: {error}") from None


def rom_store(values: Mapping[str, Any]) -> tuple[FactoryStore, bytes]:
    """The store and the code that a request brings. Raises `ValueError` if something is wrong with them."""
    code = bytes_of(_object(values, "code"), "code")
    images = {tag: _image(tag, image) for tag, image in _object(values, "images").items()}
    kv_store = _object(values, "kvStore")
    store = FactoryStore(images=images, values={key: text(kv_store, key) for key in kv_store})
    size = len(code) + store_size(store)
    if size > CAPACITY:
        raise ValueError(f"the store holds {size:,} bytes, but only {CAPACITY:,} fit: use smaller or fewer images")
    return store, code


def _object(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = values.get(name, {})
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be an object")  # noqa: TRY004  of JSON
    for key in value:
        _check_text(key, f"a key of {name}")
    return value


def _check_text(text: str, name: str) -> None:
    """Raise `ValueError` where a text cannot be written in UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{name} has a lone surrogate at position {error.start}: remove it") from None


def _image(tag: str, value: object) -> StoredImage:
    if not isinstance(value, dict):
        raise ValueError(f"images.{tag} must be an object")  # noqa: TRY004  of JSON
    kind, data = text(value, "type").upper(), bytes_of(value, "data")
    if kind not in FORMATS:
        raise ValueError(f"images.{tag}.type must be one of {', '.join(FORMATS)}, not {kind!r}")
    try:
        found = _picture.read(data, ImageType.NONE).format
    except ValueError as error:
        raise ValueError(f"images.{tag} cannot be used: {error}") from None
    if found != kind:
        raise ValueError(f"images.{tag} is a {found} picture: write that as its type")
    return StoredImage(data, FORMATS[kind].image_type)
