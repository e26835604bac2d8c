"""`HttpConnection`: an open connection to a server, and the requests that go over it one after the other.

h11 knows HTTP/1.1. What is left is here: a request leaves in one write, h11 gets the head of an answer in one piece
(see `Head`), and the request's `Exchange` is told what happened.

httpcore has such a class, too, and a pool for it. That pool is for requests that queue for connections, which a dock's
16 tokens never do, and its connections lock, shield and trace every step, which costs more than the request itself
(docs/performance.md).
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterable
from contextlib import suppress
from typing import cast

import h11
import trio

from ._curl import FailedRequest, Failure
from ._exchange import Exchange
from ._network import Address, Connection, Network, close, connect

IDLE_MAX = 118.0  # seconds after which an idle connection is not used again (libcurl's CURLOPT_MAXAGE_CONN)
LARGE_WRITE = 64 * 1024  # bytes: from here on an answer may overtake the request
READ_SIZE = 64 * 1024  # bytes
EVENTS_AT_ONCE = 500  # of an answer; a server can put ten thousand into what is read at once

# How the peer ends a connection before its time, or breaks the protocol.
BrokenConnection = (trio.BrokenResourceError, trio.ClosedResourceError, h11.ProtocolError)


class HttpConnection:
    """An open connection, plain or TLS. Whoever gets an exception from it closes it.

    It knows no timeouts: the deadline of a request is a cancel scope around the whole of it.
    """

    def __init__(self, connection: Connection, peer: Address) -> None:
        self._stream, self._is_readable, _ = connection
        self._peer = peer
        self._protocol = h11.Connection(h11.CLIENT)  # which bounds the headers of chunks and trailers to 16 KiB
        self._used = trio.current_time()
        self._sent_whole = False  # the last request
        self._events = 0  # since others had their turn

    async def request(
        self,
        method: str,
        target: bytes,
        headers: list[tuple[bytes, bytes]],
        body: AsyncIterable[bytes],
        exchange: Exchange,
    ) -> h11.Response | h11.InformationalResponse:
        """Send a request and wait for the head of the final answer; 101 is one, too.

        Raises:
            BrokenConnection: there is no answer.
            FailedRequest: it is not HTTP/1, or its head is larger than libcurl takes.
        """
        exchange.peer = self._peer
        send = self._protocol.send
        parts = [send(h11.Request(method=method, target=target, headers=headers))]
        parts += [send(h11.Data(data=part)) async for part in body if part]
        parts.append(send(h11.EndOfMessage()))
        await self._send(b"".join(part for part in parts if part), exchange)
        while True:
            event = await self.next_event(exchange)
            if isinstance(event, h11.Response):
                return event
            if isinstance(event, h11.InformationalResponse) and event.status_code == 101:
                return event

    async def next_event(self, exchange: Exchange) -> h11.Event | type[h11.PAUSED]:
        """The next part of the answer, in h11's words."""
        protocol = self._protocol
        while True:
            event = protocol.next_event()
            self._events += 1
            if self._events >= EVENTS_AT_ONCE:  # nobody else waits for this server, nor does the deadline
                self._events = 0
                await trio.lowlevel.checkpoint()
            if event is not h11.NEED_DATA:
                return cast(h11.Event | type[h11.PAUSED], event)  # mypy does not follow `is` with a class
            protocol.receive_data(await self._read(exchange))

    def make_idle(self) -> bool:
        """Get ready for another request; False if there cannot be one."""
        protocol = self._protocol
        if not self._sent_whole:  # the server still takes what comes for the rest of the upload
            return False
        if protocol.our_state is not h11.DONE or protocol.their_state is not h11.DONE:
            return False
        if protocol.trailing_data[0]:  # more came than the answer: it must not be read as the next one
            return False
        protocol.start_next_cycle()
        self._used = trio.current_time()
        return True

    def is_usable(self) -> bool:
        """Whether another request may go over this idle connection: it is open, nothing came unasked, it is not old."""
        return not self._is_readable() and trio.current_time() - self._used <= IDLE_MAX

    async def aclose(self) -> None:
        await close(self._stream)

    async def _send(self, data: bytes, exchange: Exchange) -> None:
        self._sent_whole = False
        try:
            if len(data) < LARGE_WRITE:
                await self._stream.send_all(data)
            elif not await self._send_while_listening(data, exchange):
                return
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            exchange.send_failed = True
            return  # the server may have answered before it closed: reading finds out
        self._sent_whole = True
        exchange.sent(len(data))

    async def _send_while_listening(self, data: bytes, exchange: Exchange) -> bool:
        """Send, but stop when a final answer or the end comes: a server may refuse an upload without reading it."""
        sent = False

        async def listen() -> None:
            with suppress(trio.BrokenResourceError, trio.ClosedResourceError):  # the exchange has it
                while not exchange.head.settled and await self._receive(exchange):
                    pass
            nursery.cancel_scope.cancel("the answer overtook the request")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(listen)
            try:
                await self._stream.send_all(data)
                sent = True
            except trio.BrokenResourceError:
                exchange.send_failed = True  # an answer may have arrived all the same
            nursery.cancel_scope.cancel("the request was sent")
        return sent

    async def _read(self, exchange: Exchange) -> bytes:
        """What came of the answer: first its head, all at once."""
        head = exchange.head
        if head.taken:
            return await self._receive(exchange)
        while not head.settled:
            if not await self._receive(exchange):
                return head.take_cut_off()
        if head.too_large:
            raise FailedRequest(Failure.HEAD_TOO_LARGE)
        if not head.is_http:
            raise FailedRequest(Failure.NOT_HTTP)
        return head.take()

    async def _receive(self, exchange: Exchange) -> bytes:
        try:
            data = await self._stream.receive_some(READ_SIZE)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            exchange.peer_reset = True
            raise
        if data:
            exchange.received(data)
        else:
            exchange.peer_closed = True
        return bytes(data)


async def open_connection(
    network: Network, host: str, port: int, trusted: ssl.SSLContext | None, exchange: Exchange
) -> HttpConnection:
    """Open a connection to a server; with `trusted`, which says whom to trust, it is a TLS connection.

    Raises:
        FailedRequest: there is no address, no connection, or no TLS session.
    """
    address, connection = await connect(network, host, port, exchange)
    if trusted is None:
        return HttpConnection(connection, address)
    try:
        with exchange.phase(f"TLS client handshake {host}"):
            stream = await connection.handshake(connection.stream, trusted, host)
    except BaseException as error:
        await close(connection.stream)
        if not isinstance(error, trio.BrokenResourceError | ValueError):  # ValueError: no name for a certificate
            raise
        untrusted = isinstance(error.__cause__, ssl.CertificateError)
        raise FailedRequest(Failure.CERTIFICATE if untrusted else Failure.TLS) from error
    return HttpConnection(connection._replace(stream=stream), address)
