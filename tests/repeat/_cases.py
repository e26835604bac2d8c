"""The apps that are run again and again, the servers in memory that they ask, and what they are told by others."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from dl7450.testing import Answer, MqttBroker, picture
from dl7450.testing._request import Request
from dl7450.testing._routes import Route

TESTS = Path(__file__).parents[1]
EXAMPLES = TESTS.parent / "examples"
CONTENT = {"seconds": 0.75, "base_url": "http://content.example/", "pictures": [], "images": ["red", "green", "gone"]}

Tell: TypeAlias = Callable[[MqttBroker, Callable[[bytes], object]], object]


def by_broker(broker: MqttBroker, send: Callable[[bytes], object]) -> None:
    """Several messages at one moment, then the connection is lost, with one that waits for the next."""
    for title in ("Stand-up", "Review"):
        broker.publish("rooms/4.12", json.dumps({"title": title, "until": "15:30"}), qos=1, retain=True)
    broker.drop()
    broker.publish("rooms/4.12", b"", qos=2)


def by_cloud(broker: MqttBroker, send: Callable[[bytes], object]) -> None:
    """Texts, a picture, and what is neither."""
    for message in (b"tTea", b"i" + picture("navy").data, b"tCake", b"ino picture"):
        send(message)


def by_both(broker: MqttBroker, send: Callable[[bytes], object]) -> None:
    """Both at one moment."""
    by_cloud(broker, send)
    by_broker(broker, send)


@dataclass(frozen=True)
class Case:
    """An app that has to repeat.

    Attributes:
        app: its file.
        seconds: of dock time that it runs for.
        values: of the dock's store.
        store: a file that describes the dock.
        tell: what happens after each quarter of that time: with the MQTT broker, and a function that sends a message of
            the vendor's cloud.
    """

    app: Path
    seconds: float = 10.0
    values: Mapping[str, str] = field(default_factory=dict)
    store: Path | None = None
    tell: Tell = lambda broker, send: None

    @property
    def name(self) -> str:
        """Its file, from the top."""
        return str(self.app.relative_to(TESTS.parent))


SERVER = "http://content.example"
CASES = [
    *(Case(app, tell=by_both) for app in sorted(Path(__file__).parent.glob("apps/*.py"))),
    Case(EXAMPLES / "carousel.py", values={"server": SERVER}),
    Case(EXAMPLES / "carousel_async.py", values={"server": SERVER}),
    Case(EXAMPLES / "departures.py", seconds=90, store=EXAMPLES / "tests" / "departures.yaml"),
    Case(EXAMPLES / "door_sign.py"),
    Case(EXAMPLES / "framebuf_clock.py", seconds=120),
    Case(EXAMPLES / "messages.py", tell=by_cloud),
    Case(EXAMPLES / "room_sign.py", tell=by_broker),
    Case(EXAMPLES / "speed.py", seconds=3620),
    Case(EXAMPLES / "thermometer.py", store=EXAMPLES / "tests" / "thermometer.yaml"),
    *(
        Case(app, values={"content_url": SERVER, "timezone": "CET"}, seconds=20)
        for app in sorted(TESTS.glob("apps/*.py"))
    ),
]


def serve(route: Callable[[str], Route]) -> None:
    """Have servers answer whatever the apps ask, some of it at the very same moment."""
    pictures = [f"{SERVER}/{colour}" for colour in ("red", "green", "gone", "blue", "slow")]
    route(f"{SERVER}/content.json").respond(json={**CONTENT, "pictures": pictures})
    for colour in ("red", "green", "blue"):
        route(f"{SERVER}/{colour}").respond(picture=colour, delay=0.25)
    route(f"{SERVER}/slow").respond(delay=1.5, picture="gray")
    route(f"{SERVER}/gone").respond(404)
    route(f"{SERVER}/room").respond(json={"lines": ["a room"]}, delay=1)
    route("http://transport.example/*").respond_with(_departures)
    route("http://*.example/now").respond()
    route("http://*.example/second").respond(delay=1)
    route("http://*.example/hang").respond(fault="hang")
    route("http://*.example/refused").respond(fault="refuse", delay=1)
    route("http://*.example/reset").respond(fault="reset", delay=1)


def _departures(request: Request) -> Answer:
    minutes = int(request.at) % 7
    return Answer(json=[{"line": "12", "to": "Airport", "minutes": minutes}], delay=0.5)
