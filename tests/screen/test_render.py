"""Drawing: where text lies, what styles do to it, and that frames stay the same."""

from pathlib import Path

import pytest
from PIL import Image

from dl7450._screen import layout
from dl7450._screen.constants import Alignment
from dl7450._screen.frames import difference
from dl7450._screen.markup import parse
from dl7450._screen.render import render
from dl7450._screen.state import ScreenState, TextBox
from dl7450.testing import picture

GOLDEN = Path(__file__).with_name("golden")


def state(*boxes: TextBox) -> ScreenState:
    return ScreenState(boxes=boxes)


def box(markup: str, x: int = 960, y: int = 100, alignment: Alignment = Alignment.MIDDLE) -> TextBox:
    return TextBox(x, y, alignment, parse(markup))


def area(markup: str, x: int = 960, y: int = 100, alignment: Alignment = Alignment.MIDDLE) -> tuple[int, int, int, int]:
    """Where something is drawn: left, top, right, bottom."""
    drawn = render(state(box(markup, x, y, alignment))).getbbox()
    assert drawn is not None
    return drawn


def colours(markup: str) -> set[tuple[int, ...]]:
    """The colours of the pixels that are drawn in full."""
    counted = render(state(box(markup))).getcolors(1 << 20)
    assert counted is not None
    return {colour for _, colour in counted if isinstance(colour, tuple) and set(colour) <= {0, 255}}


BLACK, WHITE, RED, LIME = (0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0)


def test_a_screen_that_shows_nothing_is_black() -> None:
    frame = render(ScreenState())
    assert (frame.mode, frame.size, frame.getbbox()) == ("RGB", (1920, 1080), None)


def test_text_is_white() -> None:
    assert colours("HI") == {BLACK, WHITE}


def test_text_lies_over_the_picture_and_the_picture_survives_it() -> None:
    blue = ScreenState(picture("#0000ff", (192, 108)))
    before = render(blue)
    with_text = render(ScreenState(blue.background, (box("<span color='red'>HI</span>"),)))
    assert before.getcolors() == [(1920 * 1080, (0, 0, 255))]
    assert with_text.getpixel((5, 5)) == (0, 0, 255)
    assert RED in {colour for _, colour in with_text.getcolors(1 << 20) or []}
    assert render(blue).tobytes() == before.tobytes()


@pytest.mark.parametrize("text", ["Wide line of text\nHI", "HI"])
def test_alignment_is_relative_to_x_for_every_line(text: str) -> None:
    left, *_ = area(text, 500, alignment=Alignment.LEFT)
    assert 500 <= left <= 504
    _, _, right, _ = area(text, 500, alignment=Alignment.RIGHT)
    assert 496 <= right <= 500
    left, _, right, _ = area(text, 500, alignment=Alignment.MIDDLE)
    assert abs(left + right - 2 * 500) <= 4


def test_y_is_the_top_of_the_first_line_and_lines_follow_below() -> None:
    _, top, _, bottom = area("H", y=300)
    assert (top, bottom) == (318, 352)
    _, top_of_two, _, bottom_of_two = area("H\nH", y=300)
    assert (top_of_two, bottom_of_two) == (top, bottom + 67)
    assert area("H\n\nH", y=300)[3] == bottom + 2 * 67


def test_the_message_area_is_the_centre_of_the_screen() -> None:
    frame = render(state(TextBox(960, 540, Alignment.MIDDLE, parse("HOH\nHOH\nHOH"), centred=True)))
    left, top, right, bottom = frame.getbbox() or (0, 0, 0, 0)
    assert abs(left + right - 1920) <= 4
    assert abs(top + bottom - 1080) <= 4


def test_size_is_the_height_of_the_letters() -> None:
    def height(markup: str) -> int:
        _, top, _, bottom = area(markup)
        return bottom - top

    assert height("H") == 34  # 48 pixels, of which a capital letter takes 0.714
    assert height("<span size='200%'>H</span>") == 69
    assert height("<span size='72pt'>H</span>") == 69
    assert height("<span size='xx-small'>H</span>") == 20


