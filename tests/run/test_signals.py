"""A run that a signal ends: what happened until then is kept, and the exit status names the signal."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.run.test_cli import CLEAN, ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these signals cannot be sent to one process there")

APP = """
import splashscreen
import wakeup
splashscreen.Splashscreen().add_text_box("Hello")
timer = wakeup.wakeup(lambda: print("ready", flush=True), 100)
rest = wakeup.wakeup(lambda: None, 0, 50)
"""


@contextmanager
def running(
    tmp_path: Path, *arguments: object, before: str = "", **environment: str
) -> Generator[subprocess.Popen[str]]:
    """Run the app; the block begins when its first timer has fired. `before`: what is done in the new process first."""
    app = tmp_path / "app.py"
    app.write_text(APP, encoding="utf-8")
    start = f"{before}\nfrom dl7450.cli import main\nmain(prog_name='dl7450')"
    with subprocess.Popen(
        [sys.executable, "-c", start, "run", str(app), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**CLEAN, **environment},
    ) as process:
        try:
            output = process.stderr if "--json" in arguments else process.stdout
            assert output is not None
            assert output.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_what_happened_before_a_signal_is_kept(tmp_path: Path, name: str, status: int) -> None:
    traces = tmp_path / "traces.jsonl"
    with running(tmp_path, "--json", "--trace-file", traces, "--frames", tmp_path / "frames") as process:
        process.send_signal(signal.Signals[name])
        output, errors = process.communicate(timeout=60)
    summary = json.loads(output)
    assert (process.returncode, summary["exit_status"], errors) == (status, status, "")
    assert (summary["texts"], summary["errors"], summary["error_count"]) == (["Hello"], [], 0)
    assert [path.name for path in (tmp_path / "frames").iterdir()] == ["frame-0001.png"]
    assert "dl7450.render" in traces.read_text(encoding="utf-8")


def test_the_waterfall_is_shown_after_a_signal(tmp_path: Path) -> None:
    with running(tmp_path) as process:
        process.terminate()
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (143, "")
    assert "dl7450.render" in output


def test_sigterm_ends_what_ctrl_c_does_not_reach(tmp_path: Path) -> None:
    ignore = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)"  # as a shell script does before `&`
    with running(tmp_path, "--quiet", before=ignore) as process:
        process.send_signal(signal.SIGINT)
        process.terminate()
        assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 143


def test_a_signal_that_is_ignored_stays_so(tmp_path: Path) -> None:
    ignore = "import signal\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)"  # as `nohup` does
    with running(tmp_path, "--quiet", before=ignore) as process:
        process.send_signal(signal.SIGHUP)
        process.terminate()
        assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 143


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_second_signal_while_spans_are_delivered_ends_the_run_at_once(tmp_path: Path, name: str, status: int) -> None:
    number = signal.Signals[name]
    with socket.create_server(("127.0.0.1", 0)) as collector:
        collector.settimeout(60)
        endpoint = f"http://127.0.0.1:{collector.getsockname()[1]}"
        environment = {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
        with running(tmp_path, "--quiet", **environment) as process:
            process.send_signal(number)
            with collector.accept()[0]:  # it never answers
                process.send_signal(number)
                output, errors = process.communicate(timeout=60)
    # On a busy machine the delivery may run out of time before the signal arrives: one line says so then.
    told = [line for line in errors.splitlines() if not line.startswith("telemetry cannot be delivered")]
    assert (process.returncode, output, told) == (status, "", [])
