"""`TcpStream`: a TCP connection with the turns of the scheduler and the system calls that a request needs, and no more.

`trio.SocketStream` gives others a turn after each `send`, also where an answer is waited for next; and it tries to read
before it waits, which right after a request has been sent fails.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import trio

T = TypeVar("T")
R = TypeVar("R")

TURN_SIZE = 64 * 1024  # bytes; from here on, sending gives others a turn
UNSENT_MAX = 16 * 1024  # bytes in the kernel that make the socket not writable; Trio's figure

_CLOSED = (errno.EBADF, errno.ENOTSOCK)


class TcpStream(trio.abc.Stream):
    """An open connection.

    Unlike Trio's own streams, sending less than `TURN_SIZE` is a checkpoint only if it is cancelled or has to wait.
    Receiving always is one.
    """

    def __init__(self, end: socket.socket, trio_end: trio.socket.SocketType) -> None:
        """
        Parameters:
            end: a connected socket.
            trio_end: the same for Trio, which made it non-blocking.
        """
        self._end = end
        self._trio_end = trio_end
        self._is_more_likely = False  # the last read took all that it could
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            with suppress(OSError):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_MAX)

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await trio.lowlevel.checkpoint_if_cancelled()
        left = memoryview(data)
        try:
            while True:
                try:
                    left = left[self._end.send(left) :]
                except BlockingIOError:
                    await trio.lowlevel.wait_writable(self._end)
                if not left:
                    break
        except OSError as error:
            raise _as_trio(error) from error
        if len(data) >= TURN_SIZE:
            await trio.lowlevel.cancel_shielded_checkpoint()

    async def wait_send_all_might_not_block(self) -> None:
        self._check_open()
        await trio.lowlevel.wait_writable(self._end)

    def receive_some(self, max_bytes: int | None = None) -> Coroutine[Any, Any, bytes]:  # one frame less than `async`
        return self._receive(self._recv, TURN_SIZE if max_bytes is None else max_bytes)

    def receive_into(self, buffer: memoryview) -> Coroutine[Any, Any, int]:
        """Do what `receive_some` does, without a new object for each of many large reads.

        Returns:
            How many bytes have come, and are the first ones of the buffer now; 0 at the end.
        """
        return self._receive(self._recv_into, buffer)

    async def _receive(self, read: Callable[[T], R], into: T) -> R:
        is_more_likely, self._is_more_likely = self._is_more_likely, False
        try:
            if is_more_likely:
                await trio.lowlevel.checkpoint()  # before: what has come into a buffer may be overwritten by others
                with suppress(BlockingIOError):
                    return read(into)
            while True:
                self._check_open()
                await trio.lowlevel.wait_readable(self._end)
                with suppress(BlockingIOError):
                    return read(into)
        except OSError as error:
            raise _as_trio(error) from error

    def _check_open(self) -> None:
        if self._end.fileno() < 0:  # waiting for it is a ValueError
            raise trio.ClosedResourceError("this socket was already closed")

    def _recv(self, size: int) -> bytes:
        data = self._end.recv(size)
        self._is_more_likely = len(data) == size
        return data

    def _recv_into(self, buffer: memoryview) -> int:
        size = self._end.recv_into(buffer)
        self._is_more_likely = size == len(buffer)
        return size

    def is_readable(self) -> bool:
        """Whether something (an end, too) is waiting to be read."""
        try:
            self._end.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            pass
        return True

    async def aclose(self) -> None:
        self._trio_end.close()
        await trio.lowlevel.checkpoint()


def _as_trio(error: OSError) -> Exception:
    if error.errno in _CLOSED:
        return trio.ClosedResourceError("this socket was already closed")
    return trio.BrokenResourceError(f"socket connection broken: {error}")
