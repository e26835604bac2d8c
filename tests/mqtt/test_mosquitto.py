"""An app's MQTT client beside a real broker, Eclipse Mosquitto, on loopback."""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trio
import trustme

import dl7450
from dl7450 import mqtt

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto here: apt-get install mosquitto")
PATIENCE = 60.0  # seconds


class Mosquitto:
    """A broker of this test's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.ports = {name: _free_port() for name in ("tcp", "mqtts", "ws", "login")}
        self.authority = trustme.CA()
        self.client_identity = self.authority.issue_cert("dock.example")
        server = self.authority.issue_cert("localhost")
        server.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
        self.authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        (folder / "passwords").write_text("dock:secret\n")
        subprocess.run(["mosquitto_passwd", "-U", folder / "passwords"], check=True)
        (folder / "mosquitto.conf").write_text(f"""
per_listener_settings true
user root
listener {self.ports["tcp"]} 127.0.0.1
allow_anonymous true
listener {self.ports["mqtts"]} 127.0.0.1
allow_anonymous true
cafile {folder}/ca.pem
certfile {folder}/server.pem
keyfile {folder}/server.pem
require_certificate true
listener {self.ports["ws"]} 127.0.0.1
protocol websockets
allow_anonymous true
listener {self.ports["login"]} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
""")
        self.start()

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        assert MOSQUITTO is not None
        self._process = subprocess.Popen(
            [MOSQUITTO, "-c", self._folder / "mosquitto.conf"], stderr=subprocess.PIPE, text=True
        )
        assert self._process.stderr is not None
        said = ""
        for line in self._process.stderr:  # ends when the process does
            said += line
            if line.rstrip().endswith("running"):
                return
        pytest.fail(f"mosquitto ended:\n{said}")

    def stop(self) -> None:
        self._process.kill()  # with a WebSocket listener it does not always hear of `terminate`
        self._process.communicate(timeout=PATIENCE)


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path)
    yield broker
    broker.stop()


class App:
    """Subscribes to what it publishes. A test waits until its record has so many entries."""

    def __init__(self, url: str, **options: object) -> None:
        self.record: list[tuple[object, ...]] = []
        self._url, self._options = url, options
        self._send, self._receive = trio.open_memory_channel[None](100)
        self._token = trio.lowlevel.current_trio_token()

    def module(self) -> None:
        self.client = mqtt.MqttClient(self._url, "dock")
        self.client.on_message(lambda topic, message: self.note(topic, bytes(message)))
        self.client.on_subscribe(lambda mid, granted: self.note("granted", granted))
        self.client.connect(lambda rc, flags: self.note("connect", rc), self._options)

    def note(self, *told: object) -> None:
        self.record.append(told)
        self._token.run_sync_soon(self._send.send_nowait, None)

    async def heard(self, count: int) -> list[tuple[object, ...]]:
        with trio.fail_after(PATIENCE):
            while len(self.record) < count:
                await self._receive.receive()
        return self.record


async def _do(dock: dl7450.Dock, function: Callable[[], object]) -> None:
    """Have code of the app run. Another app would stop it."""
    dock.timers.start(function, 0, 0)
    await dock.wait_all_blocked()


@pytest.mark.parametrize("scheme", ["tcp", "ws"])
async def test_every_quality_of_service_there_and_back(mosquitto: Mosquitto, scheme: str) -> None:
    async with dl7450.open_dock() as dock:
        app = App(f"{scheme}://localhost:{mosquitto.ports[scheme]}", keep_alive=30)
        await _do(dock, app.module)
        await app.heard(1)
        await _do(dock, lambda: app.client.subscribe([("a/#", mqtt.QOS2), ("none", mqtt.QOS0)]))
        await app.heard(2)
        for qos in (mqtt.QOS0, mqtt.QOS1, mqtt.QOS2):
            await _do(dock, lambda qos=qos: app.client.publish("a/b", b"\0" * 1000 * qos, qos))  # type: ignore[misc]
            await app.heard(3 + qos)
    assert app.record == [("connect", 0), ("granted", [2, 0]), *[("a/b", b"\0" * 1000 * qos) for qos in (0, 1, 2)]]


async def test_tls_with_the_certificates_of_both_sides(mosquitto: Mosquitto) -> None:
    identity = mosquitto.client_identity
    async with dl7450.open_dock() as dock:
        app = App(
            f"mqtts://localhost:{mosquitto.ports['mqtts']}",
            trust_store=mosquitto.authority.cert_pem.bytes(),
            key_store=b"".join(blob.bytes() for blob in identity.cert_chain_pems).decode(),
            private_key=identity.private_key_pem.bytes().decode(),
        )
        await _do(dock, app.module)
        assert await app.heard(1) == [("connect", 0)]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"trust_store": "not a certificate"},
        {"trust_store": trustme.CA().cert_pem.bytes()},
        {"key_store": "neither", "private_key": "is one"},
    ],
)
async def test_without_trust_there_is_no_connection(mosquitto: Mosquitto, options: dict[str, object]) -> None:
    async with dl7450.open_dock() as dock:
        app = App(f"mqtts://localhost:{mosquitto.ports['mqtts']}", **options)
        await _do(dock, app.module)
        assert await app.heard(1) == [("connect", -1)]


@pytest.mark.parametrize(
    ("options", "code"),
    [({"username": "dock", "password": b"secret"}, 0), ({"username": "dock", "password": "wrong"}, 5), ({}, 5)],
)
async def test_the_broker_decides_who_may_connect(mosquitto: Mosquitto, options: dict[str, object], code: int) -> None:
    async with dl7450.open_dock() as dock:
        app = App(f"tcp://localhost:{mosquitto.ports['login']}", **options)
        await _do(dock, app.module)
        assert await app.heard(1) == [("connect", code)]


async def test_a_broker_that_is_started_again_has_its_client_again(mosquitto: Mosquitto) -> None:
    async with dl7450.open_dock() as dock:
        app = App(f"tcp://localhost:{mosquitto.ports['tcp']}")
        await _do(dock, app.module)
        await app.heard(1)
        await trio.to_thread.run_sync(mosquitto.stop)
        await app.heard(2)
        await trio.to_thread.run_sync(mosquitto.start)
        with trio.fail_after(PATIENCE):
            while app.record[-1] != ("connect", 0):
                await app.heard(len(app.record) + 1)
    assert set(app.record[1:-1]) == {("connect", -1)}
