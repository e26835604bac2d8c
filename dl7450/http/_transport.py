"""The transport of a dock: its connections, and which certificates each of them trusts.

A connection is used again by a request for the same server that trusts the same certificates. What fails below leaves
here as a `FailedRequest` that says which step failed.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple, cast

import httpx2
import trio

from ._connection import BODY_MAX, BrokenConnection, HttpConnection, open_connection
from ._curl import FailedRequest
from ._exchange import Exchange
from ._messages import AnswerBody, DockAnswer, DockRequest, failure_of
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


class _Wanted(NamedTuple):
    """What is to be sent, and to whom."""

    server: _Server
    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    exchange: Exchange
    body_max: int


class DockTransport(httpx2.AsyncBaseTransport):
    """Sends requests over a `Network`; redirects, decoding, cookies and proxies do not exist at this level.

    A `DockRequest` that nobody has looked at says all there is to know. Of any other, these come in
    `request.extensions`: `target` (bytes), path and query as the request line is to say them, `zone` (str), the scope
    of an IPv6 address, `cacert` (str or None), the certificates to trust, `exchange` (`Exchange`), which is told what
    happens, and, if it likes, `max_body` (int, bytes), how much of an answer's body is kept while the request is being
    sent.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._idle: list[tuple[_Server, HttpConnection]] = []  # in the order in which they became idle

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request and return its answer as soon as the headers are there.

        Raises:
            FailedRequest: there is no answer, and which step failed. Reading the body may raise it, too.
        """
        wanted = _wanted(request) if type(request) is DockRequest else await _wanted_of_httpx(request)
        server, method, target, headers, body, exchange, body_max = wanted
        while True:
            connection = await self._connection(server, exchange)
            try:
                head = await connection.request(method, target, headers, body, exchange, body_max)
                break
            except BaseException as error:
                await connection.aclose()
                if not isinstance(error, BrokenConnection):
                    raise
                if not exchange.may_resend or exchange.resends == RESENDS_MAX:
                    raise FailedRequest(failure_of(error, exchange)) from error
            exchange.begin_resend()
        return DockAnswer(head, AnswerBody(connection, exchange, partial(self._release, server)))

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


def _wanted(request: DockRequest) -> _Wanted:
    call, url = request.call, request.dock_url
    return _Wanted(
        _server(url.scheme, url.host, url.zone, url.port, call.cacert),
        request.method,
        url.target,
        request.raw_headers,
        call.data,
        request.exchange,
        request.body_max,
    )


async def _wanted_of_httpx(request: httpx2.Request) -> _Wanted:
    url, more = request.url, request.extensions
    port = DEFAULT_PORTS[url.scheme] if url.port is None else url.port
    return _Wanted(
        _server(url.scheme, url.raw_host.decode("ascii"), more["zone"], port, more["cacert"]),
        request.method,
        more["target"],
        request.headers.raw,
        b"".join([part async for part in cast(httpx2.AsyncByteStream, request.stream)]),
        more["exchange"],
        more.get("max_body", BODY_MAX),
    )


def _server(scheme: str, host: str, zone: str, port: int, cacert: str | None) -> _Server:
    return _Server(scheme, f"{host}%{zone}" if zone else host, port, cacert if scheme == "https" else None)
