"""MQTT in a WebSocket (MQTT 3.1.1, section 6): the bytes of the stream are the payload of binary messages."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections import deque

import trio
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage
from wsproto.utilities import ProtocolError

from ..http._incoming import AnswerError
from ..http._parser import AnswerHead, Http1
from ..http._request_bytes import items_of

PATH = b"/mqtt"  # Paho's; the dock's URLs have no path
SUBPROTOCOL = "mqtt"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
_CHUNK = 65_536  # bytes
AT_ONCE = 512  # bytes that are read before others have their turn: a frame or a packet may have two, and takes its time


async def open_websocket(stream: trio.abc.Stream, host: str, port: int) -> trio.abc.Stream:
    """Make a WebSocket of a stream; the caller closes that one if this fails.

    wsproto could do it, but reads the server's answer by h11, which takes seconds for one that is made for it.

    Raises:
        trio.BrokenResourceError: the server does not speak WebSocket, or not for MQTT.
    """
    http, key = Http1(), base64.b64encode(secrets.token_bytes(16))
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    headers = [
        (b"Host", authority.encode()),
        (b"Upgrade", b"WebSocket"),
        (b"Connection", b"Upgrade"),
        (b"Sec-WebSocket-Key", key),
        (b"Sec-WebSocket-Version", b"13"),
        (b"Sec-WebSocket-Protocol", SUBPROTOCOL.encode()),
    ]
    await stream.send_all(http.request("GET", PATH, headers, b""))
    try:
        while (head := http.head()) is None:
            if http.paused:
                await trio.lowlevel.checkpoint()
            else:
                http.receive(bytes(await stream.receive_some(_CHUNK)))
        if not _is_accepted(head, key):
            raise trio.BrokenResourceError("the server does not speak MQTT in a WebSocket")
        return WebsocketStream(stream, http.body() or b"")
    except AnswerError as error:
        raise trio.BrokenResourceError("the server does not speak WebSocket") from error


def _is_accepted(head: AnswerHead, key: bytes) -> bool:
    """Whether the server has taken the request for a WebSocket (RFC 6455, section 4.1), without extensions."""
    given = {name.lower(): value for name, value in head.headers}
    digest = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
    return (
        head.status_code == 101
        and given.get(b"upgrade", b"").lower() == b"websocket"
        and b"upgrade" in items_of(given.get(b"connection", b""))
        and given.get(b"sec-websocket-accept") == digest
        and given.get(b"sec-websocket-protocol") == SUBPROTOCOL.encode()
        and b"sec-websocket-extensions" not in given
    )


class WebsocketStream(trio.abc.Stream):
    """The bytes in a WebSocket."""

    def __init__(self, stream: trio.abc.Stream, received: bytes) -> None:
        """
        Parameters:
            stream: over which the WebSocket goes.
            received: what came of it already.
        """
        self._stream = stream
        self._websocket = Connection(ConnectionType.CLIENT)
        self._unread = memoryview(received)
        self._ended = False
        self._sends = trio.Lock()
        self._chunks: deque[bytes] = deque()

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self._send(BytesMessage(bytes(data)))

    async def wait_send_all_might_not_block(self) -> None:
        await self._stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        while not self._chunks and not self._ended:
            await self._receive()
        if not self._chunks:
            await trio.lowlevel.checkpoint()
            return b""
        chunk = self._chunks.popleft()
        if max_bytes is not None and len(chunk) > max_bytes:
            self._chunks.appendleft(chunk[max_bytes:])
            chunk = chunk[:max_bytes]
        return chunk

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def _receive(self) -> None:
        if not self._unread:
            self._unread = memoryview(await self._stream.receive_some(_CHUNK))
            self._ended = not self._unread
        else:
            await trio.lowlevel.checkpoint()
        piece, self._unread = self._unread[:AT_ONCE], self._unread[AT_ONCE:]
        try:
            self._websocket.receive_data(bytes(piece))
            for event in self._websocket.events():
                match event:
                    case BytesMessage(data=payload):
                        if payload:  # nothing would be the end of the stream
                            self._chunks.append(bytes(payload))
                    case Ping():
                        await self._send(event.response())
                    case CloseConnection():
                        self._ended = True
                        break
                    case TextMessage():
                        raise trio.BrokenResourceError("the server does not speak MQTT in its WebSocket")
        except ProtocolError as error:
            raise trio.BrokenResourceError("the server does not speak WebSocket") from error

    async def _send(self, event: Event) -> None:
        async with self._sends:  # a stream is sent over by one task at a time, and a ping is answered by the reader
            await self._stream.send_all(self._websocket.send(event))
