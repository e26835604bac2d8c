"""Writes what the app asks of its servers to a file that the pytest plugin replays: a test is made by watching."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import trio
from starlette.requests import Request

from ..events import AppStarted, WorldChanged
from ..program import DockProgram
from ..served_dock import ServedDock
from . import Form, Panel

ENDING = ".jsonl"


@dataclass(frozen=True)
class _Recording:
    """The recording that goes on, or the last one."""

    is_on: bool
    path: Path | None
    count: int
    error: str


async def show(dock: ServedDock, _: Request) -> Mapping[str, object]:
    """The recording, the lines of a test that replays it, and a name for the next one."""
    recording = await dock.ask(_now)
    return {
        "recording": recording,
        "test": recording.path and _test(recording.path, dock.app),
        "folder": dock.app.absolute().parent,
        "next": (await trio.to_thread.run_sync(free_file, dock.app)).name,
    }


async def start(dock: ServedDock, form: Form) -> None:
    """Begin to record into the file of the form's `name`, beside the app. Nothing is overwritten."""
    name = form.get("name", "").strip()
    if Path(name).name != name or not name.endswith(ENDING) or name == ENDING:
        raise ValueError(f"the recording is a file beside the app: name one that ends in {ENDING}, without its folder")
    path = dock.app.absolute().parent / name
    try:
        path.open("x").close()
        await dock.ask(_start, path)
    except FileExistsError:
        raise ValueError(f"there is a file {name} already: choose another name") from None
    except OSError as error:
        raise ValueError(f"cannot write {name}: {error.strerror or error}") from None


async def stop(dock: ServedDock, _: Form) -> None:
    """End the recording."""
    await dock.ask(_stop)


def free_file(app: Path) -> Path:
    """The next file for a recording beside an app."""
    names = (f"{app.stem}-session{f'-{number}' if number > 1 else ''}{ENDING}" for number in count(1))
    return next(path for name in names if not (path := app.absolute().parent / name).exists())


def _now(program: DockProgram) -> _Recording:
    recorder = program.recorder
    error = recorder.error and (recorder.error.strerror or str(recorder.error))
    return _Recording(recorder.is_on, recorder.path, recorder.count, error or "")


def _start(program: DockProgram, path: Path) -> None:
    program.recorder.start(path)
    program.tell_change(f"what is asked of servers is recorded in {path.name}")


def _stop(program: DockProgram) -> None:
    program.recorder.stop()
    program.tell_change("the recording has ended")


def _test(recording: Path, app: Path) -> list[str]:
    """The lines of a test beside the app."""
    return [
        "def test_session(dock):",
        f"    dock.replay({json.dumps(recording.name)})",
        f"    dock.run_app({json.dumps(app.name)})",
    ]


PANEL = Panel(
    name="recording",
    title="Recording",
    tab="Network",
    place=55,
    kinds=(WorldChanged, AppStarted),
    ticks=True,
    show=show,
    actions={"start": start, "stop": stop},
)
