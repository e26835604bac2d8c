"""`TestI2c`: the I2C bus of a dock under test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from .._device.i2c.bus import I2cBus, I2cDevice, I2cTransfer
from .._device.i2c.ssd1306 import Ssd1306

__tracebackhide__ = True  # pytest: the failure is in the test, not here


class TestI2c:
    """What a test can do with the I2C bus of its dock, and see of it. The methods are for the thread of the test."""

    __test__ = False  # no class of tests, whatever its name says

    def __init__(self, bus: I2cBus, check_picture: Callable[[Image.Image, str | Path], None]) -> None:
        """
        Parameters:
            bus: of the dock.
            check_picture: compares a picture with a file beside the test.
        """
        self._bus = bus
        self._check_picture = check_picture

    def device(self, address: int) -> Any:
        """The device of an address: what the store has put there, or the test.

        A thermometer has a `temperature`; a display has `image()`, what it shows, and `frames`, all that it has shown;
        a device of registers has `registers`.

        Raises:
            ValueError: there is none; the message lists those that there are.
        """
        return self._bus.device(address)

    def add(self, address: int, device: I2cDevice) -> None:
        """Plug a device in: an object with `read(register, nbytes)`, which returns bytes, and `write(register, data)`.

        They are called on the app thread. What the device cannot do it refuses by an `OSError`, which the app sees as
        an `I2cError`; whatever else it raises goes through the app to the test.

        Raises:
            ValueError: no device can have this address.
        """
        self._bus.add(address, device)

    def unplug(self, address: int) -> Any:
        """Take a device away, and return it. Raises `ValueError` if there is none."""
        return self._bus.unplug(address)

    @property
    def transfers(self) -> list[I2cTransfer]:
        """What went over the bus, in order; the newest 10,000."""
        return list(self._bus.transfers)

    def assert_picture(self, address: int, name: str | Path) -> None:
        """Compare what a display shows with a PNG beside the test; `pytest --dl7450-update` writes it.

        Raises:
            AssertionError: it is missing, or looks different; the message names the files to look at.
            ValueError: there is no display of this address.
        """
        display = self._bus.device(address)
        if not isinstance(display, Ssd1306):
            raise ValueError(f"the I2C device {address:#04x} is not a display")  # noqa: TRY004  the number is wrong
        self._check_picture(display.image(), name)
