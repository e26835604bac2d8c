"""`dl7450 fleet serve`, as a process of its own: what docks send is on the pages, for who has the token."""

import gc
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner

from dl7450.cli import main
from dl7450_telemetry.fleet.server import _short_waits_for_python
from tests.fleet._otlp import requests_of_docks

WINDOW = ["--since", "2026-11-22T00:00", "--until", "2026-11-23T00:00"]


@contextmanager
def serving(store: Path, **environment: str) -> Generator[tuple[str, str]]:
    """The addresses of the receiver and of the pages."""
    command = [sys.executable, "-m", "dl7450", "fleet", "serve", "--store", str(store)]
    command += ["--otlp", "127.0.0.1:0", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | environment) as process:
        try:
            assert process.stderr is not None
            receiver, pages = (process.stderr.readline().strip() for _ in range(2))
            yield receiver.partition("=")[2], pages.split()[-1]
        finally:
            process.terminate()
            assert process.wait(30) == 0


def status(url: str, body: bytes | None = None, **headers: str) -> int:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, given), timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_what_docks_send_is_on_the_pages_for_who_has_the_token(tmp_path: Path) -> None:
    body = requests_of_docks("A1", "B2", spans=10).SerializeToString()
    protobuf, bearer = "application/x-protobuf", "Bearer secret"
    cli, token = CliRunner(), {"DL7450_FLEET_TOKEN": "secret"}
    with serving(tmp_path / "fleet", **token) as (receiver, pages):
        traces = f"{receiver}/v1/traces"
        assert status(traces, body, Content_Type=protobuf) == 401
        assert status(traces, body, Content_Type=protobuf, Authorization=bearer) == 200
        assert status(f"{pages}/metrics") == 401
        assert status(f"{pages}/metrics", Authorization=bearer) == 200
        refused = cli.invoke(main, ["fleet", "ask", "docks", "--store", pages])
        assert (refused.exit_code, "401: Send the token" in refused.stderr) == (2, True)
        asked = cli.invoke(main, ["fleet", "ask", "docks", "--store", pages, *WINDOW], env=token)
        assert [row["dock"] for row in json.loads(asked.stdout)["rows"]] == ["A1", "B2"]
        alerts = cli.invoke(main, ["fleet", "ask", "alerts", "--store", pages, "--csv"], env=token)
        assert alerts.stdout.startswith("rule,state,since,found,filters,last_ended")
        unknown = cli.invoke(main, ["fleet", "ask", "nothing", "--store", pages], env=token)
        assert "there is no question 'nothing': ask one of fleet, docks" in unknown.stderr


def test_the_simulated_fleet_is_fed_to_a_server_and_shown(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "examples.fleet",
        "--docks",
        "4",
        "--days",
        "0.5",
        "--store",
        str(tmp_path / "fleet"),
    ]
    command += ["--otlp", "127.0.0.1:0", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            pages = process.stdout.readline().split()[1]
            with urllib.request.urlopen(f"{pages}/tables/docks.json", timeout=30) as answer:
                assert len(json.load(answer)["rows"]) == 4
        finally:
            process.terminate()


def test_no_thread_holds_the_lock_of_python_for_long_while_it_serves() -> None:
    before = sys.getswitchinterval(), gc.get_threshold()
    with _short_waits_for_python():
        assert (sys.getswitchinterval(), gc.get_threshold()) == (0.0005, (50_000, *before[1][1:]))
    assert (sys.getswitchinterval(), gc.get_threshold()) == before
