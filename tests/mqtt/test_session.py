"""An app's MQTT client, on virtual time, with the broker of the pytest plugin."""

from collections.abc import Callable
from typing import Any

import pytest
import trio
from trio.testing import memory_stream_pair, wait_all_tasks_blocked

from dl7450 import mqtt, time, wakeup
from dl7450._mqtt.arguments import Broker, Options
from dl7450._mqtt.session import CONNECT_TIMEOUT, WAITING_MAX, CallApp, Session, retry_delay
from dl7450._mqtt.tracing import MqttTracing
from dl7450._mqtt.websocket import AT_ONCE
from dl7450._trio.turns import Turns
from dl7450.http._network import Address, Connection
from dl7450.testing import MqttMessage, TestDock

URL = "tcp://broker.example"


class App:
    """An app with one client; what it is told is its record, with the seconds since it began."""

    def __init__(self, dock: TestDock, url: str = URL, **options: object) -> None:
        self.record: list[object] = []
        self._dock = dock
        self._url = url
        self._options = options
        dock.run_app(self._module)

    def do(self, function: Callable[[], object]) -> object:
        """Have code of the app run."""
        results: list[object] = []
        driver, timers = self._dock._driver, self._dock._driver.dock.timers  # another app would stop this one
        driver.call(timers.start, lambda: results.append(function()), 0, 0)
        self._dock.advance(0)
        return results[0]

    def _module(self) -> None:
        self.client = mqtt.MqttClient(self._url, "dock")
        self.client.on_message(lambda topic, message: self._note(topic, message))
        self.client.on_subscribe(lambda mid, granted: self._note("granted", granted))
        self.client.connect(lambda rc, flags: self._note(rc, flags), self._options)

    def _note(self, *told: object) -> None:
        self.record.append((self._dock.elapsed, *told))


