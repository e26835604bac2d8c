"""`HttpConnection`: an open connection to a server, and the requests that go over it one after the other.

`Http1` knows HTTP. What is left is here: what is sent and received when, and that the request's `Exchange` is told.

httpcore has such a class, too, and a pool for it. That pool is for requests that queue for connections, which a dock's
16 tokens never do, and its connections lock, shield and trace every step, which costs more than the request itself
(docs/performance.md).
"""

from __future__ import annotations

import ssl
from collections import deque

import trio

from ._curl import FailedRequest, Failure
from ._exchange import Exchange
from ._incoming import AnswerError
from ._network import Address, Connection, Network, close, connect
from ._parser import AnswerHead, Http1
from ._tcp import TcpStream

IDLE_MAX = 118.0  # seconds after which an idle connection is not used again (libcurl's CURLOPT_MAXAGE_CONN)
LARGE_WRITE = 64 * 1024  # bytes: from here on an answer may overtake the request
READ_SIZE = 64 * 1024  # bytes
LARGE_BODY = 64 * 1024  # bytes still to come, from which on large reads pay
LARGE_READ = 512 * 1024  # bytes
BODY_MAX = 1024 * 1024  # bytes of an answer's body that are kept while the request is being sent

# How the peer ends a connection before its time, or breaks the protocol.
BrokenConnection = (trio.BrokenResourceError, trio.ClosedResourceError, AnswerError)


