"""Drives a dock from the thread of a test.

The dock lives in a Trio run of its own, in a thread of its own, on a clock that only this module moves. Between two
calls nothing happens there: every task and the app thread are blocked, and time stands still. So a plain test can look
at everything as if there were one thread.
"""

from __future__ import annotations

import queue
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, suppress
from contextvars import copy_context
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol, TypeVar, TypeVarTuple

import outcome
import trio
from trio.testing import MockClock

from .._dock.dock import Dock
from .._dock.tracebacks import is_ours
from ._server_turns import ServerTurns

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

# Seconds by which something may be due later than asked for: three times 0.1 s are a little more than 0.3 s.
TOLERANCE = 1e-6
MODULE_PATIENCE = 3600.0  # seconds of dock time in which the module of an app has to return
STUCK_AFTER = 20.0  # seconds of real time in which dock time has to move
CLOSE_PATIENCE = 10.0  # seconds of real time in which the dock has to close; app code alone gets two
THREAD_PATIENCE = 0.5  # seconds of real time for a thread of the app, after the dock has closed

__tracebackhide__ = True  # pytest: the failure is in the test or in the app, not here


class OpenDock(Protocol):
    """Opens the dock to be driven."""

    def __call__(self, *, on_error: Callable[[Exception], None]) -> AbstractAsyncContextManager[Dock]: ...


