"""`I2cBus`: the devices on a dock's I2C bus, and what goes over it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from ..gpio import Gpio
from .mcp9808 import Mcp9808
from .parts import ADDRESSES, DISPLAY, EXPANDER_PINS, EXPANDERS, THERMOMETER, I2cPart, check_address
from .pca9538 import Pca9538
from .register_map import RegisterMap
from .ssd1306 import Ssd1306

if TYPE_CHECKING:
    from PIL import Image

KEPT_TRANSFERS = 10_000


class Code(IntEnum):
    """What can go wrong, in the numbers of the SDK."""

    NONE = 0
    BUS = 1
    ADDRESS = 2
    NO_DEVICE = 3
    READ = 4
    WRITE = 5


class I2cError(Exception):
    """A transfer over the I2C bus has failed (dock SDK, `i2c`). `args` are the number and a text."""

    def __init__(self, errno: int, message: str) -> None:
        super().__init__(int(errno), message)  # what an app prints has the number, not a name of ours

    @property
    def errno(self) -> int:
        """The number.

        1 (there is no such bus), 2 (no device can have this address), 3 (no device has taken it), 4 (reading has
        failed) or 5 (writing has failed).
        """
        return int(self.args[0])


class I2cDevice(Protocol):
    """A device on the bus. What it cannot do it refuses by an `OSError`."""

    def read(self, register: int, nbytes: int, /) -> bytes | bytearray:
        """The bytes that the device gives, exactly so many."""
        ...

    def write(self, register: int, data: bytes, /) -> object:
        """Take bytes."""
        ...


class I2cTransfer(NamedTuple):
    """What went over the bus.

    Attributes:
        at: the moment, in seconds since the dock was opened.
        kind: `read` or `write`.
        address: of the device.
        register: of the device.
        data: the bytes; none, if reading has failed.
        errno: the number of the error; 0 if there was none.
    """

    at: float
    kind: Literal["read", "write"]
    address: int
    register: int
    data: bytes
    errno: int = 0


class I2cBus:
    """The one bus of a dock. The app thread uses it, and a device that is asked is called there.

    Attributes:
        devices: by their addresses.
        transfers: what went over it; the newest 10,000.
        on_frame: called on the app thread when the picture of a display has changed.
    """

    def __init__(self, parts: Iterable[I2cPart], gpio: Gpio, elapsed: Callable[[], float]) -> None:
        self.devices: dict[int, I2cDevice] = {**dict(_expanders(gpio)), **{part.address: _made(part) for part in parts}}
        self.transfers: deque[I2cTransfer] = deque(maxlen=KEPT_TRANSFERS)
        self.on_frame: Callable[[int, Image.Image], object] = lambda _address, _image: None
        self._elapsed = elapsed

    def add(self, address: int, device: I2cDevice) -> None:
        """Plug a device in, in place of one that is there. Raises `ValueError` for an address that none can have."""
        self.devices[check_address(address)] = device

    def plug(self, part: I2cPart) -> None:
        """Plug a device in that is described. Raises `ValueError` if its address is taken."""
        if part.address in self.devices:
            raise ValueError(f"{part.address:#04x} is the address of another device already: use another one")
        self.devices[part.address] = _made(part)

    def unplug(self, address: int) -> I2cDevice:
        """Take a device away, and return it. Raises `ValueError` if there is none."""
        device = self.device(address)
        del self.devices[address]
        return device

    def device(self, address: int) -> I2cDevice:
        """The device of an address. Raises `ValueError` if there is none."""
        try:
            return self.devices[address]
        except KeyError:
            known = ", ".join(f"{address:#04x}" for address in sorted(self.devices)) or "none"
            raise ValueError(f"there is no I2C device {address:#04x}: there is {known}") from None

    def parts(self) -> tuple[I2cPart, ...]:
        """What is plugged into it, as it is now, beside the expanders of the dock's own pins.

        Raises:
            ValueError: a device is none of the known models.
        """
        others = {a: device for a, device in self.devices.items() if not isinstance(device, Pca9538)}
        return tuple(_part(address, device) for address, device in others.items())

    def read(self, address: int, register: int, nbytes: int) -> bytes:
        """Read bytes from a device. Raises `I2cError`, and what a device of a test raises by mistake."""
        try:
            device = self._asked(address)
            data = bytes(device.read(register, nbytes))
            if len(data) != nbytes:
                raise OSError(f"{_bytes(nbytes)} asked for, but {len(data)} came")
        except I2cError as error:
            self._note("read", address, register, b"", error.errno)
            raise
        except OSError as error:
            self._note("read", address, register, b"", Code.READ)
            raise I2cError(Code.READ, f"cannot read {_bytes(nbytes)} from {address:#04x}: {error}") from None
        self._note("read", address, register, data, Code.NONE)
        return data

    def write(self, address: int, register: int, data: bytes) -> None:
        """Write bytes to a device. Raises `I2cError`, and what a device of a test raises by mistake."""
        try:
            self._asked(address).write(register, data)
        except I2cError as error:
            self._note("write", address, register, data, error.errno)
            raise
        except OSError as error:
            self._note("write", address, register, data, Code.WRITE)
            raise I2cError(Code.WRITE, f"cannot write {_bytes(len(data))} to {address:#04x}: {error}") from None
        self._note("write", address, register, data, Code.NONE)

    def settle(self) -> None:
        """App code has returned: what is on the displays now can be seen."""
        for address, device in list(self.devices.items()):
            if isinstance(device, Ssd1306) and device.settle():
                self.on_frame(address, device.image())

    def _asked(self, address: int) -> I2cDevice:
        if address not in ADDRESSES:
            raise I2cError(Code.ADDRESS, f"{address:#04x} is not the address of a device: use 0x08 to 0x77")
        device = self.devices.get(address)  # once: it may be unplugged at any moment
        if device is None:
            raise I2cError(Code.NO_DEVICE, f"no device answers at {address:#04x}")
        return device

    def _note(self, kind: Literal["read", "write"], address: int, register: int, data: bytes, errno: int) -> None:
        self.transfers.append(I2cTransfer(self._elapsed(), kind, address, register, data, int(errno)))


def _made(part: I2cPart) -> I2cDevice:
    if part.model == THERMOMETER:
        return Mcp9808(part.temperature)
    if part.model == DISPLAY:
        return Ssd1306()
    return RegisterMap(part.registers, part.read_only)


def _part(address: int, device: I2cDevice) -> I2cPart:
    if isinstance(device, Mcp9808):
        return I2cPart(address=address, model=THERMOMETER, temperature=device.temperature)
    if isinstance(device, Ssd1306):
        return I2cPart(address=address, model=DISPLAY)
    if isinstance(device, RegisterMap):
        return I2cPart(address=address, registers=dict(device.registers), read_only=device.read_only)
    raise ValueError(f"the I2C device {address:#04x} is a {type(device).__name__}, which has no description: unplug it")


def _expanders(gpio: Gpio) -> Iterator[tuple[int, I2cDevice]]:
    pins = list(gpio.pins.values())
    for number, begin in enumerate(range(0, len(pins), EXPANDER_PINS)):
        yield EXPANDERS[number], Pca9538(pins[begin : begin + EXPANDER_PINS], gpio)


def _bytes(count: int) -> str:
    return f"{count} byte{'s' * (count != 1)}"
