"""`FaultNetwork`: the network of a served dock, where something goes wrong for the hosts that somebody chose.

The faults are those of the pytest plugin (docs/testing.md), and happen where they do: below the dock's HTTP client, on
a connection of their own. There are two kinds:

* `dns`, `refuse`, `reset`, `truncate`, `garbage`, `hang` and a status: the plugin's server in memory is met in place of
  the real one, which hears nothing and need not be there.
* `bad_certificate` and `slow`: the real server is asked. Its certificate counts as untrusted (https only), or its own
  answer drips in.

So https needs no certificate of anybody's: a server in memory takes part in no TLS, as in the plugin, whatever `cacert`
the app names; and `slow` acts on what came out of the real session, which was made and checked as ever.

A fault is met when a connection is opened. While one waits for a host, the connections to it that are kept are not used
again, so the app's next request opens its own; what is under way is left alone.
"""

from __future__ import annotations

import re
import ssl
from collections import deque
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeAlias, get_args

import trio

from ..http._network import Address, Connection, Network
from ..testing._answer import Answer, Fault, slow_moments
from ..testing._routed_network import RoutedNetwork, expect, handshake_in_memory
from .link import Link

Kind: TypeAlias = Fault | int

_OF_THE_REAL_SERVER = ("bad_certificate", "slow")


@dataclass(frozen=True)
class InjectedFault:
    """What goes wrong for which hosts.

    Attributes:
        pattern: a host, or `host:port`; `*` stands for any characters.
        kind: a fault by its name in the plugin, or an HTTP status, which is answered without a body.
        once: the first connection that meets it takes it away; otherwise it stays until it is taken back.

    Raises:
        ValueError: there is no such fault, or nothing that has this name; the message names the fix.
    """

    pattern: str
    kind: Kind
    once: bool = True

    def __post_init__(self) -> None:
        if not self.pattern.strip():
            raise ValueError("a fault is for a host: name one, such as content.example, or * for all")
        self.answer()

    def answer(self) -> Answer:
        """What a server in memory says."""
        if isinstance(self.kind, int):
            return Answer(self.kind, {"Connection": "close"})  # a connection that is kept would be its next one, too
        return Answer(fault=self.kind)

    def is_for(self, host: str, port: int) -> bool:
        """Whether it is met by a connection to a host, in ASCII and without brackets."""
        name = host.lower().removesuffix(".")
        shown = f"[{name}]" if ":" in name else name
        matches = re.compile(".*".join(map(re.escape, self.pattern.strip().lower().split("*")))).fullmatch
        return any(map(matches, (name, shown, f"{shown}:{port}")))


def kind_of(text: str) -> Kind:
    """The fault that somebody writes as `reset` or as `503`.

    Raises:
        ValueError: there is none such; the message lists those that there are.
    """
    for name in get_args(Fault):
        if text == name:
            return name  # type: ignore[no-any-return]
    if re.fullmatch("[2-9][0-9]{2}", text):
        return int(text)
    raise ValueError(f"there is no fault {text!r}: use {', '.join(get_args(Fault))} or a status from 200 to 999")


class _Way(NamedTuple):
    """To where a connection is being opened, and what goes wrong on it."""

    host: str
    port: int
    fault: InjectedFault | None


_way: ContextVar[_Way] = ContextVar("dl7450.serve.way")  # `connect` is told an address, not the host that it is of


class FaultNetwork:
    """Another network with faults. The methods are for the dock's Trio thread, as are the settings of its link.

    Attributes:
        link: its latency and its bandwidth; servers in memory answer at once.
    """

    def __init__(self, network: Network) -> None:
        self.link = Link()
        self._network = network
        self._in_memory = RoutedNetwork()
        self._faults: list[InjectedFault] = []

    @property
    def faults(self) -> tuple[InjectedFault, ...]:
        """Those that wait to be met; of several for a host, the first one is."""
        return tuple(self._faults)

    def inject(self, fault: InjectedFault) -> None:
        """Have the next request to these hosts meet a fault, after those that wait already."""
        self._faults.append(fault)

    def take_back(self, fault: InjectedFault) -> None:
        """Take a fault away; one that was met meanwhile is gone already."""
        if fault in self._faults:
            self._faults.remove(fault)

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        way = _Way(host, port, self._waiting(host, port))
        _way.set(way)
        if way.fault is not None:
            expect(way.fault.answer())
            if way.fault.once:
                self._faults.remove(way.fault)
            if way.fault.kind not in _OF_THE_REAL_SERVER:
                return await self._in_memory.resolve(host, port)
        await self.link.round_trip()
        return await self._network.resolve(host, port)

    async def connect(self, address: Address) -> Connection:
        host, port, fault = _way.get()
        if fault is not None and fault.kind not in _OF_THE_REAL_SERVER:
            return await self._in_memory.connect(address)
        await self.link.round_trip()
        stream, is_readable, handshake = await self._network.connect(address)
        connection = Connection(
            self.link.carry(stream),
            lambda: self._waiting(host, port) is not None or is_readable(),
            handshake if fault is None or fault.kind != "bad_certificate" else handshake_in_memory,
        )
        return _slow(connection) if fault is not None and fault.kind == "slow" else connection

    def _waiting(self, host: str, port: int) -> InjectedFault | None:
        return next((fault for fault in self._faults if fault.is_for(host, port)), None)


def _slow(connection: Connection) -> Connection:
    """The same for one slow answer; it is not kept for another one."""

    async def handshake(_: trio.abc.Stream, context: ssl.SSLContext, host: str) -> trio.abc.Stream:
        return slow(await connection.handshake(connection.stream, context, host))

    slow = partial(_SlowStream, deadline=trio.current_effective_deadline())
    return Connection(slow(connection.stream), lambda: True, handshake)


class _SlowStream(trio.abc.Stream):
    """What comes over a connection drips in: a byte at each of the plugin's moments, and at the last one the rest."""

    def __init__(self, stream: trio.abc.Stream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline
        self._moments: deque[float] | None = None  # until the first look: then the request has been sent
        self._waiting = b""

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self._stream.send_all(data)

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        if self._moments is None:
            now = trio.current_time()
            self._moments = deque(now + after for after in slow_moments(self._deadline - now))
        self._waiting = self._waiting or bytes(await self._stream.receive_some(max_bytes))
        if self._moments:
            await trio.sleep_until(self._moments.popleft())
        size = 1 if self._moments else max_bytes
        data, self._waiting = self._waiting[:size], self._waiting[size or len(self._waiting) :]
        return data

    async def wait_send_all_might_not_block(self) -> None:
        await self._stream.wait_send_all_might_not_block()

    async def aclose(self) -> None:
        await self._stream.aclose()
