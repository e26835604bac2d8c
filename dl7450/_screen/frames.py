"""Frames as pictures on disk: keeping them, comparing them, and many of them at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont

# Levels of 255 by which a channel may differ. Text comes out the same from Pillow 11.3 to 13.0 (measured); this
# leaves room for another JPEG decoder and for rounding at the edges of letters.
TOLERANCE = 16


def save_png(frame: Image.Image, path: Path) -> None:
    """Write a frame as PNG, fast rather than small: a carousel makes one every few seconds.

    Raises:
        OSError: the file cannot be written.
    """
    frame.save(path, format="PNG", compress_level=1)


def difference(expected: Image.Image, actual: Image.Image, tolerance: int = TOLERANCE) -> Image.Image | None:
    """Compare two frames.

    Parameters:
        expected: a frame.
        actual: another one.
        tolerance: levels of 255 by which a channel may differ.

    Returns:
        None if they look alike; else `actual` in dim grey, with every pixel that differs in red. Frames of different
        sizes differ as a whole.
    """
    actual = actual.convert("RGB")
    if expected.size != actual.size:
        mask = Image.new("L", actual.size, 255)
    else:
        channels = ImageChops.difference(expected.convert("RGB"), actual).split()
        largest = ImageChops.lighter(ImageChops.lighter(channels[0], channels[1]), channels[2])
        mask = largest.point(lambda level: 255 if level > tolerance else 0)
        if mask.getbbox() is None:
            return None
    picture = actual.convert("L").point(lambda level: level / 3).convert("RGB")
    picture.paste((255, 0, 0), mask=mask)
    return picture


def contact_sheet(frames: Sequence[Path], columns: int = 4) -> Image.Image:
    """Thumbnails of PNG files with their names below, in reading order.

    Parameters:
        frames: the files; at least one.
        columns: thumbnails in a row.

    Raises:
        ValueError: there are no frames.
        OSError: a file cannot be read.
    """
    if not frames:
        raise ValueError("a contact sheet needs at least one frame")
    width, height, gap, caption = 480, 270, 16, 28
    columns = min(columns, len(frames))
    rows = -(-len(frames) // columns)
    cell = (width + gap, height + caption + gap)
    sheet = Image.new("RGB", (columns * cell[0] + gap, rows * cell[1] + gap), (32, 32, 32))
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(18)
    for index, path in enumerate(frames):
        x, y = gap + index % columns * cell[0], gap + index // columns * cell[1]
        with Image.open(path) as frame:
            sheet.paste(frame.convert("RGB").resize((width, height), Image.Resampling.LANCZOS), (x, y))
        draw.text((x + width / 2, y + height + caption / 2), path.stem, font=font, fill="white", anchor="mm")
    return sheet
