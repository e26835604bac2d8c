"""An app that is told things by MQTT: what it shows, what it says of itself, and what it does without a broker."""

import json

from dl7450.testing import MqttMessage, TestDock

APP = "../room_sign.py"
BOOKING = json.dumps({"title": "Quarterly numbers", "until": "15:30"})


def test_shows_the_booking_of_its_room_and_no_other(dock: TestDock) -> None:
    dock.mqtt.publish("rooms/4.12", BOOKING, retain=True)
    dock.run_app(APP)
    dock.mqtt.publish("rooms/4.13", b"", retain=True)
    assert dock.texts == ["Room 4.12", "Quarterly numbers", "until 15:30"]
    dock.mqtt.publish("rooms/4.12", b"", retain=True)
    assert dock.texts == ["Room 4.12", "free"]


def test_says_that_it_is_online_and_its_will_that_it_is_not(dock: TestDock) -> None:
    dock.run_app(APP)
    dock.advance(5)
    dock.mqtt.drop()
    dock.advance(1)
    assert dock.mqtt.messages == [
        MqttMessage("rooms/4.12/sign", b"online", 1, at=0),
        MqttMessage("rooms/4.12/sign", b"offline", 1, at=5),
        MqttMessage("rooms/4.12/sign", b"online", 1, at=6),
    ]


def test_keeps_the_sign_and_says_so_while_there_is_no_broker(dock: TestDock) -> None:
    dock.mqtt.publish("rooms/4.12", BOOKING, retain=True)
    dock.run_app(APP)
    dock.set_online(False)
    dock.mqtt.drop()
    assert dock.texts[1:] == [
        "Quarterly numbers",
        "until 15:30",
        "not up to date: the connection could not be made, or was lost",
    ]
    dock.set_online(True)
    dock.advance(1)
    assert dock.texts[1:] == ["Quarterly numbers", "until 15:30"]
