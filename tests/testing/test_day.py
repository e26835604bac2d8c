"""A whole day of a carousel."""

import statistics
import time
from pathlib import Path

import pytest

from dl7450.testing import MakeDock, picture

COLORS = ["red", "green", "blue", "navy", "orange", "purple", "teal", "gold", "gray", "pink", "brown", "olive"]
UNITS_AN_HOUR = 300  # at most; it takes 50 to 120, the more the busier the machine is


def unit_of_work() -> float:
    """The processor seconds of a work that is always the same; some hundredths."""
    started, made = time.process_time(), {}
    for number in range(100_000):
        made[number % 100] = str(number)
    return time.process_time() - started


@pytest.mark.no_cover  # it measures how fast this is, and coverage triples the time
def test_a_carousel_runs_for_a_day_in_seconds(make_dock: MakeDock) -> None:
    dock = make_dock(values={"server": "http://content.example"})
    urls = [f"http://content.example/{color}.png" for color in COLORS]
    dock.route("http://content.example/content.json").respond(json={"pictures": urls, "seconds": 5})
    routes = [dock.route(url).respond(picture=color) for url, color in zip(urls, COLORS, strict=True)]
    dock.run_app(Path(__file__).parents[2] / "examples" / "carousel.py")
    units = []
    for hour in range(1, 25):
        unit, started = unit_of_work(), time.process_time()  # measured again and again: a busy machine slows both down
        dock.advance(hours=1, seconds=-(hour == 24))
        units.append((time.process_time() - started) / unit)
    assert [len(route.requests) for route in routes] == [24 * 60 * 60 // 5 // len(COLORS)] * len(COLORS)
    assert dock.statistics().completed == 17_280 + 1
    assert [frame.background for frame in dock.frames[-12:]] == [picture(color) for color in COLORS]
    assert statistics.median(units) < UNITS_AN_HOUR
