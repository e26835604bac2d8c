"""`TestGpio`: the pins of a dock under test."""

from __future__ import annotations

from collections.abc import Callable

from .._device.gpio import Gpio
from ._driver import Driver

__tracebackhide__ = True  # pytest: the failure is in the test, not here


class TestGpio:
    """What a test can do with the pins of its dock, and see of them. The methods are for the thread of the test.

    What is called by a change has been called when a method returns; what it raises is raised there. All raise
    `ValueError` for a pin that the board does not have.
    """

    __test__ = False  # no class of tests, whatever its name says

    def __init__(self, gpio: Gpio, driver: Driver, settle: Callable[[], None]) -> None:
        """
        Parameters:
            gpio: the pins.
            driver: of the dock.
            settle: lets everything happen that happens without time passing.
        """
        self._gpio = gpio
        self._driver = driver
        self._settle = settle

    def press(self, name: str) -> None:
        """Make an input active, and inactive again when the app has been called. No time passes.

        An app that looks at the pin by a timer does not see that: `hold` the pin, let time pass, and `release` it.

        Raises:
            ValueError: the input is active already.
        """
        self.hold(name)
        self.release(name)

    def hold(self, name: str) -> None:
        """Make an input active until `release`. Raises `ValueError` if it is active already."""
        if self._gpio.is_active(name):
            raise ValueError(f"{name} is active already: nothing would happen")
        self._change(self._gpio.hold, name)

    def release(self, name: str) -> None:
        """Make an input inactive again. Raises `ValueError` if it is not held."""
        self._change(self._gpio.release, name)

    def set(self, name: str, level: int) -> None:
        """Put an input on a level, 0 or 1, whichever is active."""
        self._change(self._gpio.set_level, name, level)

    def level(self, name: str) -> int:
        """The level of a pin, 0 or 1, whichever is active."""
        return self._gpio.level(name)

    @property
    def writes(self) -> list[tuple[float, str, int]]:
        """What the app has written, in order; the newest 10,000.

        Each as the moment in seconds since the dock was opened, the name of the pin, and 1 (active) or 0.
        """
        return list(self._gpio.writes)

    def _change(self, change: Callable[..., None], *arguments: object) -> None:
        try:
            self._driver.call(change, *arguments)
        except ValueError as error:
            raise error.with_traceback(None) from None
        self._settle()
