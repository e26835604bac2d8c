"""Runs tests on mutants, in copies of the project."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum
from pathlib import Path

import trio

from ._areas import ROOT

COPIED = ["dl7450", "telemetry", "tests", "examples", "docs", "pyproject.toml", "README.md", "SECURITY.md"]
PATIENCE = 5.0  # seconds


class Outcome(Enum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    TIMED_OUT = "timed out"  # killed, too: a test that does not end is seen


class Copy:
    """A copy of the project, in which one mutant at a time is tested."""

    def __init__(
        self, folder: Path, project: Path = ROOT, names: Sequence[str] = COPIED, patience: float = PATIENCE
    ) -> None:
        """
        Parameters:
            folder: where the copy is made.
            project: what is copied.
            names: the files and folders of the project that its tests need.
            patience: seconds that tests may take longer than twice the time that they take without a mutant.
        """
        self._folder = folder
        self._patience = patience
        self._seconds: dict[tuple[str, ...], float] = {}  # that tests take without a mutant
        self._files_written = 0
        for name in names:
            source, target = project / name, folder / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "_build"))
            else:
                shutil.copy2(source, target)

    async def test(self, file: str, mutant: str, tests: tuple[str, ...]) -> Outcome:
        """Run tests with a mutant in the place of a file.

        Raises:
            RuntimeError: the tests fail without a mutant, too.
        """
        if tests not in self._seconds:
            started = time.monotonic()
            if await self._pytest(tests, 600) != 0:
                raise RuntimeError(f"without a mutant, these tests must pass: pytest {' '.join(tests)}")
            self._seconds[tests] = time.monotonic() - started
        original = (self._folder / file).read_text()
        self._write(file, mutant)
        try:
            status = await self._pytest(tests, 2 * self._seconds[tests] + self._patience)
        finally:
            self._write(file, original)
        return {None: Outcome.TIMED_OUT, 0: Outcome.SURVIVED}.get(status, Outcome.KILLED)

    def _write(self, file: str, text: str) -> None:
        path = self._folder / file
        path.write_text(text)
        # Python takes compiled code for current if the size and the second of the change are the same.
        self._files_written += 1
        os.utime(path, (self._files_written, self._files_written))

    async def _pytest(self, tests: Sequence[str], seconds: float) -> int | None:
        """The exit status, None if the tests took too long."""
        process = await trio.lowlevel.open_process(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests],
            cwd=self._folder,
            env=os.environ | {"PYTHONPATH": f"{self._folder}:{self._folder / 'telemetry'}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            with trio.move_on_after(seconds):
                return await process.wait()
            return None
        finally:
            with suppress(ProcessLookupError):  # of whatever the tests started, nothing is left
                os.killpg(process.pid, signal.SIGKILL)
            with trio.CancelScope(shield=True):  # bounded: what is killed ends
                await process.wait()
