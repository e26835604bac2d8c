"""The SDK's `datastore` module: what is in the store, and what is said of what is not."""

from pathlib import Path

import pytest
import trio

from dl7450 import datastore, image
from dl7450._device.device import Device, FactoryStore, StoredImage
from dl7450._screen.constants import ImageType
from tests._dock_app import result_of

LOGO = StoredImage(b"logo's bytes", ImageType.PNG)
PHOTO = StoredImage(b"photo's bytes", ImageType.NONE)


def stocked() -> Device:
    return Device(
        store=FactoryStore(
            images={"logo": LOGO, "photo": PHOTO}, values={"name": "Demo dock", "empty": ""}, code=Path("app.py")
        )
    )


async def test_pictures_are_copies_of_what_is_stored() -> None:
    def app() -> object:
        store = datastore.ImageStore()
        first, _ = store.get("logo")
        first.clear()
        return store.list(), store.get("logo"), store.get("photo")

    assert await result_of(app, stocked()) == (
        ["logo", "photo"],
        (bytearray(b"logo's bytes"), image.PNG),
        (bytearray(b"photo's bytes"), image.NONE),
    )


async def test_a_token_stands_for_the_stored_picture() -> None:
    token = await result_of(lambda: datastore.ImageStore().get_token("logo"), stocked())
    assert isinstance(token, image.ImageToken)
    assert (token._data, token._image_type) == (LOGO.data, LOGO.image_type)


async def test_a_key_without_a_value_is_an_empty_string() -> None:
    def app() -> object:
        store = datastore.KvStore()
        return store.list(), [store.get(key) for key in ("name", "empty", "missing")]

    assert await result_of(app, stocked()) == (["name", "empty"], ["Demo dock", "", ""])


async def test_a_new_dock_has_an_empty_store() -> None:
    assert await result_of(lambda: (datastore.ImageStore().list(), datastore.KvStore().list())) == ([], [])


@pytest.mark.parametrize(
    ("device", "known"),
    [(stocked(), "it has logo, photo"), (Device(), "it has none")],
)
async def test_a_picture_that_is_not_there_is_told_with_those_that_are(device: Device, known: str) -> None:
    def app() -> list[str]:
        messages = []
        store = datastore.ImageStore()
        for get in (store.get, store.get_token):
            with pytest.raises(ValueError, match="store") as caught:
                get("background")
            messages.append(str(caught.value))
        return messages

    message = f"no image 'background' in the store ({known}): add it to `images` in the store's YAML file"
    assert await result_of(app, device) == [message, message]


async def test_a_tag_or_a_key_is_a_str() -> None:
    def app() -> None:
        with pytest.raises(TypeError, match="the image tag must be a str, not int"):
            datastore.ImageStore().get(1)  # type: ignore[arg-type] # what the test is about
        with pytest.raises(TypeError, match="the key must be a str, not bytes"):
            datastore.KvStore().get(b"name")  # type: ignore[arg-type] # what the test is about

    await result_of(app)


async def test_two_docks_do_not_see_each_other_s_store() -> None:
    kv_store = datastore.KvStore()  # as an app has it that makes its objects when it is imported
    seen = {}

    async def run(name: str) -> None:
        device = Device(store=FactoryStore(values={"name": name}))
        seen[name] = await result_of(lambda: kv_store.get("name"), device)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run, "one")
        nursery.start_soon(run, "two")
    assert seen == {"one": "one", "two": "two"}