class HttpConnection:
    """An open connection, plain or TLS. Whoever gets an exception from it closes it.

    It knows no timeouts: the deadline of a request is a cancel scope around the whole of it.
    """

    def __init__(self, connection: Connection, peer: Address) -> None:
        self._stream, self._is_readable, _ = connection
        self._peer = peer
        self._http = Http1()
        self._used = trio.current_time()
        self._sent_whole = False  # the last request
        self._early: deque[bytes] | None = None  # what came of the body while the request was being sent

    async def request(
        self,
        method: str,
        target: bytes,
        headers: list[tuple[bytes, bytes]],
        body: bytes,
        exchange: Exchange,
        body_max: int = BODY_MAX,
    ) -> AnswerHead:
        """Send a request and wait for the head of the final answer; 101 is one, too.

        Parameters:
            body_max: bytes of the answer's body to keep if it comes while the request is being sent; more ends the
                sending.

        Raises:
            BrokenConnection: there is no answer.
            FailedRequest: there is one, but it asks for the rest of the request, which could not be sent.
        """
        exchange.peer = self._peer
        data = self._http.request(method, target, headers, body)
        self._sent_whole = False
        head = None
        if len(data) < LARGE_WRITE:
            await self._send(data, exchange)
        else:
            head = await self._send_while_reading(data, exchange, body_max)
        if head is None:
            head = await self._read_head(exchange)
        if exchange.send_failed and not self._may_stop_sending(head):
            raise FailedRequest(Failure.SEND)
        return head

    async def next_part(self, exchange: Exchange) -> bytes | None:
        """The next part of the answer's body, None at its end."""
        if self._early:
            return self._early.popleft()
        http = self._http
        if http.paused:
            await trio.lowlevel.checkpoint()
        while (part := http.body()) is None and not http.done:
            if http.paused:
                await trio.lowlevel.checkpoint()
            else:
                http.receive(await self._receive(exchange))
        return part

    async def read_body(self, exchange: Exchange, size_max: int) -> bytearray:
        """The answer's whole body.

        Raises:
            BrokenConnection: it breaks off.
            FailedRequest: it has more bytes than `size_max`.
        """
        http, body = self._http, bytearray().join(self._early or ())
        self._early = None
        while len(body) <= size_max:
            if part := http.body():
                body += part
            if http.done:
                break
            if http.paused:
                await trio.lowlevel.checkpoint()
            elif http.to_come >= LARGE_BODY and isinstance(self._stream, TcpStream):
                await self._read_large(self._stream, body, size_max + 1 - len(body), exchange)
            elif part is None:
                http.receive(await self._receive(exchange))
        if len(body) > size_max:
            raise FailedRequest(Failure.TOO_LARGE)
        return body

    def make_idle(self) -> bool:
        """Get ready for another request; False if there cannot be one."""
        # The server may still expect the rest of the request, and would read the next one as that rest.
        if not self._sent_whole or not self._http.reusable:
            return False
        self._used = trio.current_time()
        return True

    def is_usable(self) -> bool:
        """Whether another request may go over this idle connection: it is open, nothing came unasked, it is not old."""
        return not self._is_readable() and trio.current_time() - self._used <= IDLE_MAX

    async def aclose(self) -> None:
        await close(self._stream)

    async def _send(self, data: bytes | memoryview, exchange: Exchange) -> None:
        try:
            await self._stream.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            exchange.send_failed = True  # the server may have answered before it closed: reading finds out
        else:
            self._sent_whole = True
            exchange.sent(len(data))

    def _may_stop_sending(self, head: AnswerHead) -> bool:
        """Whether this answer lets us stop sending the request (libcurl's rule, measured)."""
        return head.status_code >= 300 or self._http.closes

    async def _send_while_reading(self, data: bytes, exchange: Exchange, body_max: int) -> AnswerHead | None:
        """Send, and take what comes meanwhile; returns the answer's head if that came.

        A server may answer before it has the whole request. As libcurl does, an answer of 300 or more ends the sending
        at once, unless the connection ends with it: then sending goes on until the answer is whole, as one may do that
        ends only when the upload has come. Any other answer changes nothing.
        """
        head: AnswerHead | None = None
        error: Exception | None = None
        refused = False

        async def send() -> None:
            view = memoryview(data)
            try:
                for start in range(0, len(data), LARGE_WRITE):
                    if refused:
                        return
                    await self._stream.send_all(view[start : start + LARGE_WRITE])
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                exchange.send_failed = True  # what came before it says why
                return
            self._sent_whole = True
            exchange.sent(len(data))
            nursery.cancel_scope.cancel("the request was sent")

        async def read() -> None:
            nonlocal head, error, refused
            kept: deque[bytes] = deque()
            size = 0
            try:
                head = await self._read_head(exchange)
                refused = head.status_code >= 300 and not self._http.closes
                while size <= body_max and (part := await self.next_part(exchange)) is not None:
                    kept.append(part)
                    size += len(part)
            except BrokenConnection as broken:
                error = broken
            finally:
                self._early = kept
            # Cancel the sending only after the answer was read: Trio's `SSLStream` cannot be read once `send_all` was
            # cancelled.
            if error is not None or size > body_max or (head is not None and self._may_stop_sending(head)):
                nursery.cancel_scope.cancel("the answer overtook the request")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            nursery.start_soon(send)
        if error is not None:
            raise error
        return head

    async def _read_head(self, exchange: Exchange) -> AnswerHead:
        http = self._http
        while True:
            try:
                head = http.head()
            finally:
                exchange.line_received, exchange.begun = http.line_received, http.begun
            if head is not None:
                exchange.head_received, exchange.status_code = True, head.status_code
                exchange.http_version = head.http_version.decode()
                return head
            if http.paused:  # it has read for long: others have their turn
                await trio.lowlevel.checkpoint()
            else:
                http.receive(await self._receive(exchange))

    async def _receive(self, exchange: Exchange) -> bytes:
        try:
            data = await self._stream.receive_some(READ_SIZE)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            exchange.peer_reset = True
            raise
        exchange.received(len(data))
        return bytes(data)

    async def _read_large(self, stream: TcpStream, body: bytearray, limit: int, exchange: Exchange) -> None:
        """Receive once, a lot, and add to the body what belongs to it; only what follows it goes to the parser."""
        http, buffer = self._http, _large_buffer()[:limit]
        try:
            size = await stream.receive_into(buffer)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            exchange.peer_reset = True
            raise
        exchange.received(size)
        of_body = min(size, http.to_come)
        body += buffer[:of_body]
        http.passed_by(of_body)
        if of_body < size or not size:
            http.receive(bytes(buffer[of_body:size]))


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
    if isinstance(stream, trio.SSLStream):
        is_readable = connection.is_readable
        connection = connection._replace(is_readable=lambda: _holds_data(stream) or is_readable())
    return HttpConnection(connection._replace(stream=stream), address)


# Where large reads arrive, once a Trio run: as nobody has a turn between a read and the use of what came, one is enough
# for all connections. New memory for each read would be taken from the system, and be given back to it, each time.
_buffer_of_run: trio.lowlevel.RunVar[memoryview] = trio.lowlevel.RunVar("dl7450 large reads")


def _large_buffer() -> memoryview:
    try:
        return _buffer_of_run.get()
    except LookupError:
        buffer = memoryview(bytearray(LARGE_READ))
        _buffer_of_run.set(buffer)
        return buffer


def _holds_data(stream: trio.SSLStream[trio.abc.Stream]) -> bool:
    """Whether bytes were received and not read: the rest of a decrypted record, or further records."""
    # Trio has no public way to ask for records that are not decrypted yet; reading could block.
    return stream.pending() > 0 or stream._incoming.pending > 0
