"""The numbers of MQTT errors, those of Eclipse Paho's C library and of MQTT 3.1.1 (pure)."""

from __future__ import annotations

from enum import IntEnum


class MqttCode(IntEnum):
    """What an error of the dock's MQTT client is called by number (dock SDK, `mqtt`)."""

    SUCCESS = 0
    REFUSED_PROTOCOL = 1
    REFUSED_IDENTIFIER = 2
    REFUSED_UNAVAILABLE = 3
    REFUSED_LOGIN = 4
    REFUSED_NOT_AUTHORIZED = 5
    FAILURE = -1
    PERSISTENCE = -2
    DISCONNECTED = -3
    TOO_MANY_IN_FLIGHT = -4
    BAD_UTF8 = -5
    NONE = -6
    BAD_QOS = -9
    NO_MESSAGE_IDS = -10
    BAD_SCHEME = -14


DESCRIPTIONS = {
    MqttCode.SUCCESS: "success",
    MqttCode.REFUSED_PROTOCOL: "the broker refused the version of the protocol",
    MqttCode.REFUSED_IDENTIFIER: "the broker refused the client identifier",
    MqttCode.REFUSED_UNAVAILABLE: "the broker is unavailable",
    MqttCode.REFUSED_LOGIN: "the broker refused the user name or the password",
    MqttCode.REFUSED_NOT_AUTHORIZED: "the client is not authorized",
    MqttCode.FAILURE: "the connection could not be made, or was lost",
    MqttCode.PERSISTENCE: "a message could not be stored",
    MqttCode.DISCONNECTED: "the client is not connected",
    MqttCode.TOO_MANY_IN_FLIGHT: "too many messages are in flight",
    MqttCode.BAD_UTF8: "a text is not valid UTF-8",
    MqttCode.NONE: "a parameter is None",
    MqttCode.BAD_QOS: "the quality of service is not 0, 1 or 2",
    MqttCode.NO_MESSAGE_IDS: "no message identifier is free",
    MqttCode.BAD_SCHEME: "the broker's URL is not tcp, mqtt, ssl, mqtts, ws or wss",
}


def describe(errno: int) -> str:
    """What a number means, in words; for an unknown one, that it is unknown."""
    return DESCRIPTIONS[MqttCode(errno)] if errno in DESCRIPTIONS else f"unknown error {errno}"


class MqttError(Exception):
    """An error of the dock's MQTT client (dock SDK, `mqtt.MqttError`): `args` is its number and a text."""

    def __init__(self, errno: int, message: str | None = None) -> None:
        super().__init__(int(errno), message or describe(errno))

    @property
    def errno(self) -> int:
        """Its number."""
        return int(self.args[0])
