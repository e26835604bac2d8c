"""A network in memory, so that waiting happens in virtual time: every connection plays a script of the fault server."""

import ssl
from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

import trio
from trio.testing import MemoryReceiveStream, MemorySendStream, memory_stream_pair

from dl7450.http._network import Address
from dl7450.http._network import Connection as ClientSide
from tests.conformance._server import ClientGoneError, Connection, Log, Script

MemoryStream: TypeAlias = trio.StapledStream[MemorySendStream, MemoryReceiveStream]

ADDRESS = "192.0.2.1"  # of every host (RFC 5737)


class ScriptedNetwork:
    """Lives in the nursery of a test: the n-th connection plays the n-th script, the last one repeats."""

    def __init__(
        self,
        nursery: trio.Nursery,
        *scripts: Script,
        ports: Mapping[int, Script] | None = None,
        tls: ssl.SSLContext | None = None,
        dns: float = 0,
        connect: float = 0,
    ) -> None:
        """
        Parameters:
            nursery: where the servers run.
            scripts: what they play; the verbs that need a socket cannot be in it.
            ports: what those on these ports play instead.
            tls: what the servers speak TLS with.
            dns: seconds that finding an address takes.
            connect: seconds that opening a connection takes.
        """
        self.log = Log()
        self.connections = 0
        self._streams: list[MemoryStream] = []
        self._nursery = nursery
        self._scripts = scripts
        self._ports = ports or {}
        self._tls = tls
        self._dns = dns
        self._connect = connect

    @property
    def open_connections(self) -> int:
        """How many connections the client has not closed."""
        return sum(not stream.receive_stream._closed for stream in self._streams)

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        await trio.sleep(self._dns)
        return [Address(ADDRESS, port)]

    async def connect(self, address: Address) -> ClientSide:
        await trio.sleep(self._connect)
        ours, theirs = memory_stream_pair()
        # No script here uses the verbs that need a socket.
        server = Connection(cast(trio.SocketStream, theirs), self.connections, self.log)
        self.connections += 1
        script = self._ports.get(address.port) or self._scripts[min(server.number, len(self._scripts) - 1)]
        self._nursery.start_soon(self._serve, server, script)
        self._streams.append(ours)
        incoming = ours.receive_stream._incoming
        return ClientSide(ours, lambda: bool(incoming._data) or incoming._closed)

    async def _serve(self, server: Connection, script: Script) -> None:
        try:
            if self._tls is not None:
                await server.shake_hands(self._tls)
            await server.play(script)
            await server.drain()
        except (ClientGoneError, trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # the client closed, or the script did
