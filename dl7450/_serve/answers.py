"""`Answers`: what servers answered to the newest requests of a dock, in bounded memory.

A transport of its own hands everything on as it comes, and keeps a copy: of one body the first `BODY_MAX` bytes, of all
of them `BODIES_MAX`, of `KEPT` requests, whose headers the parser bounds (300 KiB each). What is under way can be seen,
too: the `Exchange` of a request says how far it has come before its span does, which hears of it at the end.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, cast

import httpx2

from dl7450_telemetry import EventRecord

from ..http._exchange import Exchange
from ..http._messages import AnswerBody, DockAnswer, DockRequest
from ..http._network import Network
from ..http._parser import AnswerHead
from ..http._sender import decoded
from ..http._transport import DockTransport

KEPT: Final = 200  # requests
BODY_MAX: Final = 8_000_000  # bytes that are kept of a body
BODIES_MAX: Final = 64_000_000  # bytes of all bodies

# The span of the request that is made in this context: its id in hexadecimal. `SpanFeed` sets it.
span_of_request: ContextVar[str] = ContextVar("dl7450.serve.span_of_request", default="")


@dataclass(frozen=True)
class Answer:
    """What a server answered.

    Attributes:
        status: the HTTP status.
        headers: in their order.
        body: its first bytes; none if it broke off, is still to come, or had to make room for newer ones.
        size: of the whole body in bytes; None if it broke off, or is still to come.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    size: int | None


@dataclass(frozen=True)
class Progress:
    """How far a request has come that is under way. Moments are nanoseconds since 1970.

    Attributes:
        waits_for: what is to come next, in words.
        events: of its span, as it will have them.
        phases: name, start and end of each; the end of one that goes on is 0.
    """

    waits_for: str
    events: tuple[EventRecord, ...]
    phases: tuple[tuple[str, int, int], ...]


@dataclass(eq=False)
class _Request:
    span_id: str
    exchange: Exchange | None  # None: it is over
    head: AnswerHead | None = None
    body: bytes = b""
    size: int | None = None


class Answers:
    """Those of one served dock. For its Trio thread."""

    def __init__(self) -> None:
        self._requests: dict[str, _Request] = {}  # by the id of the span, the oldest first
        self._bytes = 0

    def of(self, span_id: str) -> Answer | None:
        """The answer to a request, if there is one and it is kept, by the id of its span."""
        request = self._requests.get(span_id)
        if request is None or request.head is None:
            return None
        headers = tuple((decoded(name), decoded(value)) for name, value in request.head.headers)
        return Answer(request.head.status_code, headers, request.body, request.size)

    def under_way(self) -> dict[str, Progress]:
        """How far each request has come that is under way, by the id of its span."""
        return {span: _progress(each.exchange) for span, each in self._requests.items() if each.exchange is not None}

    def begin(self, exchange: Exchange) -> _Request:
        """A request begins, in the context of its span."""
        request = _Request(span_of_request.get(), exchange)
        self._forget(request.span_id)
        self._requests[request.span_id] = request
        if len(self._requests) > KEPT:
            self._forget(next(iter(self._requests)))
        return request

    def end(self, request: _Request, body: bytearray | None) -> None:
        """It is over: with the whole body, or None if there is none; again, without effect."""
        request.exchange = None
        if body is None or self._requests.get(request.span_id) is not request:
            return
        request.size, request.body = len(body), bytes(memoryview(body)[:BODY_MAX])
        self._bytes += len(request.body)
        for oldest in self._requests.values():
            if self._bytes <= BODIES_MAX:
                break
            self._bytes -= len(oldest.body)
            oldest.body = b""

    def _forget(self, span_id: str) -> None:
        request = self._requests.pop(span_id, None)
        if request is not None:
            self._bytes -= len(request.body)


class WatchedTransport(DockTransport):
    """The transport of a dock, whose answers are kept."""

    def __init__(self, network: Network, answers: Answers) -> None:
        super().__init__(network)
        self._answers = answers

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request as the dock's own transport does."""
        # A `DockRequest` stays one: no attribute is looked at that it has not.
        kept = self._answers.begin(request.exchange if type(request) is DockRequest else request.extensions["exchange"])
        answer = None
        try:
            answer = cast(DockAnswer, await super().handle_async_request(request))
        finally:
            if answer is None:
                self._answers.end(kept, None)
        kept.head = answer.head
        return DockAnswer(answer.head, _WatchedBody(answer.body, self._answers, kept))


class _WatchedBody(AnswerBody):
    """Another body, read through this one: it has no connection of its own."""

    def __init__(self, body: AnswerBody, answers: Answers, request: _Request) -> None:
        self._body = body
        self._answers = answers
        self._request = request

    async def read(self, size_max: int) -> bytearray:
        body = None
        try:
            body = await self._body.read(size_max)
        finally:
            self._answers.end(self._request, body)
        return body

    async def __aiter__(self) -> AsyncGenerator[bytes]:  # nobody does now; what is read in parts is not kept
        async for part in self._body:
            yield part

    async def aclose(self) -> None:
        self._answers.end(self._request, None)
        await self._body.aclose()


def _progress(exchange: Exchange) -> Progress:
    moments = (("request sent", exchange.request_sent), ("first byte", exchange.first_byte))
    return Progress(
        _waits_for(exchange),
        tuple(EventRecord(name, time) for name, time in moments if time is not None),
        tuple((phase.name, phase.start, phase.end) for phase in exchange.phases),
    )


def _waits_for(exchange: Exchange) -> str:
    if exchange.phases and not exchange.phases[-1].end:
        return exchange.phases[-1].name
    if exchange.request_sent is None:
        return "the request to be sent"
    if exchange.first_byte is None:
        return "the first byte"
    return f"the rest, after {exchange.bytes_received} bytes"
