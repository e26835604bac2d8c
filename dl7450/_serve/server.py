"""The program of the server: docks, pages and the watching of files as tasks of one nursery."""

from __future__ import annotations

import hashlib
import re
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import trio

from dl7450_telemetry import Telemetry
from dl7450_telemetry.web import Access, Login

from .._api.server import listen, serve
from .._device.device import Device
from .._micropython.loader import load_micropython_app
from .._trio.exception_groups import open_plain_nursery
from .lag import LagMeter, lag_of_server
from .prints import prints_heard
from .program import Load, Surroundings
from .served_dock import ServedDock
from .site import serve_site
from .watching import restart_when_saved

_ENDS = tuple(signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@dataclass(frozen=True, kw_only=True)
class ServeOptions:
    """What is served, and where.

    Attributes:
        apps: the files of the apps.
        load: makes the machine around each of them; called again when its file is saved.
        store: that file.
        docks: how many docks there are; the apps take turns.
        host: the address to listen at.
        port: 0: a free one.
        token: what a page asks for, and what scripts give as their secret; None: nothing.
        telemetry: delivers the spans and metrics of all docks; None: nothing does.
        micropython: the apps run in MicroPython.
        heap: the memory that an app has there, such as `2M`.
    """

    apps: Sequence[Path]
    load: Callable[[], Device] = Device
    store: Path | None = None
    docks: int = 1
    host: str = "127.0.0.1"
    port: int = 0
    token: str | None = None
    telemetry: Telemetry | None = None
    micropython: bool = False
    heap: str | None = None


async def run_server(options: ServeOptions, ready: Callable[[str], object]) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; nothing is left of the docks then.

    Parameters:
        options: what, and where.
        ready: called with the URL.

    Raises:
        DeviceError: the file of the machine is wrong.
        OSError: the address cannot be listened at.
    """
    device = options.load()
    load_app: Load = partial(load_micropython_app, heap=options.heap) if options.micropython else lambda app: app
    listener = listen(options.host, options.port)
    login = Login(options.token) if options.token is not None else None
    lag_of_server.set(lag := LagMeter())  # for the tasks that answer pages
    with listener, prints_heard(), trio.open_signal_receiver(*_ENDS) as signals:
        async with open_plain_nursery() as nursery:
            nursery.start_soon(lag.run)
            docks = []
            for number, (name, app) in enumerate(dock_names(options.apps, options.docks)):
                load = _numbered(options.load, number)
                # Only the first dock may be saved: the others have its file with an id of their own.
                store = None if number else options.store
                machine = load() if number else device
                around = Surroundings(app, machine, store=store, telemetry=options.telemetry, load=load_app)
                dock = ServedDock(name, around)
                await nursery.start(dock.run)
                nursery.start_soon(restart_when_saved, dock, options.store, load)
                docks.append(dock)
            access = Access(login, open_paths=("/api/",))
            site = serve_site(docks, access, login.is_token if login else None)
            ready(await nursery.start(serve, site, listener, "-"))
            async for _ in signals:
                break
            nursery.cancel_scope.cancel("the server ends")


def dock_names(apps: Sequence[Path], docks: int) -> list[tuple[str, Path]]:
    """A name for each dock, which is a part of its URLs, and its app."""
    names: dict[str, Path] = {}
    for number in range(max(docks, len(apps))):
        app = apps[number % len(apps)]
        stem = re.sub(r"\W+", "-", app.stem).strip("-") or "app"
        name, more = stem, 2
        while name in names:
            name, more = f"{stem}-{more}", more + 1
        names[name] = app
    return list(names.items())


def _numbered(load: Callable[[], Device], number: int) -> Callable[[], Device]:
    """The same for a dock of a wall: all but the first have an id of their own."""

    def load_numbered() -> Device:
        device = load()
        return replace(device, dock_id=numbered_id(device.dock_id, number)) if number else device

    return load_numbered


def numbered_id(dock_id: str, number: int) -> str:
    """The id of another dock of the wall, always the same one."""
    return hashlib.sha256(f"{dock_id} {number}".encode()).hexdigest().upper()
