"""`dl7450 push`: an app and a store reach a dock, and what is wrong is told with the fix and without a secret."""

import base64
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dl7450._api.client import api_url
from dl7450._device.device import DEFAULT_DOCK_ID
from dl7450._device.store_file import CAPACITY
from dl7450.cli import main
from dl7450.testing import picture

NAVY = picture("navy", size=(4, 4)).data
CREDENTIALS = {
    "DL7450_CLIENT_ID": "the client",
    "DL7450_CLIENT_SECRET": "the secret",
    "DL7450_ENTERPRISE_ID": "the enterprise",
}
DOCK_ID = "BC385DB7" * 8


def push(*arguments: object, **environment: str) -> Result:
    """Push with nothing else in the environment."""
    names = [*CREDENTIALS, "DL7450_SERVE_TOKEN", "DL7450_VENDOR_URL"]
    return CliRunner().invoke(
        main, ["push", *map(str, arguments)], env={**dict.fromkeys(names), **environment}, catch_exceptions=False
    )


class Service(HTTPServer):
    """A deployment API that takes everything and keeps what it was sent, unless it is told to answer something else."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str | None, Any]] = []
        self.answers: dict[str, tuple[int, bytes]] = {}
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, self.headers["Authorization"], document["data"]))
        token = json.dumps({"data": {"attributes": {"accessToken": "the token"}}}).encode()
        status, body = self.server.answers.get(self.path, (201, token) if self.path.endswith("login") else (200, b"{}"))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Generator[Service]:
    with Service() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def app(tmp_path: Path) -> Path:
    path = tmp_path / "app.py"
    path.write_text("print('pushed', flush=True)\n")
    return path


def base(data: bytes) -> str:
    return base64.b64encode(data).decode()


def login(*values: str) -> tuple[str, None, dict[str, Any]]:
    names = ("clientId", "clientSecret", "enterpriseId")
    attributes = dict(zip(names, values, strict=True))
    return "/api/isv/application/login", None, {"type": "isvApplicationLogin", "attributes": attributes}


def test_an_app_is_sent_to_a_simulated_dock_with_its_token_and_never_with_the_credentials(
    service: Service, app: Path
) -> None:
    done = push(app, "--to", service.url, **CREDENTIALS, DL7450_SERVE_TOKEN="the door")
    assert (done.exit_code, done.stdout) == (0, f"app.py runs on dock {DEFAULT_DOCK_ID[:8]}...\n")
    assert done.stderr == f"sending 28 bytes to dock {DEFAULT_DOCK_ID[:8]}... at {service.url}/api\n"
    attributes = {"dockId": DEFAULT_DOCK_ID, "code": base(app.read_bytes())}
    assert service.seen == [
        login("dl7450", "the door", "dl7450"),
        ("/api/docks/application/code", "Bearer the token", {"type": "applicationCode", "attributes": attributes}),
    ]


def test_a_store_is_sent_whole_to_the_vendors_service_with_the_credentials(service: Service, app: Path) -> None:
    (app.parent / "navy.png").write_bytes(NAVY)
    store = app.parent / "dock.yaml"
    store.write_text(
        f"images: {{logo: {{path: navy.png, type: png}}}}\nkv_store: {{name: Demo}}\ncode: {{path: app.py}}\n"
        f"dock: {{id: {DOCK_ID}}}\n"
    )
    done = push("--store", store, **CREDENTIALS, DL7450_VENDOR_URL=service.url)
    assert (done.exit_code, done.stdout) == (0, f"app.py runs on dock {DOCK_ID[:8]}...\n")
    attributes = {
        "dockId": DOCK_ID,
        "code": {"code": base(app.read_bytes())},
        "images": {"logo": {"type": "PNG", "data": base(NAVY)}},
        "kvStore": {"name": "Demo"},
    }
    assert service.seen == [
        login("the client", "the secret", "the enterprise"),
        (
            "/api/docks/application/romstore",
            "Bearer the token",
            {"type": "applicationRomStore", "attributes": attributes},
        ),
    ]


LOGIN, CODE = "isv/application/login", "docks/application/code"


def errors(detail: str) -> bytes:
    return json.dumps({"errors": [{"detail": detail}]}).encode()


@pytest.mark.parametrize(
    ("path", "status", "body", "message"),
    [
        (
            LOGIN,
            401,
            errors("the door is not it"),
            "REDACTED is not it; what it was asked with comes from DL7450_SERVE_TOKEN",
        ),
        (LOGIN, 201, b"{}", "without an access token: is it the deployment API?"),
        (LOGIN, 201, b'{"data": {"attributes": {"accessToken": "a\\nb"}}}', "without an access token"),
        (CODE, 404, errors("no dock"), "404 to applicationCode: no dock"),
        (CODE, 302, b"", "302 to applicationCode: without a reason"),
        (CODE, 500, b"\x1b[31mthe token\n" + b"x" * 1000, "500 to applicationCode:  [31mREDACTED "),
        (CODE, 200, bytes(1_000_001), "answers more than 1,000,000 bytes"),
    ],
)
def test_what_the_service_refuses_is_told_without_secrets(
    service: Service, app: Path, path: str, status: int, body: bytes, message: str
) -> None:
    service.answers[f"/api/{path}"] = status, body
    done = push(app, "--to", service.url, DL7450_SERVE_TOKEN="the door")
    assert (done.exit_code, done.stdout) == (1, "")
    assert message in done.stderr
    assert "the door" not in done.stderr
    assert "the token" not in done.stderr
    assert len(done.stderr) < 800


def test_nobody_there_is_told_with_the_fix(app: Path) -> None:
    with Service() as gone:
        url = gone.url
    done = push(app, "--to", url)
    assert done.exit_code == 1
    assert f"{url}/api cannot be reached: " in done.stderr
    assert "dl7450 serve APP" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        ((), {}, "there is no app to send: name its file, or a --store with a code section"),
        (("gone.py",), {}, "cannot read 'gone.py': No such file or directory"),
        (("app.mpy",), {}, "'app.mpy' is not Python source, which is all that a dock takes: name the .py file"),
        (("app.zip",), {}, "'app.zip' is not Python source"),
        (("broken.py",), {}, "broken.py:1: The file does not parse: "),
        (("two.py",), {}, "'two.py' imports helpers beside it, and a dock takes one file"),
        (("large.py",), {}, f"13,000,001 bytes are too many, only {CAPACITY:,} fit on a dock"),
        (("app.py", "--store", "gone.yaml"), {}, "gone.yaml: the file cannot be read"),
        (("app.py", "--dock", "1"), {}, "'1' is not a dock id: use 64 hexadecimal digits"),
        (("app.py", "--to", "here"), {}, "'here' is not the URL of a server: write it as http://127.0.0.1:7450"),
        (("app.py", "--to", "http://a:b@dock.example"), {}, "secrets come from the environment"),
        (("app.py",), CREDENTIALS, "the vendor's service has many docks: name yours by --dock"),
        (
            ("app.py", "--dock", DOCK_ID),
            {"DL7450_CLIENT_ID": "x"},
            "needs DL7450_CLIENT_SECRET and DL7450_ENTERPRISE_ID in the environment, too",
        ),
        (
            ("app.py", "--dock", DOCK_ID),
            {**CREDENTIALS, "DL7450_VENDOR_URL": "HTTP://vendor.example"},
            "would send the credentials in clear text: write it with https://",
        ),
    ],
)
def test_what_cannot_be_sent_is_refused_before_anything_is(
    app: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], environment: dict[str, str], message: str
) -> None:
    monkeypatch.chdir(app.parent)
    for name, content in {"broken.py": "def\n", "two.py": "import helpers\n", "helpers.py": ""}.items():
        Path(name).write_text(content)
    if arguments == ("large.py",):
        Path("large.py").write_text("#" * (CAPACITY + 1))
    done = push(*arguments, **environment)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert "the secret" not in done.stderr


def test_a_url_is_that_of_the_api() -> None:
    assert [api_url(url) for url in ("http://127.0.0.1:7450", "http://[::1]:1/", "https://vendor.example/v2/api/")] == [
        "http://127.0.0.1:7450/api",
        "http://[::1]:1/api",
        "https://vendor.example/v2/api",
    ]
    for url in ("ftp://a", "http://", "http://a:x", "http://[", "127.0.0.1:7450"):
        with pytest.raises(ValueError, match="is not the URL of a server"):
            api_url(url)


@contextmanager
def running(app: Path) -> Generator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "dl7450", "run", str(app), "--api", "0", "--quiet"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, env=environment
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line(stream: Any) -> str:
    assert select.select([stream], [], [], 60)[0], "nothing was printed for a minute"
    return str(stream.readline().decode().strip())


def test_a_pushed_app_runs_on_the_dock_of_a_run(app: Path) -> None:
    first = app.with_name("first.py")
    first.write_text("print('first', flush=True)\n")
    with running(first) as process:
        url = line(process.stderr).rpartition(" ")[2]
        assert line(process.stdout) == "first"
        assert push(app, "--to", url).exit_code == 0
        assert line(process.stdout) == "pushed"
        (app.parent / "dock.yaml").write_text("kv_store: {name: from the store}\n")
        app.write_text("from datastore import KvStore\nprint(KvStore().get('name'), flush=True)\n")
        assert push(app, "--to", url, "--store", app.parent / "dock.yaml").exit_code == 0
        assert line(process.stdout) == "from the store"
        refused = push(app, "--to", url, "--dock", DOCK_ID)
    assert refused.exit_code == 1
    assert f"404 to applicationCode: there is no dock '{DOCK_ID}' here" in refused.stderr
