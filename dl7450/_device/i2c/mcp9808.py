"""`Mcp9808`: a thermometer (Microchip MCP9808, data sheet DS25095)."""

from __future__ import annotations

import math

from .parts import check_temperature
from .register_map import RegisterMap

_CONFIG, _UPPER, _LOWER, _CRITICAL, _AMBIENT, _MANUFACTURER, _DEVICE, _RESOLUTION = range(1, 9)
_SHUT_DOWN = 0x0100  # in _CONFIG: the temperature is measured no more


class Mcp9808(RegisterMap):
    """A thermometer. Its limits and its configuration can be written; it has no alert pin here.

    Attributes:
        temperature: in degrees Celsius, from -40 to 125.
    """

    def __init__(self, temperature: float = 25.0) -> None:
        self.temperature = temperature
        super().__init__(
            {
                _CONFIG: bytes(2),
                _UPPER: bytes(2),
                _LOWER: bytes(2),
                _CRITICAL: bytes(2),
                _AMBIENT: bytes(2),
                _MANUFACTURER: b"\x00\x54",
                _DEVICE: b"\x04\x00",
                _RESOLUTION: b"\x03",
            },
            read_only=(_AMBIENT, _MANUFACTURER, _DEVICE),
        )
        self._measure()

    @property
    def temperature(self) -> float:
        return self._temperature

    @temperature.setter
    def temperature(self, degrees: float) -> None:
        self._temperature = check_temperature(degrees)

    def read(self, register: int, nbytes: int) -> bytes:
        self._measure()
        return super().read(register, nbytes)

    def write(self, register: int, data: bytes) -> None:
        self._measure()  # by what was configured until now
        super().write(register, data)

    def _measure(self) -> None:
        if self._word(_CONFIG) & _SHUT_DOWN:
            return
        steps = 8 >> (self.registers[_RESOLUTION][0] & 3)  # of a sixteenth: 0.5 to 0.0625 degrees
        sixteenths = math.floor(self.temperature * 16 / steps) * steps
        alerts = (
            (sixteenths >= self._limit(_CRITICAL)) << 15
            | (sixteenths > self._limit(_UPPER)) << 14
            | (sixteenths < self._limit(_LOWER)) << 13
        )
        self.registers[_AMBIENT] = (alerts | sixteenths & 0x1FFF).to_bytes(2, "big")

    def _word(self, register: int) -> int:
        return int.from_bytes(self.registers[register], "big")

    def _limit(self, register: int) -> int:
        """A limit in sixteenths: bits 11 to 2, in quarters, and bit 12 is the sign."""
        word = self._word(register)
        return (word & 0x0FFC) - (word & 0x1000)
