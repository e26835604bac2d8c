"""An app that measures the network: what it shows of a good test and of a failed one."""

import pytest

from dl7450.testing import TestDock

APP = "../speed.py"

pytestmark = pytest.mark.dl7450(store="speed.yaml")


def test_shows_how_fast_the_described_network_is(dock: TestDock) -> None:
    dock.run_app(APP)
    assert dock.texts == ["The dock's network"]
    dock.advance(10)
    assert dock.texts == ["The dock's network", "94 Mbit/s", "94 Mbit/s in the slowest second"]


def test_says_what_went_wrong_and_measures_again_an_hour_later(dock: TestDock) -> None:
    dock.set_online(False)
    dock.run_app(APP)
    assert dock.texts[1:] == ["unable to connect to server: Network is unreachable"]
    dock.set_online(True)
    dock.advance(hours=1, seconds=10)
    assert dock.texts[1:] == ["94 Mbit/s in the slowest second", "94 Mbit/s"]
