"""Keys that press buttons in `dl7450 run`: on a terminal of the test's own."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.run.test_cli import CLEAN, ROOT, dl7450

pty = pytest.importorskip("pty", reason="there are no such terminals")
termios = pytest.importorskip("termios", reason="there are no such terminals")

APP = """
import gpio
import wakeup
names = ("CENTER", "UP", "DOWN", "LEFT", "RIGHT")
def listen(name):
    gpio.create("JOYSTICK_" + name, lambda: print(name, flush=True))
for name in names:
    listen(name)
print("ready", flush=True)
"""
# What a shell does: the new process is in the foreground of the terminal that is its standard input.
IN_FOREGROUND = """
import fcntl, os, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from dl7450.cli import main
main(prog_name="dl7450")
"""


@contextmanager
def running(tmp_path: Path, source: str = APP) -> Generator[tuple[subprocess.Popen[bytes], int, list[object]]]:
    """Run an app until it prints `ready`: the process, our end of its terminal, and how the terminal was before."""
    app = tmp_path / "app.py"
    app.write_text(source)
    ours, theirs = pty.openpty()
    try:
        before = termios.tcgetattr(theirs)
        with subprocess.Popen(
            [sys.executable, "-c", IN_FOREGROUND, "run", str(app), "--quiet"],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,  # what is printed is either read or not: select() has to know
            cwd=ROOT,
            env=CLEAN,
        ) as process:
            try:
                assert printed(process) == "ready"
                yield process, ours, before
                assert termios.tcgetattr(theirs) == before
            finally:
                process.kill()
    finally:
        os.close(ours)
        os.close(theirs)


def keys(process: subprocess.Popen[bytes], terminal: int, *typed: bytes) -> list[str]:
    """What the app prints for keys, each typed when the one before it has had its effect."""
    lines = []
    for key in typed:
        os.write(terminal, key)
        lines.append(printed(process))
    return lines


def printed(process: subprocess.Popen[bytes]) -> str:
    """The next line that the app prints."""
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], 60)[0], "nothing was printed for a minute"
    return process.stdout.readline().decode().strip()


def test_arrows_and_enter_are_the_joystick(tmp_path: Path) -> None:
    with running(tmp_path) as (process, terminal, _):
        typed = (b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1bOD", b"x\r")
        assert keys(process, terminal, *typed) == ["UP", "DOWN", "RIGHT", "LEFT", "CENTER"]
        os.write(terminal, b"\x03")
        assert (process.wait(timeout=60), process.stderr.read() if process.stderr else None) == (130, b"")


def test_a_key_that_comes_in_pieces_is_one_key(tmp_path: Path) -> None:
    with running(tmp_path) as (process, terminal, _):
        os.write(terminal, b"\x1b")
        assert keys(process, terminal, b"[B") == ["DOWN"]
        os.write(terminal, b"\x03")
        process.wait(timeout=60)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_as_it_was(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path) as (process, terminal, before):
        assert termios.tcgetattr(terminal) != before
        process.send_signal(number)
        assert process.wait(timeout=60) == 128 + number


def test_an_app_that_ends_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    exits = "import gpio, sys\ngpio.create('JOYSTICK_UP', lambda: sys.exit(3))\nprint('ready', flush=True)\n"
    with running(tmp_path, exits) as (process, terminal, _):
        os.write(terminal, b"\x1b[A")
        assert process.wait(timeout=60) == 1


def test_without_a_terminal_an_app_that_listens_is_over_at_once(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    done = dl7450("run", tmp_path / "app.py", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "ready\n", "")
