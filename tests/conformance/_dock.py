"""The other side: what the dock makes of a scenario, in any of its three styles.

One dock plays all calls of a scenario, so that its connections are kept between them.
"""

import queue
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import trio

import dl7450
import dl7450.http
from dl7450.http import Response
from tests.conformance._certificates import cacert
from tests.conformance._outcome import Answer, digest
from tests.conformance._scenario import Call, Scenario, Style
from tests.conformance._server import FaultServer

CALLBACK_PATIENCE = 25  # seconds: longer than any deadline, so that a callback that never comes is a failed test


async def ask_dock(scenario: Scenario, server: FaultServer, style: Style) -> tuple[Answer, ...]:
    """Make the calls of `scenario` with a dock of their own."""
    answers: list[Answer] = []
    async with dl7450.open_dock(max_response_bytes=scenario.max_body) as dock:
        for call in scenario.calls:
            if call.after_scripts:
                await server.scripts_over()
            arguments: dict[str, Any] = {
                "url": scenario.url(call, server),
                "headers": call.headers,
                "data": call.data,
                "timeout": call.timeout,
                "cacert": None if call.cacert is None else cacert(call.cacert),
            }
            answers += await _at_once(call.times, _asker(dock, style, call, arguments))
    return tuple(answers)


def _asker(dock: dl7450.Dock, style: Style, call: Call, arguments: dict[str, Any]) -> Callable[[], Awaitable[Response]]:
    match style:
        case "trio":
            return partial(dock.http.request, call.method, **arguments)
        case "sync":
            ask = dl7450.http.get if call.method == "GET" else dl7450.http.post
            return partial(trio.to_thread.run_sync, partial(ask, **arguments))
        case "callback":
            return partial(trio.to_thread.run_sync, partial(_ask_and_wait, call, arguments))


def _ask_and_wait(call: Call, arguments: dict[str, Any]) -> Response:
    """The callback style, from a plain thread that waits for the callback."""
    answers: queue.SimpleQueue[Response] = queue.SimpleQueue()
    ask = dl7450.http.get_async if call.method == "GET" else dl7450.http.post_async
    ask(on_response=answers.put, **arguments)
    return answers.get(timeout=CALLBACK_PATIENCE)


async def _at_once(times: int, ask: Callable[[], Awaitable[Response]]) -> list[Answer]:
    answers: list[Answer] = []

    async def one() -> None:
        try:
            response = await ask()
        except Exception as error:
            answers.append(Answer.failed(type(error).__name__))
        else:
            answers.append(Answer(response.status_code(), response.headers(), digest(response.body())))

    async with trio.open_nursery() as nursery:
        for _ in range(times):
            nursery.start_soon(one)
    return answers
