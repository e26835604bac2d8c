"""Nothing ever leaks: after ten thousand requests, good, failed and cancelled, everything is as it was before."""

import gc
import json
import random
import resource
import sys
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from subprocess import PIPE
from typing import NamedTuple

import trio
from trio.testing import wait_all_tasks_blocked

import dl7450
from dl7450 import http
from dl7450.http import Response
from dl7450.http._client import HttpStatistics
from tests._styles import STYLES, Style, ask

ROOT = Path(__file__).parents[2]
TOKENS = 16
WORKERS = TOKENS - 2  # two are left for the app

# A server as small as can be, as it is started often: it answers `/whole`, and to all else it sends half an answer.
# It prints a line for each request, so that it can be killed when they are all in flight.
MORTAL_SERVER = """
import socket, sys, threading
def serve(connection):
    while data := connection.recv(65536):
        answer = b"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello"
        connection.sendall(answer if data.startswith(b"GET /whole") else answer[:-2])
        print("request", flush=True)
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=listener.accept()[:1], daemon=True).start()
"""


class Held(NamedTuple):
    """What the process holds."""

    files: int
    threads: int
    tasks: int
    objects: int
    kib: int


def held() -> Held:
    """Measure it."""
    gc.collect()
    return Held(
        len(list(Path("/proc/self/fd").iterdir())),
        sum("dl7450" in thread.name for thread in threading.enumerate()),
        trio.lowlevel.current_statistics().tasks_living,
        len(gc.get_objects()),
        int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024,
    )


@asynccontextmanager
async def process(*arguments: str) -> AsyncGenerator[tuple[trio.Process, trio.abc.ReceiveStream]]:
    """A Python process, and what it prints; it is killed in the end."""
    async with trio.open_nursery() as nursery:
        start = partial(trio.run_process, stdin=PIPE, stdout=PIPE, check=False, cwd=ROOT)
        running = await nursery.start(start, [sys.executable, *arguments])
        assert running.stdout is not None
        async with running.stdout:
            yield running, running.stdout
            running.kill()


async def mixed_requests(dock: dl7450.Dock, good: str, slow: str, bad: list[str], count: int) -> None:
    """Half of them by Trio tasks, half by an app in both of its styles; a third is cancelled and a third fails."""
    choose = random.Random(count)
    rounds = count // 4 // 3  # of an app; each makes three requests that wait and three with callbacks

    async def worker() -> None:
        for _ in range(count // 2 // 3 // WORKERS):
            assert (await dock.http.get(good)).status_code() == 200
            assert (await dock.http.get(choose.choice(bad))).status_code() < 100
            with trio.move_on_after(choose.random() / 1000) as scope:
                await dock.http.get(slow)
            assert scope.cancelled_caught

    def app() -> None:
        for _ in range(rounds):
            assert http.get(good).status_code() == 200
            assert http.get(choose.choice(bad)).status_code() < 100
            http.get_async(slow, never).cancel()
        next_round()

    def next_round() -> None:
        nonlocal rounds
        rounds -= 1
        if rounds >= 0:
            http.get_async(slow, never).cancel()
            http.get_async(good, on_good)

    def on_good(answer: Response) -> None:
        assert answer.status_code() == 200
        http.get_async(choose.choice(bad), on_bad)

    def on_bad(answer: Response) -> None:
        assert answer.status_code() < 100
        next_round()

    async with trio.open_nursery() as nursery:
        for _ in range(WORKERS):
            nursery.start_soon(worker)
        await dock.run_app(app)


async def fill_the_places(dock: dl7450.Dock, good: str) -> None:
    """Make as many requests at once as may be: all of the connections that are kept idle are there then."""
    async with trio.open_nursery() as nursery:
        for _ in range(TOKENS):
            nursery.start_soon(dock.http.get, good)
    await wait_all_tasks_blocked()


def never(answer: Response) -> None:
    raise AssertionError(f"a cancelled request was answered: {answer}")


async def test_ten_thousand_requests_leave_nothing_and_memory_stays_flat() -> None:
    async with process("-m", "tests._fault_process") as (_, printed), dl7450.open_dock() as dock:
        good, slow, *bad = json.loads(await printed.receive_some())
        bad += ["ftp://127.0.0.1/", "http://[/"]
        await mixed_requests(dock, good, slow, bad, 1_000)
        await fill_the_places(dock, good)
        before = held()
        await mixed_requests(dock, good, slow, bad, 10_000)
        await fill_the_places(dock, good)
        after, statistics = held(), dock.http.statistics()
    third = statistics.failed
    assert third > 3_500
    # Whose deadline has passed at once cancels before there is a request.
    assert statistics == HttpStatistics(TOKENS, 0, third + 2 * TOKENS, failed=third, cancelled=statistics.cancelled)
    assert third * 0.99 < statistics.cancelled <= third
    assert after[:3] == before[:3]
    assert after.objects < before.objects + 500
    assert after.kib < before.kib + 4096


async def test_a_server_that_dies_fifty_times_never_costs_a_dock() -> None:
    port = "0"
    async with dl7450.open_dock() as dock:
        for round_ in range(50):
            async with process("-I", "-S", "-c", MORTAL_SERVER, port) as (server, printed):
                port = (await printed.receive_some()).decode().strip()
                url = f"http://127.0.0.1:{port}"
                assert (await dock.http.get(f"{url}/whole")).status_code() == 200
                assert await in_flight_when_killed(dock, f"{url}/half", server, printed) == [18] * len(STYLES)
            await wait_all_tasks_blocked()
            if round_ == 0:
                before = held()
        assert held()[:3] == before[:3]
        assert dock.http.statistics() == HttpStatistics(16, 0, completed=50, failed=50 * len(STYLES))


async def in_flight_when_killed(
    dock: dl7450.Dock, url: str, server: trio.Process, printed: trio.abc.ReceiveStream
) -> list[int]:
    """Kill the server when it has sent half of its answer to a request of each style; return what they end with."""
    codes: list[int] = []

    async def get(style: Style) -> None:
        codes.append((await ask(dock, style, url)).status_code())

    async with trio.open_nursery() as nursery:
        for style in STYLES:
            nursery.start_soon(get, style)
        seen = b""
        while seen.count(b"\n") < 1 + len(STYLES):  # the one before was answered
            seen += await printed.receive_some()
        server.kill()
    return codes
