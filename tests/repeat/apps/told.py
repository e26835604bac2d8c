"""Two MQTT clients, two measurements, messages of the vendor's cloud and timers, all at the same moments."""

from iperf import IperfClient
from mqtt import QOS1, QOS2, MqttClient
from splashscreen import Splashscreen
from vision_client import VisionClient
from wakeup import wakeup

screen = Splashscreen()
lines = []
clients = []


def note(*words):
    lines.append(" ".join(map(str, words)))
    print(lines[-1])
    screen.add_text_box(lines[-12:], {"x": 100, "y": 100})


def connect(name, qos):
    def on_connect(code, flags):
        note(name, "connected", code)
        if code == 0:
            client.subscribe([("rooms/+", qos), ("lines/#", qos)])

    def on_message(topic, message):
        note(name, topic, len(message))
        if topic.startswith("rooms/"):
            client.publish(f"lines/{name}", str(len(lines)), qos)

    client = MqttClient("tcp://broker.example", name)
    client.on_message(on_message)
    client.on_subscribe(lambda mid, granted: note(name, "subscribed", mid, granted))
    will = {"will_topic": f"lines/{name}", "will_message": "lost", "will_qos": qos}
    client.connect(on_connect, dict(will, keep_alive=2))
    clients.append(client)


def tick():
    note("tick")
    for client in clients:
        client.publish("lines/tick", str(len(lines)), QOS2)


connect("one", QOS1)
connect("two", QOS2)
messages = VisionClient()
messages.on_message(lambda message: note("cloud", len(message)))
for name in ("first", "second"):
    IperfClient(name, 5201).run(lambda result, name=name: note(name, "measured", len(result["intervals"])))
timer = wakeup(tick, 500, 500)
