"""`Pca9538`: an expander with eight of the dock's pins (NXP PCA9538A)."""

from __future__ import annotations

from collections.abc import Sequence

from ..gpio import Direction, Gpio, Pin

_INPUT, _OUTPUT, _POLARITY, _CONFIGURATION = range(4)


class Pca9538:
    """The dock's own pins, bit by bit in the order of the board. What is written to outputs is on the pins.

    Which way round each pin works is kept by the dock: the register for that cannot be written here.
    """

    def __init__(self, pins: Sequence[Pin], gpio: Gpio) -> None:
        self._pins = pins
        self._gpio = gpio
        self._inverted = 0

    def read(self, register: int, nbytes: int) -> bytes:
        """Read a register, again and again where more than one byte is asked for."""
        outputs = [pin.direction is Direction.OUT for pin in self._pins]
        levels = [self._gpio.level(pin.name) for pin in self._pins]
        if register == _INPUT:
            value = _byte(levels) ^ self._inverted
        elif register == _OUTPUT:
            value = _byte([level if is_output else 1 for level, is_output in zip(levels, outputs, strict=True)])
        elif register == _POLARITY:
            value = self._inverted
        elif register == _CONFIGURATION:
            value = _byte([not is_output for is_output in outputs])
        else:
            raise OSError(f"there is no register {register:#04x}")
        return bytes([value]) * nbytes

    def write(self, register: int, data: bytes) -> None:
        """Write a register; of several bytes the last one counts."""
        if register == _OUTPUT:
            for value in data:
                for bit, pin in enumerate(self._pins):
                    if pin.direction is Direction.OUT:
                        self._gpio.write(pin.name, bool(value >> bit & 1) == pin.active_high)
        elif register == _POLARITY and data:
            self._inverted = data[-1]
        elif data:
            raise OSError(f"the register {register:#04x} is read-only")


def _byte(bits: Sequence[int]) -> int:
    """A byte from its bits, the lowest first; those that there are no pins for are 1."""
    return sum(bool(bit) << position for position, bit in enumerate([*bits, *[1] * (8 - len(bits))]))
