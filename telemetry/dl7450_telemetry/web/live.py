"""Server-sent events: a page hears that there is something new, and asks for it.

An event has no content. So there is one way to what a page shows, which is the page; and a page that was asleep has
missed nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import trio
from starlette.responses import StreamingResponse

LOOKS_EVERY = 2.0  # seconds
STILL_THERE_EVERY = 20.0  # seconds without a change; a comment then keeps proxies from closing


def event_stream(version: Callable[[], object]) -> StreamingResponse:
    """A stream of events, one for each change.

    Parameters:
        version: tells something that is another one when there is something new.
    """
    return StreamingResponse(_events(version), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _events(version: Callable[[], object]) -> AsyncIterator[str]:
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
