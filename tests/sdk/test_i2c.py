"""The SDK's `i2c` module, as an app sees it."""

from collections.abc import Callable
from typing import Any

import pytest

from dl7450 import i2c
from dl7450._device.device import Device
from dl7450._device.i2c.parts import I2cPart
from tests._dock_app import result_of

DEVICE = Device(i2c=(I2cPart(address=0x18, model="mcp9808", temperature=21.5),))


async def test_an_app_reads_and_writes_registers() -> None:
    def app() -> object:
        bus = i2c.i2c()
        bus.write(0x18, 0x01, b"\x00\x08")
        bus.write(0x18, 0x02, bytearray(b"\x02\x80"))
        bus.write(0x18, 0x04, memoryview(b"\x02\x80"))
        return bus.read(0x18, 0x05, 2), i2c.I2C(bus=i2c.Bus.I2C1).read(0x18, 0x01, 2), bus.read(0x72, 0, 1)

    answer = await result_of(app, DEVICE)
    assert answer == (bytearray(b"\x01\x58"), bytearray(b"\x00\x08"), bytearray(b"\xff"))


@pytest.mark.parametrize(
    ("transfer", "errno", "message"),
    [
        (lambda: i2c.i2c(i2c.Bus.I2C0), 1, "0 is not a bus that can be used: use Bus.I2C1"),
        (lambda: i2c.I2C(5), 1, "5 is not a bus that can be used: use Bus.I2C1"),
        (lambda: i2c.i2c().read(0x80, 0, 1), 2, "0x80 is not the address of a device: use 0x08 to 0x77"),
        (lambda: i2c.i2c().write(0x30, 0, b""), 3, "no device answers at 0x30"),
        (lambda: i2c.i2c().read(0x18, 0x09, 1), 4, "cannot read 1 byte from 0x18: there is no register 0x09"),
        (lambda: i2c.i2c().read(0x18, 0x05, -1), 4, "-1 bytes cannot be read: ask for 0 or more"),
        (lambda: i2c.i2c().write(0x18, 5, b"x"), 5, "cannot write 1 byte to 0x18: the register 0x05 is read-only"),
    ],
)
async def test_a_failure_has_the_number_of_the_sdk(transfer: Callable[[], object], errno: int, message: str) -> None:
    def app() -> None:
        with pytest.raises(i2c.I2cError) as caught:
            transfer()
        assert (caught.value.args, caught.value.errno) == ((errno, message), errno)
        assert str(caught.value) == f"({errno}, {message!r})"  # as the traceback on the screen has it

    await result_of(app, DEVICE)


bus: Any = i2c.i2c()  # used as no type checker would allow


@pytest.mark.parametrize(
    ("transfer", "message"),
    [
        (lambda: bus.read("0x18", 0, 1), "address must be an int, not str"),
        (lambda: bus.read(0x18, None, 1), "register must be an int, not NoneType"),
        (lambda: bus.read(0x18, 5, 1.0), "nbytes must be an int, not float"),
        (lambda: bus.write(0x18, 1, [0, 8]), "payload must be bytes, bytearray or memoryview, not list"),
    ],
)
async def test_misuse_is_refused(transfer: Callable[[], object], message: str) -> None:
    def app() -> None:
        with pytest.raises(TypeError, match=f"^{message}$"):
            transfer()

    await result_of(app, DEVICE)
