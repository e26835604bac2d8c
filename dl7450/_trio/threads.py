"""Finds out which thread this is, for functions that must not be called on the Trio thread."""

from __future__ import annotations

import os
import sys
import threading

import trio

_forked: int | None = None  # the thread that this process was forked in: what Trio knows of it is the parent's


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


def host_run() -> trio.lowlevel.TrioToken | None:
    """The Trio run whose `trio.to_thread.run_sync` this thread works for; None for every other thread."""
    if threading.get_ident() == _forked:
        return None
    try:
        return trio.from_thread.run_sync(trio.lowlevel.current_trio_token)
    except RuntimeError:  # Trio has not started this thread, or the run is over
        return None


def _remember_fork() -> None:
    global _forked  # noqa: PLW0603  one per process
    _forked = threading.get_ident()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_remember_fork)
