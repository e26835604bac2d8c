"""OpenTelemetry for the Trio run loop: lag, steps and living tasks as metrics, blocked loops as span events.

Trio tells an instrument what its scheduler does (`trio.abc.Instrument`); this file turns that into the metrics below. A
*step* is what a task does between two checkpoints: nothing else in the run can happen meanwhile, so its duration is
what every other task may have to wait.

| metric | instrument | |
|---|---|---|
| `trio.scheduler.lag` | histogram, s | from the moment a task became runnable to its step |
| `trio.task.step.duration` | histogram, s | time between two checkpoints of a task |
| `trio.task.count` | up-down counter, {task} | tasks spawned and not yet exited, Trio's own included |

A measurement belongs to the context of its task, so the exemplar of a slow step leads to the trace that it is in. A
step longer than `block_threshold` is also a span event, with its stack: see `_watchdog`. The names of failed tasks
are kept for `TrioSpanProcessor`: see `_spans`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import trio
from opentelemetry import metrics

from ._spans import keep_name_of_failed_task, run_is_instrumented
from ._version import __version__
from ._watchdog import Watchdog, otel_context_of

SCOPE = "dl7450_telemetry.trio"

# Seconds. A healthy step takes well under a millisecond; from 0.1 s on, a user can see it.
BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@contextmanager
def instrument_trio(
    *,
    meter_provider: metrics.MeterProvider | None = None,
    block_threshold: float | None = 0.1,
    sample_interval: float = 0.01,
    perf_counter: Callable[[], float] = time.perf_counter,
) -> Iterator[None]:
    """Measure the Trio run that the caller is in, for as long as the `with` block lasts.

    It is a plain `with`, because it never waits:

        async def main() -> None:
            with dl7450_telemetry.instrument_trio():
                ...

    A run that was never instrumented has no instrument installed and pays nothing.

    Parameters:
        meter_provider: where the metrics go; the global one by default.
        block_threshold: seconds of one step from which on the loop counts as blocked: the blocking task's current span
            gets the event `trio.blocked` with the stack, and `trio.unblocked` with the duration when the step ends;
            without a recording span it is one warning in the log. None: no events, no thread that watches.
        sample_interval: seconds. Every lag and step that is at least as long is recorded; of the shorter ones, which
            are the normal state and may come 100,000 times a second, one per interval, because the SDK takes longer to
            record a step than Trio to run it. 0: record all.
        perf_counter: seconds of real time, whatever clock the run has. Tests bring their own.

    Raises:
        ValueError: `block_threshold` is not positive, or `sample_interval` is negative.
        RuntimeError: called outside of a task, or in a run that is being instrumented already.
    """
    if block_threshold is not None and not block_threshold > 0:
        raise ValueError(f"block_threshold must be positive seconds, or None to switch it off: {block_threshold!r}")
    if not sample_interval >= 0:
        raise ValueError(f"sample_interval must be seconds, or 0 to record everything: {sample_interval!r}")
    if not trio.lowlevel.in_trio_task():
        raise RuntimeError("instrument_trio() measures the current run: enter it in a task of it")
    if run_is_instrumented.get():
        raise RuntimeError("this run is instrumented already: enter instrument_trio() once, around everything")

    meter = metrics.get_meter(SCOPE, __version__, meter_provider)
    threshold = math.inf if block_threshold is None else block_threshold
    with Watchdog(threshold, perf_counter) as watchdog:
        instrument = _LoopInstrument(meter, watchdog, sample_interval, perf_counter)
        token = run_is_instrumented.set(True)
        trio.lowlevel.add_instrument(instrument)
        try:
            yield
        finally:
            with suppress(KeyError):  # Trio has thrown it out, and logged why
                trio.lowlevel.remove_instrument(instrument)
            run_is_instrumented.reset(token)
            instrument.close()


class _LoopInstrument(trio.abc.Instrument):
    """The hooks. They run for every step of every task, so each does the least it can."""

    def __init__(
        self,
        meter: metrics.Meter,
        watchdog: Watchdog,
        sample_interval: float,
        perf_counter: Callable[[], float],
    ) -> None:
        self._perf_counter = perf_counter
        self._watchdog = watchdog
        self._interval = sample_interval
        self._next_lag = self._next_step = -math.inf
        self._runnable_since: dict[trio.lowlevel.Task, float] = {}
        self._record_lag = meter.create_histogram(
            "trio.scheduler.lag",
            unit="s",
            description="Time from a task becoming runnable to its step",
            explicit_bucket_boundaries_advisory=BUCKETS,
        ).record
        self._record_step = meter.create_histogram(
            "trio.task.step.duration",
            unit="s",
            description="Time between two checkpoints of a task",
            explicit_bucket_boundaries_advisory=BUCKETS,
        ).record
        # Not an observable one: the API cannot take its callback back when the block ends.
        self._tasks = meter.create_up_down_counter(
            "trio.task.count", unit="{task}", description="Tasks spawned and not yet exited"
        )
        self._living = 0
        self._count(trio.lowlevel.current_statistics().tasks_living)
        self.before_task_step(trio.lowlevel.current_task())

    def close(self) -> None:
        if self._watchdog.step is not None:  # it is if Trio threw this instrument out between two steps
            self.after_task_step(trio.lowlevel.current_task())
        self._count(-self._living)

    def _count(self, change: int) -> None:
        self._living += change
        self._tasks.add(change)

    def task_spawned(self, task: trio.lowlevel.Task) -> None:
        self._count(1)

    def task_scheduled(self, task: trio.lowlevel.Task) -> None:
        self._runnable_since[task] = self._perf_counter()

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        now = self._perf_counter()
        since = self._runnable_since.pop(task, None)
        # None: it became runnable before this instrument was there.
        if since is not None and (now >= self._next_lag or now - since >= self._interval):
            self._record_lag(now - since, context=otel_context_of(task))
            self._next_lag = now + self._interval
        self._watchdog.step = (task, now)

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        step = self._watchdog.step
        assert step is not None
        self._watchdog.step = None
        now = self._perf_counter()
        duration = now - step[1]
        if now >= self._next_step or duration >= self._interval:
            self._record_step(duration, context=otel_context_of(task))
            self._next_step = now + self._interval
        if duration >= self._watchdog.threshold:
            self._watchdog.step_was_blocking(step, duration)

    def task_exited(self, task: trio.lowlevel.Task) -> None:
        self._count(-1)
        keep_name_of_failed_task(task)
