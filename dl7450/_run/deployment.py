"""`Deployment`: the dock of a run, as the deployment API sees it: its app, its store and its messages.

Each app has a `Dock` of its own: when new code comes, the dock of the app that runs is closed, which stops all that it
had begun, and the next one is opened around the same machine: time zone, store, host and buttons stay as they are.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import trio

from .._device.device import Device, FactoryStore
from .._device.machine import Machine
from .._dock.dock import Dock
from .._trio.exception_groups import open_plain_nursery


class ApiError(Exception):
    """The deployment API cannot be served; the message says why."""


@dataclass(eq=False)
class _Running:
    """An app that runs: its dock, what cancels it, and whether its module has run."""

    dock: Dock
    scope: trio.CancelScope
    has_started: trio.Event = field(default_factory=trio.Event)


class Deployment:
    """Of one run.

    Attributes:
        app: the file of the app that runs, or is to be run next.
        machine: of the dock.
    """

    def __init__(self, app: Path, machine: Machine, folder: Path) -> None:
        """
        Parameters:
            app: the file of the first app.
            machine: of the dock.
            folder: for the files of the next apps.
        """
        self.app = app
        self.machine = machine
        self._folder = folder
        self._scope = trio.CancelScope()
        self._running: _Running | None = None
        self._changed = trio.Event()  # another app runs, or none
        self._one_at_a_time = trio.Lock()

    @contextmanager
    def next_app(self) -> Generator[None]:
        """Around the dock of the next app: cancelled when there is another one."""
        with trio.CancelScope() as self._scope:
            try:
                yield
            finally:
                self._change(None)

    async def run(
        self,
        dock: Dock,
        load: Callable[[Path], Path | Callable[[], object]],
        on_error: Callable[[Exception], None],
    ) -> None:
        """Run the next app in its dock, until this is cancelled, which is also when there is another one.

        Parameters:
            dock: newly opened around the machine.
            load: makes of the app's file what the dock runs.
            on_error: called with what keeps the app from starting, or what its module raised.
        """
        running = _Running(dock, self._scope)
        self._change(running)
        try:
            await dock.start_app(load(self.app))
        except Exception as error:
            on_error(error)
        running.has_started.set()
        await trio.sleep_forever()

    @property
    def dock(self) -> Dock | None:
        """The dock of the app that runs; None between two apps."""
        return self._running.dock if self._running else None

    async def replace_code(self, code: bytes) -> None:
        """Stop the app that runs, and start this one; returns when it begins."""
        await self._replace(code, self.machine.store)

    async def replace_store(self, store: FactoryStore, code: bytes) -> None:
        """Put this into the store, in place of all that was there, and run this code."""
        await self._replace(code, store)

    async def send_message(self, message: bytes) -> None:
        """Hand a message to the app, when its module has run."""
        running = await self._app_runs()
        await running.has_started.wait()
        with suppress(trio.ClosedResourceError):  # it is being replaced
            running.dock.send_message(message)

    async def restart(self, app: Path, machine: Machine) -> None:
        """Stop the app that runs, and start the app of a file; returns when it begins.

        Parameters:
            app: the file.
            machine: the one that there is, or another one, newly powered on.
        """
        async with self._one_at_a_time:
            running = await self._app_runs()
            self.app, self.machine = app, machine
            await self._start_next(running)

    async def _replace(self, code: bytes, store: FactoryStore) -> None:
        async with self._one_at_a_time:
            running = await self._app_runs()
            self.app = self._folder / "app.py"
            self.app.write_bytes(code)
            self.machine.store = store
            await self._start_next(running)

    async def _start_next(self, running: _Running) -> None:
        running.scope.cancel("new code")
        while self._running in {running, None}:
            await self._changed.wait()

    async def _app_runs(self) -> _Running:
        while self._running is None:
            await self._changed.wait()
        return self._running

    def _change(self, running: _Running | None) -> None:
        self._running = running
        self._changed.set()
        self._changed = trio.Event()


@asynccontextmanager
async def deployment_served(app: Path, device: Device, host: str, port: int) -> AsyncGenerator[Deployment]:
    """Serve the deployment API of one dock while in this block, and say where on standard error.

    Parameters:
        app: the file of the first app.
        device: the dock, which is powered on when the API is there.
        host: the address to listen at.
        port: 0: a free one.

    Raises:
        ApiError: the extra `serve` is not installed, or the address cannot be listened at.
    """
    try:
        from .._api.deployment import deployment_api
        from .._api.server import host_names, listen, serve
    except ModuleNotFoundError as error:
        raise ApiError(f"--api needs {error.name}, which is not installed: pip install 'dl7450[serve]'") from None
    try:
        listener = listen(host, port)
    except OSError as error:
        raise ApiError(f"cannot listen at {host}, port {port}: {error.strerror or error}") from None
    dock_id = device.dock_id
    with TemporaryDirectory(prefix="dl7450-") as folder:
        deployment = Deployment(app, Machine(device, trio.lowlevel.current_clock()), Path(folder))
        api = deployment_api(
            lambda asked: deployment if asked.casefold() == dock_id.casefold() else None, host_names(host)
        )
        async with open_plain_nursery() as nursery:
            url = await nursery.start(serve, api, listener)
            sys.stderr.write(f"the deployment API of dock {dock_id[:8]}... answers at {url}/api\n")
            yield deployment
            nursery.cancel_scope.cancel("the run has ended")
