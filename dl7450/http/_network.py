"""The network seam: where the bytes of a request meet the world, and where what happens is noted.

A `Network` finds addresses and opens connections: `TrioNetwork` on real sockets, others in memory for tests and
simulation. `DockBackend` puts either of them below httpcore's connection pool and writes down in the request's
`Exchange` what happened, so that a fault injected into a network passes through the real parser and the real pool.
"""

from __future__ import annotations

import errno
import math
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import nullcontext, suppress
from contextvars import ContextVar
from typing import Any, NamedTuple, Protocol

import httpcore2
import trio

from ._curl import Failure
from ._exchange import Exchange

CONNECT_STAGGER = 0.2  # seconds before the next address is tried as well (libcurl's happy eyeballs)
IDLE_MAX = 118.0  # seconds after which an idle connection is not used again (libcurl's CURLOPT_MAXAGE_CONN)
CLOSE_PATIENCE = 0.5  # seconds for the close_notify of a TLS connection that is being closed
LARGE_WRITE = 64 * 1024  # bytes: from here on an answer may overtake the request

current_exchange: ContextVar[Exchange] = ContextVar("dl7450.http.exchange")


class FailedRequest(Exception):  # noqa: N818  it is not a caller's error: it becomes a status code
    """A request failed at a known step."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.name)
        self.failure = failure


class Address(NamedTuple):
    """An IP address and a port."""

    host: str
    port: int


async def _handshake(stream: trio.abc.Stream, context: ssl.SSLContext, server_hostname: str | None) -> trio.abc.Stream:
    tls = trio.SSLStream(stream, context, server_hostname=server_hostname)
    await tls.do_handshake()
    return tls


class Connection(NamedTuple):
    """An open connection.

    Attributes:
        stream: its bytes.
        is_readable: whether something (an end, too) is waiting to be read.
        handshake: makes a TLS session of the stream; another one than real TLS stands in for it in simulations.
            `trio.BrokenResourceError` is how it fails, from an `ssl.CertificateError` if that is why.
    """

    stream: trio.abc.Stream
    is_readable: Callable[[], bool]
    handshake: Callable[[trio.abc.Stream, ssl.SSLContext, str | None], Awaitable[trio.abc.Stream]] = _handshake


class Network(Protocol):
    """Finds addresses and opens connections. `OSError` is how either fails."""

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        """The addresses of a host name or an IP address, best first; `OSError` where there is none."""
        ...

    async def connect(self, address: Address) -> Connection:
        """Open a connection; `OSError` if it is refused or cannot be made."""
        ...


class TrioNetwork:
    """The real network: Trio's sockets and Trio's resolver, so that its custom hostname resolver counts here."""

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        name = host.lower().removesuffix(".")
        if name == "localhost" or name.endswith(".localhost"):  # RFC 6761, 6.3: never asked of a server
            return [Address("127.0.0.1", port), Address("::1", port)]
        if name.endswith(".onion"):  # RFC 7686: never asked of a server
            raise OSError(errno.EADDRNOTAVAIL, "an onion name has no address")
        try:
            found = await trio.socket.getaddrinfo(host, port, type=trio.socket.SOCK_STREAM)
        except UnicodeError as error:  # a label that no DNS message can hold
            raise OSError(errno.EINVAL, "not a host name") from error
        return [Address(str(address[0]), port) for *_, address in found]

    async def connect(self, address: Address) -> Connection:
        family = trio.socket.AF_INET6 if ":" in address.host else trio.socket.AF_INET
        socket = trio.socket.socket(family, trio.socket.SOCK_STREAM)
        try:
            await socket.connect(tuple(address))
        except BaseException:  # Trio closes a socket whose connect was cancelled, but not one that was refused
            socket.close()
            raise
        return Connection(trio.SocketStream(socket), socket.is_readable)


class DeviceNetwork:
    """Another network as far as the dock is connected to it: without an address nothing is found or reached."""

    def __init__(self, network: Network, is_up: Callable[[], bool]) -> None:
        self._network = network
        self._is_up = is_up

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        if not _is_address(host) and not self._is_up():
            raise OSError(errno.ENETDOWN, "the dock has no network")
        return await self._network.resolve(host, port)

    async def connect(self, address: Address) -> Connection:
        if not self._is_up():
            raise OSError(errno.ENETDOWN, "the dock has no network")
        return await self._network.connect(address)


class DockBackend(httpcore2.AsyncNetworkBackend):
    """What httpcore's pool opens its connections through."""

    def __init__(self, network: Network) -> None:
        self._network = network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's signature; the request's deadline is a cancel scope
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        exchange = current_exchange.get()
        addresses = await _resolve(self._network, host, port, exchange)
        address, connection = await _connect_any(self._network, addresses, exchange)
        exchange.connected = True
        exchange.peer = address
        return DockStream(connection, address)


