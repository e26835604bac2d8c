"""`dl7450 run --api`: scripts for the vendor's cloud, as they are written with `requests`, on a simulated dock."""

import base64
import json
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from dl7450._device.device import DEFAULT_DOCK_ID
from dl7450.testing import picture
from tests._micropython import needs_micropython
from tests.run.test_cli import CLEAN, ROOT, dl7450

FIRST = """
import wakeup
print("first runs", flush=True)
def tick():
    print("tick", flush=True)
timer = wakeup.wakeup(tick, 200, 50)
"""
SECOND = """
from datastore import ImageStore, KvStore
from dock import DockControl
import time
from vision_client import VisionClient
DockControl().set_timezone("Japan")
client = VisionClient()
client.on_message(lambda message: print("message", bytes(message), flush=True))
print("second runs", KvStore().get("name"), flush=True)
"""
THIRD = """
from datastore import ImageStore, KvStore
import time
print("third runs", KvStore().get("name"), ImageStore().list(), time.localtime(0)[3], flush=True)
"""

IN_MICROPYTHON = """
from datastore import KvStore
from vision_client import VisionClient
client = VisionClient()
client.on_message(lambda message: print(bytes(message)))
print(list({"b": 1, "a": 2, "zz": 3}), KvStore().get("name"))
"""


class Cloud:
    """What the vendor's scripts do, in their words."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False

    def post(self, path: str, kind: str, **attributes: Any) -> requests.Response:
        document: dict[str, Any] = {"data": {"type": kind, "attributes": attributes}}
        return self.session.post(self.url + path, json=document, timeout=60)

    def login(self) -> None:
        answer = self.post("/isv/application/login", "isvApplicationLogin", **dict.fromkeys(LOGIN, "x"))
        assert answer.status_code == 201
        token = answer.json()["data"]["attributes"]["accessToken"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def send_code(self, code: str, dock_id: str = DEFAULT_DOCK_ID) -> requests.Response:
        return self.post("/docks/application/code", "applicationCode", dockId=dock_id, code=base(code.encode()))

    def send_message(self, message: bytes) -> requests.Response:
        where, kind = "/docks/application/message", "applicationMessage"
        return self.post(where, kind, dockId=DEFAULT_DOCK_ID, message=base(message))

    def send_rom_store(self, **attributes: Any) -> requests.Response:
        where, kind = "/docks/application/romstore", "applicationRomStore"
        return self.post(where, kind, dockId=DEFAULT_DOCK_ID, **attributes)


LOGIN = ("clientId", "clientSecret", "enterpriseId")


def base(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Run:
    """A run of an app with the API: what it prints, and the cloud that it is the dock of."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        told = self.told()
        assert told.startswith(f"the deployment API of dock {DEFAULT_DOCK_ID[:8]}... answers at http://127.0.0.1:")
        self.cloud = Cloud(told.rpartition(" ")[2])

    def printed(self) -> str:
        """The next line of standard output but for the first app's ticks."""
        while (line := self._line(self.process.stdout)) == "tick":
            pass
        return line

    def told(self) -> str:
        """The next line of standard error."""
        return self._line(self.process.stderr)

    def stop(self) -> tuple[int, str, str]:
        self.process.send_signal(signal.SIGINT)
        output, errors = self.process.communicate(timeout=60)
        return self.process.returncode, output.decode(), errors.decode()

    @staticmethod
    def _line(stream: Any) -> str:
        assert select.select([stream], [], [], 60)[0], "nothing was printed for a minute"
        return str(stream.readline().decode().strip())


