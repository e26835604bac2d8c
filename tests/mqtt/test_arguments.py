"""What an app passes to its MQTT client."""

import ssl
from collections.abc import Callable

import pytest
import trustme

from dl7450._mqtt.arguments import (
    Broker,
    Options,
    Will,
    check_broker,
    check_callback,
    check_client_id,
    check_message,
    check_options,
    check_qos,
    check_subscriptions,
    check_topic,
)
from dl7450._mqtt.errors import MqttError, describe


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("tcp://broker.example", Broker("broker.example", 1883, False, False)),
        ("mqtt://broker.example:1884", Broker("broker.example", 1884, False, False)),
        ("ssl://broker.example", Broker("broker.example", 8883, True, False)),
        ("mqtts://[::1]:1", Broker("::1", 1, True, False)),
        ("ws://broker.example", Broker("broker.example", 80, False, True)),
        ("wss://broker.example:65535", Broker("broker.example", 65535, True, True)),
    ],
)
def test_a_broker_is_a_scheme_a_host_and_maybe_a_port(url: str, broker: Broker) -> None:
    assert check_broker(url) == broker


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a",
        "http://a",
        "tcp://",
        "tcp://:1883",
        "tcp://a:0",
        "tcp://a:65536",
        "tcp:a",
        "tcp://a b",
        "tcp://a\n",
        "tcp://\ud800",
    ],
)
def test_another_scheme_or_no_host_is_error_14(url: str) -> None:
    with pytest.raises(MqttError, match=r"write scheme://host:port, with a scheme of tcp, mqtt, ssl") as caught:
        check_broker(url)
    assert (caught.value.errno, caught.value.args[0]) == (-14, -14)


@pytest.mark.parametrize("client_id", ["", None, 7, b"dock"])
def test_a_client_has_an_identifier(client_id: object) -> None:
    with pytest.raises(TypeError, match=r"^client_id must be a str that is not empty"):
        check_client_id(client_id)


def test_options_may_be_missing_or_none() -> None:
    assert check_options({}) == check_options(None) == check_options({"keep_alive": None}) == Options()


def test_options_are_taken_as_str_or_bytes() -> None:
    certificate = trustme.CA().cert_pem.bytes()
    options = check_options(
        {
            "keep_alive": 30,
            "username": "dock",
            "password": "pässword",
            "will_topic": "docks/1",
            "will_qos": 1,
            "will_message": bytearray(b"gone"),
            "trust_store": ssl.PEM_cert_to_DER_cert(certificate.decode()),
            "key_store": certificate,
            "private_key": "key",
        }
    )
    assert options == Options(
        30,
        "dock",
        "pässword".encode(),
        Will("docks/1", b"gone", 1),
        ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(certificate.decode())),
        certificate.decode(),
        "key",
    )


