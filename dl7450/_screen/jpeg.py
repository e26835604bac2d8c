"""JPEG files (ISO 10918-1) to pixels. Pillow decodes; here they are measured before.

Pillow is handed the tables and the scans, no texts, profiles or previews: nothing of them is shown, and they cost it
time. A rotation noted in EXIF is not applied, a colour profile neither.
"""

from __future__ import annotations

import io
import re

from PIL import Image, JpegImagePlugin

from .bounds import UnfitPictureError, check_pieces, check_scans, check_size

MAGIC = b"\xff\xd8\xff"

# Between segments, and in the data of a scan, the next marker is where libjpeg looks for it: behind FF, but not what
# stands for the byte FF (00), fills (FF) or restarts (D0 to D7).
_NEXT_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TABLES = {0xC4, 0xCC, 0xDB, 0xDD}  # Huffman, arithmetic, quantization; the restart interval
_COLOUR_SPACE = {0xE0, 0xEE}  # JFIF, Adobe
_MAX_TABLES = 1 << 20  # bytes; encoders write a few hundred


def decode(data: bytes) -> Image.Image:
    """The pixels of a JPEG file, in RGB.

    Raises:
        UnfitPictureError: it is not drawn, for the reason in the message.
        Exception: whatever Pillow raises for a broken file.
    """
    return JpegImagePlugin.JpegImageFile(io.BytesIO(_measured(data))).convert("RGB")


def _measured(data: bytes) -> bytes:
    """The file without what makes no pixels, once its size and its scans are within bounds."""
    tables = [data[:2]]
    size: tuple[int, int] | None = None
    scans = pieces = first_scan = 0
    position = 2
    while match := _NEXT_MARKER.search(data, position):
        check_pieces(pieces := pieces + 1)
        marker, start, position = data[match.start() + 1], match.start(), match.end()
        if marker == _EOI:
            break
        if marker < min(_FRAMES) or marker == _SOI:  # has no length
            continue
        length = int.from_bytes(data[position : position + 2])
        if marker in _FRAMES:
            if size is not None:
                raise UnfitPictureError("has two sizes: save it anew")
            height, width = (int.from_bytes(data[i : i + 2]) for i in (position + 3, position + 5))
            check_size(width, height)
            size = width, height
        elif marker == _SOS and size is not None:
            scans += 1
            first_scan = first_scan or start
            check_scans(scans, *size)
        position += length
        if not scans and marker in _FRAMES | _TABLES | _COLOUR_SPACE:
            tables.append(data[start:position])
    if not scans or sum(map(len, tables)) > _MAX_TABLES:
        raise UnfitPictureError("is broken: is the file complete?")
    return b"".join([*tables, data[first_scan:position]])
