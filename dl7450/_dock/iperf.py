"""Measuring the network for an app: by `iperf3` where it is installed, else by what the dock's description says.

On virtual time nothing is measured: ten seconds of it pass at once.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import trio
from opentelemetry import trace
from opentelemetry.trace import Link
from trio.testing import MockClock

from .._device.machine import Machine
from .._trio.app_tasks import AppTasks
from .._trio.lifetime import Lifetime
from .app_calls import AppCalls

SECONDS = 10  # the dock's tests are as long as iperf3's are by default
_BLOCK = 131_072  # bytes that iperf3 sends at a time


class IperfTests:
    """Those of one dock. Used on the Trio thread only.

    Attributes:
        tasks: the tests that run.
    """

    def __init__(self, lifetime: Lifetime, app_calls: AppCalls, machine: Machine, now: Callable[[], int]) -> None:
        self.tasks = AppTasks(lifetime)
        self._turns = lifetime.turns
        self._app_calls = app_calls
        self._machine = machine
        self._now = now

    def start(self, host: str, port: int, on_complete: Callable[[dict[str, object]], object] | None) -> None:
        """Begin a test; its result goes to a callback, if there is one."""
        setter = trace.get_current_span().get_span_context()
        links = [Link(setter)] if setter.is_valid else []
        turn = self._turns.in_turn()
        self.tasks.start_soon(self._test, turn, host, port, on_complete, links, name="dl7450 iperf")

    async def _test(
        self,
        turn: AbstractAsyncContextManager[None],
        host: str,
        port: int,
        on_complete: Callable[[dict[str, object]], object] | None,
        links: list[Link],
    ) -> None:
        async with turn:
            output = await self._measure(host, port)
        if on_complete is not None:
            self._app_calls.notify(f"iperf {host}:{port}", on_complete, lambda: (_parsed(output),), links, _always)

    async def _measure(self, host: str, port: int) -> str:
        """What iperf3 prints."""
        program = shutil.which("iperf3")
        network = self._machine.address
        if network is None:
            return json.dumps(_failure("unable to connect to server: Network is unreachable"))
        if program is None or isinstance(trio.lowlevel.current_clock(), MockClock):
            begun = self._now() // 1_000_000_000
            await trio.sleep(SECONDS)
            return json.dumps(invented(host, port, network.bandwidth, begun))
        command = [program, "--json", "--client", host, "--port", str(port), "--time", str(SECONDS)]
        try:
            done = await trio.run_process(command, capture_stdout=True, stderr=subprocess.DEVNULL, check=False)
        except OSError as error:  # no file descriptor is left, for example
            return json.dumps(_failure(f"unable to start iperf3: {error.strerror}"))
        return done.stdout.decode("utf-8", "replace")


def invented(host: str, port: int, bits_per_second: float, begun: int) -> dict[str, object]:
    """What iperf3 prints of a test on a network that does exactly this.

    Parameters:
        begun: seconds since 1970.
    """

    def over(start: int, end: int) -> dict[str, object]:
        size = int(bits_per_second / 8 * (end - start))
        return {
            "start": start,
            "end": end,
            "seconds": end - start,
            "bytes": size,
            "bits_per_second": bits_per_second,
            "retransmits": 0,
        }

    seconds = [{**over(second, second + 1), "omitted": False, "sender": True} for second in range(SECONDS)]
    return {
        "start": {
            "connected": [{"remote_host": host, "remote_port": port}],
            "timestamp": {"timesecs": begun},
            "connecting_to": {"host": host, "port": port},
            "test_start": {"protocol": "TCP", "num_streams": 1, "blksize": _BLOCK, "duration": SECONDS, "reverse": 0},
        },
        "intervals": [{"streams": [dict(second)], "sum": second} for second in seconds],
        "end": {
            "sum_sent": {**over(0, SECONDS), "sender": True},
            "sum_received": {**over(0, SECONDS), "sender": True},
        },
    }


def _always() -> bool:
    return True


def _failure(error: str) -> dict[str, object]:
    return {"start": {"connected": []}, "intervals": [], "end": {}, "error": error}


def _parsed(output: str) -> dict[str, object]:
    try:
        result = json.loads(output)
    except (ValueError, RecursionError):
        return {}
    return result if isinstance(result, dict) else {}
