"""The network in memory: what a dock under test is connected to instead of the world.

`RoutedTransport` sees each request as a whole and asks the routes for its answer. Then the request takes its real way:
the connections, the HTTP parser, the mapping of errors, down to `RoutedNetwork`, where a connection plays the answer
byte by byte, or goes wrong as a fault says.

A server here is not a task. What it sends is known as soon as the request has arrived, so the stream plays it when it
is read: a day of fetches costs no task switches, and nothing can be left behind.
"""

from __future__ import annotations

import errno
import ssl
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from typing import Protocol, cast

import httpx2
import trio

from ..http._curl import FailedRequest
from ..http._messages import DockRequest
from ..http._network import Address, Connection, DeviceNetwork
from ..http._transport import DockTransport
from ..http._url import DEFAULT_PORTS, Url, is_ip_address
from ._answer import Answer, Ending, Fault, Piece, Script
from ._request import Request, url_text


class Answering(Protocol):
    """Answers requests: `Routes`."""

    def answer(self, request: Request, /) -> Answer: ...


class WaitTurn(Protocol):
    """Waits for a moment, and then for all with a lower number."""

    def __call__(self, due: float, number: int, /) -> Awaitable[None]: ...


@dataclass
class _Asked:
    """A request under way: its answer, what the answer's bytes depend on, and how to wait for them."""

    answer: Answer
    method: str
    deadline: float
    number: int
    wait_turn: WaitTurn

    def script(self) -> Script:
        return self.answer.script(self.method, self.deadline - trio.current_time())

    async def wait_until(self, due: float) -> None:
        await self.wait_turn(due, self.number)

    async def fails_by(self, fault: Fault) -> bool:
        """Whether this goes wrong now; true only after the answer's delay."""
        if self.answer.fault != fault:
            return False
        await self.wait_until(trio.current_time() + self.answer.delay)
        return True


async def _sleep_until(due: float, _: int) -> None:
    if due > trio.current_time():
        await trio.sleep_until(due)
    else:
        await trio.lowlevel.checkpoint()


_UNREACHABLE = Answer(fault="refuse")  # a name is not even found: DeviceNetwork sees to that
_asked: ContextVar[_Asked] = ContextVar("dl7450.testing.asked")


def expect(answer: Answer) -> None:
    """Have `RoutedNetwork` give this answer to what this task asks next, where no `RoutedTransport` sees requests."""
    _asked.set(_Asked(answer, "GET", trio.current_effective_deadline(), 0, _sleep_until))


class RoutedTransport(httpx2.AsyncBaseTransport):
    """Sends requests to routes. A new one belongs to one dock."""

    def __init__(
        self, routes: Answering, is_up: Callable[[], bool] = lambda: True, wait_turn: WaitTurn = _sleep_until
    ) -> None:
        """
        Parameters:
            routes: what the servers are.
            is_up: whether the dock is connected to a network; while it is not, requests reach no route.
            wait_turn: waits until a server may say something. Requests are numbered in the order in which they came.
        """
        self._routes = routes
        self._is_up = is_up
        self._wait_turn = wait_turn
        self._numbers = count()
        self._network = RoutedNetwork(is_up)
        self._transport = DockTransport(DeviceNetwork(self._network, is_up))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        asked = _Asked(
            self._routes.answer(await described(request)) if self._is_up() else _UNREACHABLE,
            request.method,
            trio.current_effective_deadline(),
            next(self._numbers),
            self._wait_turn,
        )
        if asked.answer.fault is not None:
            # A fault has a connection of its own: on a kept one it could not refuse, or would be healed by a resend.
            self._network.close_idle(request.url.host)
        before = _asked.set(asked)
        try:
            if asked.answer.failure is not None:
                await asked.wait_until(trio.current_time() + asked.answer.delay)
                raise FailedRequest(asked.answer.failure)
            return await self._transport.handle_async_request(request)
        finally:
            _asked.reset(before)

    async def aclose(self) -> None:
        await self._transport.aclose()


async def described(request: httpx2.Request) -> Request:
    """What is asked, as tests look at it."""
    url: Url | httpx2.URL
    if type(request) is DockRequest:
        url, headers, body = request.dock_url, request.raw_headers, request.call.data
        target = request.dock_url.target
    else:
        url, target, headers = request.url, cast(bytes, request.extensions["target"]), request.headers.raw
        body = b"".join([chunk async for chunk in cast(httpx2.AsyncByteStream, request.stream)])
    port = DEFAULT_PORTS[url.scheme] if url.port is None else url.port
    return Request(
        request.method,
        url_text(url.scheme, url.host, port, target.decode("latin-1")),
        {name.decode("latin-1"): value.decode("utf-8", "replace") for name, value in headers},
        body,
        round(trio.current_time(), 9),
    )


