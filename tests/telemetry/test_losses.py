"""What the libraries log about a loss, and who hears of it."""

import importlib
import logging

import pytest

from dl7450_telemetry._losses import DIVERTED_LOGGERS, OneWarning, diverted_log


@pytest.mark.parametrize("name", DIVERTED_LOGGERS)
def test_the_loggers_that_are_diverted_are_those_of_the_installed_libraries(name: str) -> None:
    loggers = [value for value in vars(importlib.import_module(name)).values() if isinstance(value, logging.Logger)]
    assert name in [logger.name for logger in loggers]


def test_a_message_is_one_line_that_does_nothing_to_the_terminal(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "dl7450_telemetry")
    warn = OneWarning()
    with diverted_log():
        logging.getLogger(DIVERTED_LOGGERS[0]).error("\x1b[2J%s", "\r\n")
    warn("refused: \x1b]0;title\x07" + "x" * 70_000)
    assert caplog.messages == [
        "\ufffd[2J\ufffd\ufffd",
        f"refused: \ufffd]0;title\ufffd{'x' * 981}… (the app goes on; this is said once)",
    ]


def test_a_message_is_cut_where_it_is_too_long_and_not_before(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "dl7450_telemetry")
    with diverted_log():
        for length in (1000, 1001):
            logging.getLogger(DIVERTED_LOGGERS[0]).error("x" * length)
    assert caplog.messages == ["x" * 1000, "x" * 1000 + "…"]
