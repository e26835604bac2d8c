"""`ServedDock`: an app in a dock with a thread and a time of its own, started again in order."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio

from dl7450._micropython.loader import load_micropython_app
from dl7450._serve.app_report import AppReport
from dl7450._serve.events import AppBroke, AppStarted, Frame, Printed, SpanEnded, SpanStarted
from dl7450._serve.pace import Pace
from dl7450._serve.prints import prints_heard
from dl7450._serve.program import DockProgram
from tests._micropython import needs_micropython
from tests.serve._served import PATIENCE, seen, served, shown

MINUTES = """\
import splashscreen, time, wakeup
screen = splashscreen.Splashscreen()
minutes = 0
def tick():
    global minutes
    minutes += 1
    show()
def show():
    screen.add_text_box(str(minutes), {"x": 0, "y": 0})
    screen.add_text_box("%d-%d-%d" % time.gmtime()[:3], {"x": 0, "y": 100})
show()
timer = wakeup.wakeup(tick, 60000, 60000)
"""
ASKS = """\
import http
from dock import DockControl
DockControl().set_timezone("Japan")
http.get("{}")
"""
SHOWS = """\
import splashscreen
screen = splashscreen.Splashscreen()
screen.add_text_box("{}", {{"x": 0, "y": 0}})
"""


@contextmanager
def silent_server() -> Generator[socket.socket]:
    """A server to which connections can be made, and which says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        yield listener


def url_of(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}/"


def request_at(listener: socket.socket) -> socket.socket:
    """Wait for a request; the connection on which it came."""
    connection, _ = listener.accept()
    connection.recv(65536)
    return connection


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return tmp_path / "app.py"


def write(app: Path, source: str) -> Path:
    app.write_text(source)
    return app


async def test_paused_time_goes_on_by_steps_alone(app: Path) -> None:
    async with served(write(app, MINUTES)) as dock:
        first = await shown(dock, "0")
        for minute in ("1", "2"):
            await dock.ask_async(DockProgram.step)
            await shown(dock, minute)
        frames = dock.history.all(Frame)
        assert [(frame.number, frame.screen.texts()[0], frame.at - first.at) for frame in frames] == [
            (1, "0", 0),
            (2, "1", pytest.approx(60e9, abs=1e3)),
            (3, "2", pytest.approx(120e9, abs=1e3)),
        ]


async def test_time_goes_as_fast_as_it_can_and_stops_where_it_is_paused(app: Path) -> None:
    async with served(write(app, MINUTES)) as dock:
        await shown(dock, "0")
        await dock.ask(DockProgram.set_pace, Pace.FAST)
        await shown(dock, "100")
        await dock.ask(DockProgram.set_pace, Pace.PAUSED)
        paused = await dock.ask(lambda program: program.time_ns)
        assert await dock.ask(lambda program: program.time_ns) == paused


async def test_a_later_moment_is_jumped_to_and_an_earlier_one_starts_the_app_anew(app: Path) -> None:
    leap, new_year = 1_835_395_195.0, 946_684_800.0
    async with served(write(app, MINUTES)) as dock:
        await dock.ask_async(DockProgram.jump, leap)
        await shown(dock, "2028-2-28")
        await dock.ask_async(DockProgram.step)
        await shown(dock, "2028-2-29")
        await dock.ask_async(DockProgram.jump, new_year)
        assert (await shown(dock, "2000-1-1")).screen.texts()[0] == "0"
        assert [started.why for started in dock.history.all(AppStarted)] == [
            "the dock was switched on",
            "the clock was set back",
        ]


