"""The tasks of a Trio run as text: who is whose child, where each one waits, and until when.

    <init>: waits in NurseryManager.__aexit__ at .../trio/_core/_run.py:2090 (Runner.init)
    └─ nursery
       └─ app.main: waits in NurseryManager.__aexit__ at /srv/app.py:31 (main)
          └─ nursery, deadline in 2.500 s
             ├─ app.draw: runs at /srv/app.py:20 (render)
             └─ app.fetch: waits in SocketStream.receive_some at /srv/app.py:12 (fetch), deadline in 1.000 s

A task waits in the Trio function that its innermost line outside of Trio called.
"""

from __future__ import annotations

import inspect
import math
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import dropwhile
from types import FrameType

import trio

STDERR = 2
VERBS = {
    inspect.CORO_CREATED: "starts",
    inspect.CORO_RUNNING: "runs",
    inspect.CORO_SUSPENDED: "waits",
    inspect.CORO_CLOSED: "has exited",
}


def format_task_tree(root: trio.lowlevel.Task | None = None) -> str:
    """The living tasks as a tree, one line each; it ends with a line break.

    Parameters:
        root: the task to start at; by default the root of the run, which shows Trio's own tasks too.

    Raises:
        RuntimeError: called outside of `trio.run`.
    """
    root = root or trio.lowlevel.current_root_task()
    assert root is not None  # only before the run has started its first task
    return "".join(f"{line}\n" for line in _task(root))


@contextmanager
def task_tree_on_signal(signum: int | None = None) -> Iterator[None]:
    """Print the tree of the current run to standard error whenever the process gets a signal.

    The signal handler prints at once, not a task of the run: whoever asks what the tasks are doing often asks because
    one of them blocks the loop. The handler that was there before comes back when the block ends.

    Parameters:
        signum: SIGUSR1 by default: `kill -USR1 PID`.

    Raises:
        RuntimeError: called outside of `trio.run`, or not on the main thread.
    """
    if not trio.lowlevel.in_trio_run():
        raise RuntimeError("task_tree_on_signal() prints the current run: enter it inside trio.run()")
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("Python handles signals on the main thread only: call trio.run() there")
    signum = signal.SIGUSR1 if signum is None else signum
    previous = signal.signal(signum, _print_task_tree)
    try:
        yield
    finally:
        signal.signal(signum, previous)


def _print_task_tree(signum: int, frame: FrameType | None) -> None:
    try:
        text = format_task_tree()
    except Exception:  # it would be raised on whatever line the signal interrupted
        text = traceback.format_exc()
    # Not sys.stderr: the signal may have interrupted a write to it, and its buffer cannot be entered twice.
    with suppress(OSError):
        os.write(STDERR, text.encode(errors="backslashreplace"))


def _task(task: trio.lowlevel.Task) -> Iterator[str]:
    starting = "" if task.eventual_parent_nursery is None else " (starting)"
    yield f"{task.name}{starting}: {_place(task)}{_deadline(_effective_deadline(task))}"
    yield from _branches(map(_nursery, task.child_nurseries))


def _nursery(nursery: trio.Nursery) -> Iterator[str]:
    scope = nursery.cancel_scope
    cancelled = ", cancelled" if scope.cancel_called else _deadline(scope.deadline)
    yield f"nursery{cancelled}{', shielded' if scope.shield else ''}"
    yield from _branches(map(_task, sorted(nursery.child_tasks, key=lambda task: task.name)))


def _branches(children: Iterable[Iterator[str]]) -> Iterator[str]:
    blocks = [list(child) for child in children]
    for block in blocks:
        first, *rest = block
        last = block is blocks[-1]
        yield f"{'└─' if last else '├─'} {first}"
        yield from (f"{'  ' if last else '│ '} {line}" for line in rest)


def _place(task: trio.lowlevel.Task) -> str:
    state = inspect.getcoroutinestate(task.coro)
    frames = list(_running_frames(task) if state == inspect.CORO_RUNNING else task.iter_await_frames())
    if not frames:
        return VERBS[state]
    own = max((i for i, (frame, _) in enumerate(frames) if not _is_trio(frame)), default=0)
    frame, line = frames[own]
    called = f" in {frames[own + 1][0].f_code.co_qualname}" if own + 1 < len(frames) else ""
    return f"{VERBS[state]}{called} at {frame.f_code.co_filename}:{line} ({frame.f_code.co_qualname})"


def _running_frames(task: trio.lowlevel.Task) -> Iterator[tuple[FrameType, int]]:
    """The frames of the task that is running now, outermost first, without this module's own."""
    stack = [pair for pair in traceback.walk_stack(sys._getframe()) if pair[0].f_globals is not globals()]
    outermost = task.coro.cr_frame
    return dropwhile(lambda pair: pair[0] is not outermost, reversed(stack))


def _is_trio(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).partition(".")[0] == "trio"


def _effective_deadline(task: trio.lowlevel.Task) -> float:
    # Trio tells a task its own effective deadline only, so this reads what current_effective_deadline() does.
    status = getattr(task, "_cancel_status", None)
    return math.inf if status is None else status.effective_deadline()


def _deadline(at: float) -> str:
    if at == -math.inf:
        return ", cancelled"
    return "" if at == math.inf else f", deadline in {at - trio.current_time():.3f} s"
