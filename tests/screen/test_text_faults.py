"""Text that leaves the screen or lies over other text, and what only looks like it."""

import pytest

from dl7450._screen.constants import Alignment
from dl7450._screen.markup import parse
from dl7450._screen.state import ScreenState, TextBox
from dl7450._screen.text_faults import TOLD, TextFaults
from dl7450.testing import picture


def box(markup: str, x: int = 960, y: int = 300, alignment: Alignment = Alignment.MIDDLE) -> TextBox:
    return TextBox(x, y, alignment, parse(markup))


def faults(*frames: tuple[TextBox, ...]) -> list[str]:
    """What is told of these frames, one after the other."""
    looking = TextFaults()
    return [fault for boxes in frames for fault in looking.look(ScreenState(boxes=boxes))]


@pytest.mark.parametrize(
    ("out", "told"),
    [
        (box("HHHH", x=1900), "the text 'HHHH' at (1900, 300) leaves the screen at the right"),
        (box("HHHH", x=0, y=1050), "the text 'HHHH' at (0, 1050) leaves the screen at the left and the bottom"),
        (box("H\nH", y=1000), "the text 'H\\nH' at (960, 1000) leaves the screen at the bottom"),
        (box("H", y=-30), "the text 'H' at (960, -30) leaves the screen at the top"),
        (box("H" * 60), f"the text '{'H' * 37}...' at (960, 300) leaves the screen at the left and the right"),
    ],
)
def test_text_that_leaves_the_screen_is_told(out: TextBox, told: str) -> None:
    assert faults((out,)) == [told]


@pytest.mark.parametrize(
    "fine",
    [
        box("HHHH"),
        box("H", y=1080 - 67),
        box("H", y=-18),
        box("jH", x=0, alignment=Alignment.LEFT),
        box("far off", x=-3000),
        box("below", y=1080),
        box("<span background='red'> </span>" + " " * 400),
        TextBox(960, 540, Alignment.MIDDLE, parse("message area"), centred=True),
    ],
)
def test_text_on_the_screen_and_text_that_is_hidden_off_it_are_no_faults(fine: TextBox) -> None:
    assert faults((fine,)) == []


def test_text_over_text_is_told() -> None:
    assert faults((box("first line\nsecond line"), box("another", y=360))) == [
        "the text 'another' at (960, 360) lies over the text 'first line\\nsecond line' at (960, 300)"
    ]


def test_text_over_anything_else_is_no_fault() -> None:
    looking = TextFaults()
    bar = box("<span background='red'>" + " " * 20 + "</span>", y=301)
    shadow = box("<span color='black'>Title</span>", x=962, y=102), box("Title", y=100)
    close = box("gyp", y=500), box("gyp HIH", y=546)  # lower than a line apart: tight, and readable
    beside = box("left", x=950, y=700, alignment=Alignment.RIGHT), box("right", x=952, y=700, alignment=Alignment.LEFT)
    off_screen = box("one", x=-3000, y=900), box("two", x=-3000, y=901)
    boxes = (bar, box("on a bar"), *shadow, *close, *beside, *off_screen)
    assert looking.look(ScreenState(picture("white"), boxes)) == []


def test_a_fault_is_told_once_whatever_changes() -> None:
    clock = [(box(f"12:34:{second:02}", x=1900),) for second in range(10)]
    assert len(faults(*clock)) == 1
    appearing = [(box("wide", x=1900),), (), (box("wide", x=1900),), (box("wide", x=1905),)]
    assert len(faults(*appearing)) == 1
    under = box("title")
    assert len(faults((under, box("10", y=310)), (under, box("11", y=310)), (under,), (under, box("12", y=310)))) == 1


def test_a_ticker_may_come_in_over_the_edge_and_go_out_again() -> None:
    width = 500
    ticker = [(box("news " * 5, x=x, alignment=Alignment.LEFT),) for x in range(1920, -width, -50)]
    assert faults(*ticker) == []


def test_what_is_told_has_an_end() -> None:
    looking = TextFaults()
    frames = (ScreenState(boxes=(box(f"{number}", x=1920, y=number),)) for number in range(2 * TOLD))
    assert sum(len(looking.look(frame)) for frame in frames) == TOLD
