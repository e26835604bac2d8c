"""`DockRequest` and `DockAnswer`: httpx's request and answer, made only when somebody looks at them.

The client and its transport talk through httpx's seam, in httpx's objects; and these take longer to make than all else
that a request needs. As both ends are ours as a rule, they hand each other what they have. Whoever is between (a
transport that wraps the dock's, a mock, httpx's own connections) gets httpx's object: the first look at any attribute
turns the very same object into one, of httpx's class and with everything that httpx's constructor gives it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import lru_cache
from typing import Any

import httpx2

from ._arguments import Call
from ._connection import BrokenConnection, HttpConnection
from ._curl import FailedRequest, Failure
from ._exchange import Exchange
from ._incoming import AnswerError
from ._parser import AnswerHead
from ._url import Url


class _UntilSeen:
    """Becomes an object of httpx as soon as an attribute is asked for that it has not, or one is set.

    The second base of its classes: Python turns an object into one of its first base only.
    """

    __slots__ = ()

    def as_httpx(self) -> object:
        raise NotImplementedError

    def _become_httpx(self) -> None:
        made = self.as_httpx()
        object.__setattr__(self, "__class__", type(made))
        self.__dict__ = made.__dict__

    def __getattr__(self, name: str) -> Any:
        self._become_httpx()
        return getattr(self, name)

    def __setattr__(self, name: str, value: object) -> None:
        self._become_httpx()
        setattr(self, name, value)

    def __reduce_ex__(self, protocol: Any) -> Any:  # it is copied or pickled
        self._become_httpx()
        return self.__reduce_ex__(protocol)


class DockRequest(httpx2.Request, _UntilSeen):
    """A request of the client. `type(request) is DockRequest` until somebody has looked at it.

    Attributes:
        method: in capital letters, as in httpx.
        call: what the caller asked for.
        dock_url: the URL of the call.
        raw_headers: as they go out.
        exchange: is told what happens.
        body_max: bytes of the answer's body that the caller takes.
    """

    call: Call
    dock_url: Url
    raw_headers: list[tuple[bytes, bytes]]
    exchange: Exchange
    body_max: int

    def __init__(
        self, call: Call, url: Url, raw_headers: list[tuple[bytes, bytes]], exchange: Exchange, body_max: int
    ) -> None:
        self.__dict__.update(
            method=call.method.upper(),
            call=call,
            dock_url=url,
            raw_headers=raw_headers,
            exchange=exchange,
            body_max=body_max,
        )

    def as_httpx(self, httpx: Any = httpx2) -> httpx2.Request:
        """The request in the classes of httpx2, or of httpx."""
        call, url = self.call, self.dock_url
        request: httpx2.Request = httpx.Request(
            call.method,
            httpx_url(httpx.URL, url),
            headers=self.raw_headers,
            stream=httpx.ByteStream(call.data),
            extensions={
                "target": url.target,
                "zone": url.zone,
                "cacert": call.cacert,
                "exchange": self.exchange,
                "max_body": self.body_max,
            },
        )
        return request


class DockAnswer(httpx2.Response, _UntilSeen):
    """An answer of the dock's transport. `type(answer) is DockAnswer` until somebody has looked at it.

    Attributes:
        head: its status line and headers.
        body: still to be read.
    """

    head: AnswerHead
    body: AnswerBody

    def __init__(self, head: AnswerHead, body: AnswerBody) -> None:
        self.__dict__.update(head=head, body=body)

    def as_httpx(self) -> httpx2.Response:
        """The answer in the class of httpx2."""
        head = self.head
        return httpx2.Response(
            head.status_code,
            headers=head.headers,
            stream=self.body,
            extensions={"http_version": b"HTTP/" + head.http_version},
        )


class AnswerBody(httpx2.AsyncByteStream):
    """The body of an answer. Closed before its end, it takes the connection with it."""

    def __init__(
        self, connection: HttpConnection, exchange: Exchange, keep: Callable[[HttpConnection], Awaitable[None]]
    ) -> None:
        """
        Parameters:
            connection: it is read from.
            exchange: of the request.
            keep: takes the connection when the body has been read.
        """
        self._connection: HttpConnection | None = connection
        self._exchange = exchange
        self._keep = keep
        self._is_read = False

    async def read(self, size_max: int) -> bytearray:
        """All of it, and close it.

        Raises:
            FailedRequest: it breaks off, or has more bytes than `size_max`.
        """
        assert self._connection is not None
        try:
            body = await self._connection.read_body(self._exchange, size_max)
            self._is_read = True
        except BrokenConnection as error:
            raise FailedRequest(failure_of(error, self._exchange)) from error
        finally:
            await self.aclose()
        return body

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        assert self._connection is not None
        try:
            while (part := await self._connection.next_part(self._exchange)) is not None:
                yield part
            self._is_read = True
        except BrokenConnection as error:
            raise FailedRequest(failure_of(error, self._exchange)) from error

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and self._is_read:
            await self._keep(connection)
        elif connection is not None:
            await connection.aclose()


def failure_of(error: BaseException, exchange: Exchange) -> Failure:
    """The step that failed when a connection was broken."""
    if exchange.peer_reset:
        return Failure.RESET
    if isinstance(error, AnswerError) and error.failure is not Failure.FIN:
        return error.failure
    if exchange.send_failed:  # by a reset, of which only the first system call is told
        return Failure.RESET if exchange.bytes_received else Failure.SEND
    return Failure.FIN


@lru_cache(maxsize=1024)
def httpx_url(make: type[httpx2.URL], url: Url) -> httpx2.URL:
    """A URL in the class of httpx2, or of httpx."""
    return make(scheme=url.scheme, host=url.host, port=url.port, raw_path=url.target)
