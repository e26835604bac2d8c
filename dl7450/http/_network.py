"""The network seam: where the bytes of a request meet the world, and where what happens is noted.

A `Network` finds addresses and opens connections: `TrioNetwork` on real sockets, others in memory for tests and
simulation. `connect` opens a connection through either of them and writes down in the request's `Exchange` what
happened. A fault injected into a network passes through the real parser and the real transport.

A name may have several addresses, of which some do not answer: IPv6 on a network where it is broken, for example.
Trying them one after the other would cost the whole timeout of the first; trying all at once would open connections
that nobody needs. "Happy eyeballs" (RFC 8305) is between the two:

    address 1  |----------------- tried until it answers or fails -----------------
    address 2             |------ joins 0.2 s later, or at once when 1 fails ------
    address 3                        |--- and so on

The first connection that is made wins, and the other attempts are cancelled. The task that starts the attempts waits
for `over` of the newest one (it has failed) or for `CONNECT_STAGGER`, whichever comes first. A failed attempt only sets
`over`: it must not end the others. A successful one cancels the nursery, which ends the others and the starting.

Two things can go wrong in the last moment. Two attempts may succeed in the same step of the scheduler, before either
is cancelled: the second one is closed. And a connection may have been made when the request itself is cancelled: then
nobody will take it, and all are closed before the cancellation goes on. Every attempt that failed leaves its error, and
the last one decides the code: an operating system that gave up is a timeout (28), a refusal is 7.

`trio.open_tcp_stream` does the same and tells nothing: not which address was tried when, nor how each attempt ended,
which is what a span of the request has to show.
"""

from __future__ import annotations

import errno
import math
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import NamedTuple, Protocol

import trio

from ._curl import FailedRequest, Failure
from ._exchange import Exchange
from ._tcp import TcpStream
from ._tls import handshake
from ._url import is_ip_address

CONNECT_STAGGER = 0.2  # seconds before the next address is tried as well (libcurl's happy eyeballs)
LOOKUPS_MAX = 128  # threads of one dock that wait for the system's resolver, those of cancelled look-ups included
ADDRESSES_MAX = 16  # that are tried; else a name server could have a dock open sockets until the process has none left


class Address(NamedTuple):
    """An IP address and a port; with the scope of an IPv6 address, which is the number of a network interface."""

    host: str
    port: int
    scope_id: int = 0


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
    handshake: Callable[[trio.abc.Stream, ssl.SSLContext, str], Awaitable[trio.abc.Stream]] = handshake


class Network(Protocol):
    """Finds addresses and opens connections. `OSError` is how either fails."""

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        """The addresses of a host name or an IP address, best first; `OSError` where there is none."""
        ...

    async def connect(self, address: Address) -> Connection:
        """Open a connection; `OSError` if it is refused or cannot be made."""
        ...


class TrioNetwork:
    """The real network: Trio's sockets and the system's resolver, or the program's custom one for Trio."""

    def __init__(self) -> None:
        # A look-up that is cancelled keeps its thread until the system's resolver gives up. In Trio's default limiter
        # such threads would be taken from the rest of the program, and from other docks.
        self._lookups = trio.CapacityLimiter(LOOKUPS_MAX)

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        name = host.lower().removesuffix(".")
        if name == "localhost" or name.endswith(".localhost"):  # RFC 6761, 6.3: never asked of a server
            return [Address("127.0.0.1", port), Address("::1", port)]
        if name.endswith(".onion"):  # RFC 7686: never asked of a server
            raise OSError(errno.EADDRNOTAVAIL, "an onion name has no address")
        try:
            if is_ip_address(host) or _has_custom_resolver():
                found = await trio.socket.getaddrinfo(host, port, type=trio.socket.SOCK_STREAM)
            else:
                if self._lookups.available_tokens < 1:  # it would wait for a name server that does not answer
                    raise OSError(errno.EAGAIN, f"{LOOKUPS_MAX} look-ups are waiting for the system's resolver")
                look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
                found = await trio.to_thread.run_sync(look_up, abandon_on_cancel=True, limiter=self._lookups)
        except UnicodeError as error:  # a label that no DNS message can hold
            raise OSError(errno.EINVAL, "not a host name") from error
        except RuntimeError as error:  # no thread can be started for the look-up
            raise OSError(errno.EAGAIN, str(error)) from error
        return [
            Address(str(address[0]).partition("%")[0], port, int(address[3]) if len(address) == 4 else 0)
            for *_, address in found
        ]

    async def connect(self, address: Address) -> Connection:
        host, port, scope_id = address
        is_ipv6 = ":" in host
        end = socket.socket(socket.AF_INET6 if is_ipv6 else socket.AF_INET, socket.SOCK_STREAM)
        trio_end = trio.socket.from_stdlib_socket(end)
        try:
            await trio_end.connect((host, port, 0, scope_id) if is_ipv6 else (host, port))
            stream = TcpStream(end, trio_end)
        except BaseException:  # Trio closes a socket whose connect was cancelled, but not one that was refused
            trio_end.close()
            raise
        return Connection(stream, stream.is_readable)


