"""Timers on virtual time: exact instants, cancelling, misuse."""

import math
import threading
from typing import Any

import pytest
import trio
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from trio.testing import MockClock

import dl7450
from dl7450 import http
from dl7450.wakeup import Timer, wakeup
from tests._scripted_network import ScriptedNetwork
from tests.conformance._scenario import ok
from tests.conformance._server import pause, request

URL = "http://dock.example/"


@pytest.mark.parametrize(
    ("time_ms", "repeat_ms", "fired"),
    [
        (0, 0, [0.0]),
        (1500, 0, [1.5]),
        (0, 2000, [0.0, 2.0, 4.0, 6.0]),
        (500, 2500, [0.5, 3.0, 5.5]),
        (8000, 1, []),
        (0.5, 3000.25, [0.0005, 3.00075, 6.001]),
    ],
)
async def test_a_timer_fires_at_exact_times(
    time_ms: int, repeat_ms: int, fired: list[float], autojump_clock: MockClock
) -> None:
    record: list[float] = []
    with trio.move_on_after(7):
        async with dl7450.open_dock() as dock:
            await dock.run_app(lambda: wakeup(lambda: record.append(dock.clock.current_time()), time_ms, repeat_ms))
    assert [round(seconds, 9) for seconds in record] == fired


async def test_firings_that_were_missed_are_left_out_and_the_rhythm_stays(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    """The first call takes 2.5 s of a timer that is due every second."""
    record: list[float] = []

    def task() -> None:
        record.append(dock.clock.current_time())
        if len(record) == 1:
            http.get(URL)

    network = ScriptedNetwork(nursery, (request, pause(2.5), ok()))
    with trio.move_on_after(6.5):
        async with dl7450.open_dock(network=network) as dock:
            await dock.run_app(lambda: wakeup(task, 1000, 1000))
    assert record == [1.0, 4.0, 5.0, 6.0]


async def test_a_cancelled_timer_fires_no_more(autojump_clock: MockClock) -> None:
    record: list[float] = []
    timers: list[Timer] = []

    def task() -> None:
        record.append(dock.clock.current_time())
        if len(record) == 3:
            timers[0].cancel()
            timers[0].cancel()

    async with dl7450.open_dock() as dock:
        await dock.run_app(lambda: timers.append(wakeup(task, 1000, 1000)))
        assert trio.current_time() == 3.0
    assert record == [1.0, 2.0, 3.0]
    timers[0].cancel()  # after the dock


async def test_a_timer_that_is_cancelled_when_it_is_due_is_not_called_and_has_no_span(
    nursery: trio.Nursery, autojump_clock: MockClock, tracer_provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    """It is due while the app blocks, and waits for the thread."""

    def app() -> None:
        timers = [Timer(never_called, 1000, repeat) for repeat in (0, 500)]
        http.get(URL)
        for timer in timers:
            timer.cancel()

    def never_called() -> None:
        raise AssertionError("called")

    network = ScriptedNetwork(nursery, (request, pause(3), ok()))
    async with dl7450.open_dock(network=network, tracer_provider=tracer_provider) as dock:
        await dock.run_app(app)
    assert "dl7450.timer" not in {span.name for span in exporter.get_finished_spans()}
    assert trio.current_time() == 3.0


async def test_a_timer_that_another_thread_cancels_just_before_its_call_is_not_called(
    autojump_clock: MockClock,
) -> None:
    """The span of the call is being started: the last thing that happens before it."""
    timers: list[Timer] = []

    class Cancels(Sampler):
        def should_sample(self, parent_context: Any, trace_id: int, name: str, *_: Any, **__: Any) -> SamplingResult:
            if name == "dl7450.timer":
                thread = threading.Thread(target=timers[0].cancel)
                thread.start()
                thread.join()
            return SamplingResult(Decision.DROP)

        def get_description(self) -> str:
            return "cancels the timer"

    def never_called() -> None:
        raise AssertionError("called")

    async with dl7450.open_dock(tracer_provider=TracerProvider(sampler=Cancels())) as dock:
        await dock.run_app(lambda: timers.append(wakeup(never_called, 1000)))


def test_a_timer_may_be_cancelled_when_its_loop_has_ended() -> None:
    timers: list[Timer] = []
    dl7450.run(lambda: timers.append(wakeup(print, 0)))
    timers[0].cancel()


async def test_a_timer_may_be_set_and_cancelled_by_any_thread(autojump_clock: MockClock) -> None:
    record: list[str] = []

    def app() -> None:
        thread = threading.Thread(target=in_thread)
        thread.start()
        thread.join()

    def in_thread() -> None:
        wakeup(lambda: record.append("one"), 1000)
        wakeup(lambda: record.append("two"), 2000).cancel()

    async with dl7450.open_dock() as dock:
        await dock.run_app(app)
    assert record == ["one"]


async def an_async_function() -> None: ...


MISUSE: list[tuple[tuple[Any, ...], type[Exception], str]] = [
    ((None, 1), TypeError, "task must be a function without parameters, not NoneType"),
    ((an_async_function, 1), TypeError, "task must be a plain function, not an async one: nobody would await it"),
    ((print, "1"), TypeError, "time_ms must be a number of milliseconds, not str"),
    ((print, True), TypeError, "time_ms must be a number of milliseconds, not bool"),
    ((print, 1, None), TypeError, "repeat_ms must be a number of milliseconds, not NoneType"),
    ((print, -1), ValueError, "time_ms must be 0 or more milliseconds, not -1"),
    ((print, math.nan), ValueError, "time_ms must be 0 or more milliseconds, not nan"),
    ((print, 0, -0.1), ValueError, "repeat_ms must be 0 or more milliseconds, not -0.1"),
    ((print, math.inf), ValueError, "time_ms must be at most 10000000000000 milliseconds, which are 317 years"),
    ((print, 0, 10**400), ValueError, "repeat_ms must be at most 10000000000000 milliseconds, which are 317 years"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), MISUSE)
@pytest.mark.parametrize("make", [Timer, wakeup])
def test_misuse_raises_at_the_call(make: Any, arguments: tuple[Any, ...], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as raised:
        make(*arguments)
    assert str(raised.value) == message
