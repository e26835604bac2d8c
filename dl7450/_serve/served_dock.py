"""`ServedDock`: one dock of the wall, as the server sees it. It owns the dock's thread."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Awaitable, Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import trio

from .._device.device import Device, FactoryStore
from .._device.device_file import files_of
from .._device.device_yaml import save_device
from .history import History
from .program import DockProgram, Surroundings

P = ParamSpec("P")
T = TypeVar("T")

END_PATIENCE = 5.0  # seconds that the dock's thread has to end in; the app's code has two of them


class ServedDock:
    """One dock. The methods are for the server's Trio thread.

    Attributes:
        name: in the URLs of its page.
        app: the file of its app.
        device: the machine around the app as it was when it was switched on.
        store: the YAML file of the machine, if it may be saved there.
        history: what happened in it.
        is_looked_at: set while a page shows it.
    """

    def __init__(self, name: str, around: Surroundings) -> None:
        self.name = name
        self.app: Path = around.app
        self.device = around.device
        self.store = around.store
        server = trio.lowlevel.current_trio_token()
        self.history = History(partial(_soon, server))
        self._program = DockProgram(around, self.history)
        self._token: trio.lowlevel.TrioToken | None = None
        self.is_looked_at = threading.Event()
        self._pages = 0
        self._restarts = trio.Lock()
        self._saving = trio.Lock()
        self._saved: dict[Path, int] = {}  # the files that `save` has written, and when

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Run the dock in a thread of its own until this is cancelled; started when it can be asked.

        A thread that does not end within `END_PATIENCE` is abandoned with a warning, as no thread can be made to.
        """
        server = trio.lowlevel.current_trio_token()
        limiter = trio.CapacityLimiter(2)  # not Trio's own: who else uses threads must not delay these two
        exited = threading.Event()

        def tell_started(token: trio.lowlevel.TrioToken) -> None:
            self._token = token
            _soon(server, task_status.started)

        def work() -> None:
            try:
                self._program.run(tell_started)
            finally:
                exited.set()

        try:
            await trio.to_thread.run_sync(
                work, abandon_on_cancel=True, limiter=limiter, thread_name=f"dock {self.name}"
            )
        finally:
            self._program.stop()
            with trio.CancelScope(shield=True):  # bounded: `wait` takes END_PATIENCE at most
                ended = await trio.to_thread.run_sync(exited.wait, END_PATIENCE, limiter=limiter)
            if not ended:
                warnings.warn(f"the dock {self.name} did not end, its thread is abandoned", stacklevel=1)

    async def ask(self, function: Callable[Concatenate[DockProgram, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a plain function in the dock's Trio thread, with the program and these arguments; give what it gives.

        Hand plain values over, and take plain values back: what belongs to the dock stays in its thread.

        Raises:
            trio.RunFinishedError: the dock has ended.
            Exception: what the function raised.
        """
        call = partial(function, self._program, *args, **kwargs)
        return await _in_thread(partial(trio.from_thread.run_sync, call, trio_token=self._token))

    async def ask_async(
        self, function: Callable[Concatenate[DockProgram, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same with an async function. It goes on to its end though this is cancelled."""
        call = partial(function, self._program, *args, **kwargs)
        return await _in_thread(partial(trio.from_thread.run, call, trio_token=self._token))

    @contextmanager
    def looked_at(self) -> Generator[None]:
        """A page shows the dock, for the length of the block: what is only for pages is measured meanwhile."""
        self._look(+1)
        try:
            yield
        finally:
            self._look(-1)

    def _look(self, more: int) -> None:
        self._pages += more
        (self.is_looked_at.set if self._pages else self.is_looked_at.clear)()
        assert self._token is not None, "a page shows a dock that runs"
        _soon(self._token, partial(self._program.lag.look, more))

    async def restart(self, why: str, device: Device | None = None) -> None:
        """Stop the app in order and start the one of the app's file; return when it begins.

        Parameters:
            why: for the page.
            device: a new machine around it; by default the same goes on.
        """
        async with self._restarts:
            await self.ask_async(DockProgram.restart, why, self.app, device)
            self.device = device or self.device

    async def save(self, path: Path) -> None:
        """Write the machine as it is now to a YAML file, and its pictures beside it.

        Raises:
            ValueError: YAML cannot say it, or a file cannot be written.
        """
        async with self._saving:
            machine = await self.ask(lambda program: program.machine.snapshot())
            try:
                self._saved = await trio.to_thread.run_sync(_save, machine, path)
            except OSError as error:
                raise ValueError(f"cannot write {path.name}: {error.strerror or error}") from None

    async def saved_by_others(self, files: Iterable[Path]) -> list[Path]:
        """Those of some files that are not as `save` has written them, in order."""
        async with self._saving:
            return sorted(file for file in files if _written(file) != self._saved.get(file.resolve()))

    # What the deployment API asks for (`_api.deployable.Deployable`).

    async def replace_code(self, code: bytes) -> None:
        """Stop the app that runs, and start this one; return when it begins."""
        async with self._restarts:
            await self.ask_async(DockProgram.replace_code, code)

    async def replace_store(self, store: FactoryStore, code: bytes) -> None:
        """Put this into the store, in place of all that was there, and run this code as `replace_code` does."""
        async with self._restarts:
            await self.ask_async(DockProgram.replace_store, store, code)

    async def send_message(self, message: bytes) -> None:
        """Hand a message to the app, when its module has run."""
        await self.ask_async(DockProgram.send_message, message)


def _save(machine: Device, path: Path) -> dict[Path, int]:
    save_device(machine, path)
    return {file.resolve(): _written(file) for file in files_of(path)}


def _written(file: Path) -> int:
    """When a file was written, in nanoseconds; -1 if it is not there."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return -1


async def _in_thread(function: Callable[[], T]) -> T:
    return await trio.to_thread.run_sync(function, abandon_on_cancel=True)


def _soon(token: trio.lowlevel.TrioToken, function: Callable[[], object]) -> None:
    """Have a function called in a Trio run, once however often this is called; nothing if the run is over."""
    with suppress(trio.RunFinishedError):
        token.run_sync_soon(function, idempotent=True)
