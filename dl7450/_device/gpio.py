"""`Gpio`: the pins of a dock, as described and while the dock is open (dock SDK, `gpio`).

A pin is high or low; whether that is active is a matter of its wiring. What is on the other side of an input, a button
for example, holds it active and releases it; an output is written by the app.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

T = TypeVar("T")

PRESS_SECONDS = 0.1  # that a short press of a button lasts
KEPT_WRITES = 10_000


class Direction(Enum):
    """Whether the app reads a pin or writes it."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True)
class Pin:
    """A pin of the dock's board.

    Attributes:
        name: what an app calls it.
        direction: whether the app reads it or writes it.
        active_high: whether it is active while its level is 1.
    """

    name: str
    direction: Direction = Direction.IN
    active_high: bool = False


@dataclass(frozen=True)
class Press:
    """An input is active from `at`, in seconds of dock time after the dock opened, for `PRESS_SECONDS`."""

    at: float
    pin: str


# The board that the vendor sells: a joystick, active low.
REDWOOD = tuple(Pin(f"JOYSTICK_{name}") for name in ("CENTER", "UP", "DOWN", "LEFT", "RIGHT"))


def direction(name: str) -> Direction:
    """The direction called `in` or `out`.

    Raises:
        ValueError: it is another name.
    """
    return _one_of(name, {direction.value: direction for direction in Direction}, "direction of a pin")


def active_high(name: str) -> bool:
    """Whether `high`, and not `low`, is the active level.

    Raises:
        ValueError: it is another name.
    """
    return _one_of(name, {"high": True, "low": False}, "level of a pin")


def _one_of(name: str, known: dict[str, T], what: str) -> T:
    try:
        return known[name]
    except KeyError:
        raise ValueError(f"{name!r} is not a {what}: use {' or '.join(known)}") from None


def check_pins(pins: Iterable[Pin]) -> None:
    """Check the pins of a board.

    Raises:
        ValueError: two have the same name.
    """
    twice = [name for name, count in Counter(pin.name for pin in pins).items() if count > 1]
    if twice:
        raise ValueError(f"there are two pins {twice[0]!r}: give one of them another name")


def check_press(name: str, pins: Iterable[Pin]) -> None:
    """Check that a pin can be pressed.

    Raises:
        ValueError: it is not an input of this board; the message lists those that are.
    """
    inputs = [pin.name for pin in pins if pin.direction is Direction.IN]
    if name not in inputs:
        raise ValueError(f"the dock has no input {name!r} to press: it has {', '.join(inputs) or 'none'}")


def event(name: str) -> str:
    """What an app that waits for a press of this pin is called for."""
    return f"gpio {name}"


class Gpio:
    """The pins of one dock. The dock's Trio thread changes inputs and the app's thread outputs; any thread may read.

    Attributes:
        pins: the description of each pin, by its name.
        writes: what was written: the moment in seconds since the dock was opened, the pin, and 1 for active or 0; the
            newest 10,000.
        on_press: called with the `event` of an input that becomes active.
    """

    def __init__(self, pins: Iterable[Pin], elapsed: Callable[[], float]) -> None:
        self.pins = {pin.name: pin for pin in pins}
        self.writes: deque[tuple[float, str, int]] = deque(maxlen=KEPT_WRITES)
        self.on_press: Callable[[str], object] = lambda _event: None
        self._elapsed = elapsed
        self._active = dict.fromkeys(self.pins, False)
        self._holds = Counter[str]()

    def inputs(self) -> set[str]:
        """The names of the pins that can be pressed."""
        return {name for name, pin in self.pins.items() if pin.direction is Direction.IN}

    def level(self, name: str) -> int:
        """The level of a pin, 0 or 1. Raises `ValueError` for one that there is not."""
        return int(self.is_active(name) == self._pin(name).active_high)

    def is_active(self, name: str) -> bool:
        """Whether a pin is active. Raises `ValueError` for one that there is not."""
        self._pin(name)
        return self._active[name]

    def set_level(self, name: str, level: int) -> None:
        """Put an input on a level, 0 or 1. Raises `ValueError` for anything else."""
        check_press(name, self.pins.values())
        if level not in {0, 1}:
            raise ValueError(f"the level of a pin is 0 or 1, not {level!r}")
        self._set_active(name, bool(level) == self.pins[name].active_high)

    def hold(self, name: str) -> None:
        """Make an input active; held again, it needs to be released as often. Raises `ValueError` for anything else."""
        check_press(name, self.pins.values())
        self._holds[name] += 1
        self._set_active(name, True)

    def release(self, name: str) -> None:
        """Undo one `hold`. Raises `ValueError` where there was none."""
        check_press(name, self.pins.values())
        if not self._holds[name]:
            raise ValueError(f"{name} is not held: hold it first")
        self._holds[name] -= 1
        if not self._holds[name]:
            self._set_active(name, False)

    def write(self, name: str, active: bool) -> None:
        """Make an output active or inactive, as the app does."""
        self.writes.append((self._elapsed(), name, int(active)))
        self._active[name] = active

    def _pin(self, name: str) -> Pin:
        try:
            return self.pins[name]
        except KeyError:
            raise ValueError(f"the dock has no pin {name!r}: it has {', '.join(self.pins) or 'none'}") from None

    def _set_active(self, name: str, active: bool) -> None:
        pressed = active and not self._active[name]
        self._active[name] = active
        if pressed:
            self.on_press(event(name))
