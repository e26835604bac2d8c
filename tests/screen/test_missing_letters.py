"""Letters that the dock's font lacks: a warning, once for each script."""

import logging
from collections.abc import Iterator

import pytest

from dl7450._screen import missing_letters
from dl7450._screen.constants import Alignment
from dl7450._screen.markup import parse
from dl7450._screen.missing_letters import warn_of_missing_letters
from dl7450._screen.state import TextBox


@pytest.fixture
def no_warning_yet() -> Iterator[None]:
    missing_letters._warned_of.clear()
    yield
    missing_letters._warned_of.clear()


@pytest.mark.usefixtures("no_warning_yet")
def test_of_a_script_that_the_font_lacks_a_warning_is_given_once(caplog: pytest.LogCaptureFixture) -> None:
    for text in (
        "Grüße Привет Ελλάδα ½ € cafe\u0301 a\u00adb\ufe0f\u2028c\u00a0d\u2003e",
        "漢字",
        "漢語 ok",
        "ممم",
        "שלום",
        "☂ ☀",
        "→",
        "<tt>漢</tt>",
    ):
        warn_of_missing_letters([TextBox(0, 0, Alignment.LEFT, parse(text))])
    assert {(record.name, record.levelno) for record in caplog.records} == {("dl7450.splashscreen", logging.WARNING)}
    lacking = [record.getMessage().partition(":")[0] for record in caplog.records]
    assert lacking == [
        "Noto Sans has no '漢' (CJK UNIFIED IDEOGRAPH-6F22)",
        "Noto Sans has no 'م' (ARABIC LETTER MEEM)",
        "Noto Sans has no 'ש' (HEBREW LETTER SHIN)",
        "Noto Sans has no '☂' (UMBRELLA)",
    ]
