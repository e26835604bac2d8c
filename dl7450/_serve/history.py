"""`History`: the newest events of a dock, in bounded memory. Any thread may add to it and read it."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, Final, TypeVar

import trio

from .events import AppBroke, AppStarted, Event, Frame, Printed, SpanEnded, SpanStarted

E = TypeVar("E", bound=Event)

KEPT: Final = {Frame: 200, SpanStarted: 2_000, SpanEnded: 2_000, Printed: 1_000, AppBroke: 100, AppStarted: 100}
KEPT_OF_OTHERS: Final = 100
PICTURE_BYTES: Final = 64_000_000  # of the pictures that the kept frames show


class History:
    """Of one dock.

    Attributes:
        id: another one for each history: a page sees by it that the server was started anew.
    """

    def __init__(self, wake: Callable[[Callable[[], None]], object] = lambda changed: None) -> None:
        """
        Parameters:
            wake: has a function called in the Trio run in which `wait_change` is awaited, from any thread.
        """
        self.id = secrets.token_hex(4)
        self._wake = wake
        self._lock = Lock()
        self._events: defaultdict[type[Event], deque[Any]] = defaultdict(lambda: deque(maxlen=KEPT_OF_OTHERS))
        self._events.update({kind: deque(maxlen=count) for kind, count in KEPT.items()})
        self._versions = Counter[type[Event]]()
        self._pictures = Counter[str]()  # how many frames show a picture, by its digest
        self._picture_bytes = 0
        self._version = 0
        self._is_awaited = False
        self._changed = trio.Event()

    def add(self, event: Event) -> None:
        """Keep an event, and forget the oldest of its kind where there are too many."""
        kind = type(event)
        with self._lock:
            self._version += 1
            self._versions[kind] = self._version
            if isinstance(event, Frame):
                self._make_room(event)
            self._events[kind].append(event)
            is_awaited, self._is_awaited = self._is_awaited, False
        if is_awaited:  # else the server's thread would be woken by each event though no page is open
            self._wake(self._tell)

    def all(self, kind: type[E]) -> tuple[E, ...]:
        """The kept events of a kind, the oldest first."""
        with self._lock:
            return tuple(self._events[kind])

    def newest(self, kind: type[E]) -> E | None:
        """The newest event of a kind, if there is one."""
        with self._lock:
            events: deque[E] = self._events[kind]
            return events[-1] if events else None

    def frame(self, number: int) -> Frame | None:
        """The frame of a number, if it is still kept."""
        frames = self.all(Frame)
        at = number - frames[0].number if frames else -1
        return frames[at] if 0 <= at < len(frames) else None

    def version(self, kinds: Iterable[type[Event]] | None = None) -> int:
        """A number that grows with every event; of these kinds only, if they are given."""
        with self._lock:
            return self._version if kinds is None else max((self._versions[kind] for kind in kinds), default=0)

    async def wait_change(self, known: int) -> None:
        """Wait until `version` is not the known one any more."""
        while self._awaits(known):
            await self._changed.wait()

    def _awaits(self, known: int) -> bool:
        with self._lock:
            self._is_awaited |= self._version == known
            return self._version == known

    def _tell(self) -> None:
        self._changed.set()
        self._changed = trio.Event()

    def _make_room(self, frame: Frame) -> None:
        frames = self._events[Frame]
        self._count(frame, +1)
        while frames and (len(frames) == frames.maxlen or self._picture_bytes > PICTURE_BYTES):
            self._count(frames.popleft(), -1)

    def _count(self, frame: Frame, by: int) -> None:
        picture = frame.screen.background
        if picture is None:
            return
        before = self._pictures[picture.digest]
        self._pictures[picture.digest] += by
        if not before:
            self._picture_bytes += len(picture.data)
        elif not before + by:
            del self._pictures[picture.digest]
            self._picture_bytes -= len(picture.data)
