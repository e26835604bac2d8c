"""`Sender`: one request through a transport, whichever it is, and what comes back as a `Response`.

The dock's own transport is asked in its own words, which cost less than httpx's objects; any other in those of its
family. Whichever way a transport fails, it leaves here as a `FailedRequest`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, nullcontext
from typing import cast

import httpx2

from .._trio.exception_groups import raise_ungrouped
from ._arguments import Call
from ._curl import FailedRequest, Failure
from ._exchange import Exchange
from ._family import HTTPX2, family_of_transport
from ._messages import DockAnswer, DockRequest
from ._response import Response
from ._tracing import RequestSpan
from ._transport import DockTransport


class Sender:
    """Of one client.

    Attributes:
        may_answer_from_memory: sending may be no checkpoint.
    """

    def __init__(self, transport: httpx2.AsyncBaseTransport, max_response_bytes: int) -> None:
        self.may_answer_from_memory = not isinstance(transport, DockTransport)
        self._transport = transport
        self._family = family_of_transport(transport)
        self._max_response_bytes = max_response_bytes

    async def send(self, call: Call, span: RequestSpan, exchange: Exchange) -> Response:
        """Send a request, and read its whole answer.

        Raises:
            FailedRequest: there is no answer, or no whole one; the exchange says how far it came.
        """
        if call.failure is not None:
            raise FailedRequest(call.failure)
        assert call.url is not None  # a URL or a failure
        request = DockRequest(call, call.url, span.inject(call.headers), exchange, self._max_response_bytes)
        try:
            answer = await self._transport.handle_async_request(
                request if self._family is HTTPX2 else request.as_httpx(self._family.module)
            )
            if type(answer) is DockAnswer:
                head = answer.head
                return Response(
                    head.status_code, _joined(head.headers), await answer.body.read(self._max_response_bytes)
                )
            exchange.head_received = True
            exchange.status_code = answer.status_code
            exchange.http_version = answer.http_version.removeprefix("HTTP/")
            try:
                body = await self._read(answer)
            finally:
                await answer.aclose()
        except BaseExceptionGroup as group:  # of connecting and sending, and of others' networks and transports
            raise_ungrouped(group)
        except self._family.errors as error:
            raise FailedRequest(self._family.failure_of(error)) from error
        except MemoryError as error:
            raise FailedRequest(Failure.MEMORY) from error
        return Response(answer.status_code, _joined(answer.headers.raw), body)

    async def _read(self, answer: httpx2.Response) -> bytearray:
        body = bytearray()
        chunks = aiter(cast(httpx2.AsyncByteStream, answer.stream))
        async with aclosing(chunks) if isinstance(chunks, AsyncGenerator) else nullcontext():
            async for chunk in chunks:
                body += chunk
                if len(body) > self._max_response_bytes:
                    raise FailedRequest(Failure.TOO_LARGE)
        return body


def _joined(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers as the dock gives them: names as they arrived, a repeated name joined by the first one's spelling."""
    if len({name.lower() for name, _ in raw}) == len(raw):  # as a rule
        return {name.decode("latin-1"): decoded(value) for name, value in raw}
    spelling: dict[bytes, bytes] = {}
    values: dict[bytes, list[str]] = {}
    for name, value in raw:
        key = name.lower()
        spelling.setdefault(key, name)
        values.setdefault(key, []).append(decoded(value))
    return {
        spelling[key].decode("latin-1"): ("\n" if key == b"set-cookie" else ", ").join(parts)
        for key, parts in values.items()
    }


def decoded(value: bytes) -> str:
    """A header's value as text: it may be UTF-8, and need not."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
