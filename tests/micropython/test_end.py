"""However a run ends, the interpreter ends with it; and an interpreter that ends first is told."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dl7450.testing import TestDock
from tests import _micropython
from tests.run.test_cli import CLEAN, dl7450

pytestmark = [_micropython.needs_micropython, pytest.mark.dl7450(micropython=True)]

PATIENCE = 60.0  # seconds
COMPUTES = "print('begun')\nwhile True: pass"
WAITS = "import time\nprint('begun')\ntime.sleep(1000)"
SLEEPS = "from wakeup import wakeup\ntimer = wakeup(lambda: None, 1000000)\nprint('begun')"
READS_NOTHING_AT = "import uctypes\nprint('begun')\nuctypes.bytes_at(8, 4)"


def children(process: int) -> set[int]:
    listed = Path(f"/proc/{process}/task").glob("*/children")
    return {int(child) for path in listed for child in path.read_text().split()}


def open_files() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)  # of other processes no event tells


def has_ended(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("source", [COMPUTES, WAITS, SLEEPS], ids=["computes", "waits", "sleeps"])
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGKILL", -9)])
def test_a_signal_ends_the_run_and_the_interpreter(tmp_path: Path, source: str, name: str, status: int) -> None:
    app = tmp_path / "app.py"
    app.write_text(source)
    command = [sys.executable, "-u", "-m", "dl7450", "run", str(app), "--micropython", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=CLEAN) as running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline() == "begun\n"
            [interpreter] = children(running.pid)
            running.send_signal(signal.Signals[name])
            _, errors = running.communicate(timeout=PATIENCE)
        finally:
            running.kill()
    assert (running.returncode, errors) == (status, "")
    wait_for(lambda: has_ended(interpreter))


def test_the_time_limit_ends_an_app_that_computes(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text(COMPUTES)
    done = dl7450("run", app, "--micropython", "--quiet", "--for", 1)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout in ("begun\n", "")  # on a busy machine the time may be over before the app begins


def test_the_errors_of_an_app_are_printed_as_micropython_writes_them(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("from wakeup import wakeup\ndef fail():\n    {}['q']\ntimer = wakeup(fail, 1)")
    done = dl7450("run", app, "--micropython", "--quiet", "--fast", "--heap", "1M")
    expected = f'Traceback (most recent call last):\n  File "{app}", line 3, in fail\nKeyError: q\n'
    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)


def test_a_heap_without_micropython_is_refused(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.touch()
    done = dl7450("run", app, "--heap", "2M")
    assert (done.returncode, done.stdout) == (2, "")
    assert "give --micropython, too" in done.stderr


@pytest.mark.parametrize(
    ("source", "heap", "ended"),
    [(READS_NOTHING_AT, "1M", "was ended by SIGSEGV"), ("", "20K", "ended with status 1")],
    ids=["segfault", "a heap too small to begin"],
)
def test_an_interpreter_that_ends_by_itself_is_told(tmp_path: Path, source: str, heap: str, ended: str) -> None:
    app = tmp_path / "app.py"
    app.write_text(source)
    done = dl7450("run", app, "--micropython", "--quiet", "--fast", "--heap", heap)
    message = f"MicroPython {ended}, and the app cannot go on; what it printed last may say why\n"
    assert (done.returncode, done.stderr) == (1, message)


def test_an_interpreter_that_is_killed_is_told_once_and_on_the_screen(dock: TestDock, tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text(
        "import splashscreen\nfrom wakeup import wakeup\nn = 0\ndef show():\n    global n\n    n += 1\n"
        "    splashscreen.Splashscreen().add_text_box(str(n))\ntimer = wakeup(show, 0, 1000)"
    )
    before = children(os.getpid())
    dock.run_app(app)
    [interpreter] = children(os.getpid()) - before
    os.kill(interpreter, signal.SIGKILL)
    with pytest.raises(Exception, match="MicroPython was ended by SIGKILL, and the app cannot go on"):
        dock.advance(1)
    dock.advance(10)
    assert dock.texts == [
        "MicroPython was ended by SIGKILL, and the app cannot go on; what it printed last may say why"
    ]


@pytest.mark.parametrize("source", [WAITS, SLEEPS], ids=["waits", "sleeps"])
def test_ctrl_c_leaves_nothing_behind(dock: TestDock, tmp_path: Path, source: str) -> None:
    app = tmp_path / "app.py"
    app.write_text(source)
    before = children(os.getpid()), open_files()
    dock.run_app(app, wait=False)
    assert len(children(os.getpid()) - before[0]) == 1
    dock.press_ctrl_c()
    now = children(os.getpid()), open_files()
    assert (now[0] - before[0], now[1] - before[1]) == (set(), set())
