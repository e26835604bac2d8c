"""Frames on disk: kept, compared, and shown together."""

from pathlib import Path

import pytest
from PIL import Image

from dl7450._screen.frames import contact_sheet, difference, save_png

SIZE = (1920, 1080)


def test_a_frame_is_kept_as_it_is(tmp_path: Path) -> None:
    frame = Image.effect_noise(SIZE, 50).convert("RGB")
    save_png(frame, tmp_path / "frame.png")
    with Image.open(tmp_path / "frame.png") as kept:
        assert (kept.format, kept.mode, kept.tobytes()) == ("PNG", "RGB", frame.tobytes())


def test_frames_that_differ_by_rounding_look_alike() -> None:
    assert difference(Image.new("RGB", SIZE, (100, 100, 100)), Image.new("RGB", SIZE, (116, 84, 100))) is None


def test_a_pixel_that_differs_is_red_on_the_dimmed_frame() -> None:
    expected = Image.new("RGB", SIZE, (90, 90, 90))
    actual = expected.copy()
    actual.putpixel((5, 7), (90, 90, 107))
    picture = difference(expected, actual)
    assert picture is not None
    assert picture.getpixel((5, 7)) == (255, 0, 0)
    assert picture.getpixel((6, 7)) == (30, 30, 30)
    assert difference(expected, actual, tolerance=17) is None


def test_frames_of_different_sizes_differ_everywhere() -> None:
    picture = difference(Image.new("RGB", (10, 10)), Image.new("RGB", (4, 4)))
    assert picture is not None
    assert (picture.size, picture.getcolors()) == ((4, 4), [(16, (255, 0, 0))])


def test_a_contact_sheet_shows_every_frame_with_its_name(tmp_path: Path) -> None:
    colours = [(200, 0, 0), (0, 200, 0), (0, 0, 200)]
    paths = [tmp_path / f"frame-{n}.png" for n in range(3)]
    for path, colour in zip(paths, colours, strict=True):
        save_png(Image.new("RGB", SIZE, colour), path)
    sheet = contact_sheet(paths, columns=2)
    assert sheet.size == (2 * (480 + 16) + 16, 2 * (270 + 28 + 16) + 16)
    assert [sheet.getpixel((x, y)) for x, y in ((256, 151), (752, 151), (256, 465))] == colours
    captions = [sheet.crop((x, y, x + 480, y + 28)).convert("L").getextrema() for x, y in ((16, 286), (512, 600))]
    assert captions == [(32, 255), (32, 32)]


def test_a_contact_sheet_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        contact_sheet([])
