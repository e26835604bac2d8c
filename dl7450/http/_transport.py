"""The transport of a dock: its connections, and which certificates each of them trusts.

A connection is used again by a request for the same server that trusts the same certificates. What fails below leaves
here as a `FailedRequest` that says which step failed.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import NamedTuple, cast

import httpx2
import trio

from ._connection import BODY_MAX, BrokenConnection, HttpConnection, open_connection
from ._curl import FailedRequest, Failure
from ._exchange import Exchange
from ._incoming import AnswerError
from ._network import Network
from ._tls import trust
from ._url import DEFAULT_PORTS

RESENDS_MAX = 5  # libcurl's CONN_MAX_RETRIES
IDLE_CONNECTIONS_MAX = 16  # as many as requests can be in flight


class _Server(NamedTuple):
    """What a connection leads to. `cacert` is None for plain http, whatever the request names."""

    scheme: str
    host: str
    port: int
    cacert: str | None


class DockTransport(httpx2.AsyncBaseTransport):
    """Sends requests over a `Network`; redirects, decoding, cookies and proxies do not exist at this level.

    These come in `request.extensions`: `target` (bytes), path and query as the request line is to say them, `zone`
    (str), the scope of an IPv6 address, `cacert` (str or None), the certificates to trust, `exchange` (`Exchange`),
    which is told what happens, and, if it likes, `max_body` (int, bytes), how much of an answer's body is kept while
    the request is being sent.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._idle: list[tuple[_Server, HttpConnection]] = []  # in the order in which they became idle

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request and return its answer as soon as the headers are there.

        Raises:
            FailedRequest: there is no answer, and which step failed. Reading the body may raise it, too.
        """
        url = request.url
        server = _Server(
            url.scheme,
            url.raw_host.decode("ascii") + (f"%{zone}" if (zone := request.extensions["zone"]) else ""),
            DEFAULT_PORTS[url.scheme] if url.port is None else url.port,
            request.extensions["cacert"] if url.scheme == "https" else None,
        )
        exchange: Exchange = request.extensions["exchange"]
        body = b"".join([part async for part in cast(httpx2.AsyncByteStream, request.stream)])
        while True:
            connection = await self._connection(server, exchange)
            try:
                head = await connection.request(
                    request.method,
                    request.extensions["target"],
                    request.headers.raw,
                    body,
                    exchange,
                    request.extensions.get("max_body", BODY_MAX),
                )
                break
            except BaseException as error:
                await connection.aclose()
                if not isinstance(error, BrokenConnection):
                    raise
                if not exchange.may_resend or exchange.resends == RESENDS_MAX:
                    raise FailedRequest(_failure(error, exchange)) from error
            exchange.begin_resend()
        return httpx2.Response(
            head.status_code,
            headers=head.headers,
            stream=_Body(self, server, connection, exchange),
            extensions={"http_version": b"HTTP/" + head.http_version},
        )

    async def aclose(self) -> None:
        """Close all connections."""
        while self._idle:
            _, connection = self._idle.pop()
            await connection.aclose()

    async def _connection(self, server: _Server, exchange: Exchange) -> HttpConnection:
        """The connection to this server that was used last, or a new one."""
        while (idle := self._take_idle(server)) is not None:
            if idle.is_usable():
                return idle
            await idle.aclose()
        trusted = None
        if server.scheme == "https":
            await trio.lowlevel.checkpoint()  # checkpoint here: bad certificates fail before any I/O
            trusted, exchange.note = trust(server.cacert)
        return await open_connection(self._network, server.host, server.port, trusted, exchange)

    def _take_idle(self, server: _Server) -> HttpConnection | None:
        for index in reversed(range(len(self._idle))):
            if self._idle[index][0] == server:
                return self._idle.pop(index)[1]
        return None

    async def _release(self, server: _Server, connection: HttpConnection) -> None:
        """A request has ended: keep its connection if it can be used again; the one idle longest makes room."""
        if not connection.make_idle():
            await connection.aclose()
            return
        self._idle.append((server, connection))
        if len(self._idle) > IDLE_CONNECTIONS_MAX:
            _, oldest = self._idle.pop(0)
            await oldest.aclose()


class _Body(httpx2.AsyncByteStream):
    """The body of an answer. Closed before its end, it takes the connection with it."""

    def __init__(
        self, transport: DockTransport, server: _Server, connection: HttpConnection, exchange: Exchange
    ) -> None:
        self._transport = transport
        self._server = server
        self._connection: HttpConnection | None = connection
        self._exchange = exchange
        self._is_read = False

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        assert self._connection is not None
        try:
            while (part := await self._connection.next_part(self._exchange)) is not None:
                yield part
            self._is_read = True
        except BrokenConnection as error:
            raise FailedRequest(_failure(error, self._exchange)) from error

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and self._is_read:
            await self._transport._release(self._server, connection)
        elif connection is not None:
            await connection.aclose()


def _failure(error: BaseException, exchange: Exchange) -> Failure:
    if exchange.peer_reset:
        return Failure.RESET
    if isinstance(error, AnswerError) and error.failure is not Failure.FIN:
        return error.failure
    if exchange.send_failed:  # by a reset, of which only the first system call is told
        return Failure.RESET if exchange.bytes_received else Failure.SEND
    return Failure.FIN
