"""The body of an OTLP request, read with bounds on its size and on the time it takes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Generator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

import trio
from starlette.requests import Request

_GZIP = 16 + zlib.MAX_WBITS  # zlib's number for "with the header of gzip"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a receiver takes.

    Parameters:
        body: bytes of a body as sent, and again when unpacked.
        waiting: bytes of all bodies, as unpacked, that are read but not yet kept.
        seconds: for a body to arrive.
    """

    body: int = 16 << 20
    waiting: int = 64 << 20
    seconds: float = 30.0


class RefusedError(Exception):
    """A request is answered with an error.

    Parameters:
        status: the HTTP status.
        message: what is wrong, and the fix.
        retry_after: seconds after which it is worth sending again, or None if it is not.
    """

    def __init__(self, status: int, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after = retry_after


class Room:
    """How many bytes may be held at once, by all requests together."""

    def __init__(self, size: int) -> None:
        self._left = size

    @contextmanager
    def share(self) -> Generator[Callable[[int], None]]:
        """One request's share: a function that takes bytes, which are given back at the end of the block.

        The function raises RefusedError if there is no room for them.
        """
        taken = 0

        def take(size: int) -> None:
            nonlocal taken
            if size > self._left:
                raise RefusedError(429, "more arrives than can be kept: send again later", retry_after=1)
            self._left -= size
            taken += size

        try:
            yield take
        finally:
            self._left += taken


async def read_body(request: Request, bounds: Bounds, take: Callable[[int], None]) -> bytes:
    """The body of a request, without its compression.

    Parameters:
        request: it, not read yet.
        bounds: what is too much.
        take: takes the room for the body.

    Raises:
        RefusedError: the body cannot be taken.
        ClientDisconnect: the sender went away.
    """
    body = await _read(request, bounds, take)
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding == "identity":
        return body
    if encoding != "gzip":
        raise RefusedError(415, f"the encoding {encoding!r} is not known: send gzip, or none")
    unpacked = await trio.to_thread.run_sync(_unpack, body, bounds.body, limiter=_unpackers)
    take(max(0, len(unpacked) - len(body)))
    return unpacked


_unpackers = trio.CapacityLimiter(2)  # each may hold a whole body for which there is no room


async def _read(request: Request, bounds: Bounds, take: Callable[[int], None]) -> bytes:
    """The body of a request, still compressed if it is.

    Raises:
        RefusedError: it is too long, or takes too long.
        ClientDisconnect: the sender went away.
    """
    too_long = RefusedError(413, f"the body has more than {bounds.body} bytes: send fewer spans at once")
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > bounds.body:
        raise too_long
    parts: list[bytes] = []
    size = 0
    with trio.move_on_after(bounds.seconds):
        async with aclosing(request.stream()) as stream:
            async for part in stream:
                size += len(part)
                if size > bounds.body:
                    raise too_long
                take(len(part))
                parts.append(part)
        return b"".join(parts)
    raise RefusedError(408, f"the body did not arrive within {bounds.seconds:g} s")


def _unpack(body: bytes, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while body:  # a gzip file may have several members
        unpacker = zlib.decompressobj(_GZIP)
        try:
            part = unpacker.decompress(body, most - size + 1)
        except zlib.error as error:
            raise RefusedError(400, f"the body is not gzip: {error}") from None
        size += len(part)
        if size > most:
            raise RefusedError(413, f"the body unpacks to more than {most} bytes: send fewer spans at once")
        if not unpacker.eof:
            raise RefusedError(400, "the gzip data of the body are cut off")
        parts.append(part)
        body = unpacker.unused_data
    return b"".join(parts)
