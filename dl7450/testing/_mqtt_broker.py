"""`MqttBroker`: the MQTT broker of a dock under test, in memory (`dock.mqtt`).

It is reached by every address and on every port. A connection is not a task: what the broker answers is known as soon
as the client's bytes are here, so the stream's `send_all` puts it where `receive_some` finds it. Sessions are kept
(clean session 0): what is published for a client that is away waits for it, as far as its quality of service is 1 or 2.
"""

from __future__ import annotations

import math
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import trio

from ..http._network import Address, Connection
from ..http._url import is_ip_address
from ._mqtt_packets import Connect, Kind, Packet, Publish, parse_connect, parse_publish, parse_subscribe, split

if TYPE_CHECKING:
    from ._mqtt_websocket import ServerWebsocket


KEPT_MESSAGES = 10_000


@dataclass(frozen=True)
class MqttMessage:
    """A message that the app published.

    Attributes:
        at: seconds since the dock was opened.
    """

    topic: str
    payload: bytes
    qos: int
    at: float
    retain: bool = False


@dataclass
class _Session:
    """What the broker keeps of a client."""

    subscriptions: dict[str, int] = field(default_factory=dict)
    waiting: deque[Publish] = field(default_factory=deque)  # while the client is away
    received: set[int] = field(default_factory=set)  # identifiers of messages of QoS 2 that are not released yet
    last_mid: int = 0
    link: _Link | None = None  # its connection

    def next_mid(self) -> int:
        self.last_mid = self.last_mid % 65_535 + 1
        return self.last_mid


