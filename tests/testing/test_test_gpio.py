"""What a plain test can do with the pins of its dock."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dl7450 import gpio, wakeup
from dl7450.testing import MakeDock, TestDock

STORE = """\
dock:
  gpio:
    pins:
      - {name: button}
      - {name: door, active: high}
      - {name: led, direction: out, active: low}
    presses: [{at: 3, press: button}]
"""


@pytest.fixture
def board(make_dock: MakeDock, tmp_path: Path) -> TestDock:
    store = tmp_path / "dock.yaml"
    store.write_text(STORE)
    return make_dock(store=store)


def test_a_press_has_called_the_app_when_it_returns_and_no_time_has_passed(board: TestDock) -> None:
    seen: list[int] = []
    board.run_app(lambda: gpio.create("button", lambda: seen.append(gpio.create("button").read())))
    board.gpio.press("button")
    board.gpio.press("button")
    assert (seen, board.gpio.level("button"), board.elapsed) == ([0, 0], 1, 0)


def test_a_pin_is_held_and_released_and_put_on_a_level(board: TestDock) -> None:
    seen: list[int] = []
    board.run_app(lambda: wakeup.wakeup(lambda: seen.append(gpio.create("door").read()), 1000, 1000))
    board.gpio.hold("door")
    board.advance(1)
    board.gpio.release("door")
    board.advance(1)
    board.gpio.set("door", 1)
    board.advance(1)
    board.gpio.set("door", 0)
    board.advance(1)
    assert seen == [1, 0, 1, 0]


def test_what_the_app_writes_is_kept_with_its_moment(board: TestDock) -> None:
    def blink() -> None:
        led = gpio.create("led")
        led.write(1 - (board.gpio.level("led") == 0))

    board.run_app(lambda: wakeup.wakeup(blink, 500, 500))
    assert board.gpio.level("led") == 1
    board.advance(1.5)
    assert board.gpio.writes == [(0.5, "led", 1), (1.0, "led", 0), (1.5, "led", 1)]
    assert board.gpio.level("led") == 0


def test_presses_of_the_store_come_at_their_moment(board: TestDock) -> None:
    calls: list[float] = []
    board.run_app(lambda: gpio.create("button", lambda: calls.append(board.elapsed)))
    board.advance(10)
    assert calls == [3]


def test_what_a_callback_raises_is_raised_by_the_press(dock: TestDock) -> None:
    dock.run_app(lambda: gpio.create("JOYSTICK_UP", lambda: 1 / 0))
    with pytest.raises(ZeroDivisionError):
        dock.gpio.press("JOYSTICK_UP")


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (lambda pins: pins.press("LED"), "the dock has no pin 'LED': it has button, door, led"),
        (lambda pins: pins.hold("led"), "the dock has no input 'led' to press: it has button, door"),
        (lambda pins: pins.level("LED"), "the dock has no pin 'LED': it has button, door, led"),
        (lambda pins: pins.set("door", 2), "the level of a pin is 0 or 1, not 2"),
        (lambda pins: pins.release("door"), "door is not held: hold it first"),
        (lambda pins: [pins.hold("door"), pins.press("door")], "door is active already: nothing would happen"),
    ],
)
def test_misuse_is_refused_with_the_fix(board: TestDock, misuse: Callable[[object], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        misuse(board.gpio)
