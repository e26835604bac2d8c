"""An app that raises is unloaded as on the dock, and the next app stops the one before."""

from functools import partial
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

import dl7450
from dl7450 import http, splashscreen, wakeup
from dl7450 import time as dock_time
from dl7450._dock.loader import AppError
from dl7450._screen.constants import HEIGHT, WIDTH
from dl7450._screen.lines import set_lines
from dl7450._screen.state import ScreenState
from dl7450._screen.traceback_box import traceback_box
from dl7450.dock import DockControl
from dl7450.http import Response
from dl7450.testing import MakeDock, TestDock
from tests._micropython import needs_micropython

URL = "http://content.example/a"
NO_BROKER = "'tcp://' is not a broker: write scheme://host:port, with a scheme of tcp, mqtt, ssl, mqtts, ws, wss"


def fail() -> None:
    raise LookupError("called")


def test_nothing_of_an_app_goes_on_after_it_raised(dock: TestDock) -> None:
    called: list[str] = []

    def app() -> None:
        splashscreen.Splashscreen().add_text_box("shown before")
        wakeup.wakeup(partial(called.append, "timer"), 500, 500)
        wakeup.wakeup(fail, 1000)
        wakeup.wakeup(partial(called.append, "of the same moment"), 1000)
        for _ in range(3):
            http.get_async(URL, lambda response: called.append("answer"))

    dock.route(URL).respond(delay=2)
    dock.run_app(app)
    with pytest.raises(LookupError, match="called"):
        dock.advance(5)
    dock.advance(60)
    assert called == ["timer", "timer"]
    assert (dock.statistics().cancelled, dock.statistics().in_flight) == (3, 0)
    [text] = dock.texts
    assert text.startswith("Traceback (most recent call last):")
    assert text.endswith("LookupError: called")
    [failed] = [span for span in dock.spans if span.failed and span.name == "dl7450.timer"]
    [render] = [span for span in dock.spans if span.parent_span_id == failed.span_id]
    assert (failed.status, [event.name for event in failed.events], render.name) == (
        "ERROR",
        ["exception"],
        "dl7450.render",
    )


def test_what_the_module_raises_is_on_the_screen(dock: TestDock) -> None:
    with pytest.raises(LookupError, match="called"):
        dock.run_app(fail)
    assert dock.texts[0].endswith("LookupError: called")
    dock.run_app(lambda: splashscreen.Splashscreen().add_text_box("next"))
    assert dock.texts == ["next"]


@pytest.mark.parametrize(
    ("source", "last_line"),
    [
        ("import i2c; i2c.i2c().read(0x50, 1, 1)", "I2cError: (3, 'no device answers at 0x50')"),
        ("import mqtt; mqtt.MqttClient('tcp://', 'a')", f"MqttError: (-14, {NO_BROKER!r})"),
        ("class OwnError(Exception): pass\nraise OwnError('dl7450.Own: no')", "OwnError: dl7450.Own: no"),
    ],
)
@pytest.mark.parametrize("micropython", [False, pytest.param(True, marks=needs_micropython)])
def test_an_error_is_named_without_its_module_by_both_interpreters(
    make_dock: MakeDock, tmp_path: Path, source: str, last_line: str, micropython: bool
) -> None:
    dock = make_dock(micropython=micropython)
    (tmp_path / "app.py").write_text(source)
    with pytest.raises(Exception, match="no"):
        dock.run_app(tmp_path / "app.py")
    assert dock.texts[0].split("\n")[-1] == last_line


def test_so_is_what_does_not_compile(dock: TestDock, tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("print(\n")
    with pytest.raises(AppError, match="is not Python"):
        dock.run_app(app)
    assert "app.py" in dock.texts[0]
    assert dock.texts[0].endswith("SyntaxError: '(' was never closed")


async def test_who_wants_an_app_to_keep_going_has_it_go_on(autojump_clock: MockClock) -> None:
    called: list[str] = []
    errors: list[Exception] = []

    def app() -> None:
        wakeup.wakeup(partial(called.append, "timer"), 2000)
        wakeup.wakeup(fail, 1000)

    async with dl7450.open_dock(on_error=errors.append, keep_going=True) as dock:
        await dock.run_app(app)
        assert dock.frame is None
    assert (called, list(map(repr, errors))) == (["timer"], ["LookupError('called')"])


async def test_without_on_error_the_traceback_is_on_the_screen_before_the_dock_stops(autojump_clock: MockClock) -> None:
    frames: list[ScreenState] = []

    async def program() -> None:
        async with dl7450.open_dock(on_frame=frames.append) as dock:
            await dock.run_app(lambda: wakeup.wakeup(fail, 1000))
            await trio.sleep_forever()

    with pytest.raises(LookupError, match="called"):
        await program()
    assert frames[-1].texts()[0].endswith("LookupError: called")


def test_the_next_app_stops_the_one_before_and_the_time_zone_stays(dock: TestDock) -> None:
    called: list[str] = []

    def first() -> None:
        DockControl().set_timezone("CET")
        wakeup.wakeup(partial(called.append, "first"), 1000, 1000)
        http.get_async(URL, lambda response: called.append("answer"))

    def second() -> None:
        called.append(dock_time.strftime("%H"))
        wakeup.wakeup(partial(called.append, "second"), 1000)

    dock.route(URL).respond(delay=3)
    dock.run_app(first)
    dock.advance(1.5)
    dock.run_app(second)
    dock.advance(5)
    assert called == ["first", "01", "second"]
    assert dock.statistics().cancelled == 1


def test_a_traceback_is_cleared_by_the_next_app_and_nothing_by_the_one_after(dock: TestDock) -> None:
    def draw() -> None:
        splashscreen.Splashscreen().add_text_box("drawn")

    with pytest.raises(LookupError):
        dock.run_app(fail)
    dock.run_app(draw)
    assert dock.texts == ["drawn"]
    dock.run_app(lambda: None)
    assert dock.texts == ["drawn"]


async def test_an_app_may_be_stopped(autojump_clock: MockClock) -> None:
    called: list[Response] = []
    async with dl7450.open_dock() as dock:
        await dock.start_app(lambda: wakeup.wakeup(partial(called.append, Response(200, {}, bytearray())), 1000, 1000))
        await dock.stop_app()
        await dock.wait_app_over()
    assert (called, trio.current_time()) == ([], 0)


LONG = "\n".join(["short"] * 500 + ["Error: last"])


@pytest.mark.parametrize("text", ["W" * 5000 + "\nError: last", LONG, "é\tx\n\ny"])
def test_a_traceback_fits_the_screen_and_ends_with_the_error(text: str) -> None:
    box = traceback_box(text)
    lines = set_lines(box.runs)
    assert box.x + max(sum(piece.width for piece in line) for line in lines) <= WIDTH
    assert box.y + sum(max(p.ascent for p in line) + max(p.descent for p in line) for line in lines) <= HEIGHT
    assert box.text.endswith(text.rpartition("\n")[2])