def test_without_a_topic_there_is_no_will() -> None:
    assert check_options({"will_message": "gone", "will_qos": 2}) == Options()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "options must be a dict, not list"),
        ({"keepalive": 3}, "connect() has no option keepalive: it has keep_alive, username"),
        ({"keep_alive": "3"}, "the option keep_alive must be int, not str"),
        ({"keep_alive": True}, "the option keep_alive must be int, not bool"),
        ({"keep_alive": 65_536}, "the option keep_alive must be 0 to 65535 seconds, not 65536"),
        ({"password": "x"}, "the option password needs the option username"),
        ({"key_store": "x"}, "the option key_store needs the option private_key"),
        ({"private_key": "x"}, "the option private_key needs the option key_store"),
        ({"username": "x" * 65_536}, "the option username must have 65535 bytes at most"),
        ({"will_topic": "a/#"}, "the option will_topic must not contain +, # or NUL: it has '#' at position 2"),
        ({"will_topic": "a", "will_qos": 3}, "the option will_qos must be QOS0, QOS1 or QOS2, not 3"),
    ],
)
def test_a_wrong_option_is_a_type_error_that_names_it(options: dict[str, object], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        check_options(options)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("topic", ["", None, b"a", "a/+", "#", "a\0", "x" * 65_536])
def test_a_topic_to_publish_to_has_no_wildcards(topic: object) -> None:
    with pytest.raises(TypeError, match=r"^topic must "):
        check_topic(topic)


def test_a_text_that_is_not_utf8_is_error_5() -> None:
    with pytest.raises(MqttError) as caught:
        check_topic("a\ud800")
    assert caught.value.errno == -5


@pytest.mark.parametrize("qos", [-1, 3, True, "1", None, 1.0])
def test_there_are_three_qualities_of_service(qos: object) -> None:
    with pytest.raises(TypeError, match=r"^qos must be QOS0, QOS1 or QOS2"):
        check_qos(qos)


def test_a_message_is_text_or_bytes_and_may_be_empty() -> None:
    assert [check_message(value) for value in ("é", b"a", bytearray(b"b"), "")] == ["é".encode(), b"a", b"b", b""]
    with pytest.raises(TypeError, match=r"^message must be str, bytes or bytearray, not int$"):
        check_message(3)


def test_subscriptions_are_a_pair_or_a_list_of_pairs() -> None:
    assert check_subscriptions(("a/+/b/#", 1)) == [("a/+/b/#", 1)]
    assert check_subscriptions([("#", 0), ("+", 2)]) == [("#", 0), ("+", 2)]


@pytest.mark.parametrize(
    "subscriptions",
    ["a", [], ["a"], [("a",)], ("a", 3), ("a#", 0), ("#/a", 0), ("a+/b", 0), ("", 0), (None, 0), ("\0", 0)],
)
def test_anything_else_to_subscribe_to_is_a_type_error(subscriptions: object) -> None:
    with pytest.raises(TypeError, match=r"subscribe|topic|qos"):
        check_subscriptions(subscriptions)


async def _wait(code: int, flags: dict[str, object]) -> None: ...


@pytest.mark.parametrize(
    ("callback", "message"),
    [
        (None, "the callback must be a function of rc, flags, not NoneType"),
        (_wait, "the callback must be a plain function"),
    ],
)
def test_a_callback_is_a_plain_function(callback: object, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        check_callback(callback, "rc, flags")  # type: ignore[arg-type]  # that is the test
    assert str(caught.value).startswith(message)


SECRET = "x3Kd9"


@pytest.mark.parametrize(
    ("check", "argument"),
    [
        (check_broker, f"mqqt://dock:{SECRET}@broker.example"),
        (check_broker, f"ssl://dock:{SECRET}@broker.example:99999"),
        (check_broker, f"dock:{SECRET}@broker.example"),
        (check_client_id, SECRET.encode()),
        (check_client_id, SECRET * 20_000),
        (check_options, {"username": "dock", "password": f"{SECRET}\ud800"}),
        (check_options, {"key_store": "x", "private_key": f"{SECRET}\ud800"}),
        (check_topic, SECRET.encode()),
        (check_topic, f"{SECRET}#"),
        (check_topic, f"{SECRET}\ud800"),
        (check_qos, SECRET),
        (check_subscriptions, SECRET),
        (check_subscriptions, [(SECRET, 0, 1)]),
        (check_subscriptions, [(SECRET.encode(), 0)]),
        (check_subscriptions, [("a", SECRET)]),
        (check_subscriptions, [(f"{SECRET}+", 0)]),
    ],
)
def test_no_message_quotes_what_may_be_a_secret(check: Callable[[object], object], argument: object) -> None:
    with pytest.raises((TypeError, MqttError)) as caught:
        check(argument)
    assert SECRET not in str(caught.value)


def test_every_number_has_a_text() -> None:
    assert [describe(number) for number in (0, 5, -1, -14, 77)] == [
        "success",
        "the client is not authorized",
        "the connection could not be made, or was lost",
        "the broker's URL is not tcp, mqtt, ssl, mqtts, ws or wss",
        "unknown error 77",
    ]
