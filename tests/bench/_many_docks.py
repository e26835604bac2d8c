"""Many docks in one process: what an idle dock and a request in flight take, and what a request costs among 4000.

The docks live in processes of their own (`python -m tests.bench._many_docks DOCKS SITE`): one with a single dock and
one with 500 work in turn, so that what a request costs is compared at the same moment, and neither's memory holds what
the other has left. Each line on such a process's standard input is a command, in JSON; each is answered with a line.
"""

from __future__ import annotations

import gc
import json
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import trio
from trio.testing import wait_all_tasks_blocked

import dl7450

from ._docks import open_dock
from ._server import BODIES, Site
from ._statistics import Spread, spread
from ._telemetry import DROPPED, no_losses

DOCKS = 500
REQUESTS_OF_ONE = 2000  # in a round, by a single dock
REQUESTS_PER_PLACE = 3  # in a round, by each of 8 places of 500 docks
PATIENT_THRESHOLD = 50_000  # allocations between two runs of the collector; the default is 700 in Python 3.11
IN_FLIGHT = 8  # requests per dock
DOCKS_PER_SILENT_SERVER = 100  # the kernel holds 4096 connections that nobody accepts


@dataclass
class ManyDocks:
    """Kibibytes and ratios."""

    docks: int
    requests_in_flight: int
    idle_dock: float  # KiB above the first
    request_in_flight: float  # KiB
    peak_per_request: float  # KiB: the process after all have been answered, keeping their connections
    cost: Spread  # CPU time per request, as a ratio to one dock's
    cost_with_patient_collector: Spread


def measure_many_docks(site: Site, rounds: int, say: Callable[[str], None]) -> ManyDocks:
    with docks_process(1, site) as one, docks_process(DOCKS, site) as many:
        say("many docks: opening them")
        one.do("open_first")
        first = many.do("open_first")
        opened = many.do("open_others")
        say("many docks: all requests in flight at once")
        held = many.do("hold")
        warm = many.do("fetch", per_place=1)

        def cost_ratios(collector: str) -> Spread:
            found = []
            for index in range(rounds):
                say(f"many docks: round {index + 1} of {rounds}, {collector} collector")
                alone = one.do("fetch", per_place=REQUESTS_OF_ONE // IN_FLIGHT)
                among = many.do("fetch", per_place=REQUESTS_PER_PLACE)
                found.append(among["cpu"] / alone["cpu"])
            return spread(found)

        cost = cost_ratios("default")
        one.do("set_collector_threshold", threshold=PATIENT_THRESHOLD)
        many.do("set_collector_threshold", threshold=PATIENT_THRESHOLD)
        cost_with_patient_collector = cost_ratios("patient")
    places = DOCKS * IN_FLIGHT
    return ManyDocks(
        docks=DOCKS,
        requests_in_flight=places,
        idle_dock=(opened - first) / (DOCKS - 1) / 1024,
        request_in_flight=(held - opened) / places / 1024,
        peak_per_request=(warm["memory"] - opened) / places / 1024,
        cost=cost,
        cost_with_patient_collector=cost_with_patient_collector,
    )


class DocksProcess:
    """A process with docks, told what to do."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def do(self, command: str, **arguments: object) -> Any:
        """Have a command of `Docks` executed, and return its result."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({"command": command, **arguments}), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{command}: the process has ended with status {self._process.wait()}")
        return json.loads(line)


@contextmanager
def docks_process(count: int, site: Site) -> Generator[DocksProcess]:
    command = [sys.executable, "-m", "tests.bench._many_docks", str(count), json.dumps(asdict(site))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield DocksProcess(process)


class Docks:
    """What such a process does. Every public method is a command."""

    def __init__(self, count: int, site: Site, stack: AsyncExitStack) -> None:
        self._count = count
        self._site = site
        self._stack = stack
        self._docks: list[dl7450.Dock] = []

    async def open_first(self) -> int:
        """Open a dock and use it, so that everything is loaded; return the process's memory in bytes."""
        await self._open_one()
        await self.fetch(4)
        return _memory()

    async def open_others(self) -> int:
        while len(self._docks) < self._count:
            await self._open_one()
        return _memory()

    async def set_collector_threshold(self, threshold: int) -> None:
        """Have Python's collector of cycles look less often at what is alive. The default is 700."""
        gc.set_threshold(threshold)

    async def hold(self) -> int:
        """Have 8 requests of every dock wait for an answer that never comes; return the memory meanwhile."""
        with ExitStack() as servers:
            async with trio.open_nursery() as nursery:
                for index, dock in enumerate(self._docks):
                    if index % DOCKS_PER_SILENT_SERVER == 0:
                        port = servers.enter_context(_silent_server()).getsockname()[1]
                    for _ in range(IN_FLIGHT):
                        nursery.start_soon(dock.http.get, f"http://127.0.0.1:{port}/")
                await wait_all_tasks_blocked(0.05)
                held = sum(dock.http.statistics().in_flight for dock in self._docks)
                if held != len(self._docks) * IN_FLIGHT:
                    raise RuntimeError(f"{held} requests are in flight, not {len(self._docks) * IN_FLIGHT}")
                memory = _memory()
                nursery.cancel_scope.cancel("measured")
        return memory

    async def fetch(self, per_place: int) -> dict[str, float]:
        """Fetch with every dock, 8 at a time; return seconds per request, CPU time and real, and the memory then."""
        url = f"{self._site.http}/1k"

        async def fetch_some(dock: dl7450.Dock) -> None:
            for _ in range(per_place):
                response = await dock.http.get(url)
                if (response.status_code(), len(response.body())) != (200, BODIES["1k"]):
                    raise RuntimeError(f"answered with {response}")

        wall, cpu = time.perf_counter(), time.process_time()
        async with trio.open_nursery() as nursery:
            for dock in self._docks:
                for _ in range(IN_FLIGHT):
                    nursery.start_soon(fetch_some, dock)
        requests = len(self._docks) * IN_FLIGHT * per_place
        return {
            "wall": (time.perf_counter() - wall) / requests,
            "cpu": (time.process_time() - cpu) / requests,
            "memory": _memory(),
        }

    async def _open_one(self) -> None:
        dock = open_dock(DROPPED)
        self._docks.append(await self._stack.enter_async_context(dock))


def _silent_server() -> socket.socket:
    """It listens and nothing else: connections are opened by the kernel, and no request is ever answered."""
    return socket.create_server(("127.0.0.1", 0), backlog=4096)


def _memory() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


async def main(count: int, site: Site) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    async with AsyncExitStack() as stack:
        docks = Docks(count, site, stack)
        while line := await trio.to_thread.run_sync(sys.stdin.readline):
            arguments = json.loads(line)
            result = await getattr(docks, arguments.pop("command"))(**arguments)
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    with no_losses():
        trio.run(main, int(sys.argv[1]), Site(**json.loads(sys.argv[2])))
