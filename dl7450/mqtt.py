"""The dock's MQTT client (dock SDK, `mqtt`): MQTT 3.1.1, over TCP, TLS and WebSocket.

Nothing here blocks: what comes of a call, a callback is told, on the app thread when it is idle. paho-mqtt speaks the
protocol (`pip install 'dl7450[mqtt]'`).
"""

from collections.abc import Callable as _Callable
from collections.abc import Mapping as _Mapping

from ._dock import current as _current
from ._mqtt import arguments as _arguments
from ._mqtt.errors import MqttError
from ._mqtt.errors import describe as _describe

__all__ = ["QOS0", "QOS1", "QOS2", "ErrorDescription", "MqttClient", "MqttError"]

QOS0 = 0  # at most once
QOS1 = 1  # at least once
QOS2 = 2  # exactly once


def ErrorDescription(errno: int) -> str:  # noqa: N802  the dock's name
    """What an error is called in words.

    Parameters:
        errno: of an `MqttError`, what `connect`'s callback is told, or what `subscribe` returned.
    """
    return _describe(errno)


class MqttClient:
    """A client of one broker. It lives as long as the app: there is no way to disconnect it."""

    def __init__(self, broker_url: str, client_id: str) -> None:
        """
        Parameters:
            broker_url: `scheme://host[:port]`; `tcp` or `mqtt` (1883), `ssl` or `mqtts` (8883), `ws` (80), `wss` (443).
            client_id: what the broker knows the client by.

        Raises:
            TypeError: one of them is not a str, or the identifier is empty.
            MqttError: -14, for another scheme or a URL without a host.
            ImportError: paho-mqtt is not installed; the message says how to.
        """
        broker = _arguments.check_broker(broker_url)
        client_id = _arguments.check_client_id(client_id)
        self._dock = _current.current_dock()
        self._client = self._dock.call_sync(self._dock.mqtt.add, broker, client_id)

    def connect(
        self,
        on_connect: _Callable[[int, dict[str, object]], object],
        options: _Mapping[str, object] = {},
    ) -> None:
        """Connect, and connect again whenever the connection is lost.

        Parameters:
            on_connect: called with a code and a dict that is not used: 0 whenever the broker has taken a connection,
                -1 whenever one could not be made or was lost, after which it is tried again (after 1, 2, 4, 8, 16, 32
                seconds, then every 60), and 1 to 5 when the broker refuses, which is final.
            options: all may be missing or None: `keep_alive` (seconds), `username`, `password`, `will_topic`,
                `will_qos`, `will_message`, `trust_store` (PEM or DER; otherwise the system's), `private_key` and
                `key_store` (PEM).

        Raises:
            TypeError: the callback cannot be called; an option is unknown, of another type, or needs another one.
        """
        callback = _arguments.check_callback(on_connect, "rc, flags")
        checked = _arguments.check_options(options)
        self._dock.call_sync(self._dock.mqtt.connect, self._client, callback, checked)

    def publish(self, topic: str, message: str | bytes | bytearray, qos: int) -> int:
        """Publish a message; while there is no connection it is kept and sent after the next connect.

        Returns:
            The message's identifier, or a negative code: -10 when 65,535 messages wait.

        Raises:
            TypeError: the topic is empty or has a wildcard, the message has another type, or there is no such `qos`.
            MqttError: -5, for a text that cannot be written as UTF-8.
        """
        topic = _arguments.check_topic(topic)
        data = _arguments.check_message(message)
        qos = _arguments.check_qos(qos)
        return int(self._dock.call_sync(self._client.session.publish, topic, data, qos))

    def subscribe(self, topics: tuple[str, int] | list[tuple[str, int]]) -> int:
        """Ask for messages.

        Parameters:
            topics: a topic and a quality of service, or a list of such pairs. `+` in a topic stands for one level, `#`
                at its end for all that follow.

        Returns:
            The identifier of the request, which the callback of `on_subscribe` is told, or a negative code: -3 while
            there is no connection (what the dock does then is not documented).

        Raises:
            TypeError: it is something else than pairs, or a wildcard is in a wrong place.
        """
        return int(self._dock.call_sync(self._client.session.subscribe, _arguments.check_subscriptions(topics)))

    def on_subscribe(self, callback: _Callable[[int, list[int]], object]) -> None:
        """Have a callback told what a subscription was granted: its identifier, and a list with a quality of service
        for each topic, 128 where the broker refused."""
        self._client.session.on_subscribe = _arguments.check_callback(callback, "mid, granted_qos")

    def on_message(self, callback: _Callable[[str, bytearray], object]) -> None:
        """Have a callback told each message: its topic, and what was published. One that comes before is lost."""
        self._client.session.on_message = _arguments.check_callback(callback, "topic, message")
