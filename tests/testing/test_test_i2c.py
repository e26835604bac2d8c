"""What a plain test can do with the I2C bus of its dock."""

from pathlib import Path

import pytest

from dl7450.i2c import I2cError, i2c
from dl7450.testing import TestDock


class Lamp:
    """A device as a test makes one."""

    def __init__(self) -> None:
        self.level = 0

    def read(self, register: int, nbytes: int) -> bytes:
        return bytes([self.level]) * nbytes

    def write(self, register: int, data: bytes) -> None:
        if register != 1:
            raise OSError("a lamp has the register 1")
        self.level = data[0]


def test_a_device_of_the_test_is_asked_and_what_goes_over_the_bus_is_kept(dock: TestDock) -> None:
    errors: list[int] = []

    def app() -> None:
        bus = i2c()
        bus.write(0x20, 1, b"\x07")
        assert bus.read(0x20, 1, 2) == b"\x07\x07"
        try:
            bus.write(0x20, 2, b"\x00")
        except I2cError as error:
            errors.append(error.errno)

    dock.i2c.add(0x20, Lamp())
    dock.advance(2)
    dock.run_app(app)
    assert (errors, dock.i2c.device(0x20).level) == ([5], 7)
    assert dock.i2c.transfers == [
        (2, "write", 0x20, 1, b"\x07", 0),
        (2, "read", 0x20, 1, b"\x07\x07", 0),
        (2, "write", 0x20, 2, b"\x00", 5),
    ]


def test_a_mistake_in_a_device_of_the_test_is_raised_in_the_test(dock: TestDock) -> None:
    dock.i2c.add(0x20, Lamp())
    with pytest.raises(IndexError):
        dock.run_app(lambda: i2c().write(0x20, 1, b""))


def test_the_dock_s_own_pins_answer(dock: TestDock) -> None:
    levels: list[bytearray] = []
    dock.gpio.hold("JOYSTICK_CENTER")
    dock.run_app(lambda: levels.append(i2c().read(0x72, 0, 1)))
    assert levels == [b"\xfe"]


def test_a_picture_that_is_missing_or_of_no_display_is_told(dock: TestDock, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the I2C device 0x72 is not a display"):
        dock.i2c.assert_picture(0x72, "expander.png")
    with pytest.raises(ValueError, match="there is no I2C device 0x3c: there is 0x72"):
        dock.i2c.assert_picture(0x3C, "display.png")
