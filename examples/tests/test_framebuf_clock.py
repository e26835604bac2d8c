"""The clock that is drawn with framebuf: what it looks like, and that it goes."""

import io

from PIL import Image

from dl7450.testing import TestDock

APP = "../framebuf_clock.py"
BLACK, WHITE, ORANGE = (0x10, 0x18, 0x20), (0xF4, 0xF4, 0xF4), (0xFF, 0x8C, 0x1A)


def test_shows_the_time(dock: TestDock) -> None:
    dock.run_app(APP)
    dock.advance(hours=10, minutes=8)
    assert dock.background is not None
    assert (dock.background.format, dock.background.size) == ("BMP", (480, 270))
    with Image.open(io.BytesIO(dock.background.data)) as picture:
        hour, minute, face = (picture.convert("RGB").getpixel(place) for place in [(205, 108), (285, 88), (240, 60)])
    assert (hour, minute, face) == (WHITE, ORANGE, BLACK)


def test_goes_on_with_every_minute(dock: TestDock) -> None:
    dock.run_app(APP)
    dock.advance(minutes=2, seconds=59)
    assert len({frame.background for frame in dock.frames}) == len(dock.frames) == 3
