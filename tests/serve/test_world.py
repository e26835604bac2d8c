"""The world around a served dock is changed by the forms of its page: what the app sees of that, and what is saved."""

import io
import json
import os
import zipfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
import trio
from PIL import Image

from dl7450._device.device import Device
from dl7450._device.device_file import load_device
from dl7450._serve.events import AppStarted, MqttMessage, Printed
from dl7450._serve.prints import prints_heard
from dl7450._serve.served_dock import ServedDock
from dl7450._serve.site import serve_site
from dl7450._serve.watching import restart_when_saved
from dl7450.http._network import Network
from dl7450.testing import picture
from dl7450.testing._mqtt_broker import MqttBroker
from dl7450_telemetry.web import Access
from tests.serve._served import PATIENCE, look_at, seen, served

STORE = """\
images: {logo: {path: logo.png, type: png}}
kv_store: {name: Ada, colour: red}
dock:
  gpio: {pins: [{name: BUTTON}, {name: LED, direction: out}]}
  i2c:
    - {address: 0x18, model: mcp9808}
    - {address: 0x20, registers: {0x00: ff, 0x01: c190}, read_only: [0x00]}
    - {address: 0x3c, model: ssd1306}
"""
TELLS = """\
import gpio, network, time, usb
from datastore import KvStore
from dock import DockInfo
from i2c import I2C, Bus

def tell():
    led.write(button.read() == 0)
    monitors = [(monitor.name(), monitor.preferred_mode()) for monitor in DockInfo().monitors() if monitor.valid()]
    bus = I2C(Bus.I2C1)
    print(network.LAN().ifconfig()[0], DockInfo().host_status(), (time.localtime()[3] - time.gmtime()[3]) % 24)
    print(monitors, usb.find(), [(key, KvStore().get(key)) for key in KvStore().list()])
    print(bus.read(0x18, 5, 2), bus.read(0x20, 0, 3), bus.read(0x48, 1, 2))

led = gpio.create("LED")
button = gpio.create("BUTTON", tell)
print("ready")
"""
LIGHTS = """\
from i2c import I2C, Bus
I2C(Bus.I2C1).write(0x3C, 0x00, bytes([0xAF, 0xA5]))
print("lit")
"""
ASKS = """\
import http
print(http.get("http://content.example/").status_code())
"""
TALKS = """\
from mqtt import MqttClient
from vision_client import VisionClient

def connected(code, _):
    client.subscribe([("room/+", 1)])
    client.publish("status", b"here", 1)

client = MqttClient("mqtt://broker.example", "sign")
client.on_message(lambda topic, message: print("mqtt", topic, message.decode()))
client.connect(connected)
cloud = VisionClient()
cloud.on_message(lambda message: print("cloud", bytes(message)))
print("talks")
"""


@asynccontextmanager
async def page(
    app: Path, source: str, device: Device | None = None, network: Network | None = None
) -> AsyncGenerator[tuple[ServedDock, "Forms"]]:
    """A served app, and the forms of its page."""
    await trio.Path(app).write_text(source)
    with prints_heard():
        async with served(app, device=device, network=network) as dock:
            transport = httpx.ASGITransport(serve_site([dock], Access()))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7450") as client:
                yield dock, Forms(client)


