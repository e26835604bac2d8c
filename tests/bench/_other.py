"""Two costs that are not a throughput: how fast a request is refused, and how long an import takes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import trio
from trio.testing import wait_all_tasks_blocked

import dl7450

from ._docks import open_dock
from ._telemetry import Telemetry
from ._work import Sample

TOKENS = 16
REFUSALS = 200
SETTLED = 0.01  # seconds without anything to do: the connections are open


@asynccontextmanager
async def _all_tokens_taken(telemetry: Telemetry) -> AsyncGenerator[dl7450.Dock]:
    """A dock whose 16 requests wait for a server that says nothing."""
    silent = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = silent[0].socket.getsockname()[1]
    async with (
        silent[0],
        open_dock(telemetry) as dock,
        trio.open_nursery() as nursery,
    ):
        for _ in range(TOKENS):
            nursery.start_soon(dock.http.get, f"http://127.0.0.1:{port}/")
        await wait_all_tasks_blocked(SETTLED)
        if dock.http.statistics().in_flight != TOKENS:
            raise RuntimeError(f"{dock.http.statistics()}: not all tokens are taken")
        yield dock
        nursery.cancel_scope.cancel("measured")


def measure_refusal(telemetry: Telemetry) -> Sample:
    """How long the 17th request takes that is answered with 89, Trio style."""

    async def main() -> Sample:
        async with _all_tokens_taken(telemetry) as dock:
            wall, cpu = time.perf_counter(), time.process_time()
            for _ in range(REFUSALS):
                response = await dock.http.get("http://127.0.0.1:1/")
                if response.status_code() != 89:
                    raise RuntimeError(f"answered with {response}")
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            return Sample(wall / REFUSALS, cpu / REFUSALS)

    return trio.run(main)


def import_seconds(module: str) -> float:
    """How long a fresh interpreter takes to import a module."""
    code = f"import time; started = time.perf_counter(); import {module}; print(time.perf_counter() - started)"
    return float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
