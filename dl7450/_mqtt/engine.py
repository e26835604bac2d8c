"""MQTT 3.1.1 as a protocol engine: bytes and calls go in, bytes and events come out, and nothing here waits.

The protocol is paho-mqtt's. It is made for sockets and threads; here its socket is two buffers, and nobody but the
caller's thread is in it. Two things of it are not used:

* its clock, which is one for the whole process: a user's own paho clients must not meet virtual time. What depends on
  time (keep-alive, timeouts, retries) is `session`'s.
* its handling of a refusal, which for some codes is another try with another version or identifier. The dock reports
  the refusal, so the first packet of a connection is read here.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, TypeAlias

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from .arguments import Options
from .errors import MqttCode

PACKET_MAX = 64 * 1024 * 1024  # bytes of one packet from the broker: the dock has not more memory than that
KEPT_MAX = 65_535  # messages that wait for a connection or for their acknowledgement: MQTT has no more identifiers
PINGREQ = b"\xc0\x00"
_CONNACK = b"\x20\x02"  # how one begins


@dataclass(frozen=True)
class Accepted:
    """The broker has taken the connection."""


@dataclass(frozen=True)
class Refused:
    """The broker has refused the connection.

    Attributes:
        code: 1 to 5 (MQTT 3.1.1, section 3.2.2.3).
    """

    code: int


@dataclass(frozen=True)
class Message:
    """A message for the app. The payload is bytes."""

    topic: str
    payload: bytes
    qos: int


@dataclass(frozen=True)
class Published:
    """A message of the app has been handed over: sent (QoS 0) or acknowledged."""

    mid: int


@dataclass(frozen=True)
class Subscribed:
    """The broker has answered a subscription.

    Attributes:
        granted: a quality of service for each topic, 128 where it was refused.
    """

    mid: int
    granted: tuple[int, ...]


Event: TypeAlias = Accepted | Refused | Message | Published | Subscribed


class ProtocolError(Exception):
    """The broker does not speak MQTT 3.1.1: the connection is of no use any more."""


class Engine:
    """The protocol of one client, which outlives its connections: the session is kept (clean session 0)."""

    def __init__(self, client_id: str) -> None:
        self._paho = _Paho(client_id)
        self._kept: deque[tuple[int, str, bytes]] = deque()  # of QoS 0, until there is a connection
        self._head = bytearray()  # of the first packet of a connection
        self._events: list[Event] = []
        self._kept_mid: int | None = None  # of the one that is being sent: paho gives it another identifier
        self.accepted = False  # by the broker, on this connection
        paho = self._paho
        paho.on_message = self._on_message
        paho.on_subscribe = self._on_subscribe
        paho.on_publish = self._on_publish

    def begin(self, options: Options) -> bytes:
        """A connection has been opened. Returns what is to be sent first."""
        paho = self._paho
        self.accepted = False
        self._head.clear()
        paho.username_pw_set(options.username, None if options.password is None else options.password)  # type: ignore[arg-type]
        if options.will is None:
            paho.will_clear()
        else:
            paho.will_set(options.will.topic, options.will.message, options.will.qos)
        paho.connect_async("broker", keepalive=options.keep_alive)  # the host is `connection`'s
        paho.reconnect()
        return self.outgoing()

    def end(self) -> None:
        """The connection is no more."""
        self.accepted = False
        self._paho.close()

    def receive(self, data: bytes | bytearray) -> None:
        """Bytes have come from the broker. What they mean is in `take_events`, an answer to them in `outgoing`.

        Raises:
            ProtocolError: they are not MQTT 3.1.1.
        """
        if not self.accepted:
            data = self._first_packet(data)
        self._paho.incoming += data
        while self._paho.incoming:
            if self._paho.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                raise ProtocolError("the broker sent what is not MQTT 3.1.1")
            if self._paho.packet_size > PACKET_MAX:
                raise ProtocolError(f"the broker sent a packet of more than {PACKET_MAX} bytes")

    def take_events(self) -> list[Event]:
        """What has happened since this was called last."""
        events, self._events = self._events, []
        return events

    def outgoing(self) -> bytes:
        """What is to be sent now."""
        self._paho.loop_write()
        data = bytes(self._paho.outgoing)
        self._paho.outgoing.clear()
        return data

    def publish(self, topic: str, message: bytes, qos: int) -> int:
        """Publish a message, now or after the next connect. Returns its identifier, or a negative code."""
        if qos == 0 and not self.accepted:
            if len(self._kept) == KEPT_MAX:
                return MqttCode.NO_MESSAGE_IDS
            mid = self._paho.new_mid()
            self._kept.append((mid, topic, message))
            return mid
        info = self._paho.publish(topic, message, qos)
        return MqttCode.NO_MESSAGE_IDS if info.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE else info.mid

    def subscribe(self, subscriptions: list[tuple[str, int]]) -> int:
        """Ask for messages. Returns the identifier of the request, or a negative code."""
        if not self.accepted:
            return MqttCode.DISCONNECTED
        _, mid = self._paho.subscribe(subscriptions)
        return MqttCode.FAILURE if mid is None else mid

    def _first_packet(self, data: bytes | bytearray) -> bytes:
        """Look for a refusal. Returns the bytes that are paho's."""
        self._head += data
        if not _CONNACK.startswith(self._head[:2]):
            raise ProtocolError("the broker's first packet is not a CONNACK")
        if len(self._head) < 4:
            return b""
        data = bytes(self._head)
        self._head.clear()
        if code := data[3]:
            if code > MqttCode.REFUSED_NOT_AUTHORIZED:
                raise ProtocolError(f"the broker refused the connection with an unknown code, {code}")
            self._events.append(Refused(code))
            return b""
        self.accepted = True
        self._events.append(Accepted())
        self._paho.incoming += data[:4]
        self._paho.loop_read()
        while self._kept:
            self._kept_mid, topic, message = self._kept.popleft()
            self._paho.publish(topic, message, 0)
        self._kept_mid = None
        return data[4:]

    def _on_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            raise ProtocolError("the broker sent a topic that is not UTF-8") from None
        self._events.append(Message(topic, bytes(message.payload), message.qos))

    def _on_subscribe(
        self, client: Client, userdata: object, mid: int, granted: list[ReasonCode], properties: Properties | None
    ) -> None:
        self._events.append(Subscribed(mid, tuple(code.value for code in granted)))

    def _on_publish(
        self, client: Client, userdata: object, mid: int, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self._events.append(Published(mid if self._kept_mid is None else self._kept_mid))


class _Paho(Client):
    """paho's client on two buffers in place of a socket: the one place where what it has under underscores is used."""

    def __init__(self, client_id: str) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False, reconnect_on_failure=False
        )
        self.incoming = bytearray()
        self.outgoing = bytearray()
        self.max_queued_messages_set(KEPT_MAX)

    @property
    def packet_size(self) -> int:
        """The length in bytes of the packet that is being received."""
        return int(self._in_packet["remaining_length"])

    def new_mid(self) -> int:
        """The next identifier of a message."""
        return self._mid_generate()

    def close(self) -> None:
        """The connection is no more."""
        self.incoming.clear()
        self.outgoing.clear()
        self._sock_close()

    def _create_socket(self) -> Any:
        self.incoming.clear()
        self.outgoing.clear()
        return _Buffers(self.incoming, self.outgoing)


class _Buffers:
    """What paho takes for a socket."""

    def __init__(self, incoming: bytearray, outgoing: bytearray) -> None:
        self._incoming = incoming
        self._outgoing = outgoing

    def recv(self, size: int) -> bytes:
        if not self._incoming:
            raise BlockingIOError
        data = bytes(self._incoming[:size])
        del self._incoming[:size]
        return data

    def send(self, data: bytes) -> int:
        self._outgoing += data
        return len(data)

    def fileno(self) -> int:
        return -1

    def setblocking(self, blocking: bool) -> None:
        """Nothing here blocks."""

    def close(self) -> None:
        """There is nothing to close."""