def test_seconds_between_tries_double_until_they_are_a_minute() -> None:
    assert [retry_delay(failures) for failures in range(1, 10)] == [1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize("url", ["tcp://broker.example", "ssl://broker.example", "ws://b.example", "wss://b.example"])
def test_what_is_published_comes_to_who_subscribed(dock: TestDock, url: str) -> None:
    app = App(dock, url)
    app.do(lambda: app.client.subscribe([("a/+", mqtt.QOS2), ("b", mqtt.QOS0)]))
    dock.advance(1)
    dock.mqtt.publish("a/x", "über", qos=2)
    dock.mqtt.publish("b", b"", qos=1)
    dock.mqtt.publish("c", b"nobody")
    assert app.record == [
        (0, 0, {}),
        (0, "granted", [2, 0]),
        (1, "a/x", bytearray("über".encode())),
        (1, "b", bytearray()),
    ]
    assert dock.mqtt.subscriptions == {"a/+": 2, "b": 0}


def test_the_broker_sees_what_the_app_publishes(dock: TestDock) -> None:
    app = App(dock)
    dock.advance(2)
    for qos in (mqtt.QOS0, mqtt.QOS1, mqtt.QOS2):
        app.do(lambda qos=qos: app.client.publish("a", bytearray(b"x"), qos))  # type: ignore[misc]
    assert dock.mqtt.messages == [MqttMessage("a", b"x", qos, at=2) for qos in (0, 1, 2)]


def test_a_lost_connection_is_told_and_made_again(dock: TestDock) -> None:
    app = App(dock)
    dock.advance(10)
    dock.mqtt.drop()
    dock.advance(10)
    assert app.record == [(0, 0, {}), (10, -1, {}), (11, 0, {})]


def test_each_try_that_fails_is_told_and_a_success_starts_over(dock: TestDock) -> None:
    dock.set_online(False)
    app = App(dock)
    dock.advance(200)
    dock.set_online(True)
    dock.advance(50)
    dock.mqtt.drop()
    dock.advance(1)
    tries: list[object] = [(at, -1, {}) for at in (0, 1, 3, 7, 15, 31, 63, 123, 183)]
    assert app.record == [*tries, (243, 0, {}), (250, -1, {}), (251, 0, {})]


@pytest.mark.parametrize("code", range(1, 6))
def test_a_refusal_is_final(dock: TestDock, code: int) -> None:
    dock.mqtt.refuse(code)
    app = App(dock)
    dock.mqtt.accept()
    dock.advance(hours=1)
    assert (app.record, dock.mqtt.connected) == ([(0, code, {})], [])


def test_a_broker_that_does_not_answer_is_given_up_after_half_a_minute(dock: TestDock) -> None:
    dock.mqtt.stall()
    app = App(dock)
    dock.advance(CONNECT_TIMEOUT)
    dock.mqtt.accept()
    dock.advance(1)
    assert app.record == [(30, -1, {}), (31, 0, {})]


def test_a_silent_broker_is_noticed_by_its_silence(dock: TestDock) -> None:
    app = App(dock, keep_alive=10)
    dock.advance(60)
    dock.mqtt.stall()
    dock.advance(19)
    assert app.record == [(0, 0, {})]
    dock.advance(1)
    assert app.record == [(0, 0, {}), (80, -1, {})]


def test_without_keep_alive_a_silent_broker_is_waited_for(dock: TestDock) -> None:
    app = App(dock)
    dock.mqtt.stall()
    dock.advance(hours=24)
    assert app.record == [(0, 0, {})]


def test_the_session_is_kept_while_the_client_is_away(dock: TestDock) -> None:
    app = App(dock)
    app.do(lambda: app.client.subscribe(("a", 1)))
    dock.mqtt.drop()
    dock.mqtt.publish("a", b"waited", qos=1)
    dock.mqtt.publish("a", b"lost", qos=0)
    app.do(lambda: app.client.publish("b", b"from offline", 0))
    dock.advance(1)
    assert app.record[2:] == [(0, -1, {}), (1, 0, {}), (1, "a", bytearray(b"waited"))]
    assert dock.mqtt.messages == [MqttMessage("b", b"from offline", 0, at=1)]


def test_a_retained_message_comes_to_who_subscribes_later(dock: TestDock) -> None:
    dock.mqtt.publish("a", b"kept", retain=True)
    dock.mqtt.publish("a/b", b"ended", retain=True)
    dock.mqtt.publish("a/b", b"", retain=True)
    app = App(dock)
    app.do(lambda: app.client.subscribe(("#", 0)))
    assert app.record[1:] == [(0, "granted", [0]), (0, "a", bytearray(b"kept"))]


def test_the_will_is_published_when_the_client_is_lost(dock: TestDock) -> None:
    App(dock, will_topic="gone", will_message="dock", will_qos=1)
    dock.advance(3)
    dock.mqtt.drop()
    assert dock.mqtt.messages == [MqttMessage("gone", b"dock", 1, at=3)]


def test_a_client_may_connect_again_with_other_options(dock: TestDock) -> None:
    app = App(dock)
    app.do(lambda: app.client.connect(lambda rc, flags: app.record.append("second"), {"keep_alive": 3}))
    dock.advance(100)
    assert (app.record, dock.mqtt.connected) == ([(0, 0, {}), "second"], ["dock"])


def test_a_message_before_there_is_a_callback_is_lost(dock: TestDock) -> None:
    record: list[object] = []

    def module() -> None:
        client = mqtt.MqttClient(URL, "dock")
        client.connect(lambda rc, flags: client.subscribe(("a", 0)))
        wakeup.wakeup(lambda: client.on_message(lambda *told: record.append(told)), 1000)

    dock.run_app(module)
    dock.mqtt.publish("a", b"1")
    dock.advance(1)
    dock.mqtt.publish("a", b"2")
    assert record == [("a", bytearray(b"2"))]


def test_what_it_did_is_in_the_spans(dock: TestDock) -> None:
    app = App(dock)
    app.do(lambda: app.client.subscribe(("a", 1)))
    app.do(lambda: app.client.publish("b", b"xyz", 1))
    dock.mqtt.publish("a", b"hello", qos=1)
    dock.mqtt.refuse(4)
    dock.mqtt.drop()
    dock.advance(1)
    assert (
        dock.span_tree("dl7450.event", "messaging.operation.type")
        == """\
dl7450.app
connect -> dl7450.app
  DNS lookup broker.example
  socket connect 198.18.0.0:1883
dl7450.callback dl7450.event=mqtt connect -> dl7450.app
dl7450.timer
dl7450.callback dl7450.event=mqtt subscribe -> dl7450.app
dl7450.timer
  publish b messaging.operation.type=send
process a messaging.operation.type=process
  dl7450.callback dl7450.event=mqtt message -> dl7450.app
dl7450.callback dl7450.event=mqtt connect -> dl7450.app
connect !REFUSED_LOGIN -> dl7450.app
  DNS lookup broker.example
  socket connect 198.18.0.0:1883
dl7450.callback dl7450.event=mqtt connect -> dl7450.app"""
    )
    publish = next(span for span in dock.spans if span.name == "publish b")
    assert publish.attributes == {
        "messaging.system": "mqtt",
        "messaging.client.id": "dock",
        "messaging.operation.name": "publish",
        "messaging.operation.type": "send",
        "messaging.destination.name": "b",
        "messaging.message.body.size": 3,
        "dl7450.mqtt.qos": 1,
        "server.address": "broker.example",
        "server.port": 1883,
    }


def test_what_was_not_handed_over_when_the_dock_stops_is_no_error(dock: TestDock) -> None:
    dock.mqtt.stall()
    app = App(dock)
    app.do(lambda: app.client.publish("a", b"", 1))
    dock.press_ctrl_c()
    left = {span.name: span.attributes.get("dl7450.cancelled") for span in dock.spans}
    assert left == {
        "dl7450.app": None,
        "connect": True,
        "DNS lookup broker.example": None,
        "socket connect 198.18.0.0:1883": None,
        "dl7450.timer": None,
        "publish a": True,
    }


def test_a_slow_app_gets_all_messages_in_order_and_keeps_its_connection(
    dock: TestDock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dl7450._mqtt.session.WAITING_MAX", 30)
    count = 200
    record: list[int] = []

    def module() -> None:
        client = mqtt.MqttClient(URL, "dock")
        client.on_message(process)
        client.connect(lambda rc, flags: record.append(rc) if rc else client.subscribe(("a", 0)), {"keep_alive": 10})

    def process(topic: str, message: bytearray) -> None:
        time.sleep(1)
        record.append(int(message))

    dock.run_app(module)
    for number in range(count):
        dock.mqtt.publish("a", str(number))
    dock.advance(count)
    assert record == list(range(count))


def session_on(stream: trio.abc.Stream, call_app: CallApp) -> Session:
    """A session whose broker is at the other end of a stream."""

    class OneBroker:
        async def resolve(self, host: str, port: int) -> list[Address]:
            return [Address("192.0.2.1", port)]

        async def connect(self, address: Address) -> Connection:
            return Connection(stream, lambda: False)

    where = Broker("broker.example", 1883, tls=False, websocket=False)
    return Session("dock", where, OneBroker(), MqttTracing(None, lambda: 0, where, "dock"), call_app, Turns())


async def test_no_more_is_read_than_an_app_may_be_late() -> None:
    message = b"\x30\x03\x00\x01a"
    told: list[Callable[[], None]] = []

    def call_app(*_: Any, **more: Any) -> None:
        told.append(more["done"])

    client, broker = memory_stream_pair()
    await broker.send_all(b"\x20\x02\x00\x00" + message * 3 * WAITING_MAX)
    session = session_on(client, call_app)
    session.on_message = lambda *_: None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(session._connect_once, Options())
        await wait_all_tasks_blocked()
        assert WAITING_MAX <= len(told) <= WAITING_MAX + AT_ONCE // len(message) + 1
        processed = 0
        while processed < len(told):
            told[processed]()
            processed += 1
            await wait_all_tasks_blocked()
            assert len(told) - processed <= WAITING_MAX + AT_ONCE // len(message)
        assert processed == 3 * WAITING_MAX
        nursery.cancel_scope.cancel("all has been told")


async def test_packets_that_come_at_once_are_read_in_many_turns() -> None:
    client, broker = memory_stream_pair()
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await trio.lowlevel.checkpoint()
            turns += 1

    pings = b"\xd0\x00" * 5000
    await broker.send_all(b"\x20\x02\x00\x00" + pings)
    await broker.send_eof()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(count)
        session = session_on(client, lambda *_, **__: None)
        assert await session._connect_once(Options()) == (True, -1)
        nursery.cancel_scope.cancel("the broker has ended the connection")
    assert turns >= len(pings) // AT_ONCE
