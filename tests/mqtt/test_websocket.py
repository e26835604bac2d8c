"""MQTT in a WebSocket, beside servers that are made to do harm."""

import base64
import hashlib
import re

import pytest
import trio
from trio.testing import MemoryReceiveStream, MemorySendStream, lockstep_stream_pair
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, TextMessage

from dl7450._mqtt.websocket import AT_ONCE, open_websocket

FINE = b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: KEY\r\n"
FOR_MQTT = b"Sec-WebSocket-Protocol: mqtt\r\n"
Frame = BytesMessage | CloseConnection | Ping | TextMessage


def frames(*events: Frame) -> bytes:
    """What a server sends. The first event that ends a connection does not end this."""
    return b"".join(Connection(ConnectionType.SERVER).send(event) for event in events)


async def opened(answer: bytes) -> trio.abc.Stream:
    """A WebSocket to a server that answers this, with the right key for KEY, and ends the connection."""
    incoming = MemoryReceiveStream()

    async def serve() -> None:
        incoming.put_data(answer.replace(b"KEY", accept(bytes(outgoing.get_data_nowait()))))
        incoming.put_eof()
        outgoing.send_all_hook = None

    outgoing = MemorySendStream(serve)
    return await open_websocket(trio.StapledStream(outgoing, incoming), "broker.example", 80)


def accept(request: bytes) -> bytes:
    key = re.search(rb"(?i)sec-websocket-key: (\S+)", request)
    assert key
    return base64.b64encode(hashlib.sha1(key[1] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())


async def read_all(stream: trio.abc.Stream) -> bytes:
    return b"".join([bytes(part) async for part in stream])


async def test_what_comes_in_one_piece_with_the_servers_answer_counts() -> None:
    stream = await opened(FINE + FOR_MQTT + b"\r\n" + frames(BytesMessage(b"a"), BytesMessage(b"b" * 2000)))
    assert await read_all(stream) == b"a" + b"b" * 2000


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-x\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        FINE + b"\r\n",
        FINE + b"Sec-WebSocket-Protocol: other\r\n\r\n",
        FINE + FOR_MQTT + b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
        (FINE + FOR_MQTT + b"\r\n").replace(b"KEY", b"yek"),
        (FINE + FOR_MQTT + b"\r\n").replace(b"101", b"200"),
        (FINE + FOR_MQTT + b"\r\n").replace(b"Upgrade: websocket", b"Upgrade: h2c"),
        (FINE + FOR_MQTT + b"\r\n").replace(b"Connection: Upgrade", b"Connection: keep-alive"),
        b"HTTP/1.1 101 x\r\nX:" + b" " * 100_000 + b"\0\r\n\r\n",  # takes h11 half a minute
    ],
)
async def test_another_answer_ends_the_connection(answer: bytes) -> None:
    with pytest.raises(trio.BrokenResourceError):
        await opened(answer)


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        (frames(BytesMessage(b"a"), CloseConnection(1000), Ping(), BytesMessage(b"b")), b"a"),
        (frames(TextMessage("a")), None),
        (b"\xff\xff", b""),
        (b"\x82\xff" + bytes(8), b""),  # masked, as only a client's frames are
    ],
)
async def test_what_does_not_belong_there_ends_it(sent: bytes, received: bytes | None) -> None:
    stream = await opened(FINE + FOR_MQTT + b"\r\n" + sent)
    if received is None:
        with pytest.raises(trio.BrokenResourceError):
            await read_all(stream)
    else:
        assert await read_all(stream) == received


@pytest.mark.parametrize("frame", [Ping(), BytesMessage(b"")])
async def test_frames_that_come_at_once_are_read_in_many_turns(frame: Frame) -> None:
    data = frames(*[frame] * 3000)
    stream = await opened(FINE + FOR_MQTT + b"\r\n" + data)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await trio.lowlevel.checkpoint()
            turns += 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(count)
        assert await read_all(stream) == b""
        nursery.cancel_scope.cancel("read")
    assert turns >= len(data) // AT_ONCE


async def test_a_ping_is_answered_behind_what_is_being_sent() -> None:
    client, server = lockstep_stream_pair()
    peer = Connection(ConnectionType.SERVER)
    async with trio.open_nursery() as nursery:

        async def open_it() -> None:
            stream = await open_websocket(client, "broker.example", 80)
            nursery.start_soon(stream.send_all, b"x" * 100)
            nursery.start_soon(read_all, stream)

        nursery.start_soon(open_it)
        request = await server.receive_some()
        await server.send_all(
            (FINE + FOR_MQTT + b"\r\n").replace(b"KEY", accept(bytes(request))) + peer.send(Ping(b"?"))
        )
        events: list[object] = []
        while len(events) < 2:
            peer.receive_data(bytes(await server.receive_some(10)))
            events += [type(event).__name__ for event in peer.events() if getattr(event, "message_finished", True)]
        assert events == ["BytesMessage", "Pong"]
        nursery.cancel_scope.cancel("seen")
