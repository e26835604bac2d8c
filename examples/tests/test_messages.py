"""The notice board: texts, pictures, and what is neither."""

import pytest

from dl7450.testing import TestDock, picture

APP = "../messages.py"


def test_shows_what_it_is_sent(dock: TestDock) -> None:
    dock.run_app(APP)
    assert dock.texts == ["Nothing new"]
    dock.vision.send(b"tTea & <cake> at four")
    dock.vision.send(b"i" + picture("navy").data)
    assert (dock.texts, dock.background) == (["Tea & <cake> at four"], picture("navy"))


@pytest.mark.parametrize("message", [b"", b"f\x01\x02", b"t\xff", b"ino picture"])
def test_what_cannot_be_shown_changes_nothing(dock: TestDock, message: bytes) -> None:
    dock.run_app(APP)
    dock.vision.send(message)
    assert (dock.texts, dock.background) == (["Nothing new"], None)
