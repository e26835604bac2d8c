"""The app thread: one thing at a time, in the dock's order; what app code raises, and its traceback."""

import re
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from queue import SimpleQueue

import pytest
import trio
from trio.testing import MockClock

import dl7450
from dl7450 import http, splashscreen, time, wakeup
from dl7450._dock import app_thread
from dl7450._dock.agenda import Entry
from dl7450._dock.tracebacks import format_app_error, print_app_error
from dl7450._screen.state import ScreenState
from dl7450.http import Response
from tests._scripted_network import ScriptedNetwork
from tests.conformance._scenario import FINE, ok
from tests.conformance._server import pause, request

URL = "http://dock.example/"
SLOW_URL = "http://dock.example:81/"


async def on_new_dock(app: Callable[[], object], **options: object) -> None:
    async with dl7450.open_dock(**options) as dock:  # type: ignore[arg-type] # the options of open_dock
        await dock.run_app(app)


async def test_no_callback_no_timer_and_no_frame_comes_while_app_code_runs(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    """Answer and timer are due after one second, and the app blocks for five."""
    record: list[object] = []
    network = ScriptedNetwork(nursery, (request, pause(1), ok()), ports={81: (request, pause(5), ok())})
    screen = splashscreen.Splashscreen()

    def app() -> None:
        http.get_async(URL, on_complete)
        wakeup.wakeup(on_timer, 2000)
        screen.add_text_box("one")
        record.append("begin")
        http.get(SLOW_URL)
        record.append("end")

    def on_complete(response: Response) -> None:
        record.append("callback begins")
        screen.add_text_box("two")
        http.get(SLOW_URL)
        record.append("callback ends")

    def on_timer() -> None:
        record.append("timer")
        screen.add_text_box("three")

    def on_frame(frame: ScreenState) -> None:
        record.append(frame.texts())

    await on_new_dock(app, network=network, on_frame=on_frame)
    assert record == ["begin", "end", "callback begins", "callback ends", "timer", ("three",)]


async def test_a_frame_is_rendered_whenever_the_thread_goes_idle_and_the_screen_has_changed(
    autojump_clock: MockClock,
) -> None:
    record: list[object] = []
    screen = splashscreen.Splashscreen()

    def app() -> None:
        screen.add_text_box("app")
        wakeup.wakeup(lambda: screen.add_text_box("one"), 1000)
        wakeup.wakeup(lambda: screen.add_text_box("one"), 2000)  # changes nothing
        wakeup.wakeup(lambda: screen.add_text_box("two"), 3000)

    def on_frame(frame: ScreenState) -> None:
        record.append((frame.texts(), dock.clock.current_time()))

    async with dl7450.open_dock(on_frame=on_frame) as dock:
        await dock.run_app(app)
        assert dock.frame is not None
        assert (dock.frame.texts(), dock.frames_rendered) == (("two",), 3)
    assert record == [(("app",), 0.0), (("one",), 1.0), (("two",), 3.0)]


async def test_app_code_runs_on_one_thread_of_its_own(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    threads: list[threading.Thread] = []

    def note(*_: object) -> None:
        threads.append(threading.current_thread())

    def app() -> None:
        note()
        splashscreen.Splashscreen().add_text_box("text")
        http.get_async(URL, note)
        wakeup.wakeup(note, 5)

    async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE), on_frame=note) as dock:
        await dock.run_app(app)
        await dock.run_app(note)
    assert len(threads) == 5
    [thread] = set(threads)
    assert thread is not threading.current_thread()


async def test_a_dock_without_an_app_has_no_thread(nursery: trio.Nursery) -> None:
    before = threading.active_count()
    async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE)) as dock:
        await dock.http.get(URL)
        assert threading.active_count() == before


async def test_what_an_app_raises_is_raised_by_run_app_and_the_dock_goes_on(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    record: list[str] = []

    def app() -> None:
        wakeup.wakeup(lambda: record.append("timer"), 1000)
        raise LookupError("app")

    async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE)) as dock:
        with pytest.raises(LookupError, match=r"^app$"):
            await dock.run_app(app)
        await dock.run_app(lambda: record.append("next app"))
    assert record == ["next app"]


def fails_in_a_callback() -> None:
    http.get_async(URL, fail)


def fails_in_a_timer() -> None:
    wakeup.wakeup(fail, 0)


def fail(*_: object) -> None:
    raise LookupError("called")


