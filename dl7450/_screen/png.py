"""PNG files (W3C PNG, third edition) to pixels on black. Pillow decodes; what it gets wrong is here.

Pillow is handed the chunks that make pixels and no others: texts, profiles and animations cost it time and memory, and
nothing of them is shown.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

from PIL import Image, ImageChops, PngImagePlugin

from .bounds import UnfitPictureError, check_pieces, check_size

MAGIC = b"\x89PNG\r\n\x1a\n"

_GRAY, _RGB, _PALETTE = 0, 2, 3  # colour types; the others have an alpha channel


class _Header(NamedTuple):
    width: int
    height: int
    depth: int
    colour_type: int


class _Chunks(NamedTuple):
    header: _Header
    palette: bytes
    transparency: bytes
    file: bytes  # a PNG of the chunks that make pixels


def decode(data: bytes) -> Image.Image:
    """The pixels of a PNG file, in RGB, transparent ones on black; of 16 bits the upper 8 are shown.

    Raises:
        UnfitPictureError: it is not drawn, for the reason in the message.
        Exception: whatever Pillow raises for a broken file.
    """
    chunks = _read_chunks(data)
    check_size(chunks.header.width, chunks.header.height)
    if chunks.header.colour_type == _PALETTE and not chunks.palette:
        raise UnfitPictureError("of palette colours has no palette: save it anew")
    image: Image.Image = _load(chunks.file)
    if chunks.transparency and chunks.header.colour_type in (_GRAY, _RGB):
        image, alpha = _pixels(image), _alpha_by_colour(image, chunks)
        return Image.composite(image, Image.new("RGB", image.size), alpha)
    if not image.has_transparency_data:
        return _pixels(image)
    opaque = Image.new("RGBA", image.size, (0, 0, 0, 255))
    opaque.alpha_composite(image.convert("RGBA"))
    return opaque.convert("RGB")


def _pixels(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        image = image.convert("I").point([level >> 8 for level in range(1 << 16)], "L")  # convert("L") would clip
    return image.convert("RGB")


def _load(file: bytes, raw_mode: str | None = None) -> Image.Image:
    image = PngImagePlugin.PngImageFile(io.BytesIO(file))
    if raw_mode:
        image.tile = [tile._replace(args=raw_mode) for tile in image.tile]
    image.load()
    return image


def _alpha_by_colour(image: Image.Image, chunks: _Chunks) -> Image.Image:
    """0 where a pixel has the one colour that tRNS makes transparent, 255 elsewhere.

    Pillow is wrong here: it compares the number with pixels that it has expanded to 8 bits, or with their upper byte.
    """
    depth, samples = chunks.header.depth, len(image.getbands())
    if len(chunks.transparency) != 2 * samples:
        raise UnfitPictureError(_BROKEN)
    wanted = [
        int.from_bytes(chunks.transparency[2 * i : 2 * i + 2]) & (1 << depth) - 1  # the other bits mean nothing
        for i in range(samples)
    ]
    if depth < 8:
        return _differs(image.convert("L").split(), [wanted[0] * 255 // ((1 << depth) - 1)])
    if depth == 8:
        return _differs(image.split(), wanted)
    if samples == 1:
        levels = [255] * (1 << 16)
        levels[wanted[0]] = 0
        return image.convert("I").point(levels, "L")
    lower = _load(chunks.file, "RGB;16L")  # read as little-endian, the lower byte is the one that is kept
    return _differs([*image.split(), *lower.split()], [w >> 8 for w in wanted] + [w & 0xFF for w in wanted])


def _differs(bands: Sequence[Image.Image], wanted: Sequence[int]) -> Image.Image:
    differences = [
        band.point([0 if level == value else 255 for level in range(256)])
        for band, value in zip(bands, wanted, strict=True)
    ]
    return reduce(ImageChops.lighter, differences)


def _read_chunks(data: bytes) -> _Chunks:
    kept: dict[bytes, list[bytes]] = {b"IHDR": [], b"PLTE": [], b"tRNS": [], b"IDAT": []}
    position, pieces = len(MAGIC), 0
    while position < len(data):
        check_pieces(pieces := pieces + 1)
        length, name = int.from_bytes(data[position : position + 4]), data[position + 4 : position + 8]
        if kept[b"IDAT"] and name != b"IDAT":
            break  # image data is in one stretch, and nothing behind it makes pixels
        if name in kept:
            end = position + 8 + length
            if zlib.crc32(data[position + 4 : end]) != int.from_bytes(data[end : end + 4]) or end + 4 > len(data):
                raise UnfitPictureError(_BROKEN)
            kept[name].append(data[position + 8 : end])
        position += length + 12
    if len(kept[b"IHDR"]) != 1 or len(kept[b"IHDR"][0]) != 13 or not kept[b"IDAT"]:
        raise UnfitPictureError(_BROKEN)
    header = kept[b"IHDR"][0]
    palette, transparency = b"".join(kept[b"PLTE"]), b"".join(kept[b"tRNS"])
    chunks = [(b"IHDR", header), (b"IDAT", b"".join(kept[b"IDAT"])), (b"IEND", b"")]
    if header[9] == _PALETTE:
        chunks[1:1] = [(b"PLTE", palette), *([(b"tRNS", transparency)] if transparency else [])]
    return _Chunks(
        _Header(int.from_bytes(header[:4]), int.from_bytes(header[4:8]), header[8], header[9]),
        palette,
        transparency,
        MAGIC + b"".join(_chunk(name, content) for name, content in chunks),
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4)


_BROKEN = "is broken: is the file complete?"
