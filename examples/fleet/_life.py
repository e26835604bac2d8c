"""One dock's week: what it would have exported."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Any, NamedTuple
from unittest import mock

import trio
from opentelemetry import trace
from trio.testing import MockClock

import dl7450
from dl7450_telemetry.trio import instrument_trio

from ._apps import board, every, signage
from ._incidents import Incidents
from ._internet import Internet
from ._plan import DAY, Plan, Stay
from ._telemetry import DockTelemetry, time_is

METRICS_EVERY = DAY / 2  # seconds; a real dock exports every minute
WATCHED_EVERY = 0.002  # seconds of real time
SEEN_WITHIN = 10.0  # seconds of real time in which the watchdog has to have seen a blocked loop


class Export(NamedTuple):
    """An OTLP request of a dock: when, in seconds since the fleet began to be watched, its signal, and its bytes."""

    moment: float
    signal: str
    body: bytes


def live(plan: Plan, began: int, watched: float) -> Iterator[Export]:
    """What a dock exports, in the order of time.

    Parameters:
        plan: what it does.
        began: when the fleet began to be watched, in whole seconds since 1970.
        watched: for how many seconds it is.
    """
    chance = Random(plan.seed)
    incidents = Incidents(plan.site, began, watched)
    for stay in plan.stays:
        yield from _run(plan, stay, incidents, began, chance)


def _run(plan: Plan, stay: Stay, incidents: Incidents, began: int, chance: Random) -> list[Export]:
    telemetry = DockTelemetry(plan, stay, chance)
    clock = MockClock(autojump_threshold=0)
    start = round(stay.start)
    exports: list[Export] = []

    def export(signal: str, body: bytes) -> None:
        if body:
            exports.append(Export(start + clock.current_time(), signal, body))

    async def export_metrics() -> None:
        export("metrics", telemetry.metrics())
        export("traces", telemetry.spans())

    async def main() -> None:
        network = Internet(incidents, start, chance)
        with trio.move_on_after(stay.end - stay.start):
            async with (
                dl7450.open_dock(
                    network=network,
                    device=dl7450.Device(dock_id=plan.dock_id),
                    tracer_provider=telemetry.tracer_provider,
                    meter_provider=telemetry.meter_provider,
                ) as dock,
                trio.open_nursery() as nursery,
            ):
                nursery.start_soon(every, METRICS_EVERY, export_metrics)
                if plan.app == "signage":
                    await dock.run_app(signage(plan.site, stay.release))
                else:
                    with instrument_trio(
                        meter_provider=telemetry.meter_provider,
                        # Virtual time stands still while code runs: only `_compute` takes any.
                        block_threshold=WATCHED_EVERY,
                        perf_counter=clock.current_time,
                    ):
                        compute = partial(_compute, clock)
                        await board(dock, plan.site, stay.release, telemetry.tracer_provider, compute)

    with (
        time_is(began + start, lambda: (began + start) * 10**9 + round(clock.current_time() * 1e9)),
        # Trio runs the tasks of one moment in random order; how many lags are measured depends on it.
        mock.patch("trio._core._run._ALLOW_DETERMINISTIC_SCHEDULING", True),
        mock.patch("trio._core._run._r", Random(plan.seed)),
    ):
        trio.run(main, clock=clock)
        export("metrics", telemetry.metrics())
        export("traces", telemetry.spans())
    return exports


def _compute(clock: MockClock, seconds: float) -> None:
    """Take seconds of the processor: virtual ones, of which nobody else gets any.

    The watchdog of the loop looks in real time. It is waited for in one single call, so that it always sees the same
    stack, however busy this machine is.
    """
    span = trace.get_current_span()
    seen = threading.Lock()

    def add_event(*arguments: Any) -> None:
        type(span).add_event(span, *arguments)
        seen.release()

    with mock.patch.object(span, "add_event", add_event), seen:
        clock.jump(seconds)
        seen.acquire(timeout=SEEN_WITHIN)
