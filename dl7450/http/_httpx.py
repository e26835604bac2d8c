"""Requests through httpx's transports: mock transports, ASGI apps, and those that wrap the dock's own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import lru_cache
from typing import cast

import httpx2
import trio

from ._arguments import Call
from ._curl import Failure
from ._exchange import Exchange
from ._network import FailedRequest, current_exchange
from ._transport import Answer
from ._url import Url

# What they raise, as the step that failed.
_FAILURES: dict[type[httpx2.TransportError], Failure] = {
    httpx2.ConnectTimeout: Failure.CONNECT_TIMEOUT,
    httpx2.TimeoutException: Failure.DEADLINE,
    httpx2.ConnectError: Failure.CONNECT,
    httpx2.WriteError: Failure.SEND,
    httpx2.NetworkError: Failure.RESET,
    httpx2.UnsupportedProtocol: Failure.SCHEME,
    httpx2.TransportError: Failure.GRAMMAR,
}


async def fetch_through(
    transport: httpx2.AsyncBaseTransport,
    call: Call,
    url: Url,
    headers: list[tuple[bytes, bytes]],
    body_max: int,
    exchange: Exchange,
) -> Answer:
    """Send a request and read its answer.

    Raises:
        FailedRequest: there is no answer, or no whole one, and which step failed.
    """
    await trio.lowlevel.checkpoint()  # every request is one, also where the transport answers from memory
    request = httpx2.Request(
        call.method,
        httpx_url(url),
        headers=headers,
        stream=httpx2.ByteStream(call.data),
        extensions={"target": url.target, "cacert": call.cacert},
    )
    before = current_exchange.set(exchange)
    try:
        answer = await transport.handle_async_request(request)
        exchange.head_received = True
        exchange.http_version = answer.http_version.removeprefix("HTTP/")
        try:
            body = await _read(answer, body_max)
        finally:
            await answer.aclose()
    except httpx2.TransportError as error:
        raise FailedRequest(next(f for kind, f in _FAILURES.items() if isinstance(error, kind))) from error
    finally:
        current_exchange.reset(before)
    return Answer(answer.status_code, answer.headers.raw, body)


async def _read(answer: httpx2.Response, body_max: int) -> bytearray:
    body = bytearray()
    stream = aiter(cast(httpx2.AsyncByteStream, answer.stream))
    async with aclosing(cast(AsyncGenerator[bytes, None], stream)) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > body_max:
                raise FailedRequest(Failure.TOO_LARGE)
    return body


@lru_cache(maxsize=1024)
def httpx_url(url: Url) -> httpx2.URL:
    """A URL in httpx's words."""
    return httpx2.URL(scheme=url.scheme, host=url.host, port=url.port, raw_path=url.target)