async def test_a_broken_app_is_reported_and_the_next_one_replaces_it(app: Path) -> None:
    async with served(write(app, SHOWS.format("first"))) as dock:
        await shown(dock, "first")
        write(app, "print('on')\nnothing.at_all()\n")
        await dock.restart("saved")
        broke = await seen(dock.history, AppBroke)
        assert broke.report == AppReport(
            problem="NameError: name 'nothing' is not defined",
            solution="Correct line 2 of app.py and save it: the app is started again.",
            file=app,
            line=2,
            source=((1, "print('on')"), (2, "nothing.at_all()")),
            traceback=broke.report.traceback,
        )
        assert broke.report.traceback.splitlines()[1:3] == [
            f'  File "{app}", line 2, in <module>',
            "    nothing.at_all()",
        ]
        write(app, "if:\n")
        await dock.restart("saved")
        report = (await seen(dock.history, AppBroke, lambda broke: "SyntaxError" in broke.report.problem)).report
        assert (report.problem, report.line) == ("SyntaxError: invalid syntax", 1)
        write(app, "import sys\nsys.exit()\n")
        await dock.restart("saved")
        await seen(dock.history, AppBroke, lambda broke: "sys.exit(None)" in broke.report.problem)
        await trio.Path(app).unlink()
        await dock.restart("deleted")
        report = (await seen(dock.history, AppBroke, lambda broke: "cannot read" in broke.report.problem)).report
        assert report.solution == "Write app.py there again: it is started when it is saved."
        write(app, SHOWS.format("second"))
        await dock.restart("saved")
        assert (await shown(dock, "second")).screen.texts() == ("second",)


async def test_nothing_of_the_old_app_goes_on_but_the_machine_does(app: Path) -> None:
    with silent_server() as listener:
        async with served(write(app, ASKS.format(url_of(listener)))) as dock:
            begun = await seen(dock.history, SpanStarted, lambda started: started.span.is_request)
            with await trio.to_thread.run_sync(request_at, listener):  # or it would fail without a network
                await dock.ask(lambda program: program.machine.set_network(None))
                write(app, SHOWS.format("second"))
                await dock.restart("saved")
                ended = await seen(dock.history, SpanEnded, lambda ended: ended.span.is_request)
            assert (ended.span.span_id, ended.span.cancelled) == (begun.span.span_id, True)
            await shown(dock, "second")
            kept = await dock.ask(lambda program: (program.machine.timezone, program.machine.address))
            assert kept == ("Japan", None)


async def test_each_dock_hears_what_its_own_app_prints(app: Path, tmp_path: Path) -> None:
    write(app, "print('mine')")
    other = write(tmp_path / "other.py", "print('yours')")
    with prints_heard():
        async with served(app) as dock, served(other) as second:
            await seen(dock.history, Printed, lambda printed: printed.text == "mine")
            await seen(second.history, Printed, lambda printed: printed.text == "yours")
            await seen(dock.history, Printed, lambda printed: printed.text == "\n")  # `print` writes it by itself
            assert {printed.text.strip() for printed in dock.history.all(Printed)} == {"mine", ""}


async def test_a_code_that_is_sent_runs_until_the_file_is_started_again(app: Path) -> None:
    async with served(write(app, SHOWS.format("file"))) as dock:
        await shown(dock, "file")
        await dock.replace_code(SHOWS.format("sent").encode())
        await shown(dock, "sent")
        await dock.restart("by hand")
        await seen(dock.history, Frame, lambda frame: (frame.number, frame.screen.texts()) == (3, ("file",)))


async def test_no_thread_is_left_when_a_dock_has_ended_even_in_a_request(app: Path) -> None:
    with silent_server() as listener:
        async with served(write(app, ASKS.format(url_of(listener)))) as dock:
            await seen(dock.history, SpanStarted, lambda started: started.span.is_request)
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith(("dock", "dl7450"))] == []
    with pytest.raises(trio.RunFinishedError):
        await dock.ask(lambda program: None)


@needs_micropython
async def test_an_app_in_micropython_is_shown_broken_and_mended(app: Path) -> None:
    source = SHOWS.replace('"{}"', "{}").format("__import__('sys').implementation.name")
    async with served(write(app, source), load=load_micropython_app) as dock:
        await shown(dock, "micropython")
        write(app, "raise ValueError('wrong')")
        await dock.restart("saved")
        broke = await seen(dock.history, AppBroke)
        assert "ValueError: wrong" in broke.report.problem
        write(app, source)
        await dock.restart("saved again")
        await seen(dock.history, Frame, lambda frame: frame.number == 3)
