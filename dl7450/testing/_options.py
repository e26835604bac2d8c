"""What a test says about its dock: the words of the marker `dl7450` and of `make_dock`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypedDict, cast

from .._device.device import Device, StoredImage
from .._device.device_file import load_device
from .._screen.formats import FORMATS
from .._screen.state import Background

Verdict = Literal["fail", "allow"]

__tracebackhide__ = True  # pytest: the mistake is in the test, not here


class DockOptions(TypedDict, total=False):
    """All words; none is needed."""

    store: str | Path
    values: Mapping[str, str]
    images: Mapping[str, Background]
    dock_id: str
    host: Literal["connected", "none", "suspended"]
    offline: bool
    micropython: bool
    heap: str
    unrouted: Verdict
    unused_routes: Verdict
    rejected: Verdict


def checked(words: Mapping[str, object]) -> DockOptions:
    """The words themselves; `ValueError` for one that there is not, or for another verdict than fail and allow."""
    for word, value in words.items():
        if word not in DockOptions.__annotations__:
            raise ValueError(f"a dock has no option {word!r}: use {', '.join(DockOptions.__annotations__)}")
        if word in {"unrouted", "unused_routes", "rejected"} and value not in {"fail", "allow"}:
            raise ValueError(f'{word}={value!r}: use "fail" or "allow"')
    if words.get("heap") is not None and not words.get("micropython"):
        raise ValueError(f"heap={words['heap']!r} is the memory in MicroPython: say micropython=True, too")
    return cast(DockOptions, words)


def make_device(options: DockOptions, folder: Path) -> Device:
    """The machine that they describe; `ValueError` says what is wrong.

    Parameters:
        options: what the test says.
        folder: where the path of the store begins.
    """
    device = load_device(
        folder / options["store"] if "store" in options else None,
        values=options.get("values"),
        dock_id=options.get("dock_id"),
        host=options.get("host"),
        offline=options.get("offline", False),
    )
    images = {
        tag: StoredImage(image.data, FORMATS[image.format].image_type)
        for tag, image in options.get("images", {}).items()
    }
    return replace(device, store=replace(device.store, images={**device.store.images, **images}))
