"""What the libraries log about a loss, and who hears of it."""

import importlib
import logging

import pytest

from dl7450_telemetry._losses import DIVERTED_LOGGERS


@pytest.mark.parametrize("name", DIVERTED_LOGGERS)
def test_the_loggers_that_are_diverted_are_those_of_the_installed_libraries(name: str) -> None:
    loggers = [value for value in vars(importlib.import_module(name)).values() if isinstance(value, logging.Logger)]
    assert name in [logger.name for logger in loggers]
