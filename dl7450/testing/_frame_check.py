"""Compares a frame with the picture of it that is kept beside a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from .._screen.frames import difference, save_png

__tracebackhide__ = True  # pytest: the failure is in the test, not here


def check_frame(frame: Image.Image, expected: Path, artifacts: Callable[[], Path], update: bool) -> None:
    """Compare a frame with a PNG file.

    Parameters:
        frame: what the monitors show.
        expected: the file.
        artifacts: a folder for the frame and the difference; made when it is needed.
        update: write the file, if it is missing or differs.

    Raises:
        AssertionError: it is missing or differs; the message names the files to look at.
    """
    differs = _difference(expected, frame) if expected.exists() else None
    if update:
        if differs is not None or not expected.exists():
            expected.parent.mkdir(parents=True, exist_ok=True)
            save_png(frame, expected)
        return
    actual = artifacts() / f"{expected.stem}.actual.png"
    if not expected.exists():
        save_png(frame, actual)
        raise AssertionError(
            f"there is no frame {expected} yet\n  actual:     {actual}\n  if it is right, run pytest --dl7450-update"
        )
    if differs is not None:
        save_png(frame, actual)
        differing = actual.with_name(f"{expected.stem}.difference.png")
        save_png(differs, differing)
        raise AssertionError(
            f"the frame is not {expected.name}\n  expected:   {expected}\n  actual:     {actual}\n"
            f"  difference: {differing}\n  if it is right, run pytest --dl7450-update"
        )


def _difference(expected: Path, frame: Image.Image) -> Image.Image | None:
    with Image.open(expected) as picture:
        return difference(picture, frame)
