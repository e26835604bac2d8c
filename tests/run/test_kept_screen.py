"""An app that raised, in a terminal: its traceback stays on the screen until somebody ends the run."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.run.test_cli import CLEAN, ROOT, dl7450
from tests.run.test_keys import IN_FOREGROUND

pty = pytest.importorskip("pty", reason="there are no such terminals")

STAYS = "the app has ended; its traceback stays on the screen until Ctrl-C"


@contextmanager
def raised(tmp_path: Path, source: str, *arguments: str) -> Generator[tuple[subprocess.Popen[str], int, IO[str]]]:
    """Run an app in a terminal until it has raised: the process, our end of its terminal, the rest of its stderr."""
    app = tmp_path / "app.py"
    app.write_text(source)
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            [sys.executable, "-c", IN_FOREGROUND, "run", str(app), "--quiet", *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=CLEAN,
        ) as process:
            try:
                assert process.stderr is not None
                while (line := process.stderr.readline()) != "ValueError: broken\n":
                    assert line, "it has ended"
                yield process, ours, process.stderr
            finally:
                process.kill()
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(
    "source",
    [
        "raise ValueError('broken')",
        "import wakeup\ndef f(): raise ValueError('broken')\nt = wakeup.wakeup(f, 0)\nu = wakeup.wakeup(print, 9, 9)",
    ],
)
def test_it_stays_until_ctrl_c_says_so_and_the_exit_status_is_the_apps(tmp_path: Path, source: str) -> None:
    with raised(tmp_path, source) as (process, terminal, errors):
        assert errors.readline() == f"{STAYS}\n"
        os.write(terminal, b"\x03")
        assert (process.wait(60), errors.read()) == (1, "")


def test_another_signal_is_told_by_the_exit_status(tmp_path: Path) -> None:
    with raised(tmp_path, "raise ValueError('broken')") as (process, _, errors):
        assert errors.readline() == f"{STAYS}\n"
        process.send_signal(signal.SIGTERM)
        assert (process.wait(60), errors.read()) == (143, "")


@pytest.mark.parametrize("arguments", [["--fast"], ["--for", "0.1"]])
def test_a_run_that_ends_by_itself_says_nothing_of_ctrl_c(tmp_path: Path, arguments: list[str]) -> None:
    with raised(tmp_path, "raise ValueError('broken')", *arguments) as (process, _, errors):
        assert (process.wait(60), errors.read()) == (1, "")


def test_a_run_without_a_terminal_ends_at_once(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("raise ValueError('broken')")
    ended = dl7450("run", str(app), "--quiet")
    assert (ended.returncode, STAYS in ended.stderr) == (1, False)
