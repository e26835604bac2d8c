"""Messages to the app from the vendor's cloud (dock SDK, `vision_client`)."""

import typing as _typing
from collections.abc import Callable as _Callable
from inspect import iscoroutinefunction as _iscoroutinefunction

from ._dock import current as _current

if _typing.TYPE_CHECKING:
    from ._dock.events import Listener as _Listener

__all__ = ["VisionClient"]


class VisionClient:
    """Receives messages. Several of them receive every message, each."""

    def __init__(self) -> None:
        self._listener: _Listener | None = None

    def on_message(self, callback: _Callable[[bytearray], object]) -> None:
        """Have a function called with each message from now on, in place of the one before.

        Parameters:
            callback: called with the message, on the app thread when it is idle. The bytes have no meaning of their
                own; by convention the first one says what follows: `t` text, `i` a PNG, `f` firmware (dock SDK).

        Raises:
            TypeError: the callback cannot be called, or is async.
        """
        if not callable(callback):
            raise TypeError(f"callback must be a function that takes the message, not {type(callback).__name__}")
        if _iscoroutinefunction(callback):
            raise TypeError("callback must be a plain function, not an async one: nobody would await it")
        dock = _current.current_dock()
        if self._listener is not None:
            dock.call_sync(dock.events.cancel, self._listener)
        self._listener = dock.call_sync(dock.events.listen, dock.events.MESSAGE, callback)

    def send_message(self, msg: bytes | bytearray | memoryview | str) -> None:
        """Does nothing yet, as on the dock (dock SDK)."""
