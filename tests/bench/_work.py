"""What is measured: the works, how they are run on Trio, on asyncio and without either, and how long they took.

A subject fetches a URL and says how many bytes of body came with status 200, 0 for any other end. What it says is
checked, so nobody is fast by not doing the work.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

import trio

from ._server import BODIES, Site
from ._telemetry import GetTelemetry, Telemetry, untraced

Fetch: TypeAlias = Callable[[str], int]
AsyncFetch: TypeAlias = Callable[[str], Awaitable[int]]
Style: TypeAlias = Literal["async", "sync"]
OpenClient: TypeAlias = "Callable[[Work, Site, Telemetry], AbstractContextManager[Fetch]]"
OpenAsyncClient: TypeAlias = "Callable[[Work, Site, Telemetry], AbstractAsyncContextManager[AsyncFetch]]"


@dataclass(frozen=True)
class Work:
    """A number of requests, `in_flight` of them at the same time."""

    name: str
    path: str
    count: int
    in_flight: int = 1
    new_tls: bool = False  # a TLS connection for each request
    failing: bool = False  # a tenth of them: half are answered with 404, half find the connection refused

    def urls(self, site: Site) -> list[str]:
        urls = [f"{site.https if self.new_tls else site.http}/{self.path}"] * self.count
        if self.failing:
            urls[9::20] = [f"{site.http}/missing"] * len(urls[9::20])
            urls[19::20] = [f"{site.refused}/{self.path}"] * len(urls[19::20])
        return urls

    def warm_up_urls(self, site: Site) -> list[str]:
        return self.urls(site)[:1] * (self.in_flight + 4)

    @property
    def headers(self) -> dict[str, str]:
        return {"Connection": "close"} if self.new_tls else {}

    @property
    def bytes_expected(self) -> int:
        failures = len(range(9, self.count, 10)) if self.failing else 0
        return (self.count - failures) * BODIES[self.path]


ONE_BY_ONE = Work("1 KiB", "1k", 200)
SIXTEEN = Work("1 KiB x 16", "1k", 400, in_flight=16)
HALF_MIB = Work("512 KiB", "512k", 60)
EIGHT_MIB = Work("8 MiB", "8m", 5)
NEW_TLS = Work("new TLS", "1k", 24, new_tls=True)
SOME_FAIL = Work("10 % fail x 16", "1k", 400, in_flight=16, failing=True)
WORKS = [ONE_BY_ONE, SIXTEEN, HALF_MIB, EIGHT_MIB, NEW_TLS, SOME_FAIL]


class Sample(NamedTuple):
    """Seconds per request: on the clock, and of this process's CPU time."""

    wall: float
    cpu: float


@dataclass
class Timer:
    """Times the block of `running` until its spans are delivered, and checks at its end what was received in it."""

    work: Work
    telemetry: Telemetry
    received: int = 0
    sample: Sample = field(init=False)

    @contextmanager
    def running(self) -> Generator[None]:
        self.telemetry.flush()  # of the warm-up
        gc.collect()
        self.received = 0
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.telemetry.flush()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        self.sample = Sample(wall / self.work.count, cpu / self.work.count)
        if self.received != self.work.bytes_expected:
            raise RuntimeError(f"{self.work.name}: {self.received} bytes came, not {self.work.bytes_expected}")


@dataclass(frozen=True)
class Subject:
    """Something that fetches URLs, and how it is measured."""

    name: str
    style: Style
    measure: Callable[[Work, Site], Sample]


def on_trio(open_client: OpenAsyncClient, get_telemetry: GetTelemetry = untraced) -> Callable[..., Sample]:
    """How a Trio client is measured."""

    def measure(work: Work, site: Site) -> Sample:
        telemetry = get_telemetry(site)
        timer = Timer(work, telemetry)

        async def fetch_all(fetch: AsyncFetch, urls: list[str]) -> None:
            queue = iter(urls)
            async with trio.open_nursery() as nursery:
                for _ in range(work.in_flight):
                    nursery.start_soon(_fetch_each, fetch, queue, timer)

        async def main() -> None:
            async with open_client(work, site, telemetry) as fetch:
                await fetch_all(fetch, work.warm_up_urls(site))
                with timer.running():
                    await fetch_all(fetch, work.urls(site))

        trio.run(main)
        return timer.sample

    return measure


def on_asyncio(open_client: OpenAsyncClient, get_telemetry: GetTelemetry = untraced) -> Callable[..., Sample]:
    """How an asyncio client is measured."""

    def measure(work: Work, site: Site) -> Sample:
        telemetry = get_telemetry(site)
        timer = Timer(work, telemetry)

        async def fetch_all(fetch: AsyncFetch, urls: list[str]) -> None:
            queue = iter(urls)
            async with asyncio.TaskGroup() as group:
                for _ in range(work.in_flight):
                    group.create_task(_fetch_each(fetch, queue, timer))

        async def main() -> None:
            async with open_client(work, site, telemetry) as fetch:
                await fetch_all(fetch, work.warm_up_urls(site))
                with timer.running():
                    await fetch_all(fetch, work.urls(site))

        asyncio.run(main())
        return timer.sample

    return measure


def in_a_thread(open_client: OpenClient, get_telemetry: GetTelemetry = untraced) -> Callable[..., Sample]:
    """How a client that blocks is measured: one request at a time."""

    def measure(work: Work, site: Site) -> Sample:
        telemetry = get_telemetry(site)
        timer = Timer(work, telemetry)
        with open_client(work, site, telemetry) as fetch:
            fetch_one_by_one(fetch, work, site, timer)
        return timer.sample

    return measure


def fetch_one_by_one(fetch: Fetch, work: Work, site: Site, timer: Timer) -> None:
    for url in work.warm_up_urls(site):
        fetch(url)
    urls = work.urls(site)
    with timer.running():
        for url in urls:
            timer.received += fetch(url)


async def _fetch_each(fetch: AsyncFetch, queue: Iterator[str], timer: Timer) -> None:
    for url in queue:
        received = await fetch(url)
        timer.received += received
