"""Virtual time with real servers (`dl7450 run --fast`)."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

import trio

from .._trio.clock import hold_time, release_time
from ..http._network import Address, Connection, Network


class RealTimeNetwork:
    """Lets virtual time flow as real time does while something outside is waited for.

    A server does not know of the clock: if time jumped while it computes its answer, every request would time out.
    """

    def __init__(self, network: Network) -> None:
        self._network = network

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        with _flowing_time():
            return await self._network.resolve(host, port)

    async def connect(self, address: Address) -> Connection:
        with _flowing_time():
            connection = await self._network.connect(address)
        return connection._replace(stream=_RealTimeStream(connection.stream))


class _RealTimeStream(trio.abc.Stream):
    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        with _flowing_time():
            await self._stream.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        with _flowing_time():
            await self._stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        with _flowing_time():
            return await self._stream.receive_some(max_bytes)

    async def aclose(self) -> None:
        await self._stream.aclose()


@contextmanager
def _flowing_time() -> Generator[None]:
    clock = trio.lowlevel.current_clock()
    hold_time(clock, flowing=True)
    try:
        yield
    finally:
        release_time(clock, flowing=True)
