"""MQTT in a WebSocket (MQTT 3.1.1, section 6): the bytes of the stream are the payload of binary messages."""

from __future__ import annotations

from collections import deque

import trio
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.utilities import RemoteProtocolError

PATH = "/mqtt"  # Paho's; the dock's URLs have no path
SUBPROTOCOL = "mqtt"
_CHUNK = 65_536  # bytes


async def open_websocket(stream: trio.abc.Stream, host: str, port: int) -> trio.abc.Stream:
    """Make a WebSocket of a stream; the caller closes that one if this fails.

    Raises:
        trio.BrokenResourceError: the server does not speak WebSocket, or not for MQTT.
    """
    websocket = WSConnection(ConnectionType.CLIENT)
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    await stream.send_all(websocket.send(Request(host=authority, target=PATH, subprotocols=[SUBPROTOCOL])))
    opened = WebsocketStream(stream, websocket)
    await opened.wait_accepted()
    return opened


class WebsocketStream(trio.abc.Stream):
    """The bytes in a WebSocket."""

    def __init__(self, stream: trio.abc.Stream, websocket: WSConnection) -> None:
        self._stream = stream
        self._websocket = websocket
        self._accepted = False
        self._ended = False
        self._chunks: deque[bytes] = deque()

    async def wait_accepted(self) -> None:
        """Wait for the server's answer to the request for a WebSocket."""
        while not self._accepted:
            if self._ended:
                raise trio.BrokenResourceError("the server ended the connection before it was a WebSocket")
            await self._receive()

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self._stream.send_all(self._websocket.send(BytesMessage(bytes(data))))

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
        data = await self._stream.receive_some(_CHUNK)
        try:
            self._websocket.receive_data(bytes(data) or None)
            for event in self._websocket.events():
                match event:
                    case AcceptConnection(subprotocol=subprotocol) if subprotocol == SUBPROTOCOL:
                        self._accepted = True
                    case AcceptConnection() | RejectConnection() | TextMessage():
                        raise trio.BrokenResourceError("the server does not speak MQTT in its WebSocket")
                    case BytesMessage(data=payload):
                        self._chunks.append(bytes(payload))
                    case Ping():
                        await self._stream.send_all(self._websocket.send(event.response()))
                    case CloseConnection():
                        self._ended = True
        except RemoteProtocolError as error:
            raise trio.BrokenResourceError("the server does not speak WebSocket") from error
        if not data:
            self._ended = True
