"""A dock app: the sign of a meeting room, told by MQTT.

    dl7450 run examples/room_sign.py --set broker=tcp://localhost --set room=4.12

Whoever plans the rooms publishes a booking as a retained message at `rooms/4.12`, in JSON: title, and until when. An
empty message says that the room is free. The app says at `rooms/4.12/sign` whether it is online: when it is lost, the
broker publishes its will. examples/tests/test_room_sign.py tests this.
"""

import json

import mqtt
import splashscreen
from datastore import KvStore

store = KvStore()
room = store.get("room") or "4.12"
sign = f"rooms/{room}/sign"
screen = splashscreen.Splashscreen()


def show(text, y, color="white"):
    if text:
        text = f'<span color="{color}">{text}</span>'
    screen.add_text_box(text, {"x": 960, "y": y, "alignment": splashscreen.Alignment.MIDDLE})


def on_connect(rc, flags):
    if rc == 0:
        show("", 960)
        client.subscribe((f"rooms/{room}", mqtt.QOS1))
        client.publish(sign, "online", mqtt.QOS1)
    else:
        show(f"not up to date: {mqtt.ErrorDescription(rc)}", 960, "orange")


def on_message(topic, message):
    if not message:
        show("free", 520, "lightgreen")
        show("", 620)
        return
    booking = json.loads(message)
    show(booking["title"], 520)
    show(f"until {booking['until']}", 620)


show(f"<b>Room {room}</b>", 300)
client = mqtt.MqttClient(store.get("broker") or "tcp://localhost", f"sign-{room}")
client.on_message(on_message)
client.connect(on_connect, {"keep_alive": 60, "will_topic": sign, "will_message": "offline", "will_qos": mqtt.QOS1})
