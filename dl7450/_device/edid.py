"""EDID: the 128 bytes by which a monitor tells who it is and which mode it prefers.

A dock reads them from every output, so the simulated monitors have real ones: built here from a name, a mode and a
serial number, and parsed again for `monitor.Monitor`. The layout is VESA E-EDID 1.4, base block only; the preferred
timing is computed by VESA CVT 1.1 with reduced blanking, as flat panels do.

Pure: bytes in, bytes out.
"""

from __future__ import annotations

import re
import string
import struct
from dataclasses import dataclass
from fractions import Fraction

BLOCK_SIZE = 128
_HEADER = bytes.fromhex("00ffffffffffff00")
_VERSION = bytes([1, 4])
_DIGITAL_8_BIT_DISPLAYPORT = 0xA5
_GAMMA_2_2 = 120
_FEATURES_RGB_SRGB_PREFERRED_IS_NATIVE = 0x06
_SRGB_CHROMATICITY = bytes.fromhex("ee91a3544c99260f5054")
_NO_ESTABLISHED_TIMINGS = bytes(3)
_NO_STANDARD_TIMINGS = b"\x01\x01" * 8
_YEAR_OF_MANUFACTURE = 2024 - 1990

_FIRST_DESCRIPTOR = 54
_DESCRIPTOR_SIZE = 18
_NO_TIMING = bytes(2)  # in the place of a pixel clock: the descriptor is of another kind
_PADDING = b"\x01\x01"  # how unused standard timings are filled, and by some manufacturers descriptors too
_INTERLACED = 0x80
_NAME_TAG = 0xFC
_CONTROL_CHARACTER = re.compile(rb"[\x00-\x1f\x7f]")
_DUMMY_DESCRIPTOR = bytes([0, 0, 0, 0x10]) + bytes(14)
_NAME_SIZE = 13
_NAME_CHARACTERS = frozenset(string.ascii_letters + string.digits + string.punctuation + " ")

_REFRESH_HZ = 60
_MAX_PIXEL_CLOCK_10_KHZ = 0xFFFF
_MIN_ACTIVE_PIXELS = 64  # much below, the pixel clock rounds to nothing
_MAX_ACTIVE_PIXELS = 0xFFF
_SYNC_LINES_OF_ASPECT = {
    Fraction(4, 3): 4,
    Fraction(16, 9): 5,
    Fraction(16, 10): 6,
    Fraction(5, 4): 7,
    Fraction(15, 9): 7,
}
_SYNC_LINES_OF_OTHERS = 10


@dataclass(frozen=True, kw_only=True)
class Edid:
    """What an EDID says of its monitor, as far as an app can ask.

    Attributes:
        name: empty for a monitor that has none.
        width, height: of the preferred mode, in pixels.
        serial_number: 32 bits.
        manufacturer: the three letters of its PNP id.
    """

    name: str
    width: int
    height: int
    serial_number: int = 0
    manufacturer: str = "SIM"


@dataclass(frozen=True)
class _Timing:
    """A mode's blanking: pixels across, lines down."""

    clock_10_khz: int
    h_blank: int
    h_front_porch: int
    h_sync: int
    v_blank: int
    v_front_porch: int
    v_sync: int


