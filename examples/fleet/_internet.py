"""The network in memory of one dock: names, connections and servers that take their time.

It is a `dl7450.Network`: the dock's own parser, transport and mapping of errors stand above it, so that a failure here
is what it would be on a real dock. A server is not a task: what it says is known when the request has arrived, and the
stream gives it when it is due.
"""

from __future__ import annotations

import errno
import ssl
from collections.abc import Callable, Sequence
from random import Random

import trio

import dl7450

from ._incidents import NOISE, Incidents

DISTANCE = {"api.example": 0.018, "media.example": 0.031, "timetable.example": 0.044}  # seconds there and back
THINKING = {"api.example": 0.03, "media.example": 0.09, "timetable.example": 0.06}  # seconds to the first byte
BODY_BYTES = {"api.example": 900, "media.example": 6_000, "timetable.example": 2_500}
BYTES_PER_SECOND = 400_000.0
KEPT_ALIVE = 60.0  # seconds for which a server keeps an idle connection
SPREAD = 0.35  # of times, as the sigma of a log-normal distribution


class Internet:
    """What one dock is connected to."""

    def __init__(self, incidents: Incidents, start: float, chance: Random) -> None:
        """
        Parameters:
            incidents: what goes wrong.
            start: the moment, in seconds since the fleet began to be watched, at which Trio's clock showed 0.
            chance: decides how long things take.
        """
        self._incidents = incidents
        self._start = start
        self._chance = chance
        self._hosts: dict[str, str] = {}

    async def resolve(self, host: str, port: int) -> Sequence[dl7450.Address]:
        if self._incidents.dns_fails(self._moment()):
            await trio.sleep(self._about(4.0))
            raise OSError(errno.ENOENT, "no such host")
        await trio.sleep(self._about(0.012))
        address = f"198.18.0.{1 + list(DISTANCE).index(host)}"  # RFC 2544: addresses for tests of networks
        self._hosts[address] = host
        return [dl7450.Address(address, port)]

    async def connect(self, address: dl7450.Address) -> dl7450.Connection:
        host = self._hosts[address.host]
        await trio.sleep(self._about(DISTANCE[host]))
        if self._chance.random() < NOISE / 2:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")
        stream = _Stream(lambda path: self._answer(host, path))
        return dl7450.Connection(stream, stream.is_readable, self._handshake)

    async def _handshake(self, stream: trio.abc.Stream, _: ssl.SSLContext, host: str) -> trio.abc.Stream:
        await trio.sleep(self._about(2 * DISTANCE[host]))
        if self._incidents.certificate_expired(host, self._moment()):
            raise trio.BrokenResourceError from ssl.SSLCertVerificationError("certificate has expired")
        return stream

    def _answer(self, host: str, path: str) -> tuple[float, float, bytes]:
        """How many seconds after the request its answer begins, how many it then takes, and its bytes."""
        status = 503 if self._chance.random() < NOISE / 2 else self._incidents.status(path)
        body = b"\0" * (BODY_BYTES[host] if status == 200 else 90)
        head = f"HTTP/1.1 {status} -\r\nContent-Length: {len(body)}\r\n\r\n"
        thinking = self._about(THINKING[host]) * self._incidents.slowness(host, self._moment())
        return DISTANCE[host] + thinking, self._about(len(body) / BYTES_PER_SECOND), head.encode() + body

    def _moment(self) -> float:
        return self._start + trio.current_time()

    def _about(self, seconds: float) -> float:
        return seconds * self._chance.lognormvariate(0.0, SPREAD)


class _Stream(trio.abc.Stream):
    """The dock's end of a connection. HTTP/1.1 takes turns: when the dock reads, it has sent its request."""

    def __init__(self, answer: Callable[[str], tuple[float, float, bytes]]) -> None:
        self._answer = answer
        self._pieces: list[tuple[float, bytes]] = []  # to come: when by Trio's clock, and what
        self._used = trio.current_time()

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await trio.lowlevel.checkpoint()
        path = bytes(data).split(b" ", 2)[1].decode()
        wait, lasts, answer = self._answer(path)
        first = trio.current_time() + wait
        head = answer.index(b"\r\n\r\n") + 4
        self._pieces = [(first, answer[:head]), (first + lasts, answer[head:])]

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        if not self._pieces:  # the server has closed
            await trio.lowlevel.checkpoint()
            return b""
        due, data = self._pieces.pop(0)
        await trio.sleep_until(due)
        self._used = trio.current_time()
        return data

    def is_readable(self) -> bool:
        return trio.current_time() > self._used + KEPT_ALIVE

    async def wait_send_all_might_not_block(self) -> None:
        await trio.lowlevel.checkpoint()

    async def aclose(self) -> None:
        await trio.lowlevel.checkpoint()