class Forms:
    """Sends the forms of a page."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def send(self, path: str, **fields: str) -> None:
        answer = await self.client.post(f"/docks/app/{path}", data=fields, headers={"HX-Request": "true"})
        assert (answer.status_code, answer.text) == (204, "")

    async def refused(self, path: str, **fields: str) -> str:
        answer = await self.client.post(f"/docks/app/{path}", data=fields, headers={"HX-Request": "true"})
        assert answer.status_code == 400
        return answer.text.removesuffix(".\n")

    async def panel(self, name: str) -> str:
        answer = await self.client.get(f"/docks/app/{name}")
        assert answer.status_code == 200
        return answer.text


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "logo.png").write_bytes(picture("navy", size=(4, 4)).data)
    path = tmp_path / "dock.yaml"
    path.write_text(STORE)
    return path


async def printed(dock: ServedDock, count: int) -> list[str]:
    """Wait until the app, and those before it, have printed so many lines."""

    def lines() -> list[str]:
        text = "".join(event.text for event in dock.history.all(Printed))
        return text[: text.rfind("\n") + 1].splitlines()  # `print` writes a line in several parts

    await seen(dock.history, Printed, lambda _: len(lines()) >= count)
    return lines()


CHANGES: list[tuple[str, dict[str, str]]] = [
    ("world/network", {"ip": "10.0.0.7", "subnet": "255.255.255.0", "gateway": "10.0.0.1", "dns": "10.0.0.1"}),
    ("world/host", {"status": "suspended"}),
    ("world/timezone", {"timezone": "Japan"}),
    ("world/unplug-monitor", {"output": "1"}),
    ("world/plug-monitor", {"output": "3", "name": "Lobby", "mode": "1280x720"}),
    ("world/plug-usb", {"vendor": "0x046D", "product": "c52b", "name": "Receiver"}),
    ("world/plug-usb", {"vendor": "1", "product": "2", "name": "Gone again"}),
    ("world/unplug-usb", {"vendor": "0001", "product": "0002", "name": "Gone again"}),
    ("store/set", {"key": "name", "value": "Grace"}),
    ("store/set", {"key": "new", "value": ""}),
    ("store/remove", {"key": "colour"}),
    ("board/temperature", {"address": "0x18", "degrees": "30.5"}),
    ("board/register", {"address": "0x20", "register": "0x00", "data": "0f"}),
    ("board/plug", {"address": "0x48", "model": "registers", "registers": "0x00: ff, 0x01: 00 7f"}),
    ("board/unplug", {"address": "0x3c"}),
    ("board/plug", {"address": "0x3d", "model": "ssd1306"}),
]
TOLD = [
    "10.0.0.7 2 9",
    "[('Lobby', (1280, 720))] [(1133, 50475, 'Receiver')] [('name', 'Grace'), ('new', '')]",
    r"bytearray(b'\xc1\xe8') bytearray(b'\x0f\xc1\x90') bytearray(b'\x00\x7f')",
]


async def test_the_app_sees_what_is_changed_around_it_and_is_called_for_a_button(tmp_path: Path, store: Path) -> None:
    async with page(tmp_path / "app.py", TELLS, load_device(store)) as (dock, forms):
        await printed(dock, 1)
        for path, fields in CHANGES:
            await forms.send(path, **fields)
        await forms.send("board/hold", pin="BUTTON")
        assert await printed(dock, 4) == ["ready", *TOLD]
        board = await forms.panel("board")
        assert '<span class="muted" id="lamp-LED">on, level 0</span>' in board
        assert 'aria-label="Release BUTTON"' in board
        await forms.send("board/release", pin="BUTTON")
        await dock.restart("by hand")
        assert await printed(dock, 5) == ["ready", *TOLD, "ready"]
        await forms.send("board/press", pin="BUTTON")  # it lasts until time goes on
        assert await printed(dock, 8) == ["ready", *TOLD, "ready", *TOLD]


async def test_the_picture_of_a_display_is_that_of_its_memory(tmp_path: Path, store: Path) -> None:
    async with page(tmp_path / "app.py", LIGHTS, load_device(store)) as (dock, forms):
        await printed(dock, 1)
        answer = await forms.client.get("/docks/app/board/display-60.png")
        with Image.open(io.BytesIO(answer.content)) as image:
            assert (image.size, image.getcolors()) == ((256, 128), [(256 * 128, 255)])
        assert (await forms.client.get("/docks/app/board/display-24.png")).status_code == 404


async def test_the_network_is_pulled_and_comes_back_with_its_address(tmp_path: Path) -> None:
    async with page(tmp_path / "app.py", ASKS) as (dock, forms):
        await forms.send("world/network", plugged="no")
        assert "unplugged" in await forms.panel("world")
        assert await dock.ask(lambda program: program.machine.address) is None
        await forms.send("world/network")
        address = await dock.ask(lambda program: program.machine.address)
        assert (address and address.ip) == "192.0.2.50"


async def test_what_is_downloaded_reads_back_equal_with_its_pictures(tmp_path: Path, store: Path) -> None:
    async with page(tmp_path / "app.py", "", load_device(store)) as (dock, forms):
        await seen(dock.history, AppStarted)
        for path, fields in CHANGES:
            await forms.send(path, **fields)
        answer = await forms.client.get("/docks/app/world/dock.yaml")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="app.zip"'
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            archive.extractall(tmp_path / "out")
        machine = await dock.ask(lambda program: program.machine.snapshot())
    assert load_device(tmp_path / "out" / "app.yaml") == machine
    async with page(tmp_path / "app.py", "") as (dock, forms):
        answer = await forms.client.get("/docks/app/world/dock.yaml")
        (tmp_path / "plain.yaml").write_bytes(answer.content)
    assert load_device(tmp_path / "plain.yaml") == Device()


async def test_what_is_saved_in_the_file_of_the_store_does_not_start_the_app_again(tmp_path: Path, store: Path) -> None:
    app = tmp_path / "app.py"
    load = partial(load_device, store)
    async with page(app, "", load()) as (dock, forms), trio.open_nursery() as nursery:
        nursery.start_soon(look_at, dock)
        assert "start dl7450 serve with --store" in await forms.refused("world/save")
        dock.store = store
        nursery.start_soon(restart_when_saved, dock, store, load)
        with trio.fail_after(PATIENCE):  # the watching begins when it begins
            while len(dock.history.all(AppStarted)) < 2:
                os.utime(app)
                with trio.move_on_after(0.2):
                    await seen(dock.history, AppStarted, lambda started: started.why == "saved: app.py")
        await forms.send("world/timezone", timezone="Japan")
        await forms.send("world/save")
        assert load() == await dock.ask(lambda program: program.machine.snapshot())
        assert load().timezone == "Japan"
        (tmp_path / "more.py").write_text("")
        await seen(dock.history, AppStarted, lambda started: started.why == "saved: more.py")
        assert not [event for event in dock.history.all(AppStarted) if "dock.yaml" in event.why]
        (tmp_path / "dock.yaml").write_text(STORE)
        await seen(dock.history, AppStarted, lambda started: started.why == "saved: dock.yaml")
        assert await dock.ask(lambda program: program.machine.timezone) == "UTC"
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize(("kind", "code"), [("dns", "6"), ("refuse", "7"), ("reset", "56"), ("503", "503")])
async def test_a_fault_is_met_by_the_next_request_of_the_next_app_too(tmp_path: Path, kind: str, code: str) -> None:
    async with page(tmp_path / "app.py", "") as (dock, forms):
        await seen(dock.history, AppStarted)
        await forms.send("faults/inject", host="*", pattern="*.example", kind=kind, stays="on")
        await trio.Path(dock.app).write_text(ASKS)
        for times in (1, 2):
            await dock.restart("by hand")
            assert await printed(dock, times) == [code] * times
        panel = await forms.panel("faults")
        assert "<option>content.example</option>" in panel
        assert f'<span class="badge bad">{code}' in panel
        await forms.send("faults/take-back", pattern="*.example", kind=kind, once="False")
        assert await dock.ask(lambda program: program.faults.faults) == ()


async def test_latency_and_bandwidth_are_chosen_by_their_place_in_a_list(tmp_path: Path) -> None:
    async with page(tmp_path / "app.py", "") as (dock, forms):
        await forms.send("faults/latency", place="6")
        await forms.send("faults/bandwidth", place="4")
        link = await dock.ask(lambda program: (program.faults.link.latency, program.faults.link.bandwidth))
        assert link == (0.5, 1e6)
        panel = await forms.panel("faults")
        assert '<output for="link-latency">500 ms</output>' in panel
        assert '<output for="link-bandwidth">1 Mbit/s</output>' in panel


async def test_a_recording_goes_on_over_a_reload_and_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "app-session.jsonl").write_text("mine")
    async with page(tmp_path / "app.py", "") as (dock, forms):
        await seen(dock.history, AppStarted)
        assert 'value="app-session-2.jsonl"' in await forms.panel("recording")
        mine = await forms.refused("recording/start", name="app-session.jsonl")
        assert mine == "there is a file app-session.jsonl already: choose another name"
        for name in ("../out.jsonl", "app.py", ".jsonl", ""):
            assert "the recording is a file beside the app" in await forms.refused("recording/start", name=name)
        await forms.send("recording/start", name="app-session-2.jsonl")
        await forms.send("faults/inject", host="*", kind="dns", stays="on")
        await trio.Path(dock.app).write_text(ASKS)
        for times in (1, 2):
            await dock.restart("by hand")
            await printed(dock, times)
        assert "2 exchanges" in await forms.panel("recording")
        await forms.send("recording/stop")
        await dock.restart("by hand")
        await printed(dock, 3)
        panel = await forms.panel("recording")
        assert "dock.replay(&#34;app-session-2.jsonl&#34;)\n    dock.run_app(&#34;app.py&#34;)" in panel
    lines = (tmp_path / "app-session-2.jsonl").read_text().splitlines()
    assert [json.loads(line)["status"] for line in lines] == [6, 6]
    assert (tmp_path / "app-session.jsonl").read_text() == "mine"


async def test_messages_go_in_and_out_through_the_broker_in_memory(tmp_path: Path) -> None:
    async with page(tmp_path / "app.py", TALKS) as (dock, forms):
        await printed(dock, 1)
        assert "choose the broker in memory" in await forms.refused("messages/publish", topic="room/1")
        await forms.send("messages/broker", broker="memory")
        await printed(dock, 2)
        with trio.fail_after(PATIENCE):
            while True:
                version = dock.history.version()
                panel = await forms.panel("messages")
                if "<code>status</code>" in panel and "room/+</code>" in panel:
                    break
                await dock.history.wait_change(version)
        await forms.send("messages/publish", topic="room/1", message="free", qos="1")
        await printed(dock, 3)
        for kind, message in (("text", "é"), ("as it is", "é"), ("hexadecimal", "00 ff")):
            await forms.send("messages/vision", message=message, kind=kind)
        assert await printed(dock, 6) == [
            *("talks", "talks", "mqtt room/1 free"),
            *(r"cloud b't\xc3\xa9'", r"cloud b'\xc3\xa9'", r"cloud b'\x00\xff'"),
        ]


async def test_what_the_app_and_a_real_broker_tell_each_other_is_shown(tmp_path: Path) -> None:
    broker = MqttBroker(lambda function, *arguments: function(*arguments), lambda: 0.0)
    broker.publish("room/1", "frei ü".encode() + b"x" * 2000, retain=True)
    async with page(tmp_path / "app.py", TALKS, network=broker) as (dock, forms):
        await seen(dock.history, MqttMessage, lambda message: message.is_published)
        got = await seen(dock.history, MqttMessage, lambda message: not message.is_published)
        assert (got.topic, got.start, got.size) == ("room/1", "frei ü".encode() + b"x" * 993, 2007)
        panel = await forms.panel("messages")
    assert '<code>status</code> <span class="muted">4 bytes</span> <span class="whole url">here</span>' in panel
    assert '<code>room/1</code> <span class="muted">2\u202f007 bytes</span> <span class="whole url">frei üxxx' in panel


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        ("world/network", {"ip": "here"}, "'here' is not an IPv4 address: write it as 192.0.2.50"),
        ("world/host", {"status": "away"}, "'away' is not a host status: use connected, none or suspended"),
        ("world/timezone", {"timezone": "Mars"}, "'Mars' is not a time zone of the dock: use one of CET"),
        ("world/plug-monitor", {"output": "5", "mode": "1920x1080"}, "a dock has the outputs 1 to 4, not 5"),
        ("world/plug-monitor", {"output": "1", "mode": "big"}, "the mode must be a width and a height in pixels"),
        ("world/plug-monitor", {"output": "1", "mode": "1x1"}, "the mode 1x1 does not fit an EDID: use 64 to"),
        ("world/plug-usb", {"vendor": "12345"}, "the vendor of a USB device is up to four hexadecimal digits"),
        ("board/press", {"pin": "LED"}, "the dock has no input 'LED' to press: it has BUTTON"),
        ("board/release", {"pin": "BUTTON"}, "BUTTON is not held: hold it first"),
        ("recording/start", {"name": "../x.jsonl"}, "the recording is a file beside the app"),
        ("board/temperature", {"address": "0x18", "degrees": "999"}, "999 degrees are not a temperature"),
        ("board/temperature", {"address": "0x20", "degrees": "9"}, "the I2C device 0x20 is not a thermometer"),
        ("board/register", {"address": "0x18", "register": "1", "data": "ff"}, "the I2C device 0x18 is more than"),
        ("board/register", {"address": "0x20", "register": "1", "data": "x"}, "a register holds bytes in hexadecimal"),
        ("board/plug", {"address": "0x18", "model": "mcp9808"}, "0x18 is the address of another device already"),
        ("board/plug", {"address": "0x7f", "model": "ssd1306"}, "0x7f is not the address of an I2C device"),
        (
            "board/plug",
            {"address": "0x48", "model": "lamp"},
            "there is no model 'lamp' of an I2C device: use registers",
        ),
        ("board/plug", {"address": "0x48", "model": "registers", "registers": "0: x"}, "a register holds bytes in hex"),
        ("board/unplug", {"address": "0x72"}, "0x72 serves the dock's own pins"),
        ("board/unplug", {"address": "0x48"}, "there is no I2C device 0x48"),
        ("store/set", {"value": "1"}, "a value of the store has a key: name one"),
        ("faults/inject", {"host": "*", "kind": "boom"}, "there is no fault 'boom': use dns"),
        ("faults/latency", {"place": "10"}, "the place must be a number from 0 to 9"),
        ("messages/vision", {"kind": "hexadecimal", "message": "x"}, "the message must be hexadecimal digits"),
        ("messages/broker", {"broker": "mine"}, "the broker must be real or memory"),
    ],
)
async def test_what_no_dock_can_be_is_refused_with_what_to_do(
    tmp_path: Path, store: Path, path: str, fields: dict[str, str], told: str
) -> None:
    async with page(tmp_path / "app.py", "", load_device(store)) as (dock, forms):
        before = await dock.ask(lambda program: program.machine.snapshot())
        assert (await forms.refused(path, **fields)).startswith(told)
        assert await dock.ask(lambda program: program.machine.snapshot()) == before
