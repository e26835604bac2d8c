"""A served dock for a test, and waiting for what happens in it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import trio

from dl7450._device.device import Device
from dl7450._serve.events import Event, Frame
from dl7450._serve.history import History
from dl7450._serve.pace import Pace
from dl7450._serve.program import DockProgram, Load, Surroundings
from dl7450._serve.served_dock import ServedDock
from dl7450.http._network import Network

E = TypeVar("E", bound=Event)

PATIENCE = 60.0  # seconds, on a busy machine


@asynccontextmanager
async def served(
    app: Path,
    *,
    name: str = "app",
    pace: Pace = Pace.PAUSED,
    device: Device | None = None,
    load: Load = lambda app: app,
    network: Network | None = None,
) -> AsyncGenerator[ServedDock]:
    """A dock with an app, for the length of the block; its time is paused, so what it does repeats."""
    async with trio.open_nursery() as nursery:
        around = Surroundings(app, device or Device(), pace=pace, load=load)
        dock = ServedDock(name, around if network is None else replace(around, network=network))
        await nursery.start(dock.run)
        yield dock
        nursery.cancel_scope.cancel()


async def seen(history: History, kind: type[E], when: Callable[[E], object] = lambda event: True) -> E:
    """Wait for an event."""
    with trio.fail_after(PATIENCE):
        while True:
            version = history.version()
            for event in reversed(history.all(kind)):
                if when(event):
                    return event
            await history.wait_change(version)


async def look_at(dock: ServedDock) -> None:
    """Be a page that shows a dock, until this is cancelled: what is saved is then seen at once."""
    with dock.looked_at():
        await trio.sleep_forever()


async def wait_all_blocked(dock: ServedDock) -> None:
    """Wait until nothing more happens in a dock unless time passes."""

    async def wait(program: DockProgram) -> None:
        assert program.dock is not None
        await program.dock.wait_all_blocked()

    await dock.ask_async(wait)


async def shown(dock: ServedDock, text: str) -> Frame:
    """Wait for the monitors to show a text."""
    return await seen(dock.history, Frame, lambda frame: text in frame.screen.texts())
