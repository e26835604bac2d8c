"""Virtual time with real servers (`dl7450 run --fast`)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

import httpx2
import trio

from ._clock import hold_time, release_time


class RealTimeTransport(httpx2.AsyncBaseTransport):
    """Lets virtual time flow as real time does while a real server is waited for.

    A server does not know of the clock: if time jumped while it computes its answer, every request would time out.
    """

    def __init__(self, transport: httpx2.AsyncBaseTransport) -> None:
        self._transport = transport
        self._clock = trio.lowlevel.current_clock()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        hold_time(self._clock, flowing=True)
        try:
            response = await self._transport.handle_async_request(request)
        except BaseException:
            release_time(self._clock, flowing=True)
            raise
        stream = _RealTimeBody(cast(httpx2.AsyncByteStream, response.stream), self._clock)
        return httpx2.Response(
            response.status_code, headers=response.headers, stream=stream, extensions=response.extensions
        )

    async def aclose(self) -> None:
        await self._transport.aclose()


class _RealTimeBody(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, clock: trio.abc.Clock) -> None:
        self._stream = stream
        self._clock = clock
        self._closed = False

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        async with aclosing(cast(AsyncGenerator[bytes, None], aiter(self._stream))) as chunks:
            async for chunk in chunks:
                yield chunk

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            if not self._closed:
                self._closed = True
                release_time(self._clock, flowing=True)
