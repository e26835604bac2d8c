"""`I2cPart`: the description of one device on a dock's I2C bus. Plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ADDRESSES = range(0x08, 0x78)  # of 7 bits; the others are reserved
REGISTERS = "registers"  # the model that is nothing but its registers
THERMOMETER = "mcp9808"
DISPLAY = "ssd1306"
MODELS = (REGISTERS, THERMOMETER, DISPLAY)
EXPANDER_PINS = 8
# Of the NXP PCA9538A; the Redwood board has one, at 0x72.
EXPANDERS = (0x72, 0x73, 0x70, 0x71)


@dataclass(frozen=True, kw_only=True)
class I2cPart:
    """A device on the dock's I2C bus.

    Attributes:
        address: of 7 bits, from 0x08 to 0x77.
        model: `mcp9808`, a thermometer; `ssd1306`, a display; or `registers`.
        registers: the bytes of each register, for that model.
        read_only: those of them that cannot be written.
        temperature: in degrees Celsius, of a thermometer.

    Raises:
        ValueError: there is no such device; the message names the fix.
    """

    address: int
    model: str = REGISTERS
    registers: Mapping[int, bytes] = field(default_factory=dict)
    read_only: frozenset[int] = frozenset()
    temperature: float = 25.0

    def __post_init__(self) -> None:
        check_address(self.address)
        if self.model not in MODELS:
            raise ValueError(f"there is no model {self.model!r} of an I2C device: use {', '.join(MODELS)}")
        check_temperature(self.temperature)
        for register, data in self.registers.items():
            check_register(register, data)
        if missing := self.read_only - set(self.registers):
            raise ValueError(f"read_only has {min(missing):#04x}, which is not a register: add it to registers")


def check_register(register: int, data: bytes) -> None:
    """Raise `ValueError` if a register would hold nothing."""
    if not data:
        raise ValueError(f"the register {register:#04x} has no bytes: give it at least one")


def check_address(address: int) -> int:
    """The address itself.

    Raises:
        ValueError: no device can have it.
    """
    if address not in ADDRESSES:
        raise ValueError(f"{address:#04x} is not the address of an I2C device: use 0x08 to 0x77")
    return address


def check_temperature(degrees: float) -> float:
    """The temperature itself.

    Raises:
        ValueError: a thermometer cannot tell it.
    """
    if not -40 <= degrees <= 125:
        raise ValueError(f"{degrees:g} degrees are not a temperature that an mcp9808 measures: use -40 to 125")
    return degrees


def check_parts(parts: Iterable[I2cPart], pins: int) -> None:
    """Check what is plugged into one bus, beside the expanders of the dock's own pins.

    Raises:
        ValueError: two devices have the same address, or there are too many pins.
    """
    expanders = -(-pins // EXPANDER_PINS)
    if expanders > len(EXPANDERS):
        raise ValueError(f"a dock has {len(EXPANDERS) * EXPANDER_PINS} pins at most, not {pins}: leave some out")
    taken = set(EXPANDERS[:expanders])
    for part in parts:
        if part.address in taken:
            whose = "the dock's own pins" if part.address in EXPANDERS[:expanders] else "another device"
            raise ValueError(f"{part.address:#04x} is the address of {whose} already: use another one")
        taken.add(part.address)
