"""What a hostile picture may cost: refused by what its file says of itself, before a pixel is decoded."""

import io
import struct
import sys
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from dl7450._screen import bmp, bounds, jpeg, png
from dl7450._screen.bounds import UnfitPictureError
from tests.screen import _bmp_forms
from tests.screen._png_forms import Form, chunk, header, make


@pytest.fixture
def decodes_no_pixel(monkeypatch: pytest.MonkeyPatch) -> None:
    def decoded(*_: object, **__: object) -> None:
        raise AssertionError("pixels were decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)
    monkeypatch.setattr("PIL.Image.frombytes", decoded)


def png_of(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + header(width, height) + chunk(b"IDAT", zlib.compress(b""))


def bmp_of(width: int, height: int) -> bytes:
    return _bmp_forms.file(_bmp_forms.Form("", 24), b"", width, height)


def jpeg_of(width: int, height: int) -> bytes:
    frame = struct.pack(">BBHBHHB3B", 0xFF, 0xC0, 11, 8, height, width, 1, 1, 0x11, 0)
    return b"\xff\xd8" + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\xff\xd9"


@pytest.mark.usefixtures("decodes_no_pixel")
@pytest.mark.parametrize(
    ("decode", "file"), [(png.decode, png_of), (bmp.decode, bmp_of), (jpeg.decode, jpeg_of)], ids=["PNG", "BMP", "JPEG"]
)
@pytest.mark.parametrize(
    ("width", "height", "reason"),
    [
        (
            50_000,
            40_000,
            "of 50000 x 40000 pixels is larger than 33,177,600: scale it down, the screen has 1920 x 1080",
        ),
        (1, 32_768, "of 1 x 32768 pixels has a side longer than 32,767: scale it down, the screen has 1920 x 1080"),
        (32_768, 1, "of 32768 x 1 pixels has a side longer than 32,767: scale it down, the screen has 1920 x 1080"),
        (0, 5, "of 0 x 5 pixels has nothing to show: is the file complete?"),
    ],
)
def test_the_size_of_a_picture_is_bounded_by_its_header_alone(
    decode: Callable[[bytes], Image.Image], file: Callable[[int, int], bytes], width: int, height: int, reason: str
) -> None:
    with pytest.raises(UnfitPictureError) as caught:
        decode(file(width, height))
    assert str(caught.value) == reason


def photo(mode: str = "RGB", **how: Any) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((64, 48), 50).convert(mode).save(file, "JPEG", **how)
    return file.getvalue()


def with_scans(data: bytes, more: int) -> bytes:
    """A progressive JPEG that goes over its pixels more often: the last scan, so many times again."""
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * more + data[-2:]


def scans(data: bytes) -> int:
    return data.count(b"\xff\xda")


@pytest.mark.usefixtures("decodes_no_pixel")
def test_a_progressive_jpeg_has_64_scans_at_most() -> None:
    data = photo(progressive=True)
    hostile = with_scans(data, 65 - scans(data))
    with pytest.raises(UnfitPictureError) as caught:
        jpeg.decode(hostile)
    assert str(caught.value) == ("of 64 x 48 pixels in 65 scans takes too long to decode: save it as a baseline JPEG")


@pytest.mark.usefixtures("decodes_no_pixel")
def test_a_large_progressive_jpeg_has_fewer_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    data = photo(progressive=True)
    monkeypatch.setattr(bounds, "MAX_SCANNED_PIXELS", scans(data) * 64 * 48 - 1)
    with pytest.raises(UnfitPictureError, match=r"64 x 48 pixels in \d+ scans takes too long to decode"):
        jpeg.decode(data)


def test_scans_after_the_end_of_a_jpeg_do_not_count() -> None:
    data = photo(progressive=True)
    assert jpeg.decode(data + data * 10).tobytes() == jpeg.decode(data).tobytes()


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize(
    "how", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"comment": b"x\xff\xda", "exif": b"Exif\0\0MM\0*"}]
)
def test_a_jpeg_without_its_texts_has_the_same_pixels(mode: str, how: dict[str, Any]) -> None:
    data = photo(mode, **how)
    assert jpeg.decode(data).tobytes() == Image.open(io.BytesIO(data)).convert("RGB").tobytes()


@pytest.mark.usefixtures("decodes_no_pixel")
@pytest.mark.parametrize(
    ("decode", "data"),
    [
        (png.decode, b"\x89PNG\r\n\x1a\n" + header(1, 1) + chunk(b"tEXt", b"") * 65_536),
        (jpeg.decode, b"\xff\xd8" + b"\xff\xfe\x00\x02" * 65_537),
    ],
    ids=["PNG", "JPEG"],
)
def test_a_file_has_65536_parts_at_most(decode: Callable[[bytes], Image.Image], data: bytes) -> None:
    with pytest.raises(UnfitPictureError, match="of more than 65,536 parts takes too long to read: save it anew"):
        decode(data)


