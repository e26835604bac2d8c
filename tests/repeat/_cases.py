"""The apps that are run again and again, and the servers in memory that they ask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dl7450.testing import Answer
from dl7450.testing._request import Request
from dl7450.testing._routes import Route

TESTS = Path(__file__).parents[1]
EXAMPLES = TESTS.parent / "examples"
CONTENT = {"seconds": 0.75, "base_url": "http://content.example/", "pictures": [], "images": ["red", "green", "gone"]}


@dataclass(frozen=True)
class Case:
    """An app that has to repeat.

    Attributes:
        app: its file.
        seconds: of dock time that it runs for.
        values: of the dock's store.
        store: a file that describes the dock.
    """

    app: Path
    seconds: float = 10.0
    values: Mapping[str, str] = field(default_factory=dict)
    store: Path | None = None

    @property
    def name(self) -> str:
        """Its file, from the top."""
        return str(self.app.relative_to(TESTS.parent))


SERVER = "http://content.example"
CASES = [
    *(Case(app) for app in sorted(Path(__file__).parent.glob("apps/*.py"))),
    Case(EXAMPLES / "carousel.py", values={"server": SERVER}),
    Case(EXAMPLES / "carousel_async.py", values={"server": SERVER}),
    Case(EXAMPLES / "departures.py", seconds=90, store=EXAMPLES / "tests" / "departures.yaml"),
    Case(EXAMPLES / "door_sign.py"),
    Case(EXAMPLES / "framebuf_clock.py", seconds=120),
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