def test_small_letters_stand_on_the_baseline_of_large_ones() -> None:
    _, _, _, bottom = area("<span size='xx-large'>H</span>")
    assert area("<span size='xx-large'>H</span><small>H</small>")[3] == bottom
    # The large letter alone in black: what is left to see is the small one.
    assert area("<span size='xx-large' color='black'>H</span><small>H</small>")[3] == bottom


def test_subscript_is_lower_and_superscript_higher() -> None:
    _, top, _, bottom = area("H")
    assert area("H<sub>H</sub>")[3] > bottom
    assert area("<sup>H</sup><span color='black'>H</span>")[1] < top


STYLES = ["<b>", "<i>", "<u>", "<s>", "<tt>", "<b><i>", "<tt><b>", "<tt><i>", "<tt><b><i>", "<big>", "<small>", "<sub>"]


def test_no_two_styles_look_the_same() -> None:
    def closed(tags: str) -> str:
        return tags + "Hamburg" + "".join(f"</{tag}" for tag in reversed(tags.split("<")[1:]))

    frames = [render(state(box(markup))).tobytes() for markup in ("Hamburg", *map(closed, STYLES))]
    assert len(set(frames)) == len(STYLES) + 1


@pytest.mark.parametrize(("one", "other"), [("Arial", "Sans"), ("Courier New", "Monospace"), ("Consolas", "Mono")])
def test_an_unknown_family_is_drawn_in_the_nearest(one: str, other: str) -> None:
    frames = [render(state(box(f"<span face='{family}'>Hamburg</span>"))) for family in (one, other)]
    assert frames[0].tobytes() == frames[1].tobytes()


def test_colours_are_those_of_the_markup() -> None:
    assert colours("<span foreground='red' background='lime'>HI</span>") == {BLACK, RED, LIME}


def test_a_background_has_no_gap_between_words_and_lines() -> None:
    markup = "<span bgcolor='red' color='red'>two words\nnext line</span>"
    _, top, _, bottom = area(markup)
    assert (top, bottom) == (100, 100 + 2 * 67)
    column = render(state(box(markup))).crop((960, top, 961, bottom))
    assert column.getcolors() == [(2 * 67, RED)]


def test_a_later_box_lies_on_top() -> None:
    under = box("<span background='red' foreground='red'>wide enough</span>")
    over = box("<span background='lime' foreground='lime'>wide enough</span>", y=101)
    assert render(state(under, over)).getpixel((960, 120)) == LIME
    assert render(state(over, under)).getpixel((960, 120)) == RED


@pytest.mark.parametrize("missing", ["漢", "\U0010fffd", "\x07"])
def test_a_character_that_the_font_lacks_shows_as_a_box(missing: str) -> None:
    left, _, right, _ = area(missing)
    assert right - left > 10


@pytest.mark.parametrize(
    ("text", "x", "y"),
    [
        ("left of the screen", -30_000, 0),
        ("right of the screen", 30_000, 0),
        ("above the screen\nby far", 960, -3_000),
        ("below the screen", 960, 1_080),
    ],
)
def test_what_is_off_the_screen_is_not_drawn(text: str, x: int, y: int) -> None:
    assert render(state(box(f"<span background='red'>{text}</span>", x, y))).getbbox() is None


def test_a_very_long_line_is_drawn_where_it_crosses_the_screen() -> None:
    left, top, right, bottom = area("<u>" + "H" * 100_000 + "</u>")
    assert (left, right) == (0, 1920)
    assert bottom - top < 67


def test_a_letter_larger_than_the_screen_is_cut_off() -> None:
    left, top, right, bottom = area("<span size='1620pt'>H</span>", y=0)
    assert (left + right) // 2 in range(955, 966)
    assert (top > 400, bottom) == (True, 1080)


def test_a_letter_too_small_to_have_a_width_is_drawn_as_nothing() -> None:
    assert render(state(box("<span size='1' background='red' underline='single'>\u200b</span>"))).getbbox() is None


def test_the_same_state_is_the_same_frame() -> None:
    shown = state(box("<b>Welcome</b> to <span size='x-large' color='orange'>the dock</span>"))
    assert render(shown).tobytes() == render(shown).tobytes()


