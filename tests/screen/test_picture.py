"""Pictures from an app: what is accepted, what is refused and why, and how it fills the screen."""

import hashlib
import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dl7450._screen import picture
from dl7450._screen.constants import ImageType
from dl7450._screen.picture import fill_screen, read
from dl7450._screen.state import Background

RED, BLUE, BLACK = (255, 0, 0), (0, 0, 255), (0, 0, 0)


def encoded(image: Image.Image, image_format: str) -> bytes:
    file = io.BytesIO()
    image.save(file, image_format)
    return file.getvalue()


def plain(size: tuple[int, int] = (64, 36), colour: tuple[int, int, int] = RED) -> Image.Image:
    return Image.new("RGB", size, colour)


@pytest.mark.parametrize(
    ("image_format", "image_type"),
    [
        ("PNG", ImageType.PNG),
        ("PNG", ImageType.NONE),
        ("BMP", ImageType.BMP),
        ("BMP", ImageType.NONE),
        ("JPEG", ImageType.PNG),
        ("JPEG", ImageType.NONE),
    ],
)
def test_a_picture_is_what_its_bytes_are(image_format: str, image_type: ImageType) -> None:
    data = encoded(plain(), image_format)
    digest = hashlib.sha256(data).hexdigest()
    assert read(bytearray(data), image_type) == Background(digest, image_format, (64, 36), data)


@pytest.mark.parametrize(
    ("image_format", "image_type", "message"),
    [
        ("BMP", ImageType.PNG, r"these bytes are a BMP picture, not PNG: pass image_type=image\.BMP"),
        ("PNG", ImageType.BMP, r"these bytes are a PNG picture, not BMP: pass image_type=image\.PNG"),
        ("JPEG", ImageType.BMP, r"these bytes are a JPEG picture, not BMP: leave image_type out"),
        (
            "GIF",
            ImageType.NONE,
            r"no picture, but \d+ bytes that start with b'GIF87a.*give the bytes of a PNG, BMP or JPEG",
        ),
    ],
)
def test_another_type_than_the_app_says_is_refused(image_format: str, image_type: ImageType, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(encoded(plain(), image_format), image_type)


@pytest.mark.parametrize("data", [b"", b"<!DOCTYPE html><title>404</title>"])
def test_bytes_that_are_no_picture_are_refused(data: bytes) -> None:
    with pytest.raises(
        ValueError, match=rf"no picture, but {len(data)} bytes that start with .* its status code would tell"
    ):
        read(data, ImageType.PNG)


@pytest.mark.parametrize("image_format", ["PNG", "BMP", "JPEG"])
def test_a_picture_cut_short_is_refused(image_format: str) -> None:
    data = encoded(Image.effect_noise((64, 64), 50).convert("RGB"), image_format)
    with pytest.raises(ValueError, match=r"broken picture of .* bytes .*: is the file complete"):
        read(data[: len(data) * 2 // 3], ImageType.NONE)


def test_a_decompression_bomb_is_refused_by_its_header_alone() -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 50_000, 40_000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(ValueError, match="50000 x 40000 pixels is larger than 33,177,600: scale it down"):
        read(data, ImageType.PNG)


SOUND = [encoded(Image.effect_noise((32, 18), 50).convert("RGB"), f) for f in ("PNG", "BMP", "JPEG")]


@settings(deadline=None)
@given(st.sampled_from(SOUND), st.integers(0, 4000), st.binary(max_size=8), st.integers(0, 4000))
def test_whatever_bytes_come_it_is_a_picture_or_a_value_error(data: bytes, start: int, junk: bytes, end: int) -> None:
    damaged = data[:start] + junk + data[len(data) - end % len(data) :]
    try:
        background = read(damaged, ImageType.NONE)
    except ValueError:
        return
    assert background.data == damaged


def test_the_same_bytes_are_decoded_once() -> None:
    data = encoded(plain((7, 7)), "PNG")
    assert read(data, ImageType.PNG) is read(bytearray(data), ImageType.NONE)


def test_of_recent_pictures_so_many_are_kept_as_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [encoded(plain((10, 10 + height)), "BMP") for height in range(3)]
    monkeypatch.setattr("dl7450._screen.picture.KEPT_BYTES", len(files[1]) + len(files[2]))
    monkeypatch.setattr("dl7450._screen.picture._recent", [])
    for data in files:
        read(data, ImageType.BMP)
    assert [known.data for known in picture._recent] == files[1:]
    large = encoded(plain((100, 100)), "BMP")
    assert read(large, ImageType.BMP) is read(large, ImageType.BMP)
    assert [known.data for known in picture._recent] == [large]


def filled(image: Image.Image, image_format: str = "PNG") -> Image.Image:
    return fill_screen(read(encoded(image, image_format), ImageType.NONE))


def test_a_picture_is_scaled_once_while_it_is_one_of_the_newest() -> None:
    first = plain((64, 36), (1, 2, 3))
    scaled = filled(first)
    assert filled(first) is scaled
    for level in range(picture._KEPT_SCALED):
        filled(plain((8, 8), (4, 5, level)))
    assert filled(first) is not scaled


def test_a_picture_of_the_screens_size_is_shown_pixel_for_pixel() -> None:
    image = Image.effect_noise((1920, 1080), 50).convert("RGB")
    assert filled(image).tobytes() == image.tobytes()


@pytest.mark.parametrize(
    ("size", "area"),
    [
        ((64, 36), (0, 0, 1920, 1080)),
        ((3840, 2160), (0, 0, 1920, 1080)),
        ((1000, 1000), (420, 0, 1500, 1080)),
        ((400, 100), (0, 300, 1920, 780)),
        ((20_000, 1), (0, 539, 1920, 540)),
    ],
)
def test_a_picture_is_scaled_to_fit_in_the_middle_of_a_black_screen(
    size: tuple[int, int], area: tuple[int, int, int, int]
) -> None:
    screen = filled(plain(size))
    assert (screen.size, screen.mode, screen.getbbox()) == ((1920, 1080), "RGB", area)
    assert sorted(colour for _, colour in screen.crop(area).getcolors() or []) == [RED]


@pytest.mark.parametrize(
    ("image", "image_format", "colour"),
    [
        (Image.new("RGBA", (64, 36), (255, 0, 0, 0)), "PNG", BLACK),
        (Image.new("RGBA", (64, 36), (255, 255, 255, 51)), "PNG", (51, 51, 51)),
        (Image.new("LA", (64, 36), (255, 51)), "PNG", (51, 51, 51)),
        (plain().quantize(2), "PNG", RED),
        (Image.new("1", (64, 36), 1), "PNG", (255, 255, 255)),
        (Image.new("L", (64, 36), 77), "BMP", (77, 77, 77)),
        (Image.new("I;16", (64, 36), 0x8000), "PNG", (128, 128, 128)),
        (Image.new("CMYK", (64, 36), (255, 255, 0, 0)), "JPEG", BLUE),
    ],
)
def test_every_kind_of_pixel_is_shown_on_black(
    image: Image.Image, image_format: str, colour: tuple[int, int, int]
) -> None:
    pixel = filled(image, image_format).getpixel((960, 540))
    assert isinstance(pixel, tuple)
    assert max(abs(a - b) for a, b in zip(pixel, colour, strict=True)) <= 1