def _reduced_blanking(width: int, height: int) -> _Timing:
    """The timing of a mode at 60 Hz by VESA CVT 1.1, section 5.4 (reduced blanking)."""
    h_blank, v_front_porch, min_back_porch, min_v_blank_us = 160, 3, 6, 460
    v_sync = _SYNC_LINES_OF_ASPECT.get(Fraction(width, height), _SYNC_LINES_OF_OTHERS)
    line_us = (Fraction(1_000_000, _REFRESH_HZ) - min_v_blank_us) / height
    v_blank = max(min_v_blank_us // line_us + 1, v_front_porch + v_sync + min_back_porch)
    pixels_per_second = _REFRESH_HZ * (width + h_blank) * (height + v_blank)
    return _Timing(
        clock_10_khz=pixels_per_second // 250_000 * 25,  # CVT steps by 0.25 MHz
        h_blank=h_blank,
        h_front_porch=48,
        h_sync=32,
        v_blank=v_blank,
        v_front_porch=v_front_porch,
        v_sync=v_sync,
    )


def _millimetres(pixels: int) -> int:
    return round(pixels * 25.4 / 96)


def _timing_descriptor(width: int, height: int) -> bytes:
    timing = _reduced_blanking(width, height)
    width_mm, height_mm = _millimetres(width), _millimetres(height)

    def high_nibbles(first: int, second: int) -> int:
        return first >> 8 << 4 | second >> 8

    return struct.pack(
        "<H16B",
        timing.clock_10_khz,
        width & 0xFF,
        timing.h_blank & 0xFF,
        high_nibbles(width, timing.h_blank),
        height & 0xFF,
        timing.v_blank & 0xFF,
        high_nibbles(height, timing.v_blank),
        timing.h_front_porch,
        timing.h_sync,
        timing.v_front_porch << 4 | timing.v_sync,
        0,  # the high bits of porches and syncs: reduced blanking never needs them
        width_mm & 0xFF,
        height_mm & 0xFF,
        high_nibbles(width_mm, height_mm),
        0,
        0,
        0x1A,  # separate digital syncs, horizontal positive, vertical negative: the sign of reduced blanking
    )


def _name_descriptor(name: str) -> bytes:
    if not name:
        return _DUMMY_DESCRIPTOR
    text = name.encode("ascii")
    if len(text) < _NAME_SIZE:
        text = (text + b"\n").ljust(_NAME_SIZE)
    return bytes([0, 0, 0, _NAME_TAG, 0]) + text


def _manufacturer_id(letters: str) -> int:
    first, second, third = (ord(letter) - ord("@") for letter in letters)
    return first << 10 | second << 5 | third


def _manufacturer_letters(number: int) -> str:
    return "".join(chr((number >> shift & 0x1F) + ord("@")) for shift in (10, 5, 0))


def _check(edid: Edid) -> None:
    if len(edid.name) > _NAME_SIZE or not _NAME_CHARACTERS.issuperset(edid.name) or edid.name != edid.name.strip():
        raise ValueError(
            f"the monitor name {edid.name!r} does not fit an EDID: "
            f"use at most {_NAME_SIZE} printable ASCII characters, no space first or last"
        )
    if not all(_MIN_ACTIVE_PIXELS <= pixels <= _MAX_ACTIVE_PIXELS for pixels in (edid.width, edid.height)):
        raise ValueError(
            f"the mode {edid.width}x{edid.height} does not fit an EDID: "
            f"use {_MIN_ACTIVE_PIXELS} to {_MAX_ACTIVE_PIXELS} pixels for width and height"
        )
    if _reduced_blanking(edid.width, edid.height).clock_10_khz > _MAX_PIXEL_CLOCK_10_KHZ:
        raise ValueError(
            f"the mode {edid.width}x{edid.height} needs a pixel clock above the 655.35 MHz of an EDID: "
            "use a smaller mode"
        )
    if not 0 <= edid.serial_number < 2**32:
        raise ValueError(f"the serial number {edid.serial_number} does not fit 32 bits: use 0 to {2**32 - 1}")
    if len(edid.manufacturer) != 3 or not set(string.ascii_uppercase).issuperset(edid.manufacturer):
        raise ValueError(f"the manufacturer {edid.manufacturer!r} is not a PNP id: use three letters from A to Z")


def build(edid: Edid) -> bytes:
    """The 128 bytes that a monitor with these properties presents.

    The name may have 13 printable ASCII characters, the mode 64 to 4095 pixels each way and a pixel clock of 655.35 MHz
    at 60 Hz.

    Raises:
        ValueError: 128 bytes cannot hold it; the message names the fix.
    """
    _check(edid)
    size_cm = (_millimetres(pixels) // 10 for pixels in (edid.width, edid.height))
    block = b"".join(
        [
            _HEADER,
            struct.pack(">H", _manufacturer_id(edid.manufacturer)),
            struct.pack("<HIBB", 0, edid.serial_number, 0, _YEAR_OF_MANUFACTURE),
            _VERSION,
            bytes([_DIGITAL_8_BIT_DISPLAYPORT, *size_cm, _GAMMA_2_2, _FEATURES_RGB_SRGB_PREFERRED_IS_NATIVE]),
            _SRGB_CHROMATICITY,
            _NO_ESTABLISHED_TIMINGS,
            _NO_STANDARD_TIMINGS,
            _timing_descriptor(edid.width, edid.height),
            _name_descriptor(edid.name),
            _DUMMY_DESCRIPTOR,
            _DUMMY_DESCRIPTOR,
            bytes(1),  # no extension blocks
        ]
    )
    return block + bytes([-sum(block) % 256])


def parse(data: bytes | bytearray | memoryview) -> Edid:
    """Read a monitor's EDID; extension blocks after the first 128 bytes are left alone.

    The preferred timing is the first one. E-EDID has it in the first descriptor; some monitors have their name there.

    Raises:
        ValueError: the bytes are not a valid EDID; the message names the reason.
    """
    block = bytes(data[:BLOCK_SIZE])
    if len(block) < BLOCK_SIZE:
        raise ValueError(f"an EDID has {BLOCK_SIZE} bytes, not {len(block)}")
    if not block.startswith(_HEADER):
        raise ValueError("an EDID starts with 00 ff ff ff ff ff ff 00")
    if sum(block) % 256:
        raise ValueError(f"the checksum is wrong: the bytes add up to {sum(block) % 256} modulo 256, not 0")
    if block[18] != 1:
        raise ValueError(f"EDID version {block[18]}.{block[19]} is unknown: only 1.x is")

    (manufacturer,) = struct.unpack_from(">H", block, 8)
    (serial_number,) = struct.unpack_from("<I", block, 12)
    descriptors = [
        block[start : start + _DESCRIPTOR_SIZE] for start in range(_FIRST_DESCRIPTOR, BLOCK_SIZE - 2, _DESCRIPTOR_SIZE)
    ]
    timings = [
        timing for timing in descriptors if timing[:2] not in (_NO_TIMING, _PADDING) and all(_active_pixels(timing))
    ]
    if not timings:
        raise ValueError("this EDID has no preferred timing: none of its four descriptors is a timing")
    names = (other[5:] for other in descriptors if other[:2] == _NO_TIMING and other[3] == _NAME_TAG)
    width, height = _active_pixels(timings[0])
    return Edid(
        name=_text(next(names, b"")),
        width=width,
        height=height,
        serial_number=serial_number,
        manufacturer=_manufacturer_letters(manufacturer),
    )


def _active_pixels(timing: bytes) -> tuple[int, int]:
    """Width and height of a whole frame; an interlaced timing counts the lines of one of its two fields."""
    width, height = timing[2] | (timing[4] & 0xF0) << 4, timing[5] | (timing[7] & 0xF0) << 4
    return width, height * (2 if timing[17] & _INTERLACED else 1)


def _text(characters: bytes) -> str:
    """The characters up to the line feed that ends them, or to the control character that stands for it."""
    text = _CONTROL_CHARACTER.split(characters, maxsplit=1)[0]
    return text.decode("cp437").strip()  # the code page that E-EDID names
