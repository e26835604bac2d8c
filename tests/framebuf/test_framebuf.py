"""Drawing, beside a real MicroPython: the same bytes, the same results, the same exceptions."""

import json
from array import array
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from dl7450 import framebuf
from dl7450._dock.loader import load_app
from tests import _micropython
from tests.framebuf._programs import FORMATS, SCRIPT, make

here: dict[str, Any] = {}


def run_here(programs: list[Any], folder: Path) -> list[Any]:
    app = folder / "app.py"
    told = "from tests.framebuf.test_framebuf import here\nprograms = here['programs']\n"
    app.write_text(f"{told}{SCRIPT}\nhere['results'] = results")
    here["programs"] = programs
    load_app(app)()
    results: list[Any] = json.loads(json.dumps(here["results"]))  # tuples become lists, as they do there
    return results


def run_micropython(programs: list[Any], folder: Path) -> list[Any]:
    begin = f"import json, sys\nprograms = json.load(sys.stdin)\n{SCRIPT}"
    results: list[Any] = json.loads(
        _micropython.run(f"{begin}\nprint(json.dumps(results))", folder, json.dumps(programs))
    )
    return results


@_micropython.needs_micropython
@pytest.mark.parametrize("format", FORMATS)
def test_random_programs_draw_the_bytes_that_micropython_draws(format: str, tmp_path: Path) -> None:
    random = Random(f"programs for {format}")
    programs = [make(random, format) for _ in range(100)]
    expected = run_micropython(programs, tmp_path)
    for number, (ours, theirs) in enumerate(zip(run_here(programs, tmp_path), expected, strict=True)):
        assert ours == theirs, f"program {number}: {programs[number]['calls']}"


def drawn(picture: framebuf.FrameBuffer, width: int, height: int) -> list[str]:
    return ["".join(".#"[bool(picture.pixel(x, y))] for x in range(width)).rstrip(".") for y in range(height)]


def test_shapes_and_letters_look_as_they_should() -> None:
    picture = framebuf.FrameBuffer(bytearray(24), 24, 8, framebuf.MONO_VLSB)
    picture.text("A", 0, 0)
    picture.ellipse(12, 4, 3, 2, 1)
    picture.poly(16, 1, array("h", [0, 0, 6, 0, 3, 5]), 1, True)
    assert drawn(picture, 24, 8) == [
        "...##",
        "..####..........#######",
        ".##..##....###...#####",
        ".######..##...##.#####",
        ".##..##..#.....#..###",
        ".##..##..##...##..###",
        ".##..##....###.....#",
        "",
    ]


def test_a_picture_is_drawn_in_the_colours_of_its_palette_but_for_the_key() -> None:
    source = framebuf.FrameBuffer(bytearray([0, 1, 2]), 3, 1, framebuf.GS8)
    colours = bytearray(6)
    palette = framebuf.FrameBuffer(colours, 3, 1, framebuf.RGB565)
    for place, colour in enumerate([0xF800, 0x07E0, 0x001F]):
        palette.pixel(place, 0, colour)
    buffer = bytearray(b"\xaa" * 6)
    framebuf.FrameBuffer(buffer, 3, 1, framebuf.RGB565).blit(source, 0, 0, 0x07E0, palette)
    assert buffer == b"\x00\xf8\xaa\xaa\x1f\x00"


FRAME = framebuf.FrameBuffer(bytearray(8), 8, 1, framebuf.GS8)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (
            lambda: framebuf.FrameBuffer(bytearray(7), 8, 8, 0),
            ValueError("the buffer has 7 bytes, and 8 x 8 pixels need 8"),
        ),
        (
            lambda: framebuf.FrameBuffer(b"12345678", 8, 8, 0),  # type: ignore[arg-type]
            TypeError("a frame buffer is drawn into, and bytes cannot be written: use a bytearray"),
        ),
        (
            lambda: framebuf.FrameBuffer(bytearray(8), 8, 8, 7),
            ValueError("there is no format 7: use a constant of framebuf, such as framebuf.MONO_VLSB"),
        ),
        (
            lambda: framebuf.FrameBuffer(bytearray(8), 8, 8, 0, 7),
            ValueError("a stride of 7 pixels is shorter than a row of 8"),
        ),
        (
            lambda: framebuf.FrameBuffer(bytearray(8), 0, 8, 0),
            ValueError("a frame buffer has sides of 1 to 65535 pixels, not 0 x 8"),
        ),
        (
            lambda: FRAME.hline(0, 0, 7 / 2, 1),  # type: ignore[arg-type]
            TypeError("coordinates and colours are ints, not float: use int() or //"),
        ),
        (lambda: FRAME.fill(1 << 63), OverflowError(f"{1 << 63} has more than 64 bits")),
        (
            lambda: FRAME.poly(0, 0, [1, 2, 3, 4], 1),
            TypeError("list is not a buffer: use a bytearray, bytes or an array"),
        ),
        (lambda: FRAME.text(5, 0, 0), TypeError("text must be a str, not int: convert it to str first")),  # type: ignore[arg-type]
        (
            lambda: FRAME.blit((b"\x05", 1, 1, 6), 0, 0, -1, (b"12", 2, 1, 6)),
            ValueError("a pixel has colour 5, and the palette has 2 colours"),
        ),
        (
            lambda: FRAME.blit((b"\x05", 1, 1), 0, 0),
            ValueError("a picture is (buffer, width, height, format) or that and a stride, not 3 items"),
        ),
        (
            lambda: FRAME.blit(b"s3cret", 0, 0),  # type: ignore[arg-type]
            TypeError("a picture is a FrameBuffer, or a tuple (buffer, width, height, format), not bytes"),
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(call: Callable[[], object], error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        call()
    assert str(caught.value) == str(error)


def test_a_long_line_is_drawn_where_it_crosses_the_picture() -> None:
    picture = framebuf.FrameBuffer(bytearray(64), 8, 8, framebuf.GS8)
    picture.line(-(10**12), -(10**12), 10**12, 10**12, 1)
    assert drawn(picture, 8, 8) == ["." * place + "#" for place in range(8)]
