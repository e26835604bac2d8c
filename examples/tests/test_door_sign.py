"""The door sign, set by its joystick."""

import pytest

from dl7450.testing import TestDock

APP = "../door_sign.py"


def chosen(dock: TestDock) -> str:
    marked = [text.removeprefix("> ") for text in dock.texts if text.startswith("> ")]
    assert len(marked) == 1
    return marked[0]


def test_what_is_chosen_is_shown_when_the_joystick_is_pressed(dock: TestDock) -> None:
    dock.run_app(APP)
    assert (dock.boxes[960, 200], chosen(dock)) == ("Come in", "Come in")
    dock.gpio.press("JOYSTICK_DOWN")
    assert (dock.boxes[960, 200], chosen(dock)) == ("Come in", "In a meeting")
    dock.gpio.press("JOYSTICK_CENTER")
    assert (dock.boxes[960, 200], chosen(dock)) == ("In a meeting", "In a meeting")


@pytest.mark.parametrize(("presses", "sign"), [("DOWN " * 4, "Come in"), ("UP", "Gone home"), ("UP DOWN", "Come in")])
def test_after_the_last_sign_comes_the_first(dock: TestDock, presses: str, sign: str) -> None:
    dock.run_app(APP)
    for direction in presses.split():
        dock.gpio.press(f"JOYSTICK_{direction}")
    assert chosen(dock) == sign