@pytest.mark.usefixtures("decodes_no_pixel")
def test_the_tables_of_a_jpeg_have_a_megabyte_at_most() -> None:
    table = b"\xff\xdb\xff\xff" + bytes(65_533)
    data = photo()
    with pytest.raises(UnfitPictureError, match="is broken"):
        jpeg.decode(data[:2] + table * 17 + data[2:])


def test_compressed_texts_and_animations_of_a_png_are_not_unpacked() -> None:
    data, pixels = make(Form(2, 8))
    bomb = chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(10_000_000)))
    profile = chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(10_000_000)))
    animation = chunk(b"acTL", struct.pack(">II", 2, 0))
    full = data[:33] + animation + profile + bomb * 10 + data[33:-12] + chunk(b"fdAT", b"\0\0\0\1junk") + data[-12:]
    assert png.decode(full).tobytes() == bytes(level for pixel in pixels for level in pixel)


def test_the_image_data_of_a_png_may_come_in_pieces_of_one_byte() -> None:
    form = Form(2, 8, pieces=1)
    data, pixels = make(form)
    assert data.count(b"IDAT") > 300
    assert png.decode(data).tobytes() == bytes(level for pixel in pixels for level in pixel)


RLE8 = _bmp_forms.Form("RLE8", 8, (_bmp_forms.RED, _bmp_forms.WHITE), run_lengths=True)


def test_run_lengths_that_go_nowhere_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bmp, "MAX_RUNS", 1000)
    data = _bmp_forms.file(RLE8, b"\0\2\0\0" * 1000 + b"\0\1")
    with pytest.raises(UnfitPictureError, match="of more than 1,000 runs takes too long to decode"):
        bmp.decode(data)


@pytest.mark.parametrize("bits", [4, 8])
def test_a_run_takes_the_same_work_whatever_its_length(bits: int) -> None:
    form = _bmp_forms.Form(f"RLE{bits}", bits, _bmp_forms.colours(16), run_lengths=True)

    def calls(pixels: int) -> int:
        """How many functions are called to decode a hundred runs of so many pixels."""
        count = 0

        def called(*_: object) -> None:
            nonlocal count
            count += 1

        size = pixels * bits // 8
        data = _bmp_forms.file(form, (bytes([0, pixels]) + bytes(size + size % 2)) * 100 + b"\0\1", 25_200, 1)
        sys.setprofile(called)
        try:
            bmp.decode(data)
        finally:
            sys.setprofile(None)
        return count

    assert calls(252) == calls(4)


def test_run_lengths_jump_are_cut_off_at_the_edge_and_may_end_without_a_mark() -> None:
    runs = b"\x02\x01" + b"\0\x02\x01\x01" + b"\xff\x01" + b"\0\0" + b"\x04\x01"  # at (0, 0), (3, 1), and (0, 2)
    image = bmp.decode(_bmp_forms.file(RLE8, runs, width=4, height=3))
    red, white = _bmp_forms.RED, _bmp_forms.WHITE
    rows = [[white] * 4, [red] * 3 + [white], [white] * 2 + [red] * 2]  # the last one is stored first
    assert image.tobytes() == bytes(level for row in rows for pixel in row for level in pixel)


@pytest.mark.parametrize(
    "runs", [b"", b"\x02", b"\x02\x01", b"\0\x07\x01\x01", b"\0\x02\x01"], ids=["none", "half", "few", "short", "jump"]
)
def test_run_lengths_cut_short_are_an_error(runs: bytes) -> None:
    with pytest.raises((UnfitPictureError, IndexError)):
        bmp.decode(_bmp_forms.file(RLE8, runs, width=4, height=3))


@pytest.mark.parametrize(
    "form",
    [
        _bmp_forms.Form("ten bits for each colour", 32, masks=(0x3FF, 0xFFC00, 0x3FF00000)),
        _bmp_forms.Form("a mask of nothing", 16, masks=(0xF800, 0, 0x1F)),
        _bmp_forms.Form("a mask beyond the pixel", 16, masks=(0xFF0000, 0xFF00, 0xFF)),
        _bmp_forms.Form("three bits", 3, _bmp_forms.colours(8)),
        _bmp_forms.Form("an unknown header", 24, header=44),
    ],
    ids=str,
)
def test_a_bmp_that_is_not_drawn_is_refused_with_a_fix(form: _bmp_forms.Form) -> None:
    data = _bmp_forms.file(form, bytes(4 * _bmp_forms.WIDTH * _bmp_forms.HEIGHT))
    with pytest.raises(
        UnfitPictureError, match="a layout that is not drawn here: save it with 24 bits a pixel, or as PNG"
    ):
        bmp.decode(data)
