"""What the deployment API is sent: read whole, and refused with the reason."""

import base64
import json
from typing import Any

import pytest

from dl7450._api.uploads import attributes, bytes_of, rom_store
from dl7450._device.device import FactoryStore, StoredImage
from dl7450._device.store_file import CAPACITY
from dl7450._screen.constants import ImageType
from dl7450.testing import picture

NAVY = picture("navy", size=(4, 4)).data


def base(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_a_store_is_read_whole() -> None:
    jpeg = picture("red", size=(4, 4), format="JPEG").data
    upload = {
        "dockId": "1",
        "code": {"code": base(b"import http")},
        "images": {"a": {"type": "PNG", "data": base(NAVY)}, "b": {"type": "jpeg", "data": base(jpeg)}},
        "kvStore": {"server": "http://content.example", "empty": ""},
    }
    store = FactoryStore(
        images={"a": StoredImage(NAVY, ImageType.PNG), "b": StoredImage(jpeg, ImageType.NONE)},
        values={"server": "http://content.example", "empty": ""},
    )
    assert rom_store(upload) == (store, b"import http")
    assert rom_store({"code": {"code": ""}}) == (FactoryStore(), b"")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"code": {}}, "code must be a string"),
        ({"code": "cHJpbnQ="}, "code must be an object"),
        ({"code": {"code": "no base64!"}}, "code is not base64: "),
        ({"images": []}, "images must be an object"),
        ({"images": {"a": 5}}, "images.a must be an object"),
        ({"images": {"a": {"type": "GIF", "data": ""}}}, "images.a.type must be one of PNG, BMP, JPEG, not 'GIF'"),
        ({"images": {"a": {"type": "PNG", "data": base(b"x")}}}, "images.a cannot be used: "),
        ({"images": {"a": {"type": "BMP", "data": base(NAVY)}}}, "images.a is a PNG picture: write that as its type"),
        ({"images": {"a\ud800": {}}}, "a key of images has a lone surrogate at position 1: remove it"),
        ({"kvStore": {"\ud800": ""}}, "a key of kvStore has a lone surrogate at position 0: remove it"),
        ({"kvStore": {"a": "\ud800"}}, "a has a lone surrogate at position 0: remove it"),
        ({"kvStore": {"a": 5}}, "a must be a string"),
        ({"kvStore": {"a": "x" * CAPACITY}}, "the store holds 13,000,001 bytes, but only 13,000,000 fit"),
    ],
)
def test_a_wrong_store_is_refused_with_the_reason(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match="^" + reason.replace(".", r"\.")):
        rom_store({"code": {"code": ""}, **change})


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the body is not JSON: "),
        (b"\xff", "the body is not JSON: "),
        (b"[" * 100_000, "the body is not JSON: "),
        (b"[]", "data.type must be 'applicationCode'"),
        (json.dumps({"data": {"type": "applicationMessage"}}).encode(), "data.type must be 'applicationCode'"),
        (json.dumps({"data": {"type": "applicationCode"}}).encode(), "data.attributes must be an object"),
    ],
)
def test_a_document_of_another_kind_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        attributes(body, "applicationCode")


def test_bytes_are_base64() -> None:
    assert bytes_of({"message": base(b"tHello")}, "message") == b"tHello"
    with pytest.raises(ValueError, match="message must be a string"):
        bytes_of({"message": 5}, "message")
