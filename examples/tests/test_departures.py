"""A small app tested in full: what it shows, what it asks for and when, and what it does when things go wrong."""

import pytest

from dl7450.testing import Fault, MakeDock, TestDock

APP = "../departures.py"
URL = "http://transport.example/stops/central"

pytestmark = pytest.mark.dl7450(store="departures.yaml")


def departure(line: str, to: str, minutes: int) -> dict[str, object]:
    return {"line": line, "to": to, "minutes": minutes}


def test_shows_the_departures_under_the_time(dock: TestDock) -> None:
    dock.route(URL).respond(json=[departure("12", "Airport", 3), departure("S1", "Harbour &amp; Docks", 11)])
    dock.run_app(APP)
    assert dock.boxes == {
        (960, 80): "01:00",  # Central European Time; a test begins at midnight, UTC
        (300, 300): "12",
        (500, 300): "Airport",
        (1620, 300): "3 min",
        (300, 420): "S1",
        (500, 420): "Harbour & Docks",
        (1620, 420): "11 min",
    }
    dock.assert_frame("departures.png")


def test_asks_again_every_half_minute_and_forgets_what_has_left(dock: TestDock) -> None:
    bus, train = departure("12", "Airport", 0), departure("S1", "Harbour", 8)
    dock.route(URL).respond(json=[bus, train], delay=0.5).respond(json=[train], delay=0.5)
    dock.run_app(APP)
    dock.advance(31)
    assert [(request.at, request.url) for request in dock.requests] == [(0, URL), (30.5, URL)]
    assert dock.texts == ["01:00", "S1", "Harbour", "8 min"]


@pytest.mark.parametrize(
    ("fault", "code", "seconds"),
    [("dns", 6, 0), ("refuse", 7, 0), ("reset", 56, 0), ("truncate", 18, 0), ("garbage", 1, 0), ("hang", 28, 20)],
)
def test_a_failure_is_shown_and_mended_after_five_seconds(
    dock: TestDock, fault: Fault, code: int, seconds: float
) -> None:
    dock.route(URL).respond(fault=fault).respond(json=[])
    dock.run_app(APP)
    dock.advance(seconds)
    assert dock.texts == ["01:00", f"No news for a while ({code})"]
    dock.advance(5)
    assert dock.texts == ["01:00"]


def test_keeps_the_departures_that_it_knows_when_the_server_is_broken(dock: TestDock) -> None:
    dock.route(URL).respond(json=[departure("12", "Airport", 3)]).respond(status=503)
    dock.run_app(APP)
    dock.advance(30)
    assert dock.texts == ["01:00", "12", "Airport", "3 min", "No news for a while (503)"]


def test_the_clock_changes_with_the_minute(dock: TestDock) -> None:
    dock.route(URL).respond(json=[])
    dock.advance(42)  # the app starts in the midst of a minute
    dock.run_app(APP)
    shown = []
    for _ in range(3):
        dock.advance(18)
        shown += dock.texts
        dock.advance(42)
    assert shown == ["01:01", "01:02", "01:03"]


def test_leaves_the_server_alone_while_a_host_is_connected(dock: TestDock) -> None:
    dock.route(URL).respond(json=[])
    dock.run_app(APP)
    dock.set_host("connected")
    dock.advance(hours=8)
    assert len(dock.requests) == 1
    dock.set_host("none")
    dock.advance(30)
    assert len(dock.requests) == 2


def test_a_network_that_comes_late_is_waited_for(dock: TestDock) -> None:
    dock.route(URL).respond(json=[departure("12", "Airport", 3)])
    dock.set_online(False)
    dock.run_app(APP)
    assert dock.texts == ["01:00", "No news for a while (6)"]
    dock.advance(12)
    dock.set_online(True)
    dock.advance(5)
    assert dock.texts == ["01:00", "12", "Airport", "3 min"]


def test_one_refresh_is_one_trace(dock: TestDock) -> None:
    dock.route(URL).respond(json=[])
    dock.run_app(APP)
    dock.advance(30)
    assert (
        dock.span_tree("url.full")
        == f"""\
dl7450.app
  GET 200 url.full={URL}
    DNS lookup transport.example
    socket connect 198.18.0.1:80
    dl7450.callback
  dl7450.render
dl7450.timer -> dl7450.callback
  GET 200 url.full={URL}
    dl7450.callback"""
    )


def test_ctrl_c_leaves_nothing_behind(dock: TestDock) -> None:
    dock.route(URL).respond(fault="hang")
    dock.run_app(APP)
    dock.press_ctrl_c()
    assert dock.statistics().cancelled == 1


def test_every_dock_shows_its_own_stop(make_dock: MakeDock) -> None:
    for stop in ("north", "south"):
        dock = make_dock(values={"stop": stop})
        dock.route(f"http://transport.example/stops/{stop}").respond(json=[departure("1", stop.title(), 5)])
        dock.run_app(APP)
        assert dock.texts == ["01:00", "1", stop.title(), "5 min"]
