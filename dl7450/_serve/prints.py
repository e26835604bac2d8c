"""What apps print goes on to standard output, and to whoever listens to the dock whose app it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, TextIO
from weakref import WeakKeyDictionary

from .._dock.dock import Dock, dock_of_app

Listener = Callable[[str], None]
_listeners: WeakKeyDictionary[Dock, Listener] = WeakKeyDictionary()


class _Heard:
    """A standard output that hands what an app writes to the dock's listener, too; all else is the stream's."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        dock = dock_of_app.get()
        if dock is not None and (listener := _listeners.get(dock)) is not None:
            listener(text)
        return self._stream.write(text)


@contextmanager
def prints_heard() -> Generator[None]:
    """Around all docks: standard output is heard."""
    before = sys.stdout
    sys.stdout = _Heard(before)
    try:
        yield
    finally:
        sys.stdout = before


def hear_prints(dock: Dock, listener: Listener) -> None:
    """Have a function called with what the apps of a dock print, on their thread, while `prints_heard`."""
    _listeners[dock] = listener
