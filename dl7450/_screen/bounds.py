"""How large a picture may be, and how much work decoding it may take. Pure.

A file says what it costs before it is decoded: its header has the size, its segments tell how often each pixel is gone
over. A megabyte of hostile picture would otherwise take minutes and gigabytes.
"""

from __future__ import annotations

from .constants import HEIGHT, WIDTH

MAX_PIXELS = 7680 * 4320  # 8K, sixteen times the screen. More is a mistake, or meant to fill the memory
MAX_SIDE = 32_767  # Pillow keeps every row by itself: one pixel wide and 33 million high takes gigabytes
MAX_PIECES = 65_536  # chunks of a PNG, segments of a JPEG: Pillow takes microseconds for each, whatever its size
MAX_SCANS = 64  # of a JPEG. Encoders make 10 or so
MAX_SCANNED_PIXELS = 12 * MAX_PIXELS  # pixels times scans
MAX_RUNS = 4_000_000  # of a run-length encoded BMP, which is decoded in Python: two for each pixel of the screen


class UnfitPictureError(ValueError):
    """Why a picture is refused, in words that follow "a PNG picture"; never with bytes of the picture."""


def check_size(width: int, height: int) -> None:
    """Refuse a picture by the size in its header.

    Raises:
        UnfitPictureError: it has no pixels, or too many, or is too long.
    """
    if width <= 0 or height <= 0:
        raise UnfitPictureError(f"of {width} x {height} pixels has nothing to show: is the file complete?")
    if width * height > MAX_PIXELS:
        raise UnfitPictureError(f"of {width} x {height} pixels is larger than {MAX_PIXELS:,}: {_SCALE_DOWN}")
    if max(width, height) > MAX_SIDE:
        raise UnfitPictureError(f"of {width} x {height} pixels has a side longer than {MAX_SIDE:,}: {_SCALE_DOWN}")


def check_pieces(pieces: int) -> None:
    """Refuse a file of too many chunks or segments; called while they are counted."""
    if pieces > MAX_PIECES:
        raise UnfitPictureError(f"of more than {MAX_PIECES:,} parts takes too long to read: save it anew")


def check_scans(scans: int, width: int, height: int) -> None:
    """Refuse a progressive picture that goes over its pixels too often."""
    if scans > MAX_SCANS or scans * width * height > MAX_SCANNED_PIXELS:
        raise UnfitPictureError(
            f"of {width} x {height} pixels in {scans} scans takes too long to decode: save it as a baseline JPEG"
        )


_SCALE_DOWN = f"scale it down, the screen has {WIDTH} x {HEIGHT}"