class MqttBroker:
    """The broker that the app's `MqttClient` finds, whatever its URL. The methods are for the thread of the test."""

    def __init__(self, do: Callable[..., object], elapsed: Callable[[], float]) -> None:
        """
        Parameters:
            do: calls a function in the dock's thread, with its arguments, and lets what comes of it happen.
            elapsed: seconds since the dock was opened.
        """
        self._do = do
        self._elapsed = elapsed
        self._messages: deque[MqttMessage] = deque(maxlen=KEPT_MESSAGES)
        self._sessions: dict[str, _Session] = {}
        self._retained: dict[str, Publish] = {}
        self._links: dict[_Link, None] = {}  # in the order in which they were made
        self._refusal = 0
        self._stalled = False

    @property
    def messages(self) -> list[MqttMessage]:
        """What the app published, in the order in which it came; a client's will, too, when that was lost.

        The newest 10,000.
        """
        return list(self._messages)

    @property
    def subscriptions(self) -> dict[str, int]:
        """The topics that the app subscribed to, with the quality of service of each."""
        return {topic: qos for session in self._sessions.values() for topic, qos in session.subscriptions.items()}

    @property
    def connected(self) -> list[str]:
        """The identifiers of the clients that are connected."""
        return [client_id for client_id, session in self._sessions.items() if session.link is not None]

    def publish(self, topic: str, message: str | bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Publish a message to whoever has subscribed to it.

        Parameters:
            qos: 0, 1 or 2; a subscription may lower it.
            retain: who subscribes later gets it, too; an empty message ends that.
        """
        payload = message.encode() if isinstance(message, str) else bytes(message)
        self._do(self._publish, Publish(topic, payload, qos, retain))

    def refuse(self, code: int) -> None:
        """Refuse connections from now on: 1 protocol, 2 identifier, 3 unavailable, 4 login, 5 not authorized."""
        if code not in range(1, 6):
            raise ValueError(f"a broker refuses with a code from 1 to 5, not {code}")
        self._refusal = code

    def stall(self) -> None:
        """Take connections and bytes from now on, and answer nothing."""
        self._stalled = True

    def accept(self) -> None:
        """Take connections and answer again, after `refuse` or `stall`."""
        self._refusal, self._stalled = 0, False

    def drop(self) -> None:
        """Lose all connections, now. The app's client connects again."""
        self._do(self._drop)

    # On the dock's thread

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        """A `Network`: every host has an address."""
        await trio.lowlevel.checkpoint()
        return [Address(host if is_ip_address(host) else "198.18.0.0", port)]

    async def connect(self, address: Address) -> Connection:
        """A `Network`: the broker is at every address."""
        await trio.lowlevel.checkpoint()
        link = _Link(self._receive, self._lost)
        self._links[link] = None
        return Connection(link, lambda: bool(link.answer), _handshake)

    def _drop(self) -> None:
        for link in list(self._links):
            link.end()

    def _receive(self, link: _Link, packet: Packet) -> None:
        if self._stalled:
            return
        match packet.kind:
            case Kind.CONNECT:
                self._connect(link, parse_connect(packet))
            case Kind.PUBLISH:
                self._take(link, parse_publish(packet))
            case Kind.PUBREC:
                link.send(Packet(Kind.PUBREL, 2, packet.body))
            case Kind.PUBREL:
                link.session.received.discard(packet.mid)
                link.send(Packet(Kind.PUBCOMP, 0, packet.body))
            case Kind.SUBSCRIBE:
                self._subscribe(link, packet)
            case Kind.PINGREQ:
                link.send(Packet(Kind.PINGRESP, 0, b""))
            case _:  # PUBACK, PUBCOMP: nothing here is sent again
                pass

    def _connect(self, link: _Link, connect: Connect) -> None:
        if self._refusal:
            link.send(Packet(Kind.CONNACK, 0, bytes([0, self._refusal])))
            link.end()
            return
        present = connect.client_id in self._sessions
        session = self._sessions.setdefault(connect.client_id, _Session())
        if session.link is not None:
            session.link.end()
        session.link, link.session, link.will = link, session, connect.will
        link.send(Packet(Kind.CONNACK, 0, bytes([present, 0])))
        while session.waiting:
            link.publish(session.waiting.popleft())

    def _take(self, link: _Link, publish: Publish) -> None:
        mid = publish.mid.to_bytes(2, "big")
        if publish.qos == 1:
            link.send(Packet(Kind.PUBACK, 0, mid))
        if publish.qos == 2:
            link.send(Packet(Kind.PUBREC, 0, mid))
            if publish.mid in link.session.received:
                return
            link.session.received.add(publish.mid)
        self._note(publish)
        self._publish(publish)

    def _note(self, publish: Publish) -> None:
        self._messages.append(MqttMessage(publish.topic, publish.payload, publish.qos, self._elapsed(), publish.retain))

    def _publish(self, publish: Publish) -> None:
        if publish.retain and publish.payload:
            self._retained[publish.topic] = publish
        elif publish.retain:
            self._retained.pop(publish.topic, None)
        for session in self._sessions.values():
            granted = [qos for topic, qos in session.subscriptions.items() if matches(topic, publish.topic)]
            if granted:
                self._give(session, replace(publish, retain=False), max(granted))

    def _subscribe(self, link: _Link, packet: Packet) -> None:
        subscriptions = parse_subscribe(packet)
        link.session.subscriptions |= subscriptions
        link.send(Packet(Kind.SUBACK, 0, packet.mid.to_bytes(2, "big") + bytes(subscriptions.values())))
        for topic, qos in subscriptions.items():
            for publish in self._retained.values():
                if matches(topic, publish.topic):
                    self._give(link.session, publish, qos)

    def _give(self, session: _Session, publish: Publish, granted: int) -> None:
        publish = replace(publish, qos=min(publish.qos, granted))
        if session.link is not None and not self._stalled:
            session.link.publish(publish)
        elif publish.qos:
            session.waiting.append(publish)

    def _lost(self, link: _Link) -> None:
        self._links.pop(link, None)
        if link.session.link is link:
            link.session.link = None
            if link.will is not None:
                self._note(link.will)
                self._publish(link.will)


class _Link(trio.abc.Stream):
    """The client's end of a connection, and what the broker knows of it."""

    def __init__(self, receive: Callable[[_Link, Packet], None], lost: Callable[[_Link], None]) -> None:
        self.session = _Session()
        self.will: Publish | None = None
        self.answer = bytearray()
        self._receive = receive
        self._lost = lost
        self._incoming = bytearray()
        self._websocket: ServerWebsocket | None = None
        self._ended = self._closed = False
        self._changed = trio.Event()

    def send(self, packet: Packet) -> None:
        """Send a packet to the client."""
        data = bytes(packet)
        self.answer += data if self._websocket is None else self._websocket.wrap(data)
        self._changed.set()

    def publish(self, publish: Publish) -> None:
        """Send a message to the client."""
        self.send(replace(publish, mid=self.session.next_mid() if publish.qos else 0).packet())

    def end(self) -> None:
        """The broker closes the connection."""
        self._ended = True
        self._lost(self)
        self._changed.set()

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await trio.lowlevel.checkpoint()
        if self._closed:
            raise trio.ClosedResourceError
        if self._ended:
            raise trio.BrokenResourceError
        self._incoming += self._out_of_websocket(bytes(data))
        for packet in split(self._incoming):
            self._receive(self, packet)

    def _out_of_websocket(self, data: bytes) -> bytes:
        """The bytes of MQTT, also where the client has begun a WebSocket."""
        if self._websocket is None:
            if not data.startswith(b"GET "):
                return data
            from ._mqtt_websocket import ServerWebsocket

            self._websocket = ServerWebsocket()
        payload = self._websocket.unwrap(data)
        if self._websocket.answer:
            self.answer += self._websocket.answer
            self._changed.set()
        return payload

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        await trio.lowlevel.checkpoint()
        while not self.answer and not self._ended:
            self._changed = trio.Event()
            await self._changed.wait()
        size = math.inf if max_bytes is None else max_bytes
        data = bytes(self.answer[: int(min(size, len(self.answer)))])
        del self.answer[: len(data)]
        return data

    async def wait_send_all_might_not_block(self) -> None:
        await trio.lowlevel.checkpoint()

    async def aclose(self) -> None:
        if not self._closed:
            self._closed = True
            if not self._ended:
                self.end()
        await trio.lowlevel.checkpoint()


def matches(pattern: str, topic: str) -> bool:
    """Whether a topic is one that a subscription asks for (MQTT 3.1.1, section 4.7)."""
    if topic.startswith("$") and pattern[0] in "+#":
        return False
    levels, wanted = topic.split("/"), pattern.split("/")
    for number, level in enumerate(wanted):
        if level == "#":
            return True
        if number >= len(levels) or level not in {"+", levels[number]}:
            return False
    return len(levels) == len(wanted)


async def _handshake(stream: trio.abc.Stream, context: ssl.SSLContext, host: str) -> trio.abc.Stream:
    """TLS without TLS: whom a broker in memory would be is known to nobody."""
    await trio.lowlevel.checkpoint()
    return stream
