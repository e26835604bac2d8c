"""Timers for this very moment, which set others for it, between pictures of the screen."""

from splashscreen import Splashscreen
from wakeup import wakeup

screen = Splashscreen()
timers = []


def show(name, deeper):
    print(name)
    screen.add_text_box(name, {"x": 100, "y": 40 * len(name)})
    for number in range(deeper):
        timers.append(wakeup(lambda number=number: show(f"{name}{number}", deeper - 1), 0))
    timers.append(wakeup(lambda: screen.remove_text_box(100, 40 * len(name)), 1000 * len(name)))


show("t", 3)
