"""The bidirectional algorithm: the levels are those that FriBidi gives, through Pango 1.50."""

import pytest

from dl7450._screen.bidi import levels, reversed_text, visual_order


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("שלום (abc) 123", "11111122211222"),
        ("abc (שלום) def", "00000111100000"),
        ("abc שלום, עולם! def", "0000111111111100000"),
        ("שלום 12:30, 45%", "111112222211222"),
        ("٣٤ + 12 مرحبا 12", "2211122111111122"),
        ("abc 1-2 אב 1-2", "00000000111222"),
        ("א[b(ג]d)", "11211121"),
        ("a\t\u05d0\u05d1\t\u05d2 ", "0011010"),
        ("\u05d0\u05d1 \u200eabc\u200f!", "111222211"),
        ("$5 אב $5-", "221111221"),
        ("\u05d0\u05d1\u05b0 (1)", "1111121"),
    ],
)
def test_every_character_has_the_level_that_fribidi_gives_it(text: str, expected: str) -> None:
    assert "".join(map(str, levels(text))) == expected


def test_explicit_formatting_changes_nothing() -> None:
    assert levels("\u202e\u2066abc\u202c\u2069 אב") == [0] * 8 + [1, 1]


@pytest.mark.parametrize("text", ["", "abc", "ünïcode 1-2", "漢字 12:30"])
def test_text_without_letters_from_right_to_left_is_left_alone(text: str) -> None:
    assert levels(text) == [0] * len(text)


@pytest.mark.parametrize(
    ("piece_levels", "order"),
    [
        ([], []),
        ([0, 0], [0, 1]),
        ([1, 1, 1], [2, 1, 0]),
        ([0, 1, 1, 0], [0, 2, 1, 3]),
        ([1, 2, 2, 1], [3, 1, 2, 0]),
        ([0, 1, 2, 1, 0, 2], [0, 3, 2, 1, 4, 5]),
    ],
)
def test_pieces_are_ordered_by_their_levels(piece_levels: list[int], order: list[int]) -> None:
    assert visual_order(piece_levels) == order


def test_brackets_of_reversed_text_are_mirrored() -> None:
    assert reversed_text("(אב] «") == "» [בא)"
