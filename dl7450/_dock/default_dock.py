"""The default dock: what a plain Python script uses without opening one. It lives until the interpreter exits."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from contextlib import suppress

import trio

from .dock import Dock, open_docks
from .open_dock import open_dock
from .tracebacks import print_app_error

EXIT_PATIENCE = 3.0  # seconds that the interpreter waits for the default dock to stop

_default_lock = threading.Lock()


def default_dock() -> Dock:
    """The dock of calls that belong to no other; the first use starts it."""
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

    def _end(self) -> None:
        requests, timers = self.dock.http.unanswered, self.dock.timers.pending.count
        if requests or timers:
            counted = [f"{n} {what}{'s' * (n > 1)}" for n, what in ((requests, "request"), (timers, "timer")) if n]
            sys.stderr.write(
                f"dl7450: the end of the script cut off {' and '.join(counted)}: "
                "run the script's function by dl7450.run(app), or wait for answers by http.get or dock.call\n"
            )
        self._stop.cancel("the interpreter exits")

    async def _main(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        with self._stop:
            async with open_dock(on_error=print_app_error, keep_going=True) as self.dock:
                open_docks.remove(self.dock)  # it is the one that is meant only when there is no other
                self._ready.set()
                await trio.sleep_forever()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def _exit(self) -> None:
        with suppress(trio.RunFinishedError):
            self._token.run_sync_soon(self._end)
        self._thread.join(EXIT_PATIENCE)


_default: _DefaultDock | None = None


def _forget() -> None:
    """In a child process that was forked: the dock is the parent's, and its threads are not here."""
    global _default, _default_lock
    _default, _default_lock = None, threading.Lock()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_forget)