@pytest.mark.parametrize("app", [fails_in_a_callback, fails_in_a_timer])
async def test_what_a_callback_raises_stops_the_dock(app: Callable[[], None], nursery: trio.Nursery) -> None:
    async def program() -> None:
        async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE)) as dock:
            await dock.run_app(app)
            await trio.sleep_forever()

    with pytest.raises(LookupError, match=r"^called$"):
        await program()


@pytest.mark.parametrize("app", [fails_in_a_callback, fails_in_a_timer])
async def test_with_on_error_the_dock_goes_on_after_what_a_callback_raises(
    app: Callable[[], None], nursery: trio.Nursery
) -> None:
    errors: list[str] = []

    def on_error(error: Exception) -> None:
        assert trio.lowlevel.in_trio_run()
        errors.append(repr(error))

    async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE), on_error=on_error) as dock:
        await dock.run_app(app)
        await dock.run_app(app)
    assert errors == ["LookupError('called')"] * 2


async def test_what_on_frame_raises_is_treated_like_what_a_callback_raises() -> None:
    def app() -> None:
        splashscreen.Splashscreen().add_text_box("text")

    with pytest.raises(LookupError, match=r"^called$"):
        await on_new_dock(app, on_frame=fail)
    errors: list[Exception] = []
    await on_new_dock(app, on_frame=fail, on_error=errors.append)
    assert list(map(repr, errors)) == ["LookupError('called')"]


async def test_a_frame_is_kept_whose_on_frame_raised() -> None:
    errors: list[Exception] = []
    async with dl7450.open_dock(on_frame=fail, on_error=errors.append) as dock:
        await dock.run_app(lambda: splashscreen.Splashscreen().add_text_box("text"))
        assert dock.frame is not None
        assert (dock.frame.texts(), dock.frames_rendered, len(errors)) == (("text",), 1, 1)


async def test_what_on_error_raises_stops_the_dock(nursery: trio.Nursery) -> None:
    def on_error(error: Exception) -> None:
        raise BrokenPipeError("nobody reads")

    with pytest.raises(BrokenPipeError, match=r"^nobody reads$"):
        await on_new_dock(fails_in_a_timer, on_error=on_error)


async def test_an_app_may_exit() -> None:
    with pytest.raises(SystemExit):
        await on_new_dock(sys.exit)


