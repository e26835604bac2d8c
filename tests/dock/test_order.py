"""What comes first of what is due at one moment is decided by the dock's rule, and not by which task was quicker."""

from collections.abc import Callable
from functools import partial

from trio.testing import MockClock

import dl7450
from dl7450 import http, splashscreen, wakeup
from dl7450._dock.agenda import CALLS_BEFORE_RENDER, Agenda, Entry
from dl7450._screen.state import ScreenState
from dl7450.http import Response
from dl7450.testing import MakeDock, Routes

URL = "http://content.example/a"


def show(text: str, y: int = 80) -> None:
    splashscreen.Splashscreen().add_text_box(text, {"x": 960, "y": y})


def draws_and_sets_a_timer() -> None:
    show("module")
    wakeup.wakeup(partial(show, "timer"), 0)


async def frames_of(app: Callable[[], object]) -> list[tuple[str, ...]]:
    frames: list[ScreenState] = []
    async with dl7450.open_dock(on_frame=frames.append) as dock:
        await dock.run_app(app)
    return [frame.texts() for frame in frames]


async def test_what_is_due_when_the_module_returns_comes_before_the_render(autojump_clock: MockClock) -> None:
    for _ in range(20):
        assert await frames_of(draws_and_sets_a_timer) == [("timer",)]


async def test_so_it_is_on_a_real_clock() -> None:
    for _ in range(20):
        assert await frames_of(draws_and_sets_a_timer) == [("timer",)]


def test_and_so_it_is_in_a_plain_test(make_dock: MakeDock) -> None:
    for _ in range(20):
        dock = make_dock()
        dock.run_app(draws_and_sets_a_timer)
        assert [frame.texts() for frame in dock.frames] == [("timer",)]


async def test_timers_of_one_moment_are_one_frame_though_fractions_do_not_add_up(autojump_clock: MockClock) -> None:
    """Three times 0.1 is more than 0.3."""

    def app() -> None:
        wakeup.wakeup(partial(show, "three", 300), 300)
        ticks = [wakeup.wakeup(lambda: tick(), 100, 100)]
        done: list[str] = []

        def tick() -> None:
            done.append("tick")
            show(" ".join(done))
            if len(done) == 3:
                ticks[0].cancel()

    assert await frames_of(app) == [("tick",), ("tick tick",), ("tick tick tick", "three")]


async def test_answers_of_one_moment_call_back_in_the_order_of_asking(autojump_clock: MockClock) -> None:
    urls = [f"http://{host}.example/{path}" for path in "ab" for host in ("one", "two", "three")]
    routes = Routes()
    for url in urls:
        routes.route(url).respond(delay=1)

    async def called() -> list[str]:
        record: list[str] = []

        def app() -> None:
            for url in urls:
                http.get_async(url, partial(note, url))
            wakeup.wakeup(lambda: record.append("timer"), 1000)

        def note(url: str, response: Response) -> None:
            record.append(url)

        async with dl7450.open_dock(transport=routes.transport()) as dock:
            await dock.run_app(app)
        return record

    for _ in range(20):
        assert await called() == [*urls, "timer"]


def test_spans_begin_in_one_order(make_dock: MakeDock) -> None:
    """Those of connections, and those of the requests that the app starts meanwhile."""

    def ids() -> list[tuple[str, str]]:
        dock = make_dock()
        for number in range(4):
            dock.route(f"http://host{number}.example/").respond(delay=number % 2)
        dock.run_app(app)
        dock.advance(5)
        return [(span.name, span.span_id) for span in dock.spans]

    def app() -> None:
        for number in range(4):
            http.get_async(f"http://host{number}.example/", lambda response: None)
            show(str(number))

    first = ids()
    assert len(first) == 1 + 4 * 4 + 1
    assert [ids() for _ in range(20)] == [first] * 20


def test_an_app_whose_timers_set_each_other_is_drawn_all_the_same() -> None:
    """Nothing is ever not due."""
    drawn: list[int] = []
    agenda = Agenda(lambda: lambda: drawn.append(len(called)))
    called: list[str] = []

    def timer() -> None:
        called.append("timer")
        agenda.add(Entry(0.0, agenda.number(), timer))

    agenda.add(Entry(0.0, agenda.number(), timer))
    for _ in range(2 * (CALLS_BEFORE_RENDER + 1)):
        job = agenda.next_job(0.0)
        assert job is not None
        job()
    assert drawn == [CALLS_BEFORE_RENDER, 2 * CALLS_BEFORE_RENDER]


def test_an_agenda_goes_by_moments_then_by_numbers_and_the_render_is_last() -> None:
    record: list[str] = []
    changed = ["once"]
    agenda = Agenda(lambda: partial(record.append, f"render {changed.pop()}") if changed else None)
    for due, number, name in ((2.0, 0, "later"), (1.0, 3, "third"), (1.0, 1, "first"), (1.0, 2, "second")):
        agenda.add(Entry(due, number, partial(record.append, name)))
    removed = Entry(1.0, 5, partial(record.append, "removed"))
    agenda.add(removed)
    assert [agenda.remove(removed), agenda.remove(removed)] == [True, False]
    while (job := agenda.next_job(1.0)) is not None:
        job()
    assert (record, agenda.next_due) == (["first", "second", "third", "render once"], 2.0)
