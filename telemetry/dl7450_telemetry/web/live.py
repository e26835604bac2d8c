"""Server-sent events: a page hears that there is something new, and asks for it.

An event has no content. So there is one way to what a page shows, which is the page; and a page that was asleep has
missed nothing.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import trio
from starlette.responses import StreamingResponse
from starlette.types import Send

LOOKS_EVERY = 2.0  # seconds
STILL_THERE_EVERY = 20.0  # seconds without a change; a comment then keeps proxies from closing


class EventStream(StreamingResponse):
    """A stream of events to a page. Their generator ends with it, however it ends.

    Starlette leaves the generator to the garbage collector when the reader goes away.
    """

    def __init__(self, events: AsyncGenerator[str, None]) -> None:
        super().__init__(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._events = events

    async def stream_response(self, send: Send) -> None:
        """Send the events, until the reader goes away."""
        async with aclosing(self._events):
            await super().stream_response(send)


def event_stream(version: Callable[[], object]) -> EventStream:
    """A stream of events, one for each change.

    Parameters:
        version: tells something that is another one when there is something new.
    """
    return EventStream(_events(version))


async def _events(version: Callable[[], object]) -> AsyncGenerator[str, None]:
    known, said = version(), trio.current_time()
    yield "retry: 3000\n\n"
    while True:
        await trio.sleep(LOOKS_EVERY)
        now = version()
        if now != known:
            known, said = now, trio.current_time()
            yield "event: change\ndata:\n\n"
        elif trio.current_time() - said >= STILL_THERE_EVERY:
            said = trio.current_time()
            yield ": still there\n\n"
