"""The fault server: plays a script byte for byte, so that a client meets exactly the fault a test describes.

A script is a tuple of steps. A `bytes` step is sent in one piece; any other step is a verb, an async function
of the `Connection`: `request` waits for a whole request, `fin` ends the stream, `rst` resets it, `stall`
neither reads nor answers. The n-th connection plays the n-th script, the last one repeats. When a script is
over the server reads, and throws away, what still comes, until the client closes: a server that merely goes
silent is the most common fault there is, so it is the default.

The server runs in the caller's Trio program and leaves nothing behind: no thread, no port, no connection.
"""

import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import trio

RECEIVE_SIZE = 65536


class ClientGoneError(Exception):
    """The client closed where the script wanted to read a request: the script is over, which is no fault."""


@dataclass(frozen=True)
class Seen:
    """One request as it came over the wire. `body` is None when the script did not read it."""

    connection: int
    line: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes | None = None


class Log:
    """The requests of all connections, in the order in which their heads came."""

    def __init__(self) -> None:
        self.requests: list[Seen] = []
        self._waiting = trio.lowlevel.ParkingLot()

    def add(self, request: Seen) -> int:
        """Note a request and return its index."""
        self.requests.append(request)
        self._waiting.unpark_all()
        return len(self.requests) - 1

    async def until(self, count: int) -> None:
        """Wait until there have been so many requests."""
        while len(self.requests) < count:
            await self._waiting.park()


@dataclass
class Connection:
    """The server's side of one connection, as the verbs see it."""

    transport: trio.SocketStream
    number: int
    log: Log
    stream: trio.abc.Stream = field(init=False)
    _buffer: bytearray = field(init=False, default_factory=bytearray)
    _latest: int = field(init=False, default=-1)

    def __post_init__(self) -> None:
        self.stream = self.transport

    async def shake_hands(self, context: ssl.SSLContext) -> None:
        """Speak TLS from here on."""
        stream = trio.SSLStream(self.transport, context, server_side=True)
        self.stream = stream
        await stream.do_handshake()

    async def play(self, script: "Script") -> None:
        """Play the steps, in order."""
        for step in script:
            await (self.stream.send_all(step) if isinstance(step, bytes) else step(self))

    async def _receive(self) -> None:
        data = await self.stream.receive_some(RECEIVE_SIZE)
        if not data:
            raise ClientGoneError
        self._buffer += data

    async def read_head(self) -> None:
        """Read a request line and headers, and note them."""
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            await self._receive()
        line, *lines = bytes(self._buffer[:end]).split(b"\r\n")
        del self._buffer[: end + 4]
        pairs = (header.partition(b":") for header in lines)
        self._latest = self.log.add(
            Seen(self.number, line, tuple((name, value.strip(b" \t")) for name, _, value in pairs))
        )

    async def read_body(self) -> None:
        """Read the body of the request whose head was read last; its length is always given."""
        request = self.log.requests[self._latest]
        length = next((int(value) for name, value in request.headers if name.lower() == b"content-length"), 0)
        while len(self._buffer) < length:
            await self._receive()
        self.log.requests[self._latest] = replace(request, body=bytes(self._buffer[:length]))
        del self._buffer[:length]

    async def drain(self) -> None:
        """Read and throw away until the client closes."""
        while await self.stream.receive_some(RECEIVE_SIZE):
            pass


Verb = Callable[[Connection], Awaitable[None]]
Script = tuple[bytes | Verb, ...]


async def head(connection: Connection) -> None:
    """Wait for a request's head and leave its body unread."""
    await connection.read_head()


async def body(connection: Connection) -> None:
    """Read the body of the request whose head was read last."""
    await connection.read_body()


async def request(connection: Connection) -> None:
    """Wait for a whole request."""
    await connection.read_head()
    await connection.read_body()


async def hello(connection: Connection) -> None:
    """Wait for the first bytes of whatever the client begins with, such as a TLS ClientHello."""
    await connection.stream.receive_some(RECEIVE_SIZE)


async def fin(connection: Connection) -> None:
    """End the TCP stream; under TLS without the close_notify that would say the end was meant."""
    connection.transport.socket.shutdown(socket.SHUT_WR)


async def notify(connection: Connection) -> None:
    """End the TLS stream properly: close_notify, then the end of the TCP stream."""
    await connection.stream.aclose()


async def close(connection: Connection) -> None:
    """Close at once, read or not: if the client's bytes arrive afterwards the kernel answers with a reset."""
    await connection.transport.aclose()


