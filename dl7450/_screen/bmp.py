"""BMP files (Windows 2 to 5, OS/2) to pixels on black.

Read here and not by Pillow, which draws some palettes of two colours or of greys with the wrong depth, leaves alpha in
16 bits out, and does not know most bit fields.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from PIL import Image

from .bounds import MAX_RUNS, UnfitPictureError, check_size

MAGIC = b"BM"

_FILE_HEADER = 14
_CORE_HEADER = 12  # the oldest; its palette has no fourth byte
_HEADERS = (_CORE_HEADER, 40, 52, 56, 64, 108, 124)
_OS2_HEADER = 64
_FIFTEEN_BITS = (0x7C00, 0x3E0, 0x1F, 0)
_OCTETS = (0xFF, 0xFF00, 0xFF0000, 0xFF000000)
_OF_DIGIT = bytes.maketrans(b"0123456789abcdef", bytes(range(16)))  # a hex digit's value
_PALETTE_MODES = {1: "P;1", 2: "P;2", 4: "P;4", 8: "P"}


class _Compression(IntEnum):
    NONE = 0
    RLE8 = 1
    RLE4 = 2
    BITFIELDS = 3
    ALPHA_BITFIELDS = 6


@dataclass(frozen=True)
class _Header:
    size: int  # of the header, in bytes
    width: int
    height: int  # negative: the first row is the upper one
    bits: int
    compression: int
    colours: int
    start: int  # of the pixels, from the beginning of the file


def decode(data: bytes) -> Image.Image:
    """The pixels of a BMP file, in RGB, transparent ones on black.

    Raises:
        UnfitPictureError: it is not drawn, for the reason in the message.
        struct.error, IndexError: it ends too early.
    """
    header = _read_header(data)
    check_size(header.width, abs(header.height))
    match header.bits, header.compression:
        case (1 | 2 | 4 | 8) as bits, _Compression.NONE:
            return _coloured(_unpacked(data, header, "P", _PALETTE_MODES[bits]), data, header)
        case (8, _Compression.RLE8) | (4, _Compression.RLE4):
            return _coloured(_run_lengths(data, header), data, header)
        case 16, _Compression.NONE:
            return _masked(data, header, _FIFTEEN_BITS)
        case 24, _Compression.NONE:
            return _unpacked(data, header, "RGB", "BGR")
        case 32, _Compression.NONE:
            return _unpacked(data, header, "RGB", "BGRX")
        case ((16 | 32), (_Compression.BITFIELDS | _Compression.ALPHA_BITFIELDS)) if header.size != _OS2_HEADER:
            return _masked(data, header, _masks(data, header))
    raise UnfitPictureError(_NOT_DRAWN)


def _read_header(data: bytes) -> _Header:
    start, size = struct.unpack_from("<II", data, 10)
    if size not in _HEADERS:
        raise UnfitPictureError(_NOT_DRAWN)
    if size == _CORE_HEADER:
        width, height, _, bits = struct.unpack_from("<4H", data, 18)
        compression = colours = 0
    else:
        width, height, _, bits, compression, colours = struct.unpack_from("<iiHHI12xI", data, 18)
    if not colours and bits <= 8:
        colours = 1 << bits
    behind = _FILE_HEADER + size
    if bits <= 8 and start in (0, behind):  # some writers leave the palette out of this offset
        start = behind + colours * _entry_size(size)
    elif start == 0:
        start = behind + (12 if compression == _Compression.BITFIELDS and size == 40 else 0)
    return _Header(size, width, height, bits, compression, colours, start)


def _entry_size(header_size: int) -> int:
    return 3 if header_size == _CORE_HEADER else 4


def _direction(header: _Header) -> int:
    return 1 if header.height < 0 else -1


def _unpacked(data: bytes, header: _Header, mode: str, raw_mode: str) -> Image.Image:
    """Uncompressed pixels; every row is padded to four bytes, the last one need not be."""
    stride, height = (header.width * header.bits + 31) // 32 * 4, abs(header.height)
    pixels = data[header.start : header.start + stride * height]
    if len(pixels) < stride * (height - 1) + (header.width * header.bits + 7) // 8:
        raise UnfitPictureError(_BROKEN)
    pixels = pixels.ljust(stride * height, b"\0")
    return Image.frombytes(mode, (header.width, height), pixels, "raw", raw_mode, stride, _direction(header))


def _coloured(indexed: Image.Image, data: bytes, header: _Header) -> Image.Image:
    first, size = _FILE_HEADER + header.size, _entry_size(header.size)
    entries = data[first : min(first + size * min(header.colours, 256), header.start)]
    blue, green, red = (entries[i::size] for i in range(3))
    if not red:
        raise UnfitPictureError("has no palette: save it anew")
    palette = bytes(level for colour in zip(red, green, blue, strict=False) for level in colour)
    indexed.putpalette(palette.ljust(3 * 256, b"\0"))
    return indexed.convert("RGB")


def _run_lengths(data: bytes, header: _Header) -> Image.Image:
    """RLE4 and RLE8 (Windows GDI, "Bitmap Compression"). What is skipped has colour 0; what is too long is cut off."""
    width, height = header.width, abs(header.height)
    rows = bytearray(width * height)
    four_bits = header.compression == _Compression.RLE4
    x = y = 0
    position = header.start
    for _ in range(MAX_RUNS):
        if position + 2 > len(data) and (y >= height or (y == height - 1 and x >= width)):
            break  # complete, though the end is not marked
        count, value = data[position], data[position + 1]
        position += 2
        if count:
            run = (bytes([value >> 4, value & 15]) * 128 if four_bits else bytes([value]) * 256)[:count]
        elif value == 0:
            x, y = 0, y + 1
            continue
        elif value == 1:
            break
        elif value == 2:
            x, y = x + data[position], y + data[position + 1]
            position += 2
            continue
        else:
            size = (value + 1) // 2 if four_bits else value
            run = data[position : position + size]
            if len(run) < size:
                raise UnfitPictureError(_BROKEN)
            if four_bits:
                run = run.hex().encode().translate(_OF_DIGIT)[:value]
            position += size + size % 2
        if y < height and x < width:
            shown = run[: width - x]
            rows[y * width + x : y * width + x + len(shown)] = shown
        x += len(run)
    else:
        raise UnfitPictureError(f"of more than {MAX_RUNS:,} runs takes too long to decode: save it without compression")
    return Image.frombytes("P", (width, height), bytes(rows), "raw", "P", width, _direction(header))


def _masks(data: bytes, header: _Header) -> tuple[int, int, int, int]:
    red, green, blue, alpha = struct.unpack_from("<4I", data, _FILE_HEADER + 40)
    has_alpha = header.size >= 56 or header.compression == _Compression.ALPHA_BITFIELDS
    return red, green, blue, alpha if has_alpha else 0


def _masked(data: bytes, header: _Header, masks: tuple[int, int, int, int]) -> Image.Image:
    """Pixels of 16 or 32 bits whose parts lie where masks say."""
    if not all(masks[:3]):
        raise UnfitPictureError(_NOT_DRAWN)
    used = [mask for mask in masks if mask]
    if header.bits == 16:
        pixels = _unpacked(data, header, "I", "I;16")
        bands = [pixels.point(_levels(mask), "L") for mask in used]
    else:
        octets = dict(zip(_OCTETS, _unpacked(data, header, "RGBA", "RGBA").split(), strict=True))
        if not octets.keys() >= set(used):
            raise UnfitPictureError(_NOT_DRAWN)
        bands = [octets[mask] for mask in used]
    image = Image.merge("RGB", bands[:3])
    return Image.composite(image, Image.new("RGB", image.size), bands[3]) if masks[3] else image


def _levels(mask: int) -> list[int]:
    """What each of all numbers of 16 bits says of one colour, of 255."""
    if mask >= 1 << 16:
        raise UnfitPictureError(_NOT_DRAWN)
    shift = (mask & -mask).bit_length() - 1
    most = mask >> shift
    return [((pixel & mask) >> shift) * 255 // most for pixel in range(1 << 16)]


_BROKEN = "is broken: is the file complete?"
_NOT_DRAWN = "has a layout that is not drawn here: save it with 24 bits a pixel, or as PNG"
