"""The three styles in which a request is made: a Trio task awaits it, a thread blocks, a callback gets the answer."""

import queue
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import trio

import dl7450
from dl7450 import http
from dl7450.http import Response
from tests.conformance._server import Connection, Verb

Style = Literal["trio", "sync", "callback"]
STYLES: tuple[Style, ...] = ("trio", "sync", "callback")


async def ask(dock: dl7450.Dock, style: Style, url: str, *, method: str = "GET", **arguments: Any) -> Response:
    """Make a request, from a plain thread in the styles of apps, and wait for its answer."""
    match style:
        case "trio":
            return await dock.http.request(method, url, **arguments)
        case "sync":
            return await trio.to_thread.run_sync(partial(_function(f"{method.lower()}"), url, **arguments))
        case "callback":
            return await trio.to_thread.run_sync(partial(_start_and_wait, f"{method.lower()}_async", url, arguments))


async def ask_in_app(dock: dl7450.Dock, style: Style, url: str, *, method: str = "GET", **arguments: Any) -> Response:
    """The same from an app, as virtual time waits for nothing else."""
    if style == "trio":
        return await dock.http.request(method, url, **arguments)
    answers: list[Response] = []

    def app() -> None:
        if style == "sync":
            answers.append(_function(method.lower())(url, **arguments))
        else:
            _function(f"{method.lower()}_async")(url, answers.append, **arguments)

    await dock.run_app(app)
    [answer] = answers
    return answer


def waits_for(event: trio.Event) -> Verb:
    """A step of a script: wait for an event."""

    async def verb(connection: Connection) -> None:
        await event.wait()

    return verb


def tells(event: trio.Event) -> Verb:
    """A step of a script: set an event."""

    async def verb(connection: Connection) -> None:
        event.set()

    return verb


def sees_the_end(event: trio.Event) -> Verb:
    """A step of a script: read until the client closes, in order or not, then set an event."""

    async def verb(connection: Connection) -> None:
        try:
            await connection.drain()
        finally:
            event.set()

    return verb


def _function(name: str) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(http, name)
    return function


def _start_and_wait(name: str, url: str, arguments: dict[str, Any]) -> Response:
    answers: queue.SimpleQueue[Response] = queue.SimpleQueue()
    _function(name)(url, answers.put, **arguments)
    return answers.get()
