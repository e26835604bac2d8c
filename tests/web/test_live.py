"""A stream of events ends with its reader."""

from collections.abc import AsyncGenerator

import trio
from starlette.types import Message

from dl7450_telemetry.web import EventStream


async def test_the_generator_of_a_stream_ends_when_its_reader_goes_away() -> None:
    sending, ended = trio.Event(), trio.Event()

    async def events() -> AsyncGenerator[str, None]:
        try:
            yield "data: 1\n\n"
        finally:
            ended.set()

    async def receive() -> Message:
        await sending.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            sending.set()
            await trio.sleep_forever()  # the reader takes nothing any more

    kept = events()  # so that it is not the garbage collector who ends it
    await EventStream(kept)({"type": "http"}, receive, send)
    assert ended.is_set()
