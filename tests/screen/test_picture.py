"""Pictures from an app: what is accepted, what is refused and why, and how it fills the screen."""

import hashlib
import io
import traceback
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dl7450._screen import picture
from dl7450._screen.constants import ImageType
from dl7450._screen.picture import fill_screen, read
from dl7450._screen.state import Background
from tests.screen._png_forms import chunk, header, png

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
            r"no picture, but \d+ bytes that start as a GIF picture does: give the bytes of a PNG, BMP or JPEG",
        ),
    ],
)
def test_another_type_than_the_app_says_is_refused(image_format: str, image_type: ImageType, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(encoded(plain(), image_format), image_type)


@pytest.mark.parametrize(
    ("data", "look"),
    [
        (b"", "an empty file"),
        (b"<!DOCTYPE html><title>404</title>", "HTML or XML"),
        (b' \n{"token": "s3cret"}', "JSON"),
        (b"s3cret", "text"),
        (b"RIFFxxxxWEBP", "a WebP picture"),
        (b"\x00s3cret", "some other kind of file"),
    ],
)
def test_bytes_that_are_no_picture_are_refused_by_what_they_look_like(data: bytes, look: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the whole message is compared below
        read(data, ImageType.PNG)
    assert str(caught.value) == (
        f"no picture, but {len(data)} bytes that start as {look} does: give the bytes of a PNG, BMP or JPEG file; "
        "what was downloaded may be an error page, as its status code would tell"
    )


@pytest.mark.parametrize("magic", [b"\x89PNG\r\n\x1a\n", b"BM", b"\xff\xd8\xff"])
def test_a_message_never_quotes_bytes_of_a_picture(magic: bytes) -> None:
    data = magic + b"s3cr" * 40
    with pytest.raises(ValueError, match="picture") as caught:
        read(data, ImageType.NONE)
    assert "s3cr" not in "".join(traceback.format_exception(caught.value))


def test_a_transparent_colour_cut_short_is_an_error() -> None:
    data = png(header(1, 1, colour_type=2), chunk(b"tRNS", b"\0\0\0"), chunk(b"IDAT", zlib.compress(bytes(4))))
    with pytest.raises(ValueError, match=r"a PNG picture of .* bytes is broken: is the file complete"):
        read(data, ImageType.PNG)


@pytest.mark.parametrize("image_format", ["PNG", "BMP", "JPEG"])
def test_a_picture_cut_short_is_refused(image_format: str) -> None:
    data = encoded(Image.effect_noise((64, 64), 50).convert("RGB"), image_format)
    with pytest.raises(ValueError, match=rf"a {image_format} picture of .* bytes is broken: is the file complete"):
        read(data[: len(data) * 2 // 3], ImageType.NONE)


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
    assert fill_screen(background).size == (1920, 1080)


def test_the_same_bytes_are_decoded_once() -> None:
    data = encoded(plain((7, 7)), "PNG")
    assert read(data, ImageType.PNG) is read(bytearray(data), ImageType.NONE)


def kept() -> list[bytes]:
    return [drawn.background.data for drawn in picture._recent]


def test_of_recent_pictures_so_many_are_kept_as_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = 3 * 1920 * 1080
    files = [encoded(plain((10, 10 + height)), "BMP") for height in range(3)]
    monkeypatch.setattr("dl7450._screen.picture.KEPT_BYTES", 2 * screen + len(files[1]) + len(files[2]))
    monkeypatch.setattr("dl7450._screen.picture._recent", [])
    for data in (files[1], files[0], files[1], files[2]):
        read(data, ImageType.BMP)
    assert kept() == files[1:], "the one that was not shown for the longest time went"
    monkeypatch.setattr("dl7450._screen.picture.KEPT_BYTES", screen)
    large = encoded(plain((100, 100)), "BMP")
    assert read(large, ImageType.BMP) is read(large, ImageType.BMP)
    assert kept() == [large]


def test_a_carousel_of_two_dozen_pictures_draws_each_of_them_once(monkeypatch: pytest.MonkeyPatch) -> None:
    decode, drawn = picture._decode, list[bytes]()

    def recorded(data: bytes) -> tuple[str, Image.Image]:
        drawn.append(data)
        return decode(data)

    monkeypatch.setattr("dl7450._screen.picture._recent", [])
    monkeypatch.setattr("dl7450._screen.picture._decode", recorded)
    files = [encoded(plain((8, 8), (level, 0, 0)), "PNG") for level in range(23)]
    for _ in range(3):
        for data in files:
            fill_screen(read(data, ImageType.PNG))
    assert drawn == files


def test_what_is_accepted_is_drawn_already_and_not_decoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    background = read(encoded(plain((9, 9)), "PNG"), ImageType.PNG)
    monkeypatch.setattr("dl7450._screen.picture._decode", lambda _: pytest.fail("decoded again"))
    assert fill_screen(background).getpixel((960, 540)) == RED


def test_a_palette_picture_without_a_palette_is_refused_before_it_is_shown() -> None:
    data = png(header(1, 1, colour_type=3), chunk(b"IDAT", zlib.compress(b"\0\0")))
    with pytest.raises(ValueError, match="a PNG picture of 67 bytes of palette colours has no palette: save it anew"):
        read(data, ImageType.PNG)


def filled(image: Image.Image, image_format: str = "PNG") -> Image.Image:
    return fill_screen(read(encoded(image, image_format), ImageType.NONE))


def test_a_picture_that_was_forgotten_is_drawn_again_from_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    background = read(encoded(plain((64, 36), (1, 2, 3)), "PNG"), ImageType.PNG)
    before = fill_screen(background)
    monkeypatch.setattr("dl7450._screen.picture._recent", [])
    again = fill_screen(background)
    assert again is not before
    assert again.tobytes() == before.tobytes()
    assert fill_screen(background) is again


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


def test_threads_that_show_pictures_at_once_each_get_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dl7450._screen.picture._recent", [])
    monkeypatch.setattr("dl7450._screen.picture.KEPT_BYTES", 3 * 3 * 1920 * 1080)
    colours = [(level, 0, 200) for level in range(6)]
    files = {colour: encoded(plain((4, 4), colour), "PNG") for colour in colours}

    def shown(colour: tuple[int, int, int]) -> object:
        return fill_screen(read(files[colour], ImageType.PNG)).getpixel((960, 540))

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(shown, colours * 5)) == colours * 5
    assert len(kept()) <= 3
