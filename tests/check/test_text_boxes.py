"""Text that nobody could read, as far as an app's text tells what a box says and where it is."""

from pathlib import Path

import pytest

from dl7450._check import check_app
from tests.check._samples import expected, found, split

SAMPLES = """
import splashscreen
from splashscreen import Alignment
screen = splashscreen.Splashscreen()
WIDTH = 1920
LONG = "A message that is far too long for one line of the screen, as no line is wrapped on this dock"
RIGHT = {"x": WIDTH - 10, "y": 80, "alignment": Alignment.RIGHT}
def f(x, name):
    screen.add_text_box("Good morning", {"x": WIDTH, "y": 80})  # <- text-off-screen
    screen.add_text_box("Good morning", {"x": WIDTH // 2, "y": 2 * 520})  # <- text-off-screen
    screen.add_text_box("Good morning", {"x": -90, "y": 5, "alignment": Alignment.LEFT})  # <- text-off-screen
    screen.add_text_box(["<b>Good", "morning</b>"] , {"y": 1000})  # <- text-off-screen
    screen.add_text_box(LONG)  # <- text-off-screen
    screen.add_text_box("Good morning", RIGHT), screen.add_text_box("Good morning", {"x": 5000})
    screen.add_text_box("Good morning", {"x": x, "y": 80}), screen.add_text_box("Good {}".format(name), {"x": WIDTH})
    screen.add_text_box("Good " + name, {"x": WIDTH}), screen.add_text_box("Hi", {"x": WIDTH, "alignment": name})
    screen.add_text_box("Hi", {name: 5, "x": WIDTH}), screen.add_text_box(*name), screen.add_text_box("Hi", **name)
    screen.add_text_box("Hi", {"x": WIDTH // 0}), screen.add_text_box("Hi", {"x": 10 ** 400 * 10 ** 400})
---
import splashscreen
screen = splashscreen.Splashscreen()
screen.add_text_box("Good morning", {"x": 960, "y": 300})
screen.set_background(b"")
screen.add_text_box("to all of you", {"x": 960, "y": 320})  # <- text-over-text
screen.add_text_box("below", {"x": 960, "y": 407})
screen.add_text_box("in its place", {"x": 960, "y": 407})
def f(name):
    screen.add_text_box("Good morning", {"y": 300})
    screen.add_text_box("", {"y": 300})
    screen.add_text_box("to all of you", {"y": 320})
    screen.remove_text_box(960, 320)
    screen.add_text_box("Good morning", {"y": 300})
    name()
    screen.add_text_box("to all of you", {"y": 320})
    screen.add_text_box(name, name)
    screen.add_text_box("Good morning", {"y": 300})
    if name:
        screen.add_text_box("one", {"y": 700})
        picture = splashscreen.Splashscreen()
        screen.add_text_box("two", {"y": 710})  # <- text-over-text
    else:
        screen.add_text_box("<span color='black'>two</span>", {"x": 962, "y": 702})
        screen.add_text_box("two", {"y": 700})
"""


@pytest.mark.parametrize("sample", split(SAMPLES))
def test_text_that_nobody_could_read_is_found_and_no_other(sample: str, tmp_path: Path) -> None:
    assert found(sample, tmp_path) == expected(sample)


def test_what_is_said_of_text_that_nobody_could_read(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text(
        "import splashscreen\nscreen = splashscreen.Splashscreen()\n"
        "screen.add_text_box('one', {'x': 1920})\nscreen.add_text_box('two', {'x': 1900})\n"
    )
    off, _, over = check_app(app)
    assert (off.problem, off.solution) == (
        "The text 'one' at (1920, 540) leaves the screen at the right.",
        "Move it, break it into lines, or make it smaller.",
    )
    assert (over.problem, over.solution) == (
        "The text 'two' at (1900, 540) lies over the text 'one' at (1920, 540).",
        "Move one of them: default text needs 67 pixels a line.",
    )
