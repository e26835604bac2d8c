"""In MicroPython: the dock's `datetime`."""

from dl7450.datetime import *  # noqa: F403
