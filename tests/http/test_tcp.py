"""`TcpStream`, on loopback: what goes over it, how it ends, and when others have their turn."""

import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

from dl7450.http._network import Address, TrioNetwork
from dl7450.http._tcp import TURN_SIZE, TcpStream


@asynccontextmanager
async def connected() -> AsyncGenerator[tuple[TcpStream, socket.socket]]:
    """A stream, and the other end of it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stream = (await TrioNetwork().connect(Address(*server.getsockname()))).stream
        assert isinstance(stream, TcpStream)
        other, _ = server.accept()
        with other:
            other.setblocking(False)
            async with stream:
                yield stream, other


async def test_a_stream_is_as_long_as_what_is_sent_both_ways() -> None:
    sent, received = bytes(range(256)) * 20_000, bytearray()  # more than the kernel takes at once
    async with connected() as (stream, other), trio.open_nursery() as nursery:
        nursery.start_soon(stream.send_all, sent)
        end = trio.socket.from_stdlib_socket(other.dup())
        while len(received) < len(sent):
            received += await end.recv(100_000)
        nursery.start_soon(trio.SocketStream(end).send_all, sent)
        back = bytearray()
        while len(back) < len(sent):
            back += await stream.receive_some(10_000)
        end.close()
    assert (bytes(received), bytes(back)) == (sent, sent)


async def test_whether_something_waits_to_be_read() -> None:
    async with connected() as (stream, other):
        seen = [stream.is_readable()]
        other.send(b"x")
        await trio.lowlevel.wait_readable(stream._end)
        seen.append(stream.is_readable())
        assert await stream.receive_some() == b"x"
        seen.append(stream.is_readable())
        other.close()
        await trio.lowlevel.wait_readable(stream._end)
        seen.append(stream.is_readable())
        assert await stream.receive_some() == b""
    assert seen == [False, True, False, True]


async def test_a_reset_and_a_closed_stream_are_told_in_trios_words() -> None:
    async with connected() as (stream, other):
        other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        other.close()
        with pytest.raises(trio.BrokenResourceError):
            await stream.receive_some()
        with pytest.raises(trio.BrokenResourceError):
            await stream.send_all(b"x")
        with trio.testing.assert_checkpoints():
            await stream.aclose()
        with pytest.raises(trio.ClosedResourceError):
            await stream.send_all(b"x")
        with pytest.raises(trio.ClosedResourceError):
            await stream.receive_some()
        with pytest.raises(trio.ClosedResourceError):
            await stream.wait_send_all_might_not_block()


async def test_closing_wakes_who_reads() -> None:
    async with connected() as (stream, _), trio.open_nursery() as nursery:

        async def read() -> None:
            with pytest.raises(trio.ClosedResourceError):
                await stream.receive_some()

        nursery.start_soon(read)
        await trio.testing.wait_all_tasks_blocked()
        await stream.aclose()


async def test_nothing_is_sent_once_cancelled() -> None:
    async with connected() as (stream, other):
        with trio.CancelScope() as scope:
            scope.cancel()
            await stream.send_all(b"x")
        assert scope.cancelled_caught
        with pytest.raises(BlockingIOError):
            other.recv(1)


async def test_reading_and_large_sends_give_others_a_turn() -> None:
    async with connected() as (stream, other):
        with trio.testing.assert_checkpoints():
            await stream.send_all(bytes(TURN_SIZE))
        other.send(bytes(3000))
        for _ in range(3):  # the first one waits, the others need not
            with trio.testing.assert_checkpoints():
                assert await stream.receive_some(1000) == bytes(1000)
