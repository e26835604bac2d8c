"""The transport of a dock: httpcore's connection pool, and which certificates each of its connections trusts.

A request that names its own `cacert` never shares a connection with one that does not, so every set of trusted
certificates has a pool of its own. What fails below leaves here as a `FailedRequest` that says which step failed.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import cache
from http import HTTPStatus
from typing import Any, cast

import httpcore2
import httpx2

from ._curl import Failure
from ._exchange import Exchange
from ._network import DockBackend, FailedRequest, Network, current_exchange

RESENDS_MAX = 5  # libcurl's CONN_MAX_RETRIES
IDLE_CONNECTIONS_MAX = 16  # per pool: as many as requests can be in flight
POOLS_MAX = 10  # plain, system trust, and eight sets of certificates of an app


class DockTransport(httpx2.AsyncBaseTransport):
    """Sends requests over a `Network`; redirects, decoding, cookies and proxies do not exist at this level.

    Two things come in `request.extensions`: `target` (bytes), path and query as the request line is to say them, and
    `cacert` (str or None), the certificates to trust. What happens is noted in the current `Exchange`.
    """

    def __init__(self, network: Network) -> None:
        self._backend = DockBackend(network)
        self._pools: dict[tuple[str, str | None], httpcore2.AsyncConnectionPool] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request and return its answer as soon as the headers are there.

        Raises:
            FailedRequest: there is no answer, and which step failed. Reading the body may raise it, too.
        """
        url = request.url
        core_request = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=request.extensions["target"]
            ),
            headers=request.headers.raw,
            content=cast(httpx2.AsyncByteStream, request.stream),
        )
        pool = await self._pool(url.scheme, request.extensions["cacert"] if url.scheme == "https" else None)
        exchange = current_exchange.get()
        while True:
            try:
                response = await pool.handle_async_request(core_request)
                break
            except (httpcore2.ProtocolError, httpcore2.NetworkError) as error:
                if not exchange.may_resend or exchange.resends == RESENDS_MAX:
                    raise FailedRequest(_failure(error, exchange)) from error
            exchange.begin_resend()
        return httpx2.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response, exchange),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.aclose()

    async def _pool(self, scheme: str, cacert: str | None) -> httpcore2.AsyncConnectionPool:
        """The pool whose connections trust these certificates; the one used longest ago makes room."""
        key = (scheme, cacert)
        pool = self._pools.pop(key, None)
        if pool is None:
            pool = httpcore2.AsyncConnectionPool(
                ssl_context=None if scheme == "http" else _trust(cacert),
                max_connections=None,  # the limiter's 16 tokens are the limit
                max_keepalive_connections=IDLE_CONNECTIONS_MAX,
                network_backend=self._backend,
            )
        self._pools[key] = pool
        if len(self._pools) > POOLS_MAX:
            for idle_key, idle in self._pools.items():
                if idle is not pool and all(connection.is_idle() for connection in idle.connections):
                    del self._pools[idle_key]
                    await idle.aclose()
                    break
        return pool


class _Body(httpx2.AsyncByteStream):
    def __init__(self, response: httpcore2.Response, exchange: Exchange) -> None:
        self._stream = cast(httpx2.AsyncByteStream, response.stream)
        self._connection: httpcore2.AsyncNetworkStream = response.extensions["network_stream"]
        self._exchange = exchange

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        try:
            async with aclosing(cast(AsyncGenerator[bytes, None], aiter(self._stream))) as chunks:
                async for chunk in chunks:
                    yield chunk
        except (httpcore2.ProtocolError, httpcore2.NetworkError) as error:
            raise FailedRequest(_failure(error, self._exchange)) from error
        if _has_more(self._stream):
            await self._connection.aclose()

    async def aclose(self) -> None:
        await self._stream.aclose()


def _has_more(stream: Any) -> bool:
    """Whether more came than the answer. httpcore would keep it for the next request on this connection, as its answer.

    It has no public word for it, so this looks where it is kept.
    """
    trailing_data, _ = stream._stream._connection._h11_state.trailing_data
    return bool(trailing_data)


def _failure(error: Exception, exchange: Exchange) -> Failure:
    if exchange.peer_reset:
        return Failure.RESET
    if exchange.peer_closed:
        return Failure.SEND if exchange.send_failed and not exchange.bytes_received else Failure.FIN
    if not isinstance(error, httpcore2.RemoteProtocolError):
        return Failure.SEND
    # httpcore wraps h11's error, which hints at a status: this one for transfer codings, and for nothing else.
    hint = getattr(error.args[0], "error_status_hint", None)
    return Failure.TRANSFER_CODING if hint == HTTPStatus.NOT_IMPLEMENTED else Failure.GRAMMAR


def _trust(cacert: str | None) -> ssl.SSLContext:
    return _system_trust() if cacert is None else _trust_only(cacert)


@cache  # tens of milliseconds and hundreds of kilobytes: once per process, and only when an https URL is fetched
def _system_trust() -> ssl.SSLContext:
    return _lenient(httpcore2.default_ssl_context())


def _trust_only(cacert: str) -> ssl.SSLContext:
    """Trust these PEM certificates and no others; a leaf or an intermediate is enough (libcurl sets the flag, too).

    Raises:
        FailedRequest: there is no certificate in it, or one that cannot be read.
    """
    if not cacert:
        raise FailedRequest(Failure.NO_CACERT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        # Text between the certificates is ignored, so it may be in any language; Python takes only ASCII.
        context.load_verify_locations(cadata=cacert.encode("ascii", "replace").decode())
    except (ssl.SSLError, ValueError) as error:
        raise FailedRequest(Failure.CACERT) from error
    return _lenient(context)


def _lenient(context: ssl.SSLContext) -> ssl.SSLContext:
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # on by default from Python 3.13; libcurl does not set it
    return context