async def test_the_error_of_an_app_is_not_lost_when_nobody_waits_for_the_app_any_more(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    def app() -> None:
        http.get(URL, timeout=5)
        raise LookupError("late")

    async def program() -> None:
        async with dl7450.open_dock(network=ScriptedNetwork(nursery, (request,))) as dock:
            with trio.move_on_after(1):
                await dock.run_app(app)

    with pytest.raises(LookupError, match=r"^late$"):
        await program()
    assert trio.current_time() == 5


async def run_as_app(dock: dl7450.Dock, function: Callable[[], None]) -> None:
    await dock.run_app(function)


async def run_as_timer(dock: dl7450.Dock, function: Callable[[], None]) -> None:
    await dock.run_app(lambda: wakeup.wakeup(function, 0))


@pytest.mark.parametrize("start", [run_as_app, run_as_timer])
async def test_the_error_of_an_app_that_stops_with_its_dock_is_not_lost(
    start: Callable[[dl7450.Dock, Callable[[], None]], Awaitable[None]], nursery: trio.Nursery
) -> None:
    def app() -> None:
        try:
            http.get(URL)
        finally:
            raise LookupError("clean-up")

    async def program() -> None:
        network = ScriptedNetwork(nursery, (request,))
        async with dl7450.open_dock(network=network) as dock:
            dock.start_soon(start, dock, app)
            await network.log.until(1)
            stop.cancel()
            await trio.sleep_forever()

    for _ in range(20):  # threads decide anew each time which comes first
        with pytest.raises(LookupError, match=r"^clean-up$"), trio.CancelScope() as stop:
            await program()


async def test_the_error_of_an_app_that_comes_with_the_cancellation_of_its_caller_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    errors: list[Exception] = []
    has_failed = threading.Event()

    class Jobs(SimpleQueue[Callable[[], object] | None]):
        def get(self, block: bool = True, timeout: float | None = None) -> Callable[[], object] | None:
            has_failed.set()  # whatever the job before did is known to the Trio thread
            return super().get(block, timeout)

    monkeypatch.setattr(app_thread, "SimpleQueue", Jobs)

    async def program() -> None:
        begun, go_on = threading.Event(), threading.Event()

        def app() -> None:
            begun.set()
            go_on.wait()
            raise LookupError

        async def cancel(scope: trio.CancelScope) -> None:
            await trio.testing.wait_all_tasks_blocked()
            await trio.to_thread.run_sync(begun.wait)
            has_failed.clear()
            go_on.set()
            has_failed.wait()  # on the Trio thread, which so hears of both at one time
            scope.cancel()

        async with dl7450.open_dock(on_error=errors.append) as dock:
            with trio.CancelScope() as scope:
                dock.start_soon(cancel, scope)
                try:
                    await dock.run_app(app)
                except LookupError as error:
                    errors.append(error)

    for _ in range(20):  # Trio decides anew each time which it sees first
        await program()
    assert len(errors) == 20


async def test_an_app_whose_caller_was_cancelled_before_it_began_does_not_begin() -> None:
    record: list[str] = []
    go_on = threading.Event()
    async with dl7450.open_dock() as dock:
        dock.start_soon(dock.run_app, go_on.wait)
        await trio.testing.wait_all_tasks_blocked()
        with trio.CancelScope() as given_up:
            dock.start_soon(cancel_when_all_wait, given_up)
            await dock.run_app(lambda: record.append("given up"))
        go_on.set()
        await dock.run_app(lambda: record.append("next"))
    assert record == ["next"]


async def cancel_when_all_wait(scope: trio.CancelScope) -> None:
    await trio.testing.wait_all_tasks_blocked()
    scope.cancel()


async def test_virtual_time_goes_on_while_an_app_waits_for_a_thread_that_waits_for_the_dock(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    def app() -> None:
        for target in (lambda: time.sleep(1), lambda: http.get(URL, timeout=2)):
            thread = threading.Thread(target=target, daemon=True)
            thread.start()
            thread.join()

    await on_new_dock(app, network=ScriptedNetwork(nursery, (request,)))
    assert trio.current_time() == 3.0


APP = """\
import http

def on_complete(response):
    show(response)

def show(response):
    try:
        {}[response.status_code()]
    except KeyError as error:
        raise ValueError("no such picture") from error

http.get_async("http://dock.example/", on_complete)
"""


@pytest.mark.parametrize("folder", ["apps", "dl7450_apps"])
async def test_the_traceback_of_an_app_shows_its_code_only(
    folder: str, tmp_path: Path, nursery: trio.Nursery, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / folder / "app.py"
    path.parent.mkdir()
    path.write_text(APP)
    network = ScriptedNetwork(nursery, FINE)
    async with dl7450.open_dock(network=network, on_error=print_app_error) as dock:
        await dock.run_app(path)
    shown = re.sub(r" *[~^]+\n", "", capsys.readouterr().err)  # which part of a line is meant: Python 3.13 marks more
    assert shown == (
        "Traceback (most recent call last):\n"
        f'  File "{path}", line 8, in show\n'
        "    {}[response.status_code()]\n"
        "KeyError: 200\n"
        "\n"
        "The above exception was the direct cause of the following exception:\n"
        "\n"
        "Traceback (most recent call last):\n"
        f'  File "{path}", line 4, in on_complete\n'
        "    show(response)\n"
        f'  File "{path}", line 10, in show\n'
        '    raise ValueError("no such picture") from error\n'
        "ValueError: no such picture\n"
    )


async def test_the_traceback_of_a_call_that_is_refused_ends_where_the_app_calls(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_text("import http\nhttp.get(5)\n")
    async with dl7450.open_dock() as dock:
        with pytest.raises(TypeError) as raised:
            await dock.run_app(path)
    # Newer Pythons underline the call.
    lines = [line for line in format_app_error(raised.value).splitlines() if line.strip(" ~^")]
    assert lines[-3:] == [
        f'  File "{path}", line 2, in <module>',
        "    http.get(5)",
        "TypeError: url must be a str, not int",
    ]


async def test_the_traceback_of_an_app_beside_the_library_is_shown(nursery: trio.Nursery) -> None:
    path = f"{Path(dl7450.__file__).parent}_app.py"
    code = compile("raise ValueError('mine')", path, "exec")
    with pytest.raises(ValueError, match=r"^mine$") as raised:
        await on_new_dock(lambda: exec(code))
    assert f'File "{path}", line 1' in format_app_error(raised.value)


async def test_nothing_is_due_in_a_dock_that_has_ended(autojump_clock: MockClock) -> None:
    """Else virtual time would stand still for all docks of the run: nobody gives the job to the thread any more."""
    async with dl7450.open_dock() as dock:
        thread = dock._app_calls.thread
        thread.add(Entry(trio.current_time() + 60, 0, print))
        await trio.testing.wait_all_tasks_blocked()
    thread.add(Entry(trio.current_time(), 1, print))
    assert thread.blocked
