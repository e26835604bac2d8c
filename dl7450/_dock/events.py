"""`Events`: what an app is called for from outside, such as a button that is pressed.

Whatever can happen has a name. An app listens to it, and is called each time that it happens. As long as something is
expected to happen that an app listens to, the app is not over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from opentelemetry import trace
from opentelemetry.trace import Link

from .._trio.pending import Pending
from .app_calls import AppCalls


@dataclass(eq=False)
class Listener:
    """A callback that is called when something happens, until it is cancelled.

    Attributes:
        event: the name of what it listens to.
        callback: what is called.
        links: to the span that set it.
        cancelled: it is called no more.
    """

    event: str
    callback: Callable[..., object]
    links: list[Link]
    cancelled: bool = False


class Events:
    """Of one dock. Used on the Trio thread only.

    Attributes:
        MESSAGE: what a message from the vendor's cloud is.
        pending: 1 while something is expected that an app listens to.
    """

    MESSAGE = "vision message"

    def __init__(self, app_calls: AppCalls) -> None:
        self.pending = Pending()
        self._app_calls = app_calls
        self._listeners: list[Listener] = []
        self._expected = Counter[str]()

    def listen(self, event: str, callback: Callable[..., object]) -> Listener:
        """Have a callback called each time that something happens; of several, in the order of this call."""
        setter = trace.get_current_span().get_span_context()
        listener = Listener(event, callback, [Link(setter)] if setter.is_valid else [])
        self._listeners.append(listener)
        self._count()
        return listener

    def cancel(self, listener: Listener) -> None:
        """Call a listener no more, also for what has happened already."""
        listener.cancelled = True
        self._listeners = [other for other in self._listeners if not other.cancelled]
        self._count()

    async def unload(self) -> None:
        """Call no listener any more: the app has ended."""
        self.cancel_all()

    def cancel_all(self) -> None:
        """The same, for whoever cannot wait."""
        for listener in self._listeners:
            listener.cancelled = True
        self._listeners = []
        self._count()

    def happen(self, event: str, arguments: Callable[[], tuple[object, ...]] = tuple) -> None:
        """Call whoever listens, when the app is idle.

        Parameters:
            event: the name of what happens.
            arguments: makes those of a callback; called once for each, as an app may change what it gets.
        """
        for listener in self._listeners:
            if listener.event == event:
                self._app_calls.notify(
                    event, listener.callback, arguments, listener.links, partial(_is_heard, listener)
                )

    @contextmanager
    def expect(self, event: str) -> Generator[None]:
        """While in this block, something may happen: an app that listens to it is not over."""
        self._expected[event] += 1
        self._count()
        try:
            yield
        finally:
            self._expected[event] -= 1
            self._count()

    def _count(self) -> None:
        self.pending.count_one(any(self._expected[listener.event] for listener in self._listeners))


def _is_heard(listener: Listener) -> bool:
    return not listener.cancelled
