"""Who blocks the Trio loop, and where: a thread that looks at the stack while the step is still running.

When the loop itself finds out that a step took too long, the step is over and its stack gone. So one thread watches:
once a step has lasted for the threshold, it takes the stack of the task and puts the event `trio.blocked` on the span
that is current in the task *at that moment*, even if that span ends before the next checkpoint. When the step ends, the
loop adds `trio.unblocked` with the duration.

A C extension that keeps the GIL stops this thread too: then the event comes when the step is over, without a stack.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from functools import cache
from types import FrameType
from typing import NamedTuple, Self, TypeAlias

import trio
from opentelemetry import context, trace

BLOCKED = "trio.blocked"
UNBLOCKED = "trio.unblocked"
TASK_NAME = "trio.task.name"
CODE_STACKTRACE = "code.stacktrace"  # of the stable semantic conventions
DURATION = "trio.blocked.duration"

logger = logging.getLogger("dl7450_telemetry.trio")

# One step of one task, and the moment when it started; its identity tells two steps apart. Not a class of its own,
# because one is made for every step, and a tuple costs a tenth.
Step: TypeAlias = tuple[trio.lowlevel.Task, float]


class _Report(NamedTuple):
    """What has been reported of a blocking step: the span that has the event, if one was recording."""

    step: Step
    span: trace.Span | None
    stack: str


class Watchdog:
    """A context manager: the thread lives as long as its block. An infinite threshold needs no thread.

    The loop sets `step` before a task's step and clears it after; it is all that the two threads share without a lock,
    because the loop does so for every step.
    """

    def __init__(self, threshold: float, perf_counter: Callable[[], float]) -> None:
        self.threshold = threshold
        self.step: Step | None = None
        self._perf_counter = perf_counter
        self._loop_thread = threading.get_ident()
        self._lock = threading.Lock()
        self._reported: _Report | None = None
        self._closing = threading.Event()
        # A daemon only so that a run which is never finished cannot keep the interpreter from exiting.
        self._thread = threading.Thread(target=self._watch, name="dl7450_telemetry.trio watchdog", daemon=True)

    def __enter__(self) -> Self:
        if self.threshold < threading.TIMEOUT_MAX:
            self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._closing.wait(self.look()):
            pass

    def look(self) -> float:
        """Report the running step if it is blocking.

        A step that begins while the thread is asleep is seen at most one threshold later, and the next look is then
        exactly when it has lasted for the threshold: the thread wakes up once per threshold, not per step.

        Returns:
            Seconds until the next look.
        """
        step = self.step
        if step is None or (self._reported is not None and self._reported.step is step):
            return self.threshold
        task, started = step
        if (remaining := started + self.threshold - self._perf_counter()) > 0:
            return remaining
        stack = self._stack(task)
        with self._lock:
            if stack and self.step is step:  # else it has ended meanwhile
                self._reported = self._report(step, {CODE_STACKTRACE: stack})
        return self.threshold

    def step_was_blocking(self, step: Step, duration: float) -> None:
        """Report a step that has ended, as the loop does.

        Parameters:
            step: the step.
            duration: seconds that it took, at least the threshold.
        """
        with self._lock:
            report, self._reported = self._reported, None
        task = step[0]
        if report is None:
            report = self._report(step, {})
        if report.span is None:
            logger.warning("Task %s blocked the Trio loop for %.3f s\n%s", task.name, duration, report.stack)
        elif report.span.is_recording():
            report.span.add_event(UNBLOCKED, {TASK_NAME: task.name, DURATION: duration})

    def _report(self, step: Step, stack: dict[str, str]) -> _Report:
        task = step[0]
        span = trace.get_current_span(otel_context_of(task))
        if not span.is_recording():
            return _Report(step, None, stack.get(CODE_STACKTRACE, "(no stack: something held the GIL)"))
        span.add_event(BLOCKED, {TASK_NAME: task.name, **stack})
        return _Report(step, span, "")

    def _stack(self, task: trio.lowlevel.Task) -> str:
        """The task's own frames, outermost first, without those of `trio.run`. Empty if the task is not running."""
        outermost: FrameType | None = task.coro.cr_frame
        frames = []
        for frame, line in traceback.walk_stack(sys._current_frames()[self._loop_thread]):
            frames.append((frame, line))
            if frame is outermost:
                return "".join(traceback.StackSummary.extract(reversed(frames)).format())
        return ""


def otel_context_of(task: trio.lowlevel.Task) -> context.Context:
    """The OpenTelemetry context that is current in `task`, asked from outside of it, on any thread."""
    return task.context.get(_otel_context_variable(), context.Context())


@cache
def _otel_context_variable() -> ContextVar[context.Context]:
    # The API tells the current context only to the code that runs in it. So put a mark where the API puts its
    # contexts, and see which variable has it: that variable can be read in any task's context.
    mark = context.Context()
    token = context.attach(mark)
    try:
        return next(variable for variable, value in copy_context().items() if value is mark)
    finally:
        context.detach(token)
