"""An app starts anew when one of its files is saved: itself, a module beside it, the YAML file, one of its pictures.

Folders are watched, not files: many editors write a new file and rename it, and the old one is never heard of again.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import cast

import trio
from watchfiles import Change, awatch

from .._device.device import Device
from .._device.device_file import DeviceError, files_of
from .app_report import AppReport
from .events import AppBroke
from .served_dock import ServedDock

STEP = 20  # milliseconds without another change: then a save is over
REST = 2.0  # seconds between two looks for changes while no page shows the dock
_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+): (?P<reason>.+)", re.DOTALL)  # of a DeviceError


async def restart_when_saved(dock: ServedDock, store: Path | None, load: Callable[[], Device]) -> None:
    """Restart the app of a dock whenever one of its files is saved, until this is cancelled.

    With the YAML file or a picture, the machine is another one, newly powered on. What is wrong with them is reported,
    and the app that runs goes on. What the dock itself has saved is how its machine is: then nothing is started.

    Parameters:
        dock: whose app.
        store: the YAML file.
        load: makes the machine of it.
    """
    folder = dock.app.absolute().parent.resolve()
    described = _described(store)  # it only grows: a YAML file that is wrong for a moment names no pictures

    def matters(_: Change, path: str) -> bool:
        file = Path(path)
        is_module = file.parent == folder and file.suffix == ".py" and not file.name.startswith((".", "#"))
        return is_module or file in described

    async with trio.open_nursery() as nursery:
        pauses = _Pauses(dock.is_looked_at)
        nursery.start_soon(pauses.end_when_cancelled)
        while True:
            folders = {folder, *_folders(described)}
            stop = cast(trio.Event, pauses)  # of an event, two methods are asked for
            watched = awatch(
                *folders, watch_filter=matters, step=STEP, stop_event=stop, rust_timeout=0, recursive=False
            )
            async with aclosing(watched) as saves:
                async for changes in saves:
                    if saved := await dock.saved_by_others({Path(path) for _, path in changes}):
                        await _restart(dock, saved, load if described.intersection(saved) else None)
                    described |= _described(store)
                    if not folders.issuperset(_folders(described)):
                        break  # and watch those that the YAML names now, too


class _Pauses:
    """Where the thread that looks for changes asks after each step whether it is to stop.

    It is kept waiting there while no page shows the dock: 50 looks a second would cost as much as the dock does.
    """

    def __init__(self, is_looked_at: threading.Event) -> None:
        self._is_looked_at = is_looked_at
        self._is_over = False

    def is_set(self) -> bool:
        if not self._is_over:
            self._is_looked_at.wait(REST)
        return self._is_over

    def set(self) -> None:
        self._is_over = True

    async def end_when_cancelled(self) -> None:
        """Watch for the cancellation, of which the thread would hear only after seconds."""
        try:
            await trio.sleep_forever()
        finally:
            self.set()


def _described(store: Path | None) -> set[Path]:
    return {file.resolve() for file in files_of(store)} if store else set()


def _folders(files: set[Path]) -> set[Path]:
    return {file.parent for file in files if file.parent.is_dir()}


async def _restart(dock: ServedDock, saved: list[Path], load: Callable[[], Device] | None) -> None:
    try:
        device = await trio.to_thread.run_sync(load) if load else None
    except DeviceError as error:
        at = await dock.ask(lambda program: program.time_ns)
        dock.history.add(AppBroke(at=at, report=_report(error, saved[0])))
        return
    await dock.restart(f"saved: {', '.join(file.name for file in saved)}", device)


def _report(error: DeviceError, file: Path) -> AppReport:
    if place := _PLACE.fullmatch(str(error)):
        file, line = Path(place["file"]), int(place["line"])
        return AppReport(place["reason"], f"Correct line {line} of {file.name} and save it.", file, line)
    return AppReport(str(error), f"Correct {file.name} and save it.", file)
