"""Threads that take turns with Trio, so that a seed decides everything and a run repeats exactly.

Trio shuffles which task goes first, and the operating system which thread: both are left to one seeded generator here.
A thread that Trio starts runs only when it is given a turn, and until it waits for something or ends; meanwhile
Trio stands still. Between two steps of tasks a turn may be given, and must be when nothing else can happen.

This works because app code waits in three places only: for a job, for the dock, and to be started.
"""

import threading
from collections import deque
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from random import Random
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from unittest.mock import patch

import outcome
import trio
from trio import _threads as trio_threads
from trio._core._thread_cache import start_thread_soon

T = TypeVar("T")

EAGERNESS = 0.3  # how likely a thread that could run does so before the next step of a task


class SeededThreads(trio.abc.Instrument):
    """Gives turns. `alive` counts the threads that have begun and not ended."""

    def __init__(self, random: Random) -> None:
        self.alive = 0
        self._random = random
        self._ready: list[threading.Semaphore] = []  # of each thread that could run, what it waits for
        self._waiting: dict[object, list[threading.Semaphore]] = {}  # by what the thread waits for
        self._running = threading.Semaphore(0)  # of the thread whose turn it is
        self._over = threading.Semaphore(0)  # released when the turn is over

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        while self._ready and self._random.random() < EAGERNESS:
            self._give_turn()

    def before_io_wait(self, timeout: float) -> None:
        while self._ready and not trio.lowlevel.current_statistics().tasks_runnable:
            self._give_turn()

    def start_thread_soon(
        self,
        fn: Callable[[], T],
        deliver: Callable[[outcome.Outcome[T]], object],
        name: str | None = None,
    ) -> None:
        """Stands in for Trio's function of this name."""
        turn = threading.Semaphore(0)

        def work() -> T:
            turn.acquire()
            return fn()

        def end(result: outcome.Outcome[T]) -> None:
            deliver(result)
            self.alive -= 1
            self._over.release()

        self.alive += 1
        self._ready.append(turn)
        start_thread_soon(work, end, name)

    def wait_for(self, what: object) -> None:
        """End the turn of the thread that calls this, until somebody calls `happened`."""
        turn = self._running
        self._waiting.setdefault(what, []).append(turn)
        self._over.release()
        turn.acquire()

    def happened(self, what: object) -> None:
        """Those who wait for it may go on."""
        self._ready += self._waiting.pop(what, [])

    def send_message_to_trio(self, token: trio.lowlevel.TrioToken | None, message: Any) -> object:
        """Stands in for what `trio.from_thread` is made of: the same, with the result in a queue of ours."""
        object.__setattr__(message, "queue", TurnQueue[Any](self))
        return _send_message_to_trio(token, message)

    def _give_turn(self) -> None:
        self._running = self._ready.pop(self._random.randrange(len(self._ready)))
        self._running.release()
        self._over.acquire()


_send_message_to_trio: Callable[..., object] = trio_threads._send_message_to_trio


class TurnQueue(Generic[T]):
    """Stands in for `queue.SimpleQueue`."""

    def __init__(self, turns: SeededThreads) -> None:
        self._turns = turns
        self._items: deque[T] = deque()

    def put(self, item: T) -> None:
        self._items.append(item)
        self._turns.happened(self)

    put_nowait = put

    def get(self) -> T:
        while not self._items:
            self._turns.wait_for(self)
        return self._items.popleft()


class TurnEvent:
    """Stands in for `threading.Event`. Nobody's patience runs out: real time does not exist here."""

    def __init__(self, turns: SeededThreads) -> None:
        self._turns = turns
        self._set = False

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True
        self._turns.happened(self)

    def clear(self) -> None:
        self._set = False

    def wait(self, timeout: float | None = None) -> bool:
        while not self._set:
            self._turns.wait_for(self)
        return True


@contextmanager
def deterministic(seed: int) -> Generator[SeededThreads]:
    """Let the seed decide what runs when, in whatever `trio.run(..., instruments=[turns])` runs below."""
    turns = SeededThreads(Random(seed))
    real = SimpleNamespace(get_ident=threading.get_ident, Event=lambda: TurnEvent(turns))
    with ExitStack() as stack:
        for name, stand_in in {
            "trio._core._run._r": Random(seed),
            "trio._core._run._ALLOW_DETERMINISTIC_SCHEDULING": True,  # else tasks are sorted by their addresses
            "trio._threads.start_thread_soon": turns.start_thread_soon,
            "trio._threads._send_message_to_trio": turns.send_message_to_trio,
            "dl7450._dock.app_thread.SimpleQueue": lambda: TurnQueue[object](turns),
            "dl7450._dock.app_thread.threading": real,
        }.items():
            stack.enter_context(patch(name, stand_in))
        yield turns
