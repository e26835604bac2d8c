"""Runs a program against real docks in a simulated world, and says what it broke.

Everything below the dock's network seam and beside its threads is simulated: time, the network, who goes first. All
above is the real thing. What must hold (`_rules`) is checked after every step of every task.
"""

import logging
import traceback

import trio
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.trace import SpanKind
from trio.testing import MockClock

from dl7450._dock.dock import open_docks
from dl7450._trio.clock import _holds
from tests.simulation._dock_run import DockRun
from tests.simulation._program import Program
from tests.simulation._rules import DockRules, Request, Story
from tests.simulation._seeded_threads import SeededThreads, deterministic

END = 2000.0  # seconds of virtual time: whatever is still going on then hangs


class World(SpanProcessor, trio.abc.Instrument):
    """One run of a program, and its `story`."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.clock = MockClock(autojump_threshold=0)
        self.story = Story(self.clock)
        self.steps = 0
        self._requests: list[Request] = []
        tracer_provider = TracerProvider(resource=Resource.get_empty(), shutdown_on_exit=False)
        tracer_provider.add_span_processor(self)
        self._rules: list[DockRules] = []
        self._docks: list[DockRun] = []
        for index, plan in enumerate(program.docks):
            rules = DockRules(index, plan, program.hosts, self.story)
            self._rules.append(rules)
            self._docks.append(DockRun(plan, program.hosts, self._requests, rules, self.story, tracer_provider))

    async def run(self, turns: SeededThreads) -> None:
        """Run the program to its end."""
        tasks = trio.lowlevel.current_statistics().tasks_living
        try:
            with trio.fail_after(END):
                async with trio.open_nursery() as nursery:
                    for dock in self._docks:
                        nursery.start_soon(dock.live)
        except* trio.TooSlowError:
            self.story.violate("something hangs")
        await trio.testing.wait_all_tasks_blocked()
        left = {
            "threads": turns.alive,
            "tasks": trio.lowlevel.current_statistics().tasks_living - tasks,
            "docks": len(open_docks),
            "holds of the clock": holds.still + holds.flowing if (holds := _holds.get(self.clock)) else 0,
        }
        for name, count in left.items():
            if count:
                self.story.violate(f"{name} left when all docks were closed: {count}")
        for rules in self._rules:
            rules.check_over()

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        self.steps += 1
        for dock in self._docks:
            dock.check_step()

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if span.kind is SpanKind.CLIENT:
            request = self._request_of(span)
            request.rules.span_starts(request, span)

    def on_end(self, span: ReadableSpan) -> None:
        if span.kind is SpanKind.CLIENT:
            request = self._request_of(span)
            request.rules.span_ends(request, span)

    def _request_of(self, span: ReadableSpan) -> Request:
        assert span.attributes is not None
        return self._requests[int(str(span.attributes["url.full"]).rpartition("/")[2])]


class _LogIsViolation(logging.Handler):
    """What a library logs as a warning (a span that ended twice, an instrument that failed) breaks a rule."""

    def __init__(self, story: Story) -> None:
        super().__init__(logging.WARNING)
        self._story = story

    def emit(self, record: logging.LogRecord) -> None:
        self._story.violate(f"logged: {self.format(record)}")


def simulate(program: Program) -> World:
    """Run a program. Its story then says what it broke: `violations`, the first of them the cause."""
    world = World(program)
    handler = _LogIsViolation(world.story)
    logging.getLogger().addHandler(handler)
    try:
        with deterministic(program.schedule) as turns:
            trio.run(world.run, turns, clock=world.clock, instruments=[turns, world])
    except Exception as error:
        world.story.violate("raised:\n" + "".join(traceback.format_exception(error)))
    finally:
        logging.getLogger().removeHandler(handler)
    return world
