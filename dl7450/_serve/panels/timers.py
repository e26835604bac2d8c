"""The app's timers: what each calls, when it fires next, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request

from ..._device import timezones
from ..._trio.app_spans import function_name
from ..events import AppStarted, PaceChanged, SpanEnded
from ..program import DockProgram
from ..served_dock import ServedDock
from . import Panel

SHOWN = 200  # timers


@dataclass(frozen=True)
class _Timer:
    """A timer that may still fire. `due` is nanoseconds since 1970, `period` seconds; 0: it fires once."""

    function: str
    due: int
    period: float


async def show(dock: ServedDock, _: Request) -> Mapping[str, object]:
    """The timers, the next one first, with times of day in the dock's time zone."""
    now, zone, timers = await dock.ask(_timers)
    here = timezones.zone(zone)
    return {
        "timers": [
            (timer, datetime.fromtimestamp(timer.due / 1e9, UTC).astimezone(here), timer.due - now)
            for timer in timers[:SHOWN]
        ],
        "count": len(timers),
        "zone": zone,
    }


def _timers(program: DockProgram) -> tuple[int, str, list[_Timer]]:
    dock, zone = program.dock, program.machine.timezone
    if dock is None:
        return program.time_ns, zone, []
    started = round(dock.epoch * 1e9)  # the rest is rounded by itself, as in `dock.time_ns`: it fires to the nanosecond
    timers = [
        _Timer(function_name(timer.function), started + round((due - dock.started) * 1e9), timer.period)
        for due, timer in dock.timers.due()
    ]
    return dock.time_ns(), zone, timers


PANEL = Panel(
    name="timers",
    title="Timers",
    tab="Time",
    place=25,
    kinds=(SpanEnded, AppStarted, PaceChanged),
    ticks=True,
    show=show,
)
