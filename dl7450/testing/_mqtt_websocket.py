"""The broker's end of a WebSocket, without any I/O. It is imported when a client begins one: wsproto is an extra."""

from __future__ import annotations

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, Request

from .._mqtt.websocket import SUBPROTOCOL


class ServerWebsocket:
    """Takes a client's request for a WebSocket, and the bytes in it out of it.

    Attributes:
        answer: what is to be sent to the client, besides what `wrap` returns.
    """

    def __init__(self) -> None:
        self.answer = b""
        self._connection = WSConnection(ConnectionType.SERVER)

    def unwrap(self, data: bytes) -> bytes:
        """The bytes of MQTT in what came from the client."""
        self._connection.receive_data(data)
        payload, self.answer = b"", b""
        for event in self._connection.events():
            if isinstance(event, Request):
                self.answer += self._connection.send(AcceptConnection(subprotocol=SUBPROTOCOL))
            elif isinstance(event, BytesMessage):
                payload += event.data
        return payload

    def wrap(self, data: bytes) -> bytes:
        """Bytes of MQTT as they are sent to the client."""
        return self._connection.send(BytesMessage(data))
