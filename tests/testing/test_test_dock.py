"""What a plain test can say to its dock, and see of it."""

import queue
import threading
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trio
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import format_span_id
from PIL import Image

import dl7450
from dl7450 import http, splashscreen, wakeup
from dl7450 import time as dock_time
from dl7450._dock.loader import AppError
from dl7450._screen.state import ScreenState
from dl7450.datastore import ImageStore, KvStore
from dl7450.dock import DockInfo
from dl7450.http import Response
from dl7450.network import LAN
from dl7450.testing import Answer, MakeDock, TestDock, _driver, picture

URL = "http://content.example/a"


def nothing(_: object = None) -> None:
    pass


def show(text: str, y: int = 80) -> None:
    splashscreen.Splashscreen().add_text_box(text, {"x": 960, "y": y})


def show_status(response: Response) -> None:
    show(str(response.status_code()))


# Running apps


def test_an_app_is_a_file_beside_the_test_or_a_function(dock: TestDock, tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("import splashscreen\nsplashscreen.Splashscreen().add_text_box('from a file')\n")
    dock.run_app(app)
    assert dock.texts == ["from a file"]
    dock.run_app(lambda: show("from a function"))
    assert dock.texts == ["from a file", "from a function"]
    with pytest.raises(AppError, match=str(Path(__file__).parent / "missing.py")):
        dock.run_app("missing.py")


def test_what_the_module_raises_is_raised_where_the_app_raised_it(dock: TestDock) -> None:
    def app() -> None:
        splashscreen.Splashscreen().set_background(b"no picture")

    with pytest.raises(ValueError, match="no picture") as raised:
        dock.run_app(app)
    assert [entry.name for entry in raised.traceback if not entry.ishidden(raised)][-1] == "app"


def test_the_module_may_wait_for_answers(dock: TestDock) -> None:
    dock.route(URL).respond(delay=3)
    dock.run_app(lambda: show_status(http.get(URL)))
    assert (dock.elapsed, dock.texts) == (3, ["200"])


def test_a_module_that_does_not_return_fails(dock: TestDock) -> None:
    def app() -> None:
        while True:
            dock_time.sleep(60)

    with pytest.raises(AssertionError, match="has not returned after 3600 seconds of dock time"):
        dock.run_app(app)
    assert dock.elapsed == 3600


def test_without_wait_time_stands_still_while_the_module_waits(dock: TestDock) -> None:
    dock.route(URL).respond(delay=3)
    dock.run_app(lambda: show_status(http.get(URL)), wait=False)
    assert (dock.elapsed, dock.texts) == (0, [])
    dock.advance(3)
    assert dock.texts == ["200"]


def test_ctrl_c_stops_an_app_inside_a_blocking_request(dock: TestDock) -> None:
    dock.route(URL).respond(fault="hang")
    dock.run_app(lambda: show_status(http.get(URL)), wait=False)
    dock.advance(1)
    dock.press_ctrl_c()
    assert dock.span_tree() == (
        "dl7450.app\n  GET cancelled\n    DNS lookup content.example\n    socket connect 198.18.0.1:80"
    )
    assert dock.statistics().cancelled == 1
    assert dock.texts == []
    with pytest.raises(RuntimeError, match=r"this dock has stopped: make_dock\(\) makes another one"):
        dock.advance(1)


# Time


def test_a_clock_ticks_exactly(dock: TestDock) -> None:
    ticks: list[str] = []

    def app() -> None:
        wakeup.wakeup(lambda: ticks.append(dock_time.strftime("%H:%M:%S")), 1000, 1000)

    dock.run_app(app)
    dock.advance(0.999)
    assert ticks == []
    dock.advance(0.001)
    assert ticks == ["00:00:01"]
    dock.advance_to(datetime(2026, 1, 1, 0, 59, 59, tzinfo=UTC))
    assert (len(ticks), ticks[-1], dock.elapsed) == (3599, "00:59:59", 3599)
    dock.advance(minutes=1, seconds=1)
    assert (len(ticks), ticks[-1]) == (3660, "01:01:00")


def test_fractions_of_a_second_add_up(dock: TestDock) -> None:
    ticks: list[float] = []
    dock.run_app(lambda: wakeup.wakeup(lambda: ticks.append(dock.elapsed), 100, 100))
    for _ in range(10):
        dock.advance(0.3)
    assert ticks == [tenth / 10 for tenth in range(1, 31)]


def test_a_request_times_out_after_its_forty_seconds(dock: TestDock) -> None:
    dock.route(URL).respond(fault="hang")
    dock.run_app(lambda: http.get_async(URL, show_status))
    dock.advance(39.999)
    assert dock.texts == []
    dock.advance(0.001)
    assert dock.texts == ["28"]


def test_time_cannot_go_back(dock: TestDock) -> None:
    with pytest.raises(ValueError, match="time cannot go back by 1 seconds"):
        dock.advance(-1)
    with pytest.raises(ValueError, match="time cannot go back by 60 seconds"):
        dock.advance_to(datetime(2025, 12, 31, 23, 59, tzinfo=UTC))
    with pytest.raises(ValueError, match=r"2026-02-01 00:00:00 has no time zone: add tzinfo=datetime\.UTC"):
        dock.advance_to(datetime(2026, 2, 1))


def test_what_is_due_at_the_same_moment_happens_in_the_order_of_its_start(make_dock: MakeDock) -> None:
    urls = [f"http://{host}.example/{path}" for path in "ab" for host in ("one", "two", "three")]

    def once() -> list[str]:
        happened: list[str] = []
        dock = make_dock()
        dock.route("http://one.example/warm")
        dock.route("*").respond_with(lambda request: Answer(body=request.url, delay=1))

        def app() -> None:
            http.get("http://one.example/warm")  # its connection is open, those of the others are not
            for url in urls:
                wakeup.wakeup(lambda url=url: happened.append(f"timer {url}"), 1000)  # type: ignore[misc] # mypy#12557
                http.get_async(url, lambda response: happened.append(response.body().decode()))

        dock.run_app(app)
        dock.advance(1)
        return happened

    assert [once() for _ in range(10)] == [[*(f"timer {url}" for url in urls), *urls]] * 10


def test_an_app_that_never_rests_fails(dock: TestDock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_driver, "STUCK_AFTER", 0.2)
    dock.route(URL).respond(fault="refuse")

    def again(_: object) -> None:
        http.get_async(URL, again)

    with pytest.raises(AssertionError, match=r"the dock's time has not moved, as the app computes or blocks, or does"):
        dock.run_app(lambda: again(None))


def test_a_long_time_is_not_mistaken_for_an_app_that_never_rests(dock: TestDock) -> None:
    class Slow(queue.SimpleQueue[str]):
        """A result that takes three times as long as is waited for, while the dock's time moves."""

        waited = 0

        def get(self, block: bool = True, timeout: float | None = None) -> str:
            self.waited += 1
            if self.waited > 3:
                return "result"
            dock.advance(1)
            raise queue.Empty

    assert dock._driver._wait(Slow(), trio.CancelScope()) == "result"


# What fails a test


def test_what_a_callback_raises_is_raised_at_its_moment_and_the_dock_goes_on(dock: TestDock) -> None:
    def fail() -> None:
        raise KeyError(dock.elapsed)

    for moment in (2, 4):
        dock.run_app(lambda: wakeup.wakeup(fail, 2000, 3000))  # the app before is unloaded
        with pytest.raises(KeyError, match=f"{moment}.0"):
            dock.advance(3.5)
        assert dock.elapsed == moment
    assert dock.close() == []


def test_errors_that_the_test_did_not_see_are_problems(dock: TestDock) -> None:
    def fails_when_it_is_stopped() -> None:
        try:
            dock_time.sleep(60)
        finally:
            raise KeyError("lost")

    dock.run_app(fails_when_it_is_stopped, wait=False)
    (problem,) = dock.close()
    assert problem.startswith("an error that the test did not see:\nTraceback")
    assert problem.endswith("KeyError: 'lost'\n")
    assert dock.close() == []


def test_a_request_without_a_route_fails_at_once(dock: TestDock) -> None:
    dock.run_app(lambda: wakeup.wakeup(lambda: http.get_async(URL, nothing), 1000))
    with pytest.raises(AssertionError, match=rf"no route for GET {URL} \(at 1 s\)"):
        dock.advance(10)
    assert dock.elapsed == 1
    assert dock.close() == []


@pytest.mark.dl7450(unrouted="allow", unused_routes="allow")
def test_what_is_allowed_fails_nothing(dock: TestDock) -> None:
    dock.route("http://unused.example/")
    dock.run_app(lambda: http.get_async(URL, show_status))
    assert dock.texts == ["6"]


def start_seventeen() -> None:
    for _ in range(17):
        http.get_async(URL, show_status)


def test_the_seventeenth_request_fails_the_test(dock: TestDock) -> None:
    dock.route(URL).respond(delay=1)
    with pytest.raises(AssertionError) as failed:
        dock.run_app(start_seventeen)
    assert str(failed.value) == f"1 request was answered with 89, as 16 were in flight: {URL}"
    assert dock.close() == []


@pytest.mark.dl7450(rejected="allow")
def test_the_seventeenth_request_is_answered_with_89(dock: TestDock) -> None:
    dock.route(URL).respond(delay=1)
    dock.run_app(start_seventeen)
    assert dock.texts == ["89"]
    assert dock.statistics().in_flight == 16
    dock.advance(1)
    assert dock.statistics().in_flight == 0


def test_threads_that_the_app_leaves_behind_are_problems(dock: TestDock) -> None:
    go_on = threading.Event()
    threads = [threading.Thread(target=go_on.wait, name="left"), threading.Thread(target=nothing, name="ended")]

    def app() -> None:
        for thread in threads:
            thread.start()

    dock.run_app(app)
    assert dock.close() == ["left over when the dock had stopped: the thread 'left' that the app started"]
    go_on.set()
    threads[0].join()


def test_tasks_that_are_left_behind_are_problems(dock: TestDock) -> None:
    def answer(_: object) -> Answer:
        trio.lowlevel.spawn_system_task(trio.sleep_forever)
        return Answer()

    dock.route(URL).respond_with(answer)
    dock.run_app(lambda: http.get(URL))
    assert dock.close() == ["left over when the dock had stopped: the task trio.sleep_forever"]


@pytest.mark.parametrize(
    "_",
    [
        pytest.param(action, marks=pytest.mark.filterwarnings(f"{action}:the app's code did not return"))
        for action in ("ignore", "error")
    ],
)
def test_code_that_does_not_return_is_a_problem(dock: TestDock, monkeypatch: pytest.MonkeyPatch, _: str) -> None:
    monkeypatch.setattr(_driver, "STUCK_AFTER", 0.3)
    monkeypatch.setattr("dl7450._dock.app_thread.STOP_PATIENCE", 0.01)
    go_on = threading.Event()
    with pytest.raises(
        AssertionError, match=r"lets time pass\), and is here:\n.*\n.*dock\.run_app\(lambda: go_on\.wait"
    ):
        dock.run_app(lambda: go_on.wait())
    (problem,) = dock.close()
    assert problem.startswith(
        "left over when the dock had stopped: the app's code, which has not returned, and is here:"
    )
    go_on.set()


def test_a_mistake_in_a_server_breaks_the_dock_down(dock: TestDock) -> None:
    dock.route(URL).respond_with(lambda request: Answer(json=1 / 0))
    with pytest.raises(ZeroDivisionError):
        dock.run_app(lambda: http.get_async(URL, nothing))
    (problem,) = dock.close()
    assert "the dock broke down" in problem
    assert "ZeroDivisionError: division by zero" in problem


def test_a_dock_that_cannot_be_opened_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> object:
        raise OSError("broken")

    monkeypatch.setattr("dl7450.testing._test_dock.open_dock", broken)
    with pytest.raises(OSError, match="broken"):
        TestDock(tmp_path, lambda: tmp_path)


async def test_in_an_async_test_the_way_is_told(dock: TestDock) -> None:
    with pytest.raises(RuntimeError, match=r"in an async one, open a dock by dl7450\.open_dock"):
        dock.advance(1)


# The world around


@pytest.mark.dl7450(
    values={"city": "Oslo"}, images={"red": picture("red"), "blue": picture("blue", format="JPEG")}, dock_id="A" * 64
)
def test_a_marker_says_what_the_dock_is_like(dock: TestDock) -> None:
    seen: list[object] = []
    dock.run_app(
        lambda: seen.extend(
            [
                KvStore().get("city"),
                bytes(ImageStore().get("red")[0]),
                ImageStore().get("blue")[1].name,
                DockInfo().dock_id(),
            ]
        )
    )
    assert seen == ["Oslo", picture("red").data, "NONE", "A" * 64]


def test_options_of_a_dock_come_from_its_file_and_its_marker_and_its_call(
    make_dock: MakeDock, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    store = tmp_path / "dock.yaml"
    store.write_text('kv_store: {"a": "file", "b": "file"}\n')
    seen: list[str] = []
    make_dock(store=store, values={"b": "call"}).run_app(
        lambda: seen.extend(KvStore().get(key) for key in KvStore().list())
    )
    assert seen == ["file", "call"]
    with pytest.raises(ValueError, match=f"{tmp_path}/missing.yaml: the file cannot be read"):
        make_dock(store=tmp_path / "missing.yaml")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"ofline": True},
            "a dock has no option 'ofline': use store, values, images, dock_id, host, offline, "
            "micropython, heap, unrouted, unused_routes, rejected",
        ),
        ({"unrouted": False}, 'unrouted=False: use "fail" or "allow"'),
        ({"host": "here"}, "'here' is not a host status: use connected, none or suspended"),
    ],
)
def test_wrong_options_are_refused(make_dock: MakeDock, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  the whole message is compared
        make_dock(**options)  # type: ignore[arg-type] # they are wrong
    assert str(refused.value) == message


@pytest.mark.dl7450(host="connected")
def test_the_host_can_change(dock: TestDock) -> None:
    seen: list[int] = []
    dock.run_app(lambda: wakeup.wakeup(lambda: seen.append(DockInfo().host_status()), 0, 1000))
    dock.set_host("none")
    dock.advance(1)
    dock.set_host("suspended")
    dock.advance(1)
    assert seen == [DockInfo.HOST_CONNECTED, DockInfo.HOST_NOT_CONNECTED, DockInfo.HOST_CONNECTION_SUSPENDED]


def test_the_network_can_go_and_come_back(dock: TestDock) -> None:
    seen: list[object] = []
    dock.route(URL).respond(delay=2)

    def app() -> None:
        wakeup.wakeup(lambda: seen.append(bool(LAN().ifconfig()[0])), 0, 10_000)
        wakeup.wakeup(lambda: http.get_async(URL, lambda r: seen.append(r.status_code()), timeout=5), 0, 10_000)

    dock.run_app(app)
    dock.advance(1)
    dock.set_online(False)  # with a request in flight
    dock.advance(10)
    assert seen == [True, 28, False, 6]
    dock.set_online(True)
    dock.advance(12)
    assert seen == [True, 28, False, 6, True, 200]
    assert len(dock.requests) == 2, "nothing left the dock while it was offline"


@pytest.mark.dl7450(offline=True)
def test_a_dock_can_begin_without_a_network(dock: TestDock) -> None:
    dock.run_app(lambda: http.get_async("http://192.0.2.1/", show_status))
    assert (dock.texts, dock.requests) == (["7"], [])
    dock.route(URL)
    dock.set_online(True)
    dock.run_app(lambda: http.get_async(URL, show_status))
    assert dock.texts == ["200"]


def test_two_docks_do_not_see_each_other(make_dock: MakeDock) -> None:
    lobby, kitchen = (make_dock(values={"room": room}) for room in ("lobby", "kitchen"))

    def app() -> None:
        show(KvStore().get("room"))
        http.get_async(f"http://{KvStore().get('room')}.example/", show_status)

    for dock, room in ((lobby, "lobby"), (kitchen, "kitchen")):
        dock.route(f"http://{room}.example/").respond(201, delay=1)
        dock.run_app(app)
    lobby.advance(1)
    assert (lobby.texts, lobby.elapsed) == (["201"], 1)
    assert (kitchen.texts, kitchen.elapsed) == (["kitchen"], 0)
    kitchen.advance(2)
    assert kitchen.texts == ["201"]
    assert [[request.url for request in dock.requests] for dock in (lobby, kitchen)] == [
        ["http://lobby.example/"],
        ["http://kitchen.example/"],
    ]
    assert lobby.span_tree() == kitchen.span_tree().replace("kitchen", "lobby")


# What can be seen


def draw() -> None:
    splashscreen.Splashscreen().set_background(picture("navy").data)
    show("<b>Hello</b>")
    show("World", y=160)


def test_the_screen_is_seen_as_texts_boxes_and_a_background(dock: TestDock) -> None:
    assert (dock.screen, dock.texts, dock.boxes, dock.background) == (ScreenState(), [], {}, None)
    dock.run_app(draw)
    assert dock.texts == ["Hello", "World"]
    assert dock.boxes == {(960, 80): "Hello", (960, 160): "World"}
    assert dock.background == picture("navy")
    assert dock.frames == [dock.screen]
    assert dock.image().getpixel((0, 0)) == (0, 0, 128)


def test_a_frame_is_compared_with_a_picture_beside_the_test(tmp_path: Path) -> None:
    artifacts = tmp_path / "artifacts"
    artifacts.mkdir()

    def open_dock(app: Callable[[], object], *, update: bool = False) -> TestDock:
        dock = TestDock(tmp_path, lambda: artifacts, update_frames=update)
        dock.run_app(app)
        return dock

    docks = [open_dock(draw), open_dock(draw, update=True), open_dock(lambda: show("Other"))]
    drawn, updating, other = docks
    with pytest.raises(AssertionError, match=f"there is no frame {tmp_path}/frames/hello.png yet"):
        drawn.assert_frame("frames/hello.png")
    updating.assert_frame("frames/hello.png")
    written = (tmp_path / "frames/hello.png").stat().st_mtime_ns
    updating.assert_frame("frames/hello.png")
    drawn.assert_frame("frames/hello.png")
    assert (tmp_path / "frames/hello.png").stat().st_mtime_ns == written, "what is right is not written again"
    with pytest.raises(AssertionError) as failed:
        other.assert_frame("frames/hello.png")
    assert str(failed.value) == (
        f"the frame is not hello.png\n  expected:   {tmp_path}/frames/hello.png\n"
        f"  actual:     {artifacts}/hello.actual.png\n  difference: {artifacts}/hello.difference.png\n"
        "  if it is right, run pytest --dl7450-update"
    )
    with Image.open(artifacts / "hello.difference.png") as difference:
        assert difference.getpixel((0, 0)) == (255, 0, 0)
    assert [dock.close() for dock in docks] == [[], [], []]


def test_the_app_runs_in_the_context_of_the_test(dock: TestDock, tracer_provider: TracerProvider) -> None:
    variable: ContextVar[str] = ContextVar("variable")
    variable.set("of the test")
    seen: list[str] = []

    def app() -> None:
        seen.append(variable.get())
        wakeup.wakeup(lambda: seen.append(variable.get()), 1000)

    with tracer_provider.get_tracer("test").start_as_current_span("test") as span:
        dock.run_app(app)
    dock.advance(1)
    assert seen == ["of the test", "of the test"]
    assert dock.spans[0].parent_span_id == format_span_id(span.get_span_context().span_id)


def test_the_spans_are_seen_as_a_tree(dock: TestDock) -> None:
    dock.route(URL).respond(404)
    dock.route("http://content.example/b").respond(delay=1)

    def app() -> None:
        http.get_async("http://content.example/b", nothing)
        http.get_async(URL, show_status)

    dock.run_app(app)
    dock.advance(2)
    assert dock.span_tree("url.full") == (
        "dl7450.app\n"
        "  GET 200 url.full=http://content.example/b\n"
        "    DNS lookup content.example\n"
        "    socket connect 198.18.0.1:80\n"
        "    dl7450.callback\n"
        f"  GET !404 url.full={URL}\n"
        "    DNS lookup content.example\n"
        "    socket connect 198.18.0.1:80\n"
        "    dl7450.callback\n"
        "      dl7450.render"
    )
    request = dock.spans[1]
    assert (request.duration, request.attributes["http.response.status_code"]) == (1, 200)
    assert dock.requests[0].headers["traceparent"] == f"00-{request.trace_id}-{request.span_id}-01"


def test_an_app_uses_its_dock_also_when_others_are_open(dock: TestDock) -> None:
    async def main() -> None:
        async with dl7450.open_dock():
            await trio.to_thread.run_sync(dock.run_app, draw)

    trio.run(main)
    assert dock.texts == ["Hello", "World"]
