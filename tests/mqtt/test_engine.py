"""The protocol engine: bytes in, events and bytes out."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dl7450._mqtt.arguments import Options, Will
from dl7450._mqtt.engine import (
    Accepted,
    Engine,
    Message,
    ProtocolError,
    Published,
    Refused,
    Subscribed,
)
from dl7450._mqtt.errors import MqttCode
from dl7450.testing._mqtt_packets import Kind, Packet, Publish, parse_connect, parse_publish, parse_subscribe, split

ACCEPTED = bytes(Packet(Kind.CONNACK, 0, bytes([0, 0])))


def sent(engine: Engine) -> list[Packet]:
    return list(split(bytearray(engine.outgoing())))


def connected() -> Engine:
    engine = Engine("dock")
    engine.begin(Options())
    engine.receive(ACCEPTED)
    assert engine.take_events() == [Accepted()]
    return engine


def test_a_connection_begins_with_what_the_options_say() -> None:
    options = Options(30, "user", b"secret", Will("gone", b"x", 1))
    (packet,) = split(bytearray(Engine("dock").begin(options)))
    connect = parse_connect(packet)
    assert packet.body[:7] == b"\x00\x04MQTT\x04"
    assert not packet.body[7] & 2, "the session is kept: clean session 0"
    assert (connect.client_id, connect.keep_alive, connect.username, connect.password, connect.will) == (
        "dock",
        30,
        "user",
        b"secret",
        Publish("gone", b"x", 1),
    )


@pytest.mark.parametrize("code", range(1, 6))
def test_a_refusal_is_told_and_nothing_is_tried_instead(code: int) -> None:
    engine = Engine("dock")
    engine.begin(Options())
    engine.receive(bytes(Packet(Kind.CONNACK, 0, bytes([0, code]))))
    assert (engine.take_events(), engine.accepted, engine.outgoing()) == ([Refused(code)], False, b"")


@given(st.lists(st.integers(1, 20), max_size=10))
def test_a_message_comes_whole_however_its_bytes_are_cut(cuts: list[int]) -> None:
    engine = Engine("dock")
    engine.begin(Options())
    data = ACCEPTED + bytes(Publish("a/b", b"x" * 200, 1, mid=7).packet()) + bytes(Publish("c", b"").packet())
    for cut in cuts:
        engine.receive(data[:cut])
        data = data[cut:]
    engine.receive(data)
    assert engine.take_events() == [Accepted(), Message("a/b", b"x" * 200, 1), Message("c", b"", 0)]
    assert sent(engine) == [Packet(Kind.PUBACK, 0, b"\x00\x07")]


def test_exactly_once_is_a_message_of_four_packets() -> None:
    engine = connected()
    publish = bytes(Publish("a", b"x", 2, mid=9).packet())
    engine.receive(publish)
    engine.receive(publish)  # sent again: the broker did not see the answer
    assert (engine.take_events(), sent(engine)) == ([], [Packet(Kind.PUBREC, 0, b"\x00\x09")] * 2)
    engine.receive(bytes(Packet(Kind.PUBREL, 2, b"\x00\x09")))
    assert (engine.take_events(), sent(engine)) == ([Message("a", b"x", 2)], [Packet(Kind.PUBCOMP, 0, b"\x00\x09")])


def test_what_is_published_without_a_connection_goes_out_with_the_next_one() -> None:
    engine = Engine("dock")
    mids = [engine.publish("a", b"0", 0), engine.publish("a", b"1", 1), engine.publish("a", b"2", 2)]
    engine.begin(Options())
    engine.receive(ACCEPTED)
    messages = [parse_publish(packet) for packet in sent(engine)]
    assert sorted((message.payload, message.qos) for message in messages) == [(b"0", 0), (b"1", 1), (b"2", 2)]
    engine.receive(bytes(Packet(Kind.PUBACK, 0, mids[1].to_bytes(2, "big"))))
    engine.receive(bytes(Packet(Kind.PUBREC, 0, mids[2].to_bytes(2, "big"))))
    engine.receive(bytes(Packet(Kind.PUBCOMP, 0, mids[2].to_bytes(2, "big"))))
    assert engine.take_events() == [Accepted(), *map(Published, mids)]


def test_what_was_not_acknowledged_is_sent_again_as_a_duplicate() -> None:
    engine = connected()
    engine.publish("a", b"1", 1)
    assert [packet.flags for packet in sent(engine)] == [1 << 1]
    engine.end()
    engine.begin(Options())
    engine.receive(ACCEPTED)
    assert [(packet.kind, packet.flags) for packet in sent(engine)] == [(Kind.PUBLISH, 8 | 1 << 1)]


def test_a_subscription_is_answered_for_each_topic() -> None:
    engine = connected()
    mid = engine.subscribe([("a/#", 2), ("b", 1)])
    (packet,) = sent(engine)
    assert parse_subscribe(packet) == {"a/#": 2, "b": 1}
    engine.receive(bytes(Packet(Kind.SUBACK, 0, mid.to_bytes(2, "big") + b"\x01\x80")))
    assert engine.take_events() == [Subscribed(mid, (1, 128))]


def test_a_subscription_without_a_connection_is_error_3() -> None:
    assert Engine("dock").subscribe([("a", 0)]) == MqttCode.DISCONNECTED


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 400 Bad Request\r\n",
        bytes(Packet(Kind.PUBLISH, 0, b"\x00\x01a")),
        bytes(Packet(Kind.CONNACK, 0, b"\x00\x06")),
        ACCEPTED + b"\xf0\x00",
        ACCEPTED + b"\x30\xff\xff\xff\xff\x01",
        ACCEPTED + b"\x30\x01\x00",
        ACCEPTED + b"\x36\x05\x00\x01a\x00\x01",
        ACCEPTED + bytes(Packet(Kind.PUBLISH, 0, b"\x00\x01\xff")),
        ACCEPTED + b"\x30" + b"\xff\xff\xff\x7f",
    ],
)
def test_what_is_not_mqtt_ends_the_connection(data: bytes) -> None:
    engine = Engine("dock")
    engine.begin(Options())
    with pytest.raises(ProtocolError):
        engine.receive(data)


@given(st.binary(max_size=60))
def test_no_bytes_of_a_broker_do_anything_worse(data: bytes) -> None:
    engine = connected()
    with suppress(ProtocolError):
        engine.receive(data)
    engine.end()
    engine.begin(Options())
    engine.receive(ACCEPTED)
    assert engine.accepted


def test_identifiers_run_out_and_that_is_error_10() -> None:
    engine = Engine("dock")
    mids = {engine.publish("a", b"", 1) for _ in range(65_535)}
    assert (len(mids), min(mids), max(mids)) == (65_535, 1, 65_535)
    assert engine.publish("a", b"", 1) == MqttCode.NO_MESSAGE_IDS
