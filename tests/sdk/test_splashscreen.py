"""The SDK's `splashscreen` module: what it takes, what it refuses, and that a refusal changes nothing."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from dl7450 import image
from dl7450._dock import current
from dl7450._screen.markup import parse
from dl7450._screen.state import Background, Screen, ScreenState, TextBox
from dl7450.splashscreen import Alignment, Splashscreen
from dl7450.testing import picture


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    screen = Screen()
    monkeypatch.setattr(current, "current_dock", lambda: SimpleNamespace(screen=screen))
    return screen


PNG, BMP, JPEG = (picture("red", (64, 36), name).data for name in ("PNG", "BMP", "JPEG"))


def test_lines_are_aligned_in_three_ways() -> None:
    assert [alignment.name for alignment in Alignment] == ["LEFT", "RIGHT", "MIDDLE"]


def test_every_instance_controls_the_one_screen(screen: Screen) -> None:
    Splashscreen().add_text_box("by one", {"x": 1, "y": 1})
    Splashscreen().remove_text_box(1, 1)
    Splashscreen().add_text_box("by another")
    assert screen.shown().texts() == ("by another",)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, lambda data: memoryview(b"i" + data)[1:]])
def test_a_background_is_any_bytes_like_object(screen: Screen, kind: Callable[[bytes], Any]) -> None:
    Splashscreen().set_background(kind(PNG))
    background = screen.shown().background
    assert background is not None
    assert (background.format, background.size, background.data) == ("PNG", (64, 36), PNG)


def test_a_buffer_that_changes_later_does_not_change_the_screen(screen: Screen) -> None:
    buffer = bytearray(PNG + b"\0")
    Splashscreen().set_background(buffer)
    buffer[:] = bytes(len(buffer))
    background = screen.shown().background
    assert background is not None
    assert background.data == PNG + b"\0"


@pytest.mark.parametrize(("data", "token_type"), [(PNG, image.PNG), (BMP, image.BMP), (JPEG, image.NONE)])
def test_a_token_knows_its_own_type(screen: Screen, data: bytes, token_type: Any) -> None:
    Splashscreen().set_background(image.ImageToken._make(data, token_type))
    background = screen.shown().background
    assert background is not None
    assert background.data == data


def test_no_bytes_of_no_type_are_no_background(screen: Screen) -> None:
    Splashscreen().set_background(BMP, image.BMP)
    Splashscreen().set_background(b"", image.NONE)
    assert screen.shown() == ScreenState()


def test_text_without_attributes_is_the_message_area(screen: Screen) -> None:
    Splashscreen().add_text_box("Hello")
    message = TextBox(960, 540, Alignment.MIDDLE, parse("Hello"), centred=True)
    assert screen.shown() == ScreenState(boxes=(message,))
    Splashscreen().add_text_box("")
    assert screen.shown() == ScreenState()


def test_attributes_say_where_and_how_text_lies(screen: Screen) -> None:
    layout = {"x": 1890, "y": 30, "alignment": Alignment.RIGHT}
    Splashscreen().add_text_box("12:00", layout)
    Splashscreen().add_text_box("only y", {"y": 80})
    Splashscreen().add_text_box("only x", {"x": 80, "alignment": Alignment.LEFT})
    assert screen.shown().boxes == (
        TextBox(1890, 30, Alignment.RIGHT, parse("12:00")),
        TextBox(960, 80, Alignment.MIDDLE, parse("only y")),
        TextBox(80, 540, Alignment.LEFT, parse("only x"), centred=True),
    )
    assert layout == {"x": 1890, "y": 30, "alignment": Alignment.RIGHT}


def test_a_list_is_one_text_of_many_lines_and_tags_may_span_them(screen: Screen) -> None:
    Splashscreen().add_text_box(['<span size="large">Info: <b>Anniversary</b>', "Today</span>", "", "at 10"])
    assert screen.shown().texts() == ("Info: Anniversary\nToday\n\nat 10",)
    Splashscreen().add_text_box([])
    assert screen.shown().texts() == ()


def attempt(method: str, *args: Any) -> Callable[[], None]:
    return lambda: getattr(Splashscreen(), method)(*args)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (attempt("set_background", None), TypeError, r"must be bytes.* not NoneType: .*response\.body\(\)"),
        (attempt("set_background", "file.png"), TypeError, "not str"),
        (attempt("set_background", PNG, 17), TypeError, r"image_type must be image\.PNG.* not int"),
        (attempt("set_background", b""), ValueError, "no picture, but 0 bytes"),
        (attempt("set_background", b"<html>"), ValueError, "no picture, but 6 bytes"),
        (attempt("set_background", PNG[:-30]), ValueError, "a PNG picture of .* is broken"),
        (attempt("set_background", BMP), ValueError, r"BMP picture, not PNG: pass image_type=image\.BMP"),
        (attempt("set_background", image.ImageToken._make(b"?", image.PNG)), ValueError, "no picture"),
        (attempt("add_text_box", "Tom & Jerry"), ValueError, "line 1, column 5.*write &amp;"),
        (attempt("add_text_box", ["<b>fine</b>", "<i>not</b>"]), ValueError, "line 2, column 1"),
        (attempt("add_text_box", b"bytes"), TypeError, "text must be a str or a list of str, not bytes"),
        (attempt("add_text_box", ["one", 2]), TypeError, "a list of str, not int"),
        (attempt("add_text_box", ("one", "two")), TypeError, "a list of str, not tuple"),
        (attempt("add_text_box", "x", [1, 2]), TypeError, "attributes must be a dict .* not list"),
        (
            attempt("add_text_box", "x", {"x": 1, "aligment": 2}),
            ValueError,
            "unknown attribute 'aligment': .* x, y and",
        ),
        (attempt("add_text_box", "x", {"x": 960.0}), TypeError, r"x must be an int, in pixels, not float: use int\(\)"),
        (attempt("add_text_box", "x", {"y": True}), TypeError, "y must be an int, in pixels, not bool"),
        (attempt("add_text_box", "x", {"y": 10**9}), ValueError, "y is 1,000,000,000, far off a screen of 1920 x 1080"),
        (attempt("add_text_box", "x", {"alignment": "left"}), ValueError, r"alignment 'left': use Alignment\.LEFT"),
        (attempt("add_text_box", "x", {"alignment": 3}), ValueError, "unknown alignment 3"),
        (attempt("remove_text_box", "1", 2), TypeError, "x must be an int, in pixels, not str"),
    ],
)
def test_what_is_refused_leaves_the_screen_as_it_was(
    screen: Screen, call: Callable[[], None], error: type[Exception], message: str
) -> None:
    Splashscreen().set_background(PNG)
    Splashscreen().add_text_box("as it was", {"x": 1, "y": 2})
    before, version = screen.shown(), screen.version
    with pytest.raises(error, match=message):
        call()
    assert screen.shown() is before
    assert screen.version == version


def test_a_carousel_decodes_every_picture_once(screen: Screen) -> None:
    pictures = [bytearray(PNG + bytes(n)) for n in range(12)]
    remembered: list[Background] = []
    for _ in range(100):
        for data in pictures:
            Splashscreen().set_background(data)
            background = screen.shown().background
            assert background is not None
            remembered.append(background)
    assert screen.version == 1200
    assert len({id(background) for background in remembered}) == 12
