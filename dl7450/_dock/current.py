"""Which dock a call of the SDK belongs to.

The one whose app is running (a context variable), else the one that is open, else a default dock that the first use
starts: in a plain Python script `dl7450.http.get(url)` just works.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from contextlib import suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING

import trio

if TYPE_CHECKING:
    from .dock import Dock

EXIT_PATIENCE = 3.0  # seconds that the interpreter waits for the default dock to stop

dock_of_app: ContextVar[Dock | None] = ContextVar("dl7450.dock", default=None)
open_docks: list[Dock] = []
_default_lock = threading.Lock()


def current_dock() -> Dock:
    """The dock that a call made here and now belongs to.

    Raises:
        RuntimeError: several docks are open and the call does not come from an app of one of them.
    """
    dock = dock_of_app.get()
    if dock is not None:
        return dock
    docks = list(open_docks)
    if len(docks) == 1:
        return docks[0]
    if docks:
        raise RuntimeError(
            f"{len(docks)} docks are open, so it is unclear which one is meant: "
            "call this from an app that runs on one of them (dock.run_app), or use its own methods (dock.http)"
        )
    return _default_dock()


def check_not_trio(call: str, instead: str) -> None:
    """Refuse a call of app code on the Trio thread, which it would block for ever.

    Parameters:
        call: what was called, such as `http.get()`.
        instead: what a Trio program does in its place.

    Raises:
        RuntimeError: this is the Trio thread.
    """
    if trio.lowlevel.in_trio_run():
        raise RuntimeError(f"{call} is for app code and was called on the Trio thread: use {instead}")


def _default_dock() -> Dock:
    global _default  # noqa: PLW0603  one per process
    with _default_lock:  # two threads may be the first to use it
        if _default is None or not _default.is_running:  # a callback may have ended it, with sys.exit() for example
            _default = _DefaultDock()
        return _default.dock


class _DefaultDock:
    """A dock on a Trio loop of its own, in a daemon thread that is told to stop when the interpreter exits."""

    def __init__(self) -> None:
        self._ready = threading.Event()  # or failed
        self._failed: Exception | None = None
        self._stop = trio.CancelScope()
        self._thread = threading.Thread(target=self._run, name="dl7450 default dock", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failed is not None:  # too many open files, for example: the next use tries again
            raise self._failed
        atexit.register(self._exit)

    def _run(self) -> None:
        try:
            trio.run(self._main)
        except Exception as error:
            if self._ready.is_set():
                raise
            self._failed = error
        finally:
            self._ready.set()

    async def _main(self) -> None:
        from .app_thread import print_app_error
        from .dock import open_dock

        self._token = trio.lowlevel.current_trio_token()
        with self._stop:
            async with open_dock(on_error=print_app_error) as self.dock:
                open_docks.remove(self.dock)  # it is the one that is meant only when there is no other
                self._ready.set()
                await trio.sleep_forever()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def _exit(self) -> None:
        with suppress(trio.RunFinishedError):
            self._token.run_sync_soon(self._stop.cancel, "the interpreter exits")
        self._thread.join(EXIT_PATIENCE)


_default: _DefaultDock | None = None


def _forget_all() -> None:
    """In a child process that was forked: the docks are the parent's, and their threads are not here."""
    global _default, _default_lock
    open_docks.clear()
    dock_of_app.set(None)
    _default, _default_lock = None, threading.Lock()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_forget_all)
