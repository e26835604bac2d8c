"""Where the spans go: collectors, each in a process of its own, that read and answer OTLP.

A sink that is added here gets a row in the tables for everything that is traced.
"""

from __future__ import annotations

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


ROTEL = "rotel"
SINKS: dict[str, Callable[[], AbstractContextManager[str]]] = {ROTEL: _rotel}


def to_sink(subject: str, sink: str) -> str:
    """The name of a traced subject whose spans go to a sink."""
    return f"{subject}, to {sink}"


@contextmanager
def running_sinks() -> Iterator[dict[str, str]]:
    """Start all sinks; gives their URLs for OTLP over HTTP, by name."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(sink()) for name, sink in SINKS.items()}