class Driver:
    """Opens a dock and drives it. The methods are for the thread of the test."""

    def __init__(self, open_dock: OpenDock, turns: ServerTurns, has_failed: Callable[[], bool]) -> None:
        """
        Parameters:
            open_dock: opens the dock.
            turns: of its servers.
            has_failed: whether time need not go on, as the test has failed.
        """
        self.errors: list[Exception] = []  # of the app, not raised yet
        self.leaks: list[str] = []  # what had not ended when the dock had
        self._closed = False
        self._open_dock = open_dock
        self._turns = turns
        self._has_failed = has_failed
        self._clock = MockClock()
        self._opened = threading.Event()
        self._result: outcome.Outcome[None] = outcome.Value(None)
        self._tasks_left: list[str] = []
        self._threads_before = set(threading.enumerate())
        self._thread = threading.Thread(target=self._run, name="dl7450 test dock", daemon=True)
        self._thread.start()
        self._opened.wait()
        self._result.unwrap()  # not "has the thread ended?": it lives on for a moment after it has failed

    def start_app(self, app: str | Path | Callable[[], object], wait: bool) -> None:
        """Run an app's module; `wait`: let time pass until it has returned."""
        returned = self._drive(self._start_app, app, wait)
        if wait and returned is False and not self._has_failed():
            raise AssertionError(
                f"the app's module has not returned after {MODULE_PATIENCE:g} seconds of dock time: on a dock nothing "
                "is drawn until it does. Let a timer do what it waits for (wakeup), or pass wait=False"
            )

    def pass_time(self, until: float) -> None:
        """Let time pass until a moment of the dock's clock, or until something fails."""
        self._drive(self._pass_time, until)

    def call(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Call a function in the dock's thread."""
        self._check_open()
        return trio.from_thread.run_sync(function, *args, trio_token=self._token)

    def close(self) -> None:
        """Stop the dock at once, as Ctrl-C does; again, without effect."""
        if self._closed:
            return
        self._closed = True
        with suppress(trio.RunFinishedError):
            self._token.run_sync_soon(self._stopping.set)
        self._thread.join(CLOSE_PATIENCE)
        self.leaks = list(self._leaks())

    def _leaks(self) -> Iterator[str]:
        yield from self._tasks_left
        if self._thread.is_alive():
            yield f"the dock itself, {CLOSE_PATIENCE:g} seconds after it was told to stop"
        if not self.dock._app_calls.thread.exited:
            yield f"the app's code, which has not returned{self._where_app_is()}"
        for thread in set(threading.enumerate()) - self._threads_before - {self._thread}:
            if not thread.name.startswith(("dl7450 ", "Trio thread ")):  # of another dock, or an idle one of Trio's
                thread.join(THREAD_PATIENCE)
                if thread.is_alive():
                    yield f"the thread {thread.name!r} that the app started"

    def breakdown(self) -> BaseException | None:
        """What ended the dock but for `close`, if anything did that nobody was told yet."""
        if not isinstance(self._result, outcome.Error):
            return None
        _, rest = BaseExceptionGroup("the dock broke down", [self._result.error]).split(_is_no_failure)
        return rest

    def _raise_breakdown(self) -> None:
        """Raise what ended the dock, if that is a failure; what is expected of an app, `sys.exit()`, once."""
        if not isinstance(self._result, outcome.Error) or _is_no_failure(self._result.error):
            return
        error = self._result.error
        if isinstance(error, SystemExit):
            self._result = outcome.Value(None)
            raise error.with_traceback(_app_part(error.__traceback__))
        raise error

    def _run(self) -> None:
        self._result = outcome.capture(partial(trio.run, self._main, clock=self._clock))
        self._opened.set()

    async def _main(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        self._stopping = trio.Event()
        before = _living_tasks()
        try:
            async with self._open_dock(on_error=self.errors.append) as self.dock:
                self._opened.set()
                await self._stopping.wait()
                raise KeyboardInterrupt  # stops everything at once
        except* KeyboardInterrupt:
            pass
        self._tasks_left = [f"the task {task.name}" for task in _living_tasks() - before]

    def _drive(self, afn: Callable[[*Ts], Awaitable[T]], *args: *Ts) -> T | None:
        """Run an async function in the dock's thread; then raise what the app raised meanwhile.

        It runs in the context of the test, and so does the app that it runs: its context variables are there.

        Returns:
            What the function returned; None if the dock ended first, as the app called `sys.exit()`.
        """
        self._check_open()
        results: queue.SimpleQueue[outcome.Outcome[T]] = queue.SimpleQueue()

        async def drive() -> None:
            with scope:
                results.put(await outcome.acapture(afn, *args))

        scope = trio.CancelScope()
        self.call(partial(trio.lowlevel.spawn_system_task, drive, context=copy_context()))
        result = self._wait(results, scope)
        has_ended = isinstance(result, outcome.Error) and isinstance(result.error, trio.Cancelled)
        if has_ended:
            self._thread.join()
        if self.errors:
            error = self.errors.pop(0)
            raise error.with_traceback(_app_part(error.__traceback__))
        if has_ended:
            self._raise_breakdown()
            return None
        return result.unwrap()

    def _wait(self, results: queue.SimpleQueue[T], scope: trio.CancelScope) -> T:
        moment = self._clock.current_time()
        while True:
            try:
                return results.get(timeout=STUCK_AFTER)
            except queue.Empty:
                if self._clock.current_time() == moment:
                    self.call(scope.cancel, "stuck")
                    raise AssertionError(
                        f"for {STUCK_AFTER:g} seconds the dock's time has not moved, as the app computes or blocks, or "
                        "does one thing after the other without waiting (a timer of more than 0 ms, or a delay in the "
                        f"answer of a route, lets time pass){self._where_app_is()}"
                    ) from None
                moment = self._clock.current_time()

    def _check_open(self) -> None:
        if trio.lowlevel.in_trio_run():
            raise RuntimeError(
                "a test dock is for plain test functions: in an async one, open a dock by "
                "dl7450.open_dock(transport=dl7450.testing.Routes().transport())"
            )
        if not self._thread.is_alive():
            self._raise_breakdown()
            raise RuntimeError("this dock has stopped: make_dock() makes another one")

    def _where_app_is(self) -> str:
        frame = sys._current_frames().get(self.dock._app_calls.thread.ident or 0)
        stack = traceback.extract_stack(frame) if frame is not None else []
        lines = [line for line in stack if not is_ours(line.filename) and line.filename != threading.__file__]
        return f", and is here:\n{''.join(traceback.format_list(lines[-3:]))}" if lines else ""

    async def _start_app(self, app: str | Path | Callable[[], object], wait: bool) -> bool:
        returned = False

        async def run() -> None:
            nonlocal returned
            try:
                with suppress(trio.ClosedResourceError):  # the dock stopped first
                    await self.dock.start_app(app)
            except Exception as error:
                self.errors.append(error)
            returned = True

        self.dock.start_soon(run)
        await self._pass_time(self._clock.current_time() + MODULE_PATIENCE * wait, lambda: returned or not wait)
        return returned

    async def _pass_time(self, until: float, is_over: Callable[[], bool] = lambda: False) -> None:
        while True:
            await self.dock.wait_all_blocked()
            if self.errors or self._has_failed():
                return
            now = self._clock.current_time()
            if self._turns.give(now):
                continue
            if is_over():
                return
            due = min(now + trio.lowlevel.current_statistics().seconds_to_next_deadline, self._turns.next_due)
            if due > until + TOLERANCE:
                break
            self._clock.jump(max(0.0, due - now))
        self._clock.jump(max(0.0, until - now))


def _is_no_failure(error: BaseException) -> bool:
    """Whether something that ended a dock is nothing to fail for."""
    if isinstance(error, SystemExit):  # as in `dl7450 run`
        return not error.code
    # Where warnings are errors, the core's one about app code that does not return is one: `leaks` has it.
    return isinstance(error, UserWarning)


def _living_tasks() -> set[trio.lowlevel.Task]:
    """All tasks of this Trio run."""
    root = trio.lowlevel.current_root_task()
    assert root is not None, "there is one in every run"
    found, waiting = set(), [root]
    while waiting:
        found.add(task := waiting.pop())
        waiting += [child for nursery in task.child_nurseries for child in nursery.child_tasks]
    return found


def _app_part(whole: TracebackType | None) -> TracebackType | None:
    """A traceback without this library's frames and those it runs on."""
    frames = []
    while whole is not None:
        frames.append(whole)
        whole = whole.tb_next
    part = None
    for frame in reversed(frames):
        if not is_ours(frame.tb_frame.f_code.co_filename):
            part = TracebackType(part, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return part