@contextmanager
def running(folder: Path, source: str, *arguments: str) -> Generator[Run]:
    """Run an app with the API."""
    app = folder / "app.py"
    app.write_text(source)
    with subprocess.Popen(
        [sys.executable, "-m", "dl7450", "run", str(app), "--api", "0", "--quiet", "--set", "name=factory", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,  # what is printed is either read or not: select() has to know
        cwd=ROOT,
        env=CLEAN,
    ) as process:
        try:
            yield Run(process)
        finally:
            process.kill()


@pytest.fixture
def run(tmp_path: Path) -> Generator[Run]:
    with running(tmp_path, FIRST) as run:
        yield run


def test_scripts_for_the_cloud_replace_code_and_store_and_send_messages(run: Run) -> None:
    assert run.printed() == "first runs"
    run.cloud.login()
    assert run.cloud.send_code(SECOND).status_code == 200
    assert run.printed() == "second runs factory"
    assert run.cloud.send_message(b"tHello").status_code == 201
    assert run.printed() == "message b'tHello'"
    answer = run.cloud.send_rom_store(
        code={"code": base(THIRD.encode())},
        images={"logo": {"type": "PNG", "data": base(picture("navy", size=(4, 4)).data)}},
        kvStore={"name": "cloud"},
    )
    assert (answer.status_code, run.printed()) == (200, "third runs cloud ['logo'] 9")  # the time zone has stayed
    assert run.stop() == (130, "", "")


def test_code_that_does_not_run_is_told_and_replaced_by_better_code(run: Run) -> None:
    assert run.printed() == "first runs"
    run.cloud.login()
    assert run.cloud.send_code("this is no Python").status_code == 200
    while "is not Python" not in run.told():
        pass
    assert run.cloud.send_code("1 / 0").status_code == 200
    while "ZeroDivisionError" not in run.told():
        pass
    assert run.cloud.send_code("print('better', flush=True)").status_code == 200
    assert run.printed() == "better"
    assert run.stop() == (130, "", "")


@needs_micropython
def test_every_app_that_comes_runs_in_micropython_if_the_first_one_does(tmp_path: Path) -> None:
    with running(tmp_path, IN_MICROPYTHON, "--micropython", "--heap", "1M") as run:
        assert run.printed() == "['a', 'zz', 'b'] factory"
        run.cloud.login()
        assert run.cloud.send_code(IN_MICROPYTHON + "print('again')").status_code == 200
        assert (run.printed(), run.printed()) == ("['a', 'zz', 'b'] factory", "again")
        for message, answer in ((b"t\xe4", "b't\\xe4'"), (bytes(2_000_000), None)):
            assert run.cloud.send_message(message).status_code == 201
            assert answer is None or run.printed() == answer
        while "MemoryError" not in run.told():  # it ends the app, not the run
            pass
        assert run.cloud.send_code("print('better')").status_code == 200
        assert run.printed() == "better"
        assert run.stop() == (130, "", "")


def test_what_is_wrong_is_refused_and_changes_nothing(run: Run) -> None:
    cloud = run.cloud
    assert cloud.send_code(SECOND).status_code == 401
    cloud.session.headers["Authorization"] = "Bearer guessed"
    assert cloud.send_message(b"t").status_code == 401
    cloud.login()
    answer = cloud.send_code(SECOND, dock_id="0" * 64)
    assert (answer.status_code, answer.json()) == (
        404,
        {"errors": [{"status": "404", "detail": f"there is no dock {'0' * 64!r} here"}]},
    )
    assert cloud.send_rom_store(images={}).status_code == 400
    assert cloud.send_rom_store(code={"code": ""}, images={"\ud800": 5}).status_code == 400
    in_small_pieces = cloud.session.post(
        f"{cloud.url}/docks/application/code", data=(bytes(1000) for _ in range(15_000)), timeout=60
    )
    assert in_small_pieces.status_code == 400
    assert cloud.post("/isv/application/login", "isvApplicationLogin", clientId="x").status_code == 400
    assert cloud.session.post(f"{cloud.url}/docks/application/code", data=b"{", timeout=60).status_code == 400
    too_much = cloud.session.post(f"{cloud.url}/docks/application/code", data=bytes(20_000_001), timeout=60)
    assert too_much.status_code == 413
    assert cloud.session.get(f"{cloud.url}/docks/application/code", timeout=60).status_code == 405
    rebound = {"Host": "attacker.example"}
    assert cloud.session.post(f"{cloud.url}/isv/application/login", headers=rebound, timeout=60).status_code == 400
    status, output, errors = run.stop()
    assert (status, errors, set(output.split("\n"))) == (130, "", {"first runs", "tick", ""})


def test_the_time_limit_and_the_summary_are_those_of_the_whole_run(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")
    done = dl7450("run", tmp_path / "app.py", "--api", "0", "--for", 0.5, "--json")
    assert done.returncode == 0
    assert 0.5 <= json.loads(done.stdout)["seconds"] < 10  # the process itself would be given 60


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--api", "http"), "'http' is not a port: write it as 8450, or as 0.0.0.0:8450 with an address"),
        (("--api", "65536"), "'65536' is not a port"),
        (("--api", "0", "--fast"), "--api waits for others, and --fast for nobody: leave one of them out"),
    ],
)
def test_a_wrong_flag_is_refused(tmp_path: Path, flags: tuple[str, ...], message: str) -> None:
    (tmp_path / "app.py").write_text("")
    done = dl7450("run", tmp_path / "app.py", *flags)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = dl7450("run", tmp_path / "app.py", "--api", port)
    assert done.returncode == 2
    assert f"cannot listen at 127.0.0.1, port {port}: " in done.stderr


def test_without_the_extra_the_way_to_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")
    hide = "import sys\nsys.modules['starlette'] = None\nfrom dl7450.cli import main\nmain(prog_name='dl7450')"
    command = [sys.executable, "-c", hide, "run", str(tmp_path / "app.py"), "--api", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT, env=CLEAN)
    assert done.returncode == 2
    assert "which is not installed: pip install 'dl7450[serve]'" in done.stderr
