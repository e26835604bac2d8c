"""Figures and foreign text as they are written in the terminal."""

import pytest

from dl7450_telemetry._format import count, duration, printable


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.00 ms"),
        (0.000_084, "0.08 ms"),
        (0.009_994, "9.99 ms"),
        (0.009_996, "10.0 ms"),
        (0.099_96, "100 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.00 s"),
        (9.996, "10.0 s"),
        (59.96, "1m 00s"),
        (3599.6, "1h 00m"),
        (90_061, "25h 01m"),
    ],
)
def test_a_duration_never_rounds_into_the_wrong_unit(seconds: float, text: str) -> None:
    assert duration(seconds) == text
    assert len(text) <= 7


def test_counts_are_singular_for_one() -> None:
    assert [count(number, "span") for number in (0, 1, 2)] == ["0 spans", "1 span", "2 spans"]


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert printable("red\x1b[31m\r\nü\u202e") == "red\ufffd[31m\ufffd\ufffdü\ufffd"