# The facts below were measured on the vendor's own picture of the start screen.
BANNER = '<span size="large"><b>Welcome to the Office</b></span>'
LINES = "Connect your notebook\nto the dock."
START_SCREEN = state(box(BANNER, y=80), box(LINES, y=300))


def test_a_start_screen_looks_as_on_the_dock() -> None:
    """To accept a change, see `test_styles_look_as_they_did`."""
    with Image.open(GOLDEN / "start_screen.png") as expected:
        assert difference(expected, render(START_SCREEN)) is None


def test_letters_stand_where_they_stand_on_the_dock() -> None:
    one, two = layout.lay_out(box(LINES, y=300))
    assert (one.baseline, two.baseline) == (300 + 52, 300 + 52 + 67)
    assert [line.baseline for line in layout.lay_out(box("<span size='large'>H</span>", y=80))] == [80 + 61]
    assert area("<span size='large'>H</span>", y=80)[3] == 80 + 61
    assert area("H\n" * 16, y=0)[3] == 52 + 15 * 67 < 1080 < 16 * 67 + 15  # sixteen lines fill the screen


@pytest.mark.parametrize(
    ("markup", "width"),
    [
        ("Connect your notebook", 530),
        ("to the dock.", 265),
        (BANNER, 600),
        ('<span size="large">Welcome to the Office</span>', 600),
    ],
)
def test_text_is_as_wide_as_on_the_dock_and_bold_is_not_wider(markup: str, width: int) -> None:
    (line,) = layout.lay_out(box(markup))
    assert sum(piece.width for piece in line.pieces) == width
    assert line.left == 960 - width / 2
    left, _, right, _ = area(markup)
    assert abs((left + right) / 2 - 960) <= 2


def test_bold_letters_are_regular_ones_whose_outlines_are_larger_by_a_24th() -> None:
    plain = area("<span size='720pt'>H</span>", y=0)
    bold = area("<span size='720pt'><b>H</b></span>", y=0)
    assert [after - before for before, after in zip(plain, bold, strict=True)] == [-20, -20, 20, 20]  # of 960 pixels


def test_styles_look_as_they_did() -> None:
    """To accept a change, look at the new frame, then `save_png(render(EVERYTHING), GOLDEN / "styles.png")`."""
    with Image.open(GOLDEN / "styles.png") as expected:
        assert difference(expected, render(EVERYTHING)) is None


SIZES = ["xx-small", "x-small", "small", "medium", "large", "x-large", "xx-large"]

EVERYTHING = state(
    box("<span size='large'><b>Welcome to the dock's splash screen</b></span>", y=30),
    box("12:34:56 (GMT)\n31/12/2026", 1890, 30, Alignment.RIGHT),
    box("left aligned\nat x = 30, <i>two lines</i>", 30, 30, Alignment.LEFT),
    box("<b>bold</b> <i>italic</i> <b><i>both</i></b> <u>underline gyp</u> <s>strike</s>", y=105),
    box("<tt>mono <b>bold</b> <i>italic</i> <b><i>both</i></b></tt>", y=165),
    box("H<sub>2</sub>O  E = mc<sup>2</sup>  <big>big <big>bigger</big></big> <small>small</small>", y=220),
    box(" ".join(f"<span size='{size}'>{size}</span>" for size in SIZES), y=285),
    TextBox(
        960,
        540,
        Alignment.MIDDLE,
        parse('<span size="large">Info: <b>Company Anniversary</b>\nToday @ 10:00am</span>\n\nafter an empty line'),
        centred=True,
    ),
    box(
        "<span foreground='red'>red <span background='yellow'>on yellow <b>bold <span color='#00f' size='150%'>"
        "blue 150%</span></b></span> red</span> <span bgcolor='#333' fgcolor='lime'>lime</span> &amp; &lt;tag&gt;",
        y=715,
    ),
    box("Ελληνικά Русский Žluťoučký Türkçe ½ € “quotes” → ☂ ☀ ♥ ℃ ✓ 漢", y=815),
    box("<span font_desc='Monospace Bold Italic 40'>40pt</span> <span size='20480'>20480</span> tab\there", y=885),
)
