"""A whole day of a carousel."""

import time
from pathlib import Path

import pytest

from dl7450.testing import MakeDock, picture

COLORS = ["red", "green", "blue", "navy", "orange", "purple", "teal", "gold", "gray", "pink", "brown", "olive"]


@pytest.mark.no_cover  # it measures how fast this is, and coverage triples the time
def test_a_carousel_runs_for_a_day_in_seconds(make_dock: MakeDock) -> None:
    started = time.process_time()
    dock = make_dock(values={"server": "http://content.example"})
    urls = [f"http://content.example/{color}.png" for color in COLORS]
    dock.route("http://content.example/content.json").respond(json={"pictures": urls, "seconds": 5})
    routes = [dock.route(url).respond(picture=color) for url, color in zip(urls, COLORS, strict=True)]
    dock.run_app(Path(__file__).parents[2] / "examples" / "carousel.py")
    dock.advance(hours=24, seconds=-1)
    assert [len(route.requests) for route in routes] == [24 * 60 * 60 // 5 // len(COLORS)] * len(COLORS)
    assert dock.statistics().completed == 17_280 + 1
    assert [frame.background for frame in dock.frames[-12:]] == [picture(color) for color in COLORS]
    assert time.process_time() - started < 30, "seconds of a processor, however busy the machine is"
