"""The packets of MQTT 3.1.1 as a broker sees them (pure). The client's side is paho's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """What a packet is (section 2.2.1)."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    PINGREQ = 12
    PINGRESP = 13


@dataclass(frozen=True)
class Packet:
    """A packet: what it is, its four flags, and what comes after the fixed header."""

    kind: Kind
    flags: int
    body: bytes

    @property
    def mid(self) -> int:
        """The identifier that begins the body of most packets."""
        return int.from_bytes(self.body[:2], "big")

    def __bytes__(self) -> bytes:
        length, size = bytearray(), len(self.body)
        while True:
            size, digit = divmod(size, 128)
            length.append(digit | (128 if size else 0))
            if not size:
                return bytes([self.kind << 4 | self.flags, *length]) + self.body


@dataclass(frozen=True)
class Publish:
    """A message on its way (section 3.3)."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    mid: int = 0

    def packet(self) -> Packet:
        """As bytes on the wire."""
        mid = self.mid.to_bytes(2, "big") if self.qos else b""
        return Packet(Kind.PUBLISH, self.qos << 1 | self.retain, _text(self.topic) + mid + self.payload)


@dataclass(frozen=True)
class Connect:
    """What a client says first (section 3.1)."""

    client_id: str
    keep_alive: int
    will: Publish | None
    username: str | None
    password: bytes | None


def split(data: bytearray) -> Iterator[Packet]:
    """Take the whole packets off the beginning of what has come."""
    while len(data) >= 2:
        size, digits = 0, 0
        while True:
            if 1 + digits == len(data):
                return
            digit = data[1 + digits]
            size += (digit & 127) << (7 * digits)
            digits += 1
            if digit < 128:
                break
        end = 1 + digits + size
        if len(data) < end:
            return
        packet = Packet(Kind(data[0] >> 4), data[0] & 15, bytes(data[1 + digits : end]))
        del data[:end]
        yield packet


def parse_connect(packet: Packet) -> Connect:
    """What a CONNECT says."""
    fields = _Fields(packet.body)
    fields.take(fields.number())  # the protocol's name
    _, flags, keep_alive = fields.take(1), fields.take(1)[0], fields.number()
    client_id = fields.text()
    will = None
    if flags & 4:
        will = Publish(fields.text(), fields.data(), flags >> 3 & 3, bool(flags & 32))
    username = fields.text() if flags & 128 else None
    password = fields.data() if flags & 64 else None
    return Connect(client_id, keep_alive, will, username, password)


def parse_publish(packet: Packet) -> Publish:
    """What a PUBLISH says."""
    fields = _Fields(packet.body)
    qos = packet.flags >> 1 & 3
    topic = fields.text()
    mid = fields.number() if qos else 0
    return Publish(topic, fields.rest, qos, bool(packet.flags & 1), mid)


def parse_subscribe(packet: Packet) -> dict[str, int]:
    """What a SUBSCRIBE asks for: topics, each with its quality of service."""
    fields = _Fields(packet.body)
    fields.number()
    subscriptions = {}
    while fields.rest:
        topic = fields.text()
        subscriptions[topic] = fields.take(1)[0]
    return subscriptions


class _Fields:
    """Reads the fields of a body one after the other."""

    def __init__(self, body: bytes) -> None:
        self.rest = body

    def take(self, size: int) -> bytes:
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def number(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def data(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        return self.data().decode()


def _text(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(2, "big") + data