class DockStream(httpcore2.AsyncNetworkStream):
    """One connection, plain or TLS; notes what goes over it in the `Exchange` of the request that uses it.

    httpcore's timeouts are not used: the deadline of a request is a cancel scope around the whole of it.
    """

    def __init__(self, connection: Connection, peer: Address) -> None:
        self._stream, self._is_readable, self._handshake = connection
        self._peer = peer
        self._used = trio.current_time()
        self._closed = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        exchange = current_exchange.get()
        head = exchange.head
        if head.taken:
            return await self._receive(max_bytes, exchange)
        while not head.settled:
            if not await self._receive(max_bytes, exchange):
                return head.take_cut_off()
        if head.too_large:
            raise FailedRequest(Failure.HEAD_TOO_LARGE)
        if not head.is_http:
            raise FailedRequest(Failure.NOT_HTTP)
        return head.take()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        if not buffer:  # httpcore writes an empty body, and its end, too
            return
        exchange = current_exchange.get()
        if exchange.peer is None:  # the first bytes of a request that got an idle connection
            exchange.peer = self._peer
        try:
            if len(buffer) < LARGE_WRITE:
                await self._stream.send_all(buffer)
            else:
                await self._send_while_listening(buffer, exchange)
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            exchange.send_failed = True
            raise httpcore2.WriteError from error
        exchange.sent(len(buffer))

    async def aclose(self) -> None:
        # Without a close_notify: sending one could block on a peer that does not read, and HTTP does not need it.
        self._closed = True
        await trio.aclose_forcefully(self._stream)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore2.AsyncNetworkStream:
        exchange = current_exchange.get()
        try:
            with exchange.phase(f"TLS client handshake {server_hostname}"):
                stream = await self._handshake(self._stream, ssl_context, server_hostname)
            # httpcore loses a connection whose request is cancelled before its first use: notice it while we can close.
            await trio.lowlevel.checkpoint_if_cancelled()
        except trio.BrokenResourceError as error:
            await self.aclose()
            untrusted = isinstance(error.__cause__, ssl.CertificateError)
            raise FailedRequest(Failure.CERTIFICATE if untrusted else Failure.TLS) from error
        except BaseException:
            await self.aclose()
            raise
        return DockStream(Connection(stream, self._is_readable), self._peer)

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks: `ssl_object` for the protocol, `is_readable` before an idle connection is used again."""
        if info == "ssl_object" and isinstance(self._stream, trio.SSLStream):
            return self._stream._ssl_object  # as httpcore2 does (trio#542)
        if info == "is_readable":
            return self._closed or self._is_readable() or trio.current_time() - self._used > IDLE_MAX
        return None

    async def _receive(self, max_bytes: int, exchange: Exchange) -> bytes:
        try:
            data = await self._stream.receive_some(max_bytes)
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            exchange.peer_reset = True
            raise httpcore2.ReadError from error
        self._used = trio.current_time()
        if data:
            exchange.received(data)
        else:
            exchange.peer_closed = True
        return bytes(data)

    async def _send_while_listening(self, buffer: bytes, exchange: Exchange) -> None:
        """Send, but stop when a final answer or the end comes: a server may refuse an upload without reading it."""
        given_up = False

        async def listen() -> None:
            nonlocal given_up
            with suppress(httpcore2.ReadError):  # the reset is in the exchange
                while not exchange.head.settled and await self._receive(LARGE_WRITE, exchange):
                    pass
            given_up = True
            nursery.cancel_scope.cancel("the answer overtook the request")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(listen)
            try:
                await self._stream.send_all(buffer)
            except trio.BrokenResourceError:
                given_up = exchange.send_failed = True  # an answer may have arrived all the same
            nursery.cancel_scope.cancel("the request was sent")
        if given_up:
            raise httpcore2.WriteError


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


async def _resolve(network: Network, host: str, port: int, exchange: Exchange) -> Sequence[Address]:
    try:
        # An address is not looked up, so it has no such phase.
        with nullcontext() if _is_address(host) else exchange.phase(f"DNS lookup {host}"):
            return await network.resolve(host, port)
    except OSError as error:
        raise FailedRequest(Failure.RESOLVE) from error


async def _connect_any(
    network: Network, addresses: Sequence[Address], exchange: Exchange
) -> tuple[Address, Connection]:
    """Connect to the first address that answers, the next one joining when the one before is late (RFC 8305)."""
    winners: list[tuple[Address, Connection]] = []
    errors: list[OSError] = []

    async def attempt(address: Address, over: trio.Event) -> None:
        shown = f"[{address.host}]" if ":" in address.host else address.host
        try:
            with exchange.phase(f"socket connect {shown}:{address.port}"):
                connection = await network.connect(address)
        except OSError as error:
            errors.append(error)
            over.set()
            return
        winners.append((address, connection))
        nursery.cancel_scope.cancel("connected to another address")

    try:
        async with trio.open_nursery() as nursery:
            for address in addresses:
                over = trio.Event()
                nursery.start_soon(attempt, address, over)
                with trio.move_on_after(CONNECT_STAGGER if address is not addresses[-1] else math.inf):
                    await over.wait()
    except BaseException:
        for _, connection in winners:
            await trio.aclose_forcefully(connection.stream)
        raise
    for _, connection in winners[1:]:  # two connected at the same moment
        await trio.aclose_forcefully(connection.stream)
    if winners:
        return winners[0]
    timed_out = errors[-1].errno == errno.ETIMEDOUT
    raise FailedRequest(Failure.CONNECT_TIMEOUT if timed_out else Failure.CONNECT) from errors[-1]
