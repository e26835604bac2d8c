"""The watchdog: which span gets the event, with which stack, and when none does."""

import logging
import threading
import time
from itertools import pairwise

import pytest
import trio
from opentelemetry import trace
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.trace import Span

from dl7450_telemetry import instrument_trio
from dl7450_telemetry.trio._watchdog import Watchdog
from tests.telemetry.trio._fakes import FakeCounter, Tracing


def block_until_seen(span: trace.Span) -> None:
    """Keep the loop until the watchdog has seen it; far beyond what the busiest machine needs, give up."""
    assert isinstance(span, Span)
    for _ in range(60_000):
        if span.events:
            return
        time.sleep(0.001)


async def test_the_span_of_that_moment_gets_the_stack_even_if_it_ends_in_the_same_step() -> None:
    tracing, counter = Tracing(), FakeCounter()
    with (
        instrument_trio(meter_provider=NoOpMeterProvider(), block_threshold=0.01, perf_counter=counter),
        tracing.tracer.start_as_current_span("timer"),
    ):
        with tracing.tracer.start_as_current_span("render") as render:
            counter.advance(0.5)
            block_until_seen(render)
        await trio.lowlevel.checkpoint()

    events = tracing.events()
    [(name, attributes)] = events["render"]
    stack = str(attributes.pop("code.stacktrace")).splitlines()
    assert (name, attributes) == ("trio.blocked", {"trio.task.name": trio.lowlevel.current_task().name})
    assert any(line.endswith(" in block_until_seen") for line in stack)
    assert events["timer"] == []


async def test_a_span_that_goes_on_is_told_how_long_it_was() -> None:
    tracing, counter = Tracing(), FakeCounter()
    with (
        instrument_trio(meter_provider=NoOpMeterProvider(), block_threshold=0.01, perf_counter=counter),
        tracing.tracer.start_as_current_span("render") as render,
    ):
        counter.advance(0.5)
        block_until_seen(render)
        await trio.lowlevel.checkpoint()

    [(blocked, _), unblocked] = tracing.events()["render"]
    assert blocked == "trio.blocked"
    assert unblocked == (
        "trio.unblocked",
        {"trio.task.name": trio.lowlevel.current_task().name, "trio.blocked.duration": 0.5},
    )


async def test_the_stack_is_the_task_s_own_from_its_first_line_to_the_running_one() -> None:
    tracing, counter = Tracing(), FakeCounter()
    watchdog = Watchdog(threshold=1, perf_counter=counter)

    async def outer() -> None:
        await inner()

    async def inner() -> None:
        watchdog.step = (trio.lowlevel.current_task(), counter.now)
        counter.advance(1)
        with tracing.tracer.start_as_current_span("span"):
            assert watchdog.look() == 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(outer)
    [(_, attributes)] = tracing.events()["span"]
    lines = str(attributes["code.stacktrace"]).splitlines()
    assert [line.strip() for frame, line in pairwise(lines) if f'File "{__file__}"' in frame] == [
        "await inner()",
        "assert watchdog.look() == 1",
    ]


async def test_it_looks_again_when_the_running_step_would_be_blocking_and_reports_it_once() -> None:
    tracing, counter = Tracing(), FakeCounter()
    watchdog = Watchdog(threshold=1, perf_counter=counter)
    with tracing.tracer.start_as_current_span("span"):
        looks = [watchdog.look()]
        watchdog.step = (trio.lowlevel.current_task(), counter.now)
        for seconds in (0.25, 0.5, 0.25, 4):
            counter.advance(seconds)
            looks.append(watchdog.look())
    assert looks == [1, 0.75, 0.25, 1, 1]
    assert [name for name, _ in tracing.events()["span"]] == ["trio.blocked"]


async def test_a_step_that_ended_while_it_looked_is_not_reported() -> None:
    class TooLate(Watchdog):
        def _stack(self, task: trio.lowlevel.Task) -> str:
            self.step = None
            return super()._stack(task)

    tracing, counter = Tracing(), FakeCounter()
    watchdog = TooLate(threshold=1, perf_counter=counter)
    with tracing.tracer.start_as_current_span("span"):
        watchdog.step = (trio.lowlevel.current_task(), counter.now)
        counter.advance(1)
        watchdog.look()
    assert tracing.events() == {"span": []}


async def test_a_task_that_is_not_on_the_stack_is_not_reported() -> None:
    tracing, counter = Tracing(), FakeCounter()
    watchdog = Watchdog(threshold=1, perf_counter=counter)
    with tracing.tracer.start_as_current_span("span"):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            await trio.testing.wait_all_tasks_blocked()
            [sleeper] = nursery.child_tasks
            watchdog.step = (sleeper, counter.now)
            counter.advance(1)
            watchdog.look()
            nursery.cancel_scope.cancel()
    assert tracing.events() == {"span": []}


async def test_what_the_thread_could_not_see_is_reported_without_a_stack() -> None:
    tracing = Tracing()
    task = trio.lowlevel.current_task()
    with tracing.tracer.start_as_current_span("span"):
        Watchdog(threshold=1, perf_counter=FakeCounter()).step_was_blocking((task, 0), duration=2)
    assert tracing.events() == {
        "span": [
            ("trio.blocked", {"trio.task.name": task.name}),
            ("trio.unblocked", {"trio.task.name": task.name, "trio.blocked.duration": 2}),
        ]
    }


async def test_without_a_span_it_is_a_warning_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    counter = FakeCounter()
    watchdog = Watchdog(threshold=1, perf_counter=counter)
    task = trio.lowlevel.current_task()
    step = watchdog.step = (task, counter.now)
    counter.advance(1)
    watchdog.look()
    watchdog.step_was_blocking(step, duration=1.5)
    watchdog.step_was_blocking(step, duration=2)
    seen, unseen = caplog.records
    message, *stack = seen.getMessage().splitlines()
    assert message == f"Task {task.name} blocked the Trio loop for 1.500 s"
    assert "    watchdog.look()" in stack
    assert (unseen.name, unseen.levelno, unseen.getMessage()) == (
        "dl7450_telemetry.trio",
        logging.WARNING,
        f"Task {task.name} blocked the Trio loop for 2.000 s\n(no stack: something held the GIL)",
    )


async def test_without_a_threshold_no_thread_watches() -> None:
    threads = threading.enumerate()
    with instrument_trio(meter_provider=NoOpMeterProvider(), block_threshold=None):
        assert threading.enumerate() == threads
