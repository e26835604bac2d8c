"""Text set in lines: where it breaks, where tabs stop, what is invisible, what is written from right to left."""

import logging
from collections.abc import Iterator

import pytest
from PIL import features

from dl7450._screen import lines
from dl7450._screen.constants import Alignment
from dl7450._screen.lines import Piece, set_lines
from dl7450._screen.markup import parse
from dl7450._screen.render import render
from dl7450._screen.state import ScreenState, TextBox

needs_raqm = pytest.mark.skipif(not features.check("raqm"), reason="this build of Pillow lacks Raqm")


def set_text(markup: str) -> list[list[str]]:
    """What is drawn of each piece, from left to right, line by line."""
    return [["".join(chunk.text for chunk in piece.chunks) for piece in line] for line in set_lines(parse(markup))]


def width(line: list[Piece]) -> float:
    return sum(piece.width for piece in line)


def drawn(markup: str) -> bytes:
    return render(ScreenState(boxes=(TextBox(960, 100, Alignment.MIDDLE, parse(markup)),))).tobytes()


@pytest.mark.parametrize("break_", ["\n", "\r\n", "&#13;", "\N{LINE SEPARATOR}", "\N{PARAGRAPH SEPARATOR}"])
def test_a_line_breaks_where_pango_breaks_it(break_: str) -> None:
    assert set_text(f"one{break_}<b>two{break_}{break_}three</b>") == [["one"], ["", "two"], [""], ["three"]]


@pytest.mark.parametrize("character", ["\x85", "\N{NO-BREAK SPACE}"])
def test_no_other_character_breaks_a_line(character: str) -> None:
    assert len(set_lines(parse(f"one{character}two"))) == 1


SPACE = width(set_lines(parse(" "))[0])


@pytest.mark.parametrize(
    ("before", "stop"),
    [
        ("a\t", 1),
        ("<b>a</b>\t", 1),
        ("a<b>\t</b>", 1),
        ("a\t<i>b</i>\t", 2),
        ("\t\t", 2),
        ("a" * 10 + "\t", 3),
        ("א\t", 1),
    ],
)
def test_tabs_stop_every_eight_spaces_whatever_tags_are_between(before: str, stop: int) -> None:
    space = width(set_lines(parse("<b> </b>"))[0]) if before.startswith("<b>") else SPACE  # of the first font
    assert width(set_lines(parse(before))[0]) == stop * 8 * space


def test_a_tab_is_at_least_a_space_wide() -> None:
    spaces = " " * 7 + "\t"
    assert width(set_lines(parse(spaces))[0]) == 8 * SPACE
    assert width(set_lines(parse(" " + spaces))[0]) == 16 * SPACE


def test_a_tab_is_underlined_as_the_text_beside_it_is() -> None:
    one = TextBox(100, 100, Alignment.LEFT, parse("<u>\t</u>"))
    box = render(ScreenState(boxes=(one,))).getbbox()
    assert box is not None
    left, top, right, bottom = box
    assert (left, right, bottom - top) == (100, 100 + 8 * SPACE, 2)


@pytest.mark.parametrize("invisible", ["\u00ad", "\u200b", "\u200e", "\u202b", "\u202e", "\u2066", "\u2069", "\ufeff"])
def test_soft_hyphens_and_what_controls_direction_are_invisible(invisible: str) -> None:
    assert set_text(f"soft{invisible}ly") == [["softly"]]
    assert drawn(f"soft{invisible}ly") == drawn("softly")


def test_an_accent_by_itself_is_drawn_as_the_letter_that_has_it() -> None:
    assert set_text("e\u0301 n\u0303 \u0438\u0306") == [["\u00e9 \u00f1 \u0439"]]
    assert drawn("cafe\u0301") == drawn("caf\u00e9")


@needs_raqm
def test_an_accent_that_no_letter_has_stands_above_its_letter() -> None:
    plain, accented = (set_lines(parse(text))[0] for text in ("x", "x\u0301"))
    assert abs(width(accented) - width(plain)) < 1
    assert drawn("x\u0301") != drawn("x")


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("שלום", [["םולש"]]),
        ("שלום (abc) 123", [["123", " (", "abc", ") םולש"]]),
        ("abc (שלום) def", [["abc (", "םולש", ") def"]]),
        ("<b>שלום</b> עולם", [["םלוע ", "םולש"]]),
        ("x <b>אב</b> <i>גד</i> y", [["x ", "דג", " ", "בא", " y"]]),
        ("אב\nabc", [["בא"], ["abc"]]),
    ],
)
def test_hebrew_runs_from_right_to_left_and_needs_nothing(
    markup: str, expected: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "_has_raqm", lambda: False)
    assert set_text(markup) == expected


@pytest.fixture
def without_raqm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("PIL.features.check", lambda _: False)
    lines._has_raqm.cache_clear()
    yield
    lines._has_raqm.cache_clear()


@pytest.mark.usefixtures("without_raqm")
def test_without_raqm_accents_lie_beside_their_letters_and_that_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    assert [set_text("x\u0301") for _ in range(3)] == [[["x\u0301"]]] * 3
    assert [(record.name, record.levelno) for record in caplog.records] == [("dl7450.splashscreen", logging.WARNING)]
    assert "accents that stand alone are drawn beside their letters" in caplog.text
    assert "Raqm" in caplog.text


@pytest.mark.usefixtures("without_raqm")
def test_without_raqm_nothing_is_said_of_text_that_does_not_need_it(caplog: pytest.LogCaptureFixture) -> None:
    set_text("Hello, cafe\u0301, Привет\ufe0f")
    assert caplog.records == []
