"""Where the spans go: collectors, each in a process of its own, that read and answer OTLP.

A sink that is added here gets a row in the tables for everything that is traced.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from tests._rotel import running_rotel


@contextmanager
def _rotel() -> Generator[str]:
    """It decodes what it gets, answers and forgets it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_rotel({"--exporter": "blackhole"}, Path(folder) / "rotel.log") as url,
    ):
        yield url


@contextmanager
def _receiver() -> Generator[str]:
    """It answers when it has committed what it gets to its embedded store."""
    command = [sys.executable, "-m", "dl7450", "fleet", "serve", "--otlp", "127.0.0.1:0", "--listen", "127.0.0.1:0"]
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "fleet")
        with subprocess.Popen([*command, "--store", store], stderr=subprocess.PIPE, text=True) as process:
            try:
                assert process.stderr is not None
                variable, is_there, url = process.stderr.readline().strip().partition("=")
                if not is_there:
                    raise RuntimeError(f"dl7450 fleet serve did not start: {variable} {process.stderr.read()}")
                yield url
            finally:
                process.terminate()


ROTEL, RECEIVER = "rotel", "dl7450 fleet"
SINKS: dict[str, Callable[[], AbstractContextManager[str]]] = {ROTEL: _rotel, RECEIVER: _receiver}


def to_sink(subject: str, sink: str) -> str:
    """The name of a traced subject whose spans go to a sink."""
    return f"{subject}, to {sink}"


@contextmanager
def running_sinks() -> Iterator[dict[str, str]]:
    """Start all sinks; gives their URLs for OTLP over HTTP, by name."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(sink()) for name, sink in SINKS.items()}
