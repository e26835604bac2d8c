"""`dl7450 serve`: what it says when it cannot serve, and what it does where others can reach it."""

import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from dl7450._device.device import DEFAULT_DOCK_ID
from dl7450._serve.server import numbered_id
from dl7450.cli import main
from tests.run.test_cli import CLEAN, ROOT, dl7450
from tests.serve.test_in_a_browser import SHOWS, Server
from tests.telemetry._receiver import receiving


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text("")
    return tmp_path / "app.py"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere.py",), "there is no file 'nowhere.py': name an app's file"),
        (("APP", "--set", "name"), "--set takes KEY=VALUE, not 'name'"),
        (("APP", "--store", "nowhere.yaml"), "nowhere.yaml: the file cannot be read: No such file or directory"),
        (("APP", "--listen", "192.0.2.1"), "cannot listen at 192.0.2.1, port 7450: "),
        (("APP", "--heap", "2M"), "--heap is the memory in MicroPython: give --micropython, too"),
        (("APP", "--micropython", "--heap", "much"), "'much' is not the size of a heap: "),
        (("APP", "--token", ""), "the token is empty: anybody could log in"),
    ],
)
def test_what_cannot_be_served_is_told_with_the_reason(app: Path, arguments: tuple[str, ...], message: str) -> None:
    done = dl7450("serve", "--no-open", *(app if argument == "APP" else argument for argument in arguments))
    assert (done.returncode, message in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize("missing", ["starlette", "watchfiles", "jinja2", "hypercorn"])
def test_what_is_not_installed_is_named_with_the_extra(app: Path, missing: str) -> None:
    source = f"import sys\nsys.modules[{missing!r}] = None\nfrom dl7450.cli import main\nmain(['serve', {str(app)!r}])"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, "is not installed: pip install 'dl7450[serve]'" in done.stderr) == (2, True), done.stderr


def test_where_others_can_reach_it_a_token_is_asked_for(app: Path) -> None:
    command = [sys.executable, "-m", "dl7450", "serve", str(app), "--no-open", "--listen", "0.0.0.0", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=CLEAN) as process:
        try:
            assert process.stderr is not None
            token = process.stderr.readline().split()[3].rstrip(";")
            url = process.stderr.readline().split()[1].replace("0.0.0.0", "127.0.0.1")
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(f"{url}/docks/app", timeout=30)
            request = urllib.request.Request(f"{url}/docks/app", headers={"Authorization": f"Bearer {token}"})
            with urllib.request.urlopen(request, timeout=30) as answer:
                assert answer.status == 200
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0


def test_spans_of_every_dock_go_to_a_collector_that_the_standard_variables_name(app: Path) -> None:
    app.write_text(SHOWS.format("exported"))
    with receiving() as receiver:
        server = Server(app, "--docks", "2", OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url)
        assert server.end(signal.SIGTERM) == 0
        exports = [receiver.next_traces()]
        while not receiver.traces.empty():
            exports.append(receiver.next_traces())
    resources = [each["resource"]["attributes"] for export in exports for each in export["resourceSpans"]]
    values = [{pair["key"]: pair["value"]["stringValue"] for pair in pairs} for pairs in resources]
    assert {value["service.name"] for value in values} == {"app"}
    assert {value["device.id"] for value in values} == {DEFAULT_DOCK_ID, numbered_id(DEFAULT_DOCK_ID, 1)}


def test_a_variable_that_cannot_be_honoured_is_told(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "zipkin")
    done = CliRunner().invoke(main, ["serve", "--no-open", str(app)])
    assert (done.exit_code, "OTEL_TRACES_EXPORTER" in done.output) == (2, True), done.output
