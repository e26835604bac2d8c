"""A dock app: a door sign that the joystick sets (pins).

    dl7450 run examples/door_sign.py

Up and down choose, a press in the middle takes what is chosen. In a terminal the arrow keys and Enter are the joystick.
examples/tests/test_door_sign.py tests all of this.
"""

import gpio
from splashscreen import Alignment, Splashscreen

SIGNS = ["Come in", "In a meeting", "At lunch", "Gone home"]

screen = Splashscreen()


class DoorSign:
    """One sign of several is shown; another one may be chosen meanwhile."""

    def __init__(self):
        self.shown = 0
        self.chosen = 0

    def up(self):
        self.choose(self.chosen - 1)

    def down(self):
        self.choose(self.chosen + 1)

    def choose(self, number):
        self.chosen = number % len(SIGNS)
        self.draw()

    def take(self):
        self.shown = self.chosen
        self.draw()

    def draw(self):
        screen.add_text_box(f'<span size="xx-large"><b>{SIGNS[self.shown]}</b></span>', {"x": 960, "y": 200})
        for number, sign in enumerate(SIGNS):
            text = f"<b>&gt; {sign}</b>" if number == self.chosen else f'<span color="grey">  {sign}</span>'
            screen.add_text_box(text, {"x": 700, "y": 500 + 100 * number, "alignment": Alignment.LEFT})


door_sign = DoorSign()
pins = [
    gpio.create("JOYSTICK_UP", door_sign.up),
    gpio.create("JOYSTICK_DOWN", door_sign.down),
    gpio.create("JOYSTICK_CENTER", door_sign.take),
]
door_sign.draw()
