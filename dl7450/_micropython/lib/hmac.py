"""In MicroPython: the dock's `hmac`."""

from dl7450.hmac import *  # noqa: F403
