"""`Link`: how long a network's bytes take: its latency and its bandwidth, in dock time."""

from __future__ import annotations

import math

import trio

_SLICE = 0.05  # seconds for which one connection has the link, before the others have their turn
_READ_SIZE = 64 * 1024  # bytes


class Link:
    """The cable of a dock, which all its connections share; both ways at once.

    Both figures may be changed at any time, on the dock's Trio thread.
    """

    def __init__(self) -> None:
        self._latency = 0.0
        self._bandwidth = math.inf
        self._up, self._down = _Lane(), _Lane()

    @property
    def latency(self) -> float:
        """Seconds that a round trip takes beside what it takes anyhow: a look-up, a connect, an answer."""
        return self._latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        if not 0 <= seconds < math.inf:
            raise ValueError(f"a latency is a number of seconds from 0, not {seconds:g}")
        self._latency = seconds

    @property
    def bandwidth(self) -> float:
        """Bits per second each way, those of TLS included; `math.inf` for no limit."""
        return self._bandwidth

    @bandwidth.setter
    def bandwidth(self, bits: float) -> None:
        if not bits > 0:
            raise ValueError(f"a bandwidth is a number of bits per second above 0, not {bits:g}")
        self._bandwidth = bits

    async def round_trip(self) -> None:
        """Wait for as long as a round trip takes."""
        if self._latency:
            await trio.sleep(self._latency)

    def carry(self, stream: trio.abc.Stream) -> trio.abc.Stream:
        """A connection over this link."""
        return _LinkStream(stream, self)

    def slice(self, size: int) -> int:
        """How many of so many bytes go in one piece."""
        return size if math.isinf(self._bandwidth) else min(size, max(1, int(self._bandwidth * _SLICE / 8)))

    async def send(self, size: int) -> None:
        """Wait until so many bytes are sent."""
        await self._up.carry(size * 8 / self._bandwidth)

    async def receive(self, size: int) -> None:
        """Wait until so many bytes have come."""
        await self._down.carry(size * 8 / self._bandwidth)


class _Lane:
    """One direction: what is sent first arrives first."""

    def __init__(self) -> None:
        self._free_at = -math.inf

    async def carry(self, seconds: float) -> None:
        if seconds:
            self._free_at = max(self._free_at, trio.current_time()) + seconds
            await trio.sleep_until(self._free_at)


class _LinkStream(trio.abc.Stream):
    def __init__(self, stream: trio.abc.Stream, link: Link) -> None:
        self._stream = stream
        self._link = link
        self._has_asked = False  # what comes next answers what was sent: that is a round trip

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        left = memoryview(data)
        while True:
            part = left[: self._link.slice(len(left))]
            await self._link.send(len(part))
            self._has_asked = True
            await self._stream.send_all(part)
            left = left[len(part) :]
            if not left:
                break

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        data = await self._stream.receive_some(self._link.slice(max_bytes or _READ_SIZE))
        if self._has_asked:
            self._has_asked = False
            await self._link.round_trip()
        await self._link.receive(len(data))
        return data

    async def wait_send_all_might_not_block(self) -> None:
        await self._stream.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        await self._stream.aclose()
