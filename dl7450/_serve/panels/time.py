"""The dock's time: how fast it goes, what it is, and jumps to another one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.requests import Request

from ..._device import timezones
from ..events import AppStarted, PaceChanged, WorldChanged
from ..pace import Pace
from ..program import DockProgram
from ..served_dock import ServedDock
from . import Form, Panel

PACES = {
    Pace.PAUSED: "Pause",
    Pace.REAL: "1x",
    Pace.TENFOLD: "10x",
    Pace.FAST: "Fast",
}


async def show(dock: ServedDock, _: Request) -> Mapping[str, object]:
    """The time of day in the dock's time zone, and the pace."""
    time_ns, pace, zone = await dock.ask(_now)
    local = datetime.fromtimestamp(time_ns // 10**9, UTC).astimezone(timezones.zone(zone))
    return {"local": local, "zone": zone, "pace": pace, "paces": PACES}


async def set_pace(dock: ServedDock, form: Form) -> None:
    """Have time go at the form's `pace`. Raises `ValueError` if there is no such."""
    await dock.ask(DockProgram.set_pace, pace_of(form))


def pace_of(form: Form) -> Pace:
    """The form's `pace`. Raises `ValueError` if there is no such."""
    try:
        return Pace(form.get("pace", ""))
    except ValueError:
        raise ValueError(f"pace must be one of {', '.join(Pace)}") from None


async def step(dock: ServedDock, _: Form) -> None:
    """Pause, and go to the next event."""
    await dock.ask_async(DockProgram.step)


async def jump(dock: ServedDock, form: Form) -> None:
    """Go to the form's `moment`, which is in the dock's time zone. Raises `ValueError` if it is none."""
    _, _, zone = await dock.ask(_now)
    try:
        moment = datetime.fromisoformat(form.get("moment", ""))
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=timezones.zone(zone))).timestamp()
    except (ValueError, OverflowError):
        raise ValueError("the moment must be a date and a time, such as 2028-02-29T00:00:00") from None
    if not 0 <= seconds < 2**32:
        raise ValueError("the moment must be between 1970 and 2106")
    await dock.ask_async(DockProgram.jump, seconds)


def _now(program: DockProgram) -> tuple[int, Pace, str]:
    return program.time_ns, program.pace, program.machine.timezone


PANEL = Panel(
    name="time",
    title="Time",
    tab="Time",
    place=20,
    kinds=(PaceChanged, AppStarted, WorldChanged),
    ticks=True,
    show=show,
    actions={"pace": set_pace, "step": step, "jump": jump},
)
