"""The examples run, as they are."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio
from PIL import Image

from dl7450._device.device import DEFAULT_DOCK_ID
from dl7450._dock.loader import load_app
from dl7450._screen.frames import contact_sheet
from examples import structured
from tests._servers import content_server
from tests.run.test_cli import CLEAN, dl7450

APPS = [
    *Path("examples").glob("carousel*.py"),
    *(
        Path("examples") / f"{name}.py"
        for name in ("departures", "door_sign", "framebuf_clock", "messages", "speed", "thermometer")
    ),
    *Path("tests/apps").glob("*.py"),
]


@pytest.mark.parametrize("style", ["carousel", "carousel_async"])
def test_carousel_shows_the_pictures_that_can_be_fetched(style: str, tmp_path: Path) -> None:
    with content_server() as url:
        done = dl7450(
            "run",
            f"examples/{style}.py",
            "--fast",
            "--for",
            11,
            "--set",
            f"server={url}",
            "--json",
            "--frames",
            tmp_path,
        )
    assert (done.returncode, done.stderr) == (0, "")
    summary = json.loads(done.stdout)
    # The content list, eleven pictures of which one is missing, and one on a closed port; then it begins anew.
    assert summary["requests"]["completed"] >= 12
    assert summary["requests"]["failed"] == 1
    assert summary["frames"] == len(list(tmp_path.iterdir())) >= 12
    if style == "carousel":
        assert summary["texts"][:2] == [" Picture 4: status 404 ", " Picture 10: status 7 "]


def test_thermometer_keeps_the_pictures_of_its_display(tmp_path: Path) -> None:
    store = "examples/tests/thermometer.yaml"
    done = dl7450(
        "run", "examples/thermometer.py", "--store", store, "--fast", "--for", 3, "--json", "--frames", tmp_path
    )
    assert (done.returncode, done.stderr, json.loads(done.stdout)["texts"]) == (0, "", ["21.5 °C"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["display-3c-0001.png", "frame-0001.png"]
    with Image.open(tmp_path / "display-3c-0001.png") as picture:
        assert (picture.size, picture.getbbox()) == ((128, 64), (0, 24, 86, 40))


def test_structured_fetches_all(capsys: pytest.CaptureFixture[str]) -> None:
    with content_server() as url:
        bodies = trio.run(structured.fetch_all, [f"{url}/picture/{1 + n % 3}.png" for n in range(100)])
    assert [body[:4] for body in bodies] == [b"\x89PNG"] * 100
    assert "completed=100, failed=0, rejected=0, cancelled=0" in capsys.readouterr().out


def test_structured_stops_at_the_first_failure(capsys: pytest.CaptureFixture[str]) -> None:
    with content_server() as url, pytest.raises(OSError, match="status 404"):
        trio.run(structured.fetch_all, [f"{url}/picture/7.png"] * 15 + [f"{url}/picture/4.png"])
    # Picture 7 takes its time, and all sixteen have a token.
    assert "completed=1, failed=0, rejected=0, cancelled=15" in capsys.readouterr().out


@pytest.mark.parametrize("app", APPS, ids=str)
def test_examples_are_fit_for_the_dock(app: Path) -> None:
    load_app(app)
    assert dl7450("check", app).stdout == ""


def test_content_server_runs_by_itself() -> None:
    server = subprocess.Popen([sys.executable, "-m", "examples.content_server", "--port", "0"], stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        assert server.stdout.readline().startswith(b"http://127.0.0.1:")
    finally:
        server.terminate()
        server.communicate()


def test_content_server_says_in_one_line_that_its_port_is_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as used:
        port = used.getsockname()[1]
        command = [sys.executable, "-m", "examples.content_server", "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"cannot listen on port {port}: ")
    assert line.endswith("; --port 0 takes a free one")


@contextmanager
def running_demo(out: Path, seconds: float) -> Generator[subprocess.Popen[str]]:
    """Start the demo, with another folder and for another time."""
    source = (
        "import pathlib, sys\nfrom examples import demo\n"
        f"demo.OUT, demo.SECONDS = pathlib.Path({str(out)!r}), {seconds}\nsys.exit(demo.main())"
    )
    command = [sys.executable, "-c", source]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=CLEAN) as process:
        try:
            yield process
        finally:
            process.kill()


def test_demo_leaves_frames_and_a_contact_sheet(tmp_path: Path) -> None:
    with running_demo(tmp_path, 2) as process:
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, f"dock {DEFAULT_DOCK_ID}\n")
    assert "GET 127.0.0.1" in output
    frames = sorted(tmp_path.glob("frame-*.png"))
    assert frames
    with Image.open(tmp_path / "contact-sheet.png") as sheet:
        assert sheet.tobytes() == contact_sheet(frames).tobytes()


@pytest.mark.skipif(sys.platform == "win32", reason="these signals cannot be sent to one process there")
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_demo_that_a_signal_ends_keeps_what_there_is_and_leaves_no_server(
    tmp_path: Path, name: str, status: int
) -> None:
    with running_demo(tmp_path, 60) as process:
        assert process.stdout is not None
        port = int(re.findall(r":(\d+)\. ", process.stdout.readline())[0])
        frame = tmp_path / "frame-0001.png"
        while not frame.exists():
            assert process.poll() is None
        process.send_signal(signal.Signals[name])
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (status, f"dock {DEFAULT_DOCK_ID}\n")
    assert "GET 127.0.0.1" in output
    assert (tmp_path / "contact-sheet.png").exists()
    assert (tmp_path / "traces.jsonl").stat().st_size > 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