class RoutedNetwork:
    """A `Network` of servers in memory: every host has an address, and answers as its route says."""

    def __init__(self, is_up: Callable[[], bool] = lambda: True) -> None:
        self._is_up = is_up
        self._addresses: dict[str, str] = {}
        self._open: set[_MemoryStream] = set()

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        await trio.lowlevel.checkpoint()
        if await _asked.get().fails_by("dns"):
            raise OSError(errno.ENOENT, "no such host")
        return [Address(host if is_ip_address(host) else self._address_of(host.lower()), port)]

    async def connect(self, address: Address) -> Connection:
        await trio.lowlevel.checkpoint()
        if await _asked.get().fails_by("refuse"):
            raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")
        stream = _MemoryStream(address.host, self._is_up, self._open.discard)
        self._open.add(stream)
        return Connection(stream, stream.is_readable, handshake_in_memory)

    def close_idle(self, host: str) -> None:
        """Have a server end the connections that no request uses, so that the next one opens its own."""
        for stream in self._open:
            if stream.address == self._addresses.get(host.lower(), host):
                stream.end_if_idle()

    def _address_of(self, host: str) -> str:
        # RFC 2544: addresses for tests of networks, enough for every host of a test.
        number = len(self._addresses) + 1
        return self._addresses.setdefault(host, f"198.18.{number // 256}.{number % 256}")


async def handshake_in_memory(stream: trio.abc.Stream, context: ssl.SSLContext, host: str | None) -> trio.abc.Stream:
    """TLS without TLS: an app's `cacert` names a real authority, whose certificates nobody can make for a test."""
    await trio.lowlevel.checkpoint()
    if await _asked.get().fails_by("bad_certificate"):
        raise trio.BrokenResourceError from ssl.SSLCertVerificationError("unable to get local issuer certificate")
    return stream


class _MemoryStream(trio.abc.Stream):
    """The dock's end of a connection, and the server behind it.

    HTTP/1.1 takes turns: when the dock begins to read, it has sent its request. So nobody has to parse that.
    """

    def __init__(self, address: str, is_up: Callable[[], bool], on_close: Callable[[_MemoryStream], None]) -> None:
        self.address = address
        self._is_up = is_up
        self._on_close = on_close
        self._asked: _Asked | None = None  # the request that is being answered
        self._pieces: deque[Piece] = deque()  # still to come of the answer; `after` is Trio's time
        self._ending = Ending.KEEP
        self._idle = False  # between an answer and the next request
        self._ended = False  # the server has closed
        self._closed = False  # the dock has

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        self._idle = False
        await trio.lowlevel.checkpoint_if_cancelled()  # what is read next is a checkpoint in any case
        if self._closed:
            raise trio.ClosedResourceError
        if self._ended:
            raise trio.BrokenResourceError

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        if self._closed or self._ended:
            await trio.lowlevel.checkpoint()
            if self._closed:
                raise trio.ClosedResourceError
            return b""
        if self._idle:  # the answer was shorter than its headers say
            await trio.sleep_forever()
        if self._asked is None:
            self._asked = _asked.get()
            self._pieces, self._ending = self._answer(self._asked)
        if not self._pieces:
            return await self._end()
        due, data = self._pieces[0]
        await self._asked.wait_until(due)
        if not self._is_up():
            await trio.sleep_forever()
        chunk, rest = data[:max_bytes], data[max_bytes or len(data) :]
        if rest:
            self._pieces[0] = Piece(due, rest)
            return chunk
        self._pieces.popleft()
        if not self._pieces and self._ending is Ending.KEEP:
            self._asked, self._idle = None, True
        return chunk or await self._end()

    def is_readable(self) -> bool:
        return self._ended or bool(self._pieces)

    def end_if_idle(self) -> None:
        self._ended = self._ended or self._idle

    async def wait_send_all_might_not_block(self) -> None:
        await trio.lowlevel.checkpoint()

    async def aclose(self) -> None:
        self._closed = True
        self._on_close(self)
        await trio.lowlevel.checkpoint()

    @staticmethod
    def _answer(asked: _Asked) -> tuple[deque[Piece], Ending]:
        pieces, ending = asked.script()
        now = trio.current_time()
        return deque(Piece(now + after, data) for after, data in pieces), ending

    async def _end(self) -> bytes:
        await trio.lowlevel.checkpoint()
        if self._ending is Ending.HANG:
            await trio.sleep_forever()
        if self._ending is Ending.RESET:
            raise trio.BrokenResourceError
        self._ended = True
        return b""
