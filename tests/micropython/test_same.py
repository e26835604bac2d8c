"""Every example and every app of the tests, in MicroPython and in CPython: frames, spans and times are the same."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dl7450.testing import MakeDock, TestDock, picture
from tests import _micropython

pytestmark = [
    _micropython.needs_micropython,
    pytest.mark.dl7450(unused_routes="allow", store="../../examples/tests/thermometer.yaml"),
]

EXAMPLES = "../../examples"
APPS = "../apps"
PICTURE = Path("examples/tests/departures.png").read_bytes()
PICTURES = ["a.png", "b.png", "c.png"]


def carousel(dock: TestDock) -> None:
    urls = [f"http://127.0.0.1:8450/{name}" for name in PICTURES]
    dock.route("http://127.0.0.1:8450/content.json").respond(status=503).respond(
        json={"pictures": urls, "seconds": 0.5}
    )
    dock.route("http://127.0.0.1:8450/b.png").respond(status=404, delay=0.2)
    dock.route("http://127.0.0.1:8450/*.png").respond(body=PICTURE, delay=0.3)
    dock.run_app(f"{EXAMPLES}/carousel.py")
    dock.advance(8)


def carousel_async(dock: TestDock) -> None:
    urls = [f"http://127.0.0.1:8450/{name}" for name in PICTURES * 4]
    dock.route("http://127.0.0.1:8450/content.json").respond(json={"pictures": urls, "seconds": 0.5})
    dock.route("http://127.0.0.1:8450/b.png").respond(fault="reset")
    dock.route("http://127.0.0.1:8450/*.png").respond(body=PICTURE, delay=0.3)
    dock.run_app(f"{EXAMPLES}/carousel_async.py")
    dock.advance(3)


def departures(dock: TestDock) -> None:
    departure = {"line": "12", "to": "Harbour &amp; Docks", "minutes": 3}
    dock.route("*/stops/*").respond(json=[departure]).respond(fault="hang").respond(json=[])
    dock.run_app(f"{EXAMPLES}/departures.py")
    dock.advance(100)


def door_sign(dock: TestDock) -> None:
    dock.run_app(f"{EXAMPLES}/door_sign.py")
    for direction in ("DOWN", "CENTER", "UP", "UP"):
        dock.gpio.press(f"JOYSTICK_{direction}")


def framebuf_clock(dock: TestDock) -> None:
    dock.run_app(f"{EXAMPLES}/framebuf_clock.py")
    dock.advance(minutes=3)


def messages(dock: TestDock) -> None:
    dock.run_app(f"{EXAMPLES}/messages.py")
    for message in (b"tTea & <cake> at four", b"i" + picture("navy").data, b"", b"ino picture", b"tlast"):
        dock.vision.send(message)


def room_sign(dock: TestDock) -> None:
    dock.run_app(f"{EXAMPLES}/room_sign.py")
    dock.mqtt.publish("rooms/4.12", json.dumps({"title": "Übung", "until": "15:30"}))
    dock.mqtt.drop()
    dock.advance(5)
    dock.mqtt.publish("rooms/4.12", b"")


def speed(dock: TestDock) -> None:
    dock.run_app(f"{EXAMPLES}/speed.py")
    dock.advance(10)
    dock.set_online(False)
    dock.advance(hours=1)


def thermometer(dock: TestDock) -> None:
    dock.run_app(f"{EXAMPLES}/thermometer.py")
    dock.i2c.device(0x18).temperature = 30.5  # where both round to the same
    dock.advance(1)
    dock.i2c.unplug(0x18)
    dock.advance(1)


def own_carousel(dock: TestDock) -> None:
    content = {"base_url": "http://127.0.0.1:8000/", "images": PICTURES}
    dock.route("http://127.0.0.1:8000/content.json").respond(json=content)
    dock.route("http://127.0.0.1:8000/b.png").respond(status=404)
    dock.route("http://127.0.0.1:8000/*.png").respond(body=PICTURE, delay=0.3)
    dock.run_app(f"{APPS}/carousel.py")
    dock.advance(20)


def own_carousel_async(dock: TestDock) -> None:
    dock.route("*/content.json").respond(fault="refuse").respond(json={"images": PICTURES})
    dock.route("*/b.png").respond(fault="truncate")
    dock.route("*.png").respond(body=PICTURE, delay=0.3)
    dock.run_app(f"{APPS}/carousel_async.py")
    dock.advance(60)


def clock(dock: TestDock) -> None:
    dock.run_app(f"{APPS}/clock.py")
    dock.advance(125)


def dashboard(dock: TestDock) -> None:
    dock.route("*/room").respond(json={"lines": ["a < b"]}).respond(body=b"nonsense").respond(status=500)
    dock.run_app(f"{APPS}/dashboard.py")
    dock.set_online(False)
    dock.advance(100)


def welcome(dock: TestDock) -> None:
    dock.set_online(False)
    dock.run_app(f"{APPS}/welcome.py")
    dock.advance(2)
    dock.set_online(True)
    dock.advance(2)
    dock.set_host("connected")
    dock.advance(20)


SCENES = [
    *(carousel, carousel_async, departures, door_sign, framebuf_clock, messages, room_sign, speed, thermometer),
    *(own_carousel, own_carousel_async, clock, dashboard, welcome),
]


def test_every_app_has_its_scene() -> None:
    apps = [path.stem for path in Path("examples").glob("*.py") if path.read_text().startswith('"""A dock app')]
    ours = [path.stem for path in Path("tests/apps").glob("*.py")]
    names = {scene.__name__ for scene in SCENES}
    assert [name for name in apps if name not in names] == []
    assert [name for name in ours if not names & {name, f"own_{name}"}] == []


@pytest.mark.parametrize("scene", SCENES)
def test_frames_and_spans_are_identical(
    scene: Callable[[TestDock], None], make_dock: MakeDock, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = make_dock(images={"x": picture()}), make_dock(images={"x": picture()}, micropython=True)
    scene(here)
    printed = capsys.readouterr()
    scene(there)
    assert there.frames == here.frames
    assert here.frames
    assert there.spans == here.spans
    assert there.requests == here.requests
    assert capsys.readouterr() == printed
