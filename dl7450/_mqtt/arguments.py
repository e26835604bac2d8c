"""What an app passes to its MQTT client, checked (pure): misuse raises here, before anything is sent.

A message that is raised never quotes a text of the app: it may be a password, or what was to be published.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sized
from inspect import iscoroutinefunction
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from ..http._url import redact_malformed
from .errors import MqttCode, MqttError

TOPIC_MAX = 65_535  # bytes: its length is sent in two
MESSAGE_MAX = 268_435_455 - TOPIC_MAX - 4  # bytes: the longest packet of MQTT less what stands before the message


class Broker(NamedTuple):
    """Where a broker is, and how it is spoken to."""

    host: str
    port: int
    tls: bool
    websocket: bool


class Will(NamedTuple):
    """What the broker is to publish when it loses the client."""

    topic: str
    message: bytes
    qos: int


class Options(NamedTuple):
    """How to connect.

    Attributes:
        keep_alive: seconds after which a silent client sends a sign of life; 0: never.
        username, password: for the broker, or None.
        will: None for none.
        trust_store: certificates of the broker's chain, PEM; None: the system's.
        key_store, private_key: the client's own certificates and key, PEM, or None.
    """

    keep_alive: int = 0
    username: str | None = None
    password: bytes | None = None
    will: Will | None = None
    trust_store: str | None = None
    key_store: str | None = None
    private_key: str | None = None


_SCHEMES = {  # the port that counts where the URL has none, whether TLS is spoken, whether WebSocket is
    "tcp": (1883, False, False),
    "mqtt": (1883, False, False),
    "ssl": (8883, True, False),
    "mqtts": (8883, True, False),
    "ws": (80, False, True),
    "wss": (443, True, True),
}


def check_broker(url: str) -> Broker:
    """The broker that a URL `scheme://host[:port]` names.

    Raises:
        TypeError: the URL is not a str.
        MqttError: its scheme is another one, or it has no host, or its port is not a number from 1 to 65535, or there
            is a blank or a control character in it.
    """
    if not isinstance(url, str):
        raise TypeError(f"broker_url must be a str, such as 'tcp://broker.example:1883', not {type(url).__name__}")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    is_one_word = url.isprintable() and " " not in url
    if not is_one_word or "://" not in url or not host or port == 0 or parts.scheme not in _SCHEMES:
        fix = f"write scheme://host:port, with a scheme of {', '.join(_SCHEMES)}"
        raise MqttError(MqttCode.BAD_SCHEME, f"{redact_malformed(url)!r} is not a broker: {fix}")
    default_port, tls, websocket = _SCHEMES[parts.scheme]
    return Broker(host, default_port if port is None else port, tls, websocket)


def check_client_id(client_id: object) -> str:
    """The identifier of a client.

    Raises:
        TypeError: it is not a str, or too long, or empty: a session that is kept needs a name (MQTT 3.1.1, section
            3.1.3.1).
    """
    return _text(client_id, "client_id")


def check_options(options: Mapping[str, object] | None) -> Options:
    """The options of `connect`. One that is None counts as missing.

    Raises:
        TypeError: an option is unknown, has a value of another type, or needs another one that is missing.
    """
    if options is None:
        return Options()
    if not isinstance(options, Mapping):
        raise TypeError(f"options must be a dict, not {type(options).__name__}")
    given = {name: value for name, value in options.items() if value is not None}
    unknown = [str(name) for name in given if name not in _OPTION_TYPES]
    if unknown:
        raise TypeError(f"connect() has no option {', '.join(unknown)}: it has {', '.join(_OPTION_TYPES)}")
    for name, value in given.items():
        types = _OPTION_TYPES[name]
        if not isinstance(value, types) or isinstance(value, bool):
            names = " or ".join(kind.__name__ for kind in types)
            raise TypeError(f"the option {name} must be {names}, not {type(value).__name__}")
    for name, needed in (("password", "username"), ("private_key", "key_store"), ("key_store", "private_key")):
        if name in given and needed not in given:
            raise TypeError(f"the option {name} needs the option {needed}")
    keep_alive = cast(int, given.get("keep_alive", 0))
    if not 0 <= keep_alive <= 65_535:
        raise TypeError(f"the option keep_alive must be 0 to 65535 seconds, not {keep_alive}")
    for name in ("username", "password", "will_topic", "will_message"):
        if name in given and len(_bytes(given[name], name)) > TOPIC_MAX:
            raise TypeError(f"the option {name} must have {TOPIC_MAX} bytes at most")
    return Options(
        keep_alive,
        cast("str | None", given.get("username")),
        _bytes(given["password"], "password") if "password" in given else None,
        _will(given),
        _pem(given.get("trust_store"), "trust_store"),
        _pem(given.get("key_store"), "key_store"),
        _pem(given.get("private_key"), "private_key"),
    )


_OPTION_TYPES: dict[str, tuple[type, ...]] = {
    "keep_alive": (int,),
    "username": (str,),
    "password": (str, bytes, bytearray),
    "will_topic": (str,),
    "will_qos": (int,),
    "will_message": (str, bytes, bytearray),
    "trust_store": (str, bytes, bytearray),
    "private_key": (str, bytes, bytearray),
    "key_store": (str, bytes, bytearray),
}


def _will(given: Mapping[str, object]) -> Will | None:
    if "will_topic" not in given:
        return None
    topic = check_topic(given["will_topic"], "the option will_topic")
    qos = check_qos(given.get("will_qos", 0), "the option will_qos")
    return Will(topic, _bytes(given.get("will_message", b""), "will_message"), qos)


def check_topic(topic: object, name: str = "topic") -> str:
    """A topic to publish to.

    Raises:
        TypeError: it is not a str, is empty, or has a wildcard, which only subscriptions may have.
    """
    text = _text(topic, name)
    if (found := re.search("[+#\0]", text)) is not None:
        raise TypeError(f"{name} must not contain +, # or NUL: it has {found[0]!r} at position {found.start()}")
    return text


def check_qos(qos: object, name: str = "qos") -> int:
    """A quality of service.

    Raises:
        TypeError: it is not 0, 1 or 2.
    """
    if not isinstance(qos, int) or isinstance(qos, bool) or qos not in (0, 1, 2):
        raise TypeError(f"{name} must be QOS0, QOS1 or QOS2, not {_shown(qos)}")
    return qos


def check_message(message: object) -> bytes:
    """What is published.

    Raises:
        TypeError: it is not str, bytes or bytearray, or too long for MQTT.
    """
    if not isinstance(message, str | bytes | bytearray):
        raise TypeError(f"message must be str, bytes or bytearray, not {type(message).__name__}")
    data = _bytes(message, "message")
    if len(data) > MESSAGE_MAX:
        raise TypeError(f"message must have {MESSAGE_MAX} bytes at most, not {len(data)}")
    return data


def check_subscriptions(subscriptions: object) -> list[tuple[str, int]]:
    """What `subscribe` takes: a pair of topic and quality of service, or a list of pairs.

    Raises:
        TypeError: it is something else, or a topic's wildcards are not as MQTT has them (section 4.7.1).
    """
    pairs = [subscriptions] if isinstance(subscriptions, tuple) else subscriptions
    if not isinstance(pairs, list) or not pairs:
        raise TypeError(f"subscribe() takes a pair (topic, qos) or a list of pairs, not {_shown(subscriptions)}")
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"subscribe() takes pairs (topic, qos), not {_shown(pair)}")
        topic, qos = pair
        if not _is_filter(_text(topic, "a topic")):
            raise TypeError(
                "in a topic to subscribe to, + stands for a whole level and # for the rest; NUL cannot be in it"
            )
        check_qos(qos)
    return pairs


def check_callback(callback: Callable[..., object], parameters: str) -> Callable[..., object]:
    """A callback of an app.

    Parameters:
        parameters: what it is called with, such as `rc, flags`.

    Raises:
        TypeError: it cannot be called, or is async.
    """
    if not callable(callback):
        raise TypeError(f"the callback must be a function of {parameters}, not {type(callback).__name__}")
    if iscoroutinefunction(callback):
        raise TypeError("the callback must be a plain function, not an async one: nobody would await it")
    return callback


def _is_filter(topic: str) -> bool:
    levels = topic.split("/")
    whole = all(level in {"+", "#"} or not {"+", "#"} & set(level) for level in levels)
    return whole and "#" not in levels[:-1] and "\0" not in topic


def _text(value: object, name: str) -> str:
    """A text as MQTT sends it: with its length in two bytes."""
    if not isinstance(value, str) or not value:
        raise TypeError(f"{name} must be a str that is not empty, not {_shown(value)}")
    if len(_utf8(value, name)) > TOPIC_MAX:
        raise TypeError(f"{name} must have {TOPIC_MAX} bytes at most")
    return value


def _shown(value: object) -> str:
    """What a message says of a value: a number itself, of anything else what it is."""
    if value is None or isinstance(value, int | float):
        return str(value)
    return f"{type(value).__name__} of length {len(value)}" if isinstance(value, Sized) else type(value).__name__


def _bytes(value: object, name: str) -> bytes:
    return _utf8(value, name) if isinstance(value, str) else bytes(cast("bytes | bytearray", value))


def _utf8(text: str, name: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        where = f"a lone surrogate at position {error.start} of {len(text)}"
        raise MqttError(MqttCode.BAD_UTF8, f"{name} is not valid UTF-8: it has {where}") from None


def _pem(value: object, name: str) -> str | None:
    """Certificates or a key as PEM; DER is turned into it."""
    if value is None:
        return None
    if isinstance(value, str):
        _utf8(value, name)
        return value
    data = bytes(cast("bytes | bytearray", value))
    if b"-----BEGIN " in data:
        return data.decode("latin-1")
    import ssl  # light as the rest is, an app that has no certificates does not pay for this

    return ssl.DER_cert_to_PEM_cert(data)
