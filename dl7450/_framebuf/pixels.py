"""Pixels in a buffer, packed in one of seven ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_LARGEST: Final = 0xFFFF  # pixels of a side, and of a stride


@dataclass(frozen=True)
class Format:
    """How pixels lie in bytes.

    Attributes:
        bits: of a pixel.
        low_first: the first pixel of a byte has its lowest bits.
        vertical: the pixels of a byte lie below each other.
    """

    bits: int
    low_first: bool = True
    vertical: bool = False

    @property
    def in_a_byte(self) -> int:
        """How many pixels share a byte."""
        return max(1, 8 // self.bits)


class Pixels:
    """A picture in somebody's buffer. Where it is read or written, `x` and `y` are inside."""

    def __init__(self, buffer: memoryview, width: int, height: int, format: Format, stride: int) -> None:
        """
        Parameters:
            buffer: bytes, which are drawn into.
            width: pixels of a row.
            height: rows.
            format: how pixels lie in bytes.
            stride: pixels from one row to the next.

        Raises:
            ValueError: a size makes no sense, or the buffer is too small for it.
        """
        if min(width, height) < 1 or max(width, height, stride) > _LARGEST:
            raise ValueError(f"a frame buffer has sides of 1 to {_LARGEST} pixels, not {width} x {height}")
        if stride < width:
            raise ValueError(f"a stride of {stride} pixels is shorter than a row of {width}")
        together = format.in_a_byte
        if format.vertical:
            rows, last_row = -(-height // together), width
        else:
            stride, last_row = -(-stride // together) * together, -(-width // together) * together
            rows = height
        needed = ((rows - 1) * stride + last_row) * (8 if format.vertical else format.bits) // 8
        if needed > len(buffer):
            raise ValueError(f"the buffer has {len(buffer)} bytes, and {width} x {height} pixels need {needed}")
        self.width = width
        self.height = height
        self._buffer = buffer
        self._format = format
        self._stride = stride
        self._mask = (1 << format.bits) - 1

    def holds(self, x: int, y: int) -> bool:
        """Whether a pixel is inside."""
        return 0 <= x < self.width and 0 <= y < self.height

    def get(self, x: int, y: int) -> int:
        """The colour of a pixel."""
        byte, shift = self._locate(x, y)
        if self._format.bits == 16:
            return self._buffer[byte] | self._buffer[byte + 1] << 8
        return self._buffer[byte] >> shift & self._mask

    def set(self, x: int, y: int, colour: int) -> None:
        """Give a pixel a colour."""
        byte, shift = self._locate(x, y)
        value = self._value(colour)
        if self._format.bits == 16:
            self._buffer[byte : byte + 2] = value.to_bytes(2, "little")
        else:
            self._buffer[byte] = self._buffer[byte] & ~(self._mask << shift) | value << shift

    def draw(self, x: int, y: int, colour: int) -> None:
        """Give a pixel a colour, if it is inside."""
        if self.holds(x, y):
            self.set(x, y, colour)

    def fill(self, x: int, y: int, width: int, height: int, colour: int) -> None:
        """Give the part of a rectangle that is inside a colour."""
        left, right = max(x, 0), min(x + width, self.width)
        if left < right:
            for row in range(max(y, 0), min(y + height, self.height)):
                self._fill_row(left, right, row, colour)

    def _fill_row(self, left: int, right: int, y: int, colour: int) -> None:
        together = self._format.in_a_byte
        if not self._format.vertical:
            # Whole bytes at once; what is left of them and right of them, pixel by pixel.
            first, last = -(-left // together) * together, right // together * together
            if first < last:
                (start, _), (end, _) = self._locate(first, y), self._locate(last, y)
                self._buffer[start:end] = self._whole(colour) * ((last - first) // together)
                self._set_all(left, first, y, colour)
                left = last
        self._set_all(left, right, y, colour)

    def _set_all(self, left: int, right: int, y: int, colour: int) -> None:
        for x in range(left, right):
            self.set(x, y, colour)

    def _whole(self, colour: int) -> bytes:
        """The bytes of a pixel, or a byte of equal pixels."""
        value = self._value(colour)
        if self._format.bits == 16:
            return value.to_bytes(2, "little")
        return bytes([value * (0xFF // self._mask)])

    def _value(self, colour: int) -> int:
        # What does not fit is cut off, but that one bit is set by any colour other than 0.
        return int(colour & 0xFFFFFFFF != 0) if self._format.bits == 1 else colour & self._mask

    def _locate(self, x: int, y: int) -> tuple[int, int]:
        """The first byte of a pixel, and how far left it lies in there."""
        bits, together = self._format.bits, self._format.in_a_byte
        if self._format.vertical:
            return y // together * self._stride + x, y % together * bits
        index = (y * self._stride + x) * bits // 8
        place = x % together
        return index, bits * (place if self._format.low_first else together - 1 - place)
