"""The dock's pins: buttons, lamps and the like on its board (dock SDK, `gpio`)."""

import typing as _typing
from collections.abc import Callable as _Callable
from inspect import iscoroutinefunction as _iscoroutinefunction

from ._device import gpio as _pins
from ._dock import current as _current

__all__ = ["DigitalInput", "DigitalOutput", "create"]


class DigitalInput:
    """A pin that an app reads. Apps get theirs from `create`; one that is made directly is no pin (dock SDK)."""

    _gpio: _pins.Gpio | None = None

    def __init__(self, pin_name: str, active_high: bool, callback: _Callable[[], object] | None = None) -> None:
        """
        Parameters:
            pin_name: as the board's configuration has it.
            active_high: whether the pin is active while its level is 1.
            callback: called when the pin becomes active; never, if the object is made directly.
        """
        self._name = pin_name
        self._active_high = active_high
        self._callback = callback

    def read(self) -> int:
        """The level of the pin, 0 or 1, whatever is active; -1 if it is not a pin of the board."""
        return -1 if self._gpio is None else self._gpio.level(self._name)

    def active_high(self) -> bool:
        """Whether the pin is active while its level is 1."""
        return self._active_high


class DigitalOutput:
    """A pin that an app writes. Apps get theirs from `create`; one that is made directly is no pin (dock SDK)."""

    _gpio: _pins.Gpio | None = None

    def __init__(self, pin_name: str, active_high: bool) -> None:
        """
        Parameters:
            pin_name: as the board's configuration has it.
            active_high: whether the pin is active while its level is 1.
        """
        self._name = pin_name
        self._active_high = active_high

    def write(self, value: int) -> None:
        """Make the pin active (1) or inactive (0), whichever level that is.

        Raises:
            ValueError: the value is neither 0 nor 1.
        """
        if value not in (0, 1):
            raise ValueError(f"write 1 to make {self._name} active and 0 to make it inactive, not {value!r}")
        if self._gpio is not None:
            self._gpio.write(self._name, bool(value))

    def active_high(self) -> bool:
        """Whether the pin is active while its level is 1."""
        return self._active_high


@_typing.overload
def create(pin_name: str, callback: _Callable[[], object]) -> DigitalInput: ...


@_typing.overload
def create(pin_name: str, callback: None = None) -> _typing.Any: ...  # which class it is the board decides


def create(pin_name: str, callback: _Callable[[], object] | None = None) -> DigitalInput | DigitalOutput:
    """A pin of the board: an input or an output, as the board's configuration says.

    Several objects for one pin, and objects that the app drops, are not documented: here every callback is called, in
    the order in which the pins were created, and lives as long as the app.

    Parameters:
        pin_name: as the configuration has it, such as `JOYSTICK_UP`.
        callback: for an input; called without arguments, on the app thread when it is idle, each time that the pin
            becomes active. What it returns is ignored.

    Raises:
        TypeError: the board has no pin of that name, the message lists those that it has; or the pin is an output, and
            there is a callback; or the callback cannot be called, or is async.
    """
    dock = _current.current_dock()
    gpio = dock.machine.gpio
    pin = next((pin for pin in gpio.pins.values() if pin.name == pin_name), None)
    if pin is None:
        raise TypeError(f"{pin_name!r} is not a pin of the dock's board: it has {', '.join(gpio.pins) or 'none'}")
    if pin.direction is _pins.Direction.OUT:
        if callback is not None:
            raise TypeError(f"{pin_name} is an output, which calls nobody: leave the callback out")
        output = DigitalOutput(pin_name, pin.active_high)
        output._gpio = gpio
        return output
    if callback is not None:
        if not callable(callback):
            raise TypeError(f"callback must be a function without parameters, not {type(callback).__name__}")
        if _iscoroutinefunction(callback):
            raise TypeError("callback must be a plain function, not an async one: nobody would await it")
        dock.call_sync(dock.events.listen, _pins.event(pin_name), callback)
    digital_input = DigitalInput(pin_name, pin.active_high, callback)
    digital_input._gpio = gpio
    return digital_input