async def rst(connection: Connection) -> None:
    """Reset the connection."""
    linger_for_no_time = struct.pack("ii", 1, 0)
    connection.transport.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_for_no_time)
    await connection.transport.aclose()


async def stall(connection: Connection) -> None:
    """Do nothing more, not even read: what the client sends fills the kernel's buffers and stays there."""
    await trio.sleep_forever()


def together(count: int) -> Verb:
    """Wait until all connections together have had so many requests."""

    async def verb(connection: Connection) -> None:
        await connection.log.until(count)

    return verb


def pause(seconds: float) -> Verb:
    """Let `seconds` pass between two steps."""

    async def verb(connection: Connection) -> None:
        await trio.sleep(seconds)

    return verb


def pieces(data: bytes, size: int) -> Verb:
    """Send `data`, `size` bytes at a time, each in its own segment."""

    async def verb(connection: Connection) -> None:
        for start in range(0, len(data), size):
            await connection.stream.send_all(data[start : start + size])

    return verb


def in_one_segment(*records: bytes) -> Verb:
    """Send each of these as a TLS record of its own, all at once."""

    async def verb(connection: Connection) -> None:
        stream = connection.stream
        assert isinstance(stream, trio.SSLStream)
        held_back, stream._delayed_outgoing = stream._delayed_outgoing or b"", None  # session tickets go first
        for record in records:
            stream._ssl_object.write(record)
        await connection.transport.send_all(held_back + stream._outgoing.read())

    return verb


def drip(piece: bytes, every: float) -> Verb:
    """Send `piece` every so many seconds, for ever."""

    async def verb(connection: Connection) -> None:
        while True:
            await connection.stream.send_all(piece)
            await trio.sleep(every)

    return verb


def flood(piece: bytes) -> Verb:
    """Send `piece` over and over, as fast as the client takes it."""

    async def verb(connection: Connection) -> None:
        while True:
            await connection.stream.send_all(piece)

    return verb


def again(*script: bytes | Verb) -> Verb:
    """Play these steps over and over, until the client closes."""

    async def verb(connection: Connection) -> None:
        while True:
            await connection.play(script)

    return verb


@dataclass
class FaultServer:
    """Where the server listens, and what it has seen so far."""

    host: str
    port: int
    log: Log = field(default_factory=Log)
    _scripts: Sequence[Script] = ()
    _ended: list[trio.Event] = field(default_factory=list)

    async def scripts_over(self) -> None:
        """Wait until every connection made so far has played its script: the fault is on the wire."""
        for event in list(self._ended):
            await event.wait()

    async def _serve(self, context: ssl.SSLContext | None, stream: trio.SocketStream) -> None:
        connection = Connection(stream, len(self._ended), self.log)
        over = trio.Event()
        self._ended.append(over)
        try:
            if context is not None:
                await connection.shake_hands(context)
            await connection.play(self._scripts[min(connection.number, len(self._scripts) - 1)])
            over.set()
            await connection.drain()
        except (ClientGoneError, trio.BrokenResourceError, trio.ClosedResourceError, OSError):
            pass  # The client went away, or the script closed: both end this connection and nothing else.
        finally:
            over.set()


@asynccontextmanager
async def fault_server(
    *scripts: Script, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[FaultServer]:
    """Serve `scripts` on a free port of `host`, over TLS when a context is given."""
    listeners = await trio.open_tcp_listeners(0, host=host)
    server = FaultServer(host, listeners[0].socket.getsockname()[1], _scripts=scripts)
    async with trio.open_nursery() as nursery:
        await nursery.start(partial(trio.serve_listeners, partial(server._serve, tls), listeners))
        yield server
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def closed_port(host: str = "127.0.0.1") -> AsyncIterator[FaultServer]:
    """A port that refuses connections: bound, so that nobody else gets it meanwhile, but not listening."""
    with socket.socket() as bound:
        bound.bind((host, 0))
        yield FaultServer(host, bound.getsockname()[1])


@asynccontextmanager
async def full_port(host: str = "127.0.0.1") -> AsyncIterator[FaultServer]:
    """A port that neither accepts nor refuses."""
    with full_backlog(host) as port:
        yield FaultServer(host, port)


@contextmanager
def full_backlog(host: str, port: int = 0) -> Iterator[int]:
    """Listen with a backlog that is full, so that the kernel drops every further SYN."""
    with socket.socket() as listening, socket.socket() as waiting:
        listening.bind((host, port))
        listening.listen(0)
        waiting.connect(listening.getsockname())
        yield listening.getsockname()[1]
