"""The dock's I2C bus (dock SDK, `i2c`)."""

from ._device.i2c import bus as _bus
from ._device.i2c.bus import I2cError
from ._dock import current as _current

__all__ = ["I2C", "Bus", "I2cError", "i2c"]


class Bus:
    """The buses. Only I2C1 can be used (dock SDK)."""

    # The SDK documents the names, not the numbers.
    I2C0 = 0
    I2C1 = 1


class I2C:
    """A bus, and the devices that are plugged into it."""

    def __init__(self, bus: int = Bus.I2C1) -> None:
        """
        Parameters:
            bus: one of `Bus`.

        Raises:
            I2cError: 1: it is another bus than `Bus.I2C1`.
        """
        if bus != Bus.I2C1:
            raise I2cError(_bus.Code.BUS.value, f"{bus!r} is not a bus that can be used: use Bus.I2C1")

    def read(self, address: int, register: int, nbytes: int) -> bytearray:
        """Read bytes from a register of a device.

        Parameters:
            address: of the device, 0x08 to 0x77.
            register: one byte.
            nbytes: how many.

        Raises:
            TypeError: a parameter is not an int.
            I2cError: 2: no device can have this address; 3: none answers; 4: it does not give so many bytes.
        """
        _check_int(address=address, register=register, nbytes=nbytes)
        if nbytes < 0:
            raise I2cError(_bus.Code.READ.value, f"{nbytes} bytes cannot be read: ask for 0 or more")
        return bytearray(_current.current_dock().machine.i2c.read(address, register, nbytes))

    def write(self, address: int, register: int, payload: bytes | bytearray | memoryview) -> None:
        """Write bytes to a register of a device.

        Parameters:
            address: of the device, 0x08 to 0x77.
            register: one byte.
            payload: the bytes.

        Raises:
            TypeError: a parameter is of another type.
            I2cError: 2: no device can have this address; 3: none answers; 5: it does not take these bytes.
        """
        _check_int(address=address, register=register)
        if not isinstance(payload, bytes | bytearray | memoryview):
            raise TypeError(f"payload must be bytes, bytearray or memoryview, not {type(payload).__name__}")
        _current.current_dock().machine.i2c.write(address, register, bytes(payload))


def i2c(bus: int = Bus.I2C1) -> I2C:
    """The bus: the same as `I2C(bus)` (dock SDK)."""
    return I2C(bus)


def _check_int(**values: object) -> None:
    for name, value in values.items():
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"{name} must be an int, not {type(value).__name__}")
