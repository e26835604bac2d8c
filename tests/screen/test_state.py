"""The screen model: what is shown, in which order, and when it counts as changed."""

from dl7450._screen.constants import Alignment
from dl7450._screen.markup import parse
from dl7450._screen.state import Background, Screen, ScreenState, TextBox


def box(text: str, x: int = 960, y: int = 540) -> TextBox:
    return TextBox(x, y, Alignment.MIDDLE, parse(text))


def picture(digest: str) -> Background:
    return Background(digest, "PNG", (1920, 1080), b"the bytes of " + digest.encode())


def test_a_new_screen_shows_nothing() -> None:
    screen = Screen()
    assert screen.shown() == ScreenState(background=None, boxes=())
    assert screen.version == 0


def test_what_is_shown_is_the_background_and_the_boxes_in_the_order_they_came() -> None:
    screen = Screen()
    screen.add_text_box(box("first", y=300))
    screen.set_background(picture("sunrise"))
    screen.add_text_box(box("<b>second</b>", y=100))
    assert screen.shown() == ScreenState(picture("sunrise"), (box("first", y=300), box("<b>second</b>", y=100)))
    assert screen.shown().texts() == ("first", "second")
    assert screen.version == 3


def test_a_box_at_the_same_position_is_replaced_where_it_stands() -> None:
    screen = Screen()
    for text, y in (("lower", 1), ("upper", 2), ("new", 1)):
        screen.add_text_box(box(text, y=y))
    assert screen.shown().texts() == ("new", "upper")


def test_boxes_are_removed_by_position_and_removing_nothing_is_no_error() -> None:
    screen = Screen()
    screen.add_text_box(box("stays", x=1))
    screen.add_text_box(box("goes", x=2))
    screen.remove_text_box(2, 540)
    screen.remove_text_box(2, 540)
    assert screen.shown().texts() == ("stays",)
    assert screen.version == 3


def test_an_empty_text_takes_the_box_away() -> None:
    screen = Screen()
    screen.add_text_box(box("Loading..."))
    screen.add_text_box(box("<b></b>\n"))
    assert screen.shown() == ScreenState()


def test_showing_the_same_again_is_no_change() -> None:
    screen = Screen()
    for _ in range(3):
        screen.set_background(picture("sunrise"))
        screen.add_text_box(box("12:00"))
        screen.remove_text_box(7, 7)
    assert screen.version == 2


def test_the_background_can_be_taken_away() -> None:
    screen = Screen()
    screen.set_background(picture("sunrise"))
    screen.set_background(None)
    assert screen.shown() == ScreenState()
    assert screen.version == 2


def test_a_state_stays_as_it_was_when_the_screen_goes_on() -> None:
    screen = Screen()
    screen.add_text_box(box("before"))
    before = screen.shown()
    screen.add_text_box(box("after"))
    assert before.texts() == ("before",)
