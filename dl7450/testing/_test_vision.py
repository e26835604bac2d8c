"""`TestVision`: messages from the vendor's cloud to a dock under test."""

from __future__ import annotations

from collections.abc import Callable

from .._dock.dock import Dock
from ._driver import Driver

__tracebackhide__ = True  # pytest: the failure is in the test, not here


class TestVision:
    """Sends messages to the app (`vision_client`). The method is for the thread of the test."""

    __test__ = False  # no class of tests, whatever its name says

    def __init__(self, dock: Dock, driver: Driver, settle: Callable[[], None]) -> None:
        """
        Parameters:
            dock: that gets the messages.
            driver: of the dock.
            settle: lets everything happen that happens without time passing.
        """
        self._dock = dock
        self._driver = driver
        self._settle = settle

    def send(self, message: bytes | bytearray | memoryview) -> None:
        """Send a message; the app has been called when this returns, and what it raises is raised here.

        Raises:
            TypeError: the message is not bytes.
        """
        self._driver.call(self._dock.send_message, message)
        self._settle()