def _has_custom_resolver() -> bool:
    # Trio has no getter: setting None tells which resolver was set, and then it is put back.
    resolver = trio.socket.set_custom_hostname_resolver(None)
    trio.socket.set_custom_hostname_resolver(resolver)
    return resolver is not None


class DeviceNetwork:
    """Another network as far as the dock is connected to it: without an address nothing is found or reached."""

    def __init__(self, network: Network, is_up: Callable[[], bool]) -> None:
        self._network = network
        self._is_up = is_up

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        if not is_ip_address(host) and not self._is_up():
            raise OSError(errno.ENETDOWN, "the dock has no network")
        return await self._network.resolve(host, port)

    async def connect(self, address: Address) -> Connection:
        if not self._is_up():
            raise OSError(errno.ENETDOWN, "the dock has no network")
        connection = await self._network.connect(address)
        # A kept connection is reported as readable then: so it is not used again.
        return connection._replace(is_readable=lambda: not self._is_up() or connection.is_readable())


async def close(stream: trio.abc.Stream) -> None:
    """Close a connection at once, whether or not this is cancelled."""
    # Without a close_notify: sending one could block on a peer that does not read, and HTTP does not need it.
    with trio.CancelScope(shield=True):  # safe without a deadline: `aclose_forcefully` never blocks
        await trio.aclose_forcefully(stream)


async def connect(network: Network, host: str, port: int, exchange: Exchange) -> tuple[Address, Connection]:
    """Find a host and open a connection to it, and write down in the exchange what happened.

    Raises:
        FailedRequest: it has no address, or none that takes the connection.
    """
    addresses = await _resolve(network, host, port, exchange)
    address, connection = await _connect_any(network, addresses, exchange)
    exchange.connected = True
    exchange.peer = address
    return address, connection


async def _resolve(network: Network, host: str, port: int, exchange: Exchange) -> Sequence[Address]:
    host, _, zone = host.partition("%")
    try:
        # An address is not looked up, so it has no such phase.
        with nullcontext() if is_ip_address(host) else exchange.phase(f"DNS lookup {host}"):
            addresses = await network.resolve(host, port)
    except OSError as error:
        raise FailedRequest(Failure.RESOLVE, error.strerror if error.errno == errno.EAGAIN else None) from error
    if not addresses:  # a resolver of the program may say so, too
        raise FailedRequest(Failure.RESOLVE)
    if zone:
        return [address._replace(scope_id=_scope_id(zone)) for address in addresses]
    return addresses[:ADDRESSES_MAX]


def _scope_id(zone: str) -> int:
    """The number of the interface that a URL names; 0 if there is none such, as libcurl does."""
    if zone.isascii() and zone.isdigit():
        return int(zone) if int(zone) < 2**32 else 0
    try:
        return socket.if_nametoindex(zone)
    except OSError:
        return 0


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
            await close(connection.stream)
        raise
    for _, connection in winners[1:]:  # two connected at the same moment
        await close(connection.stream)
    if winners:
        return winners[0]
    timed_out = errors[-1].errno == errno.ETIMEDOUT
    raise FailedRequest(Failure.CONNECT_TIMEOUT if timed_out else Failure.CONNECT) from errors[-1]
