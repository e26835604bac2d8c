"""The pages of a store, served on loopback by a thread of the test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from queue import SimpleQueue
from typing import NamedTuple

import outcome
import trio

from dl7450_telemetry.fleet.alerts.rules import Rules
from dl7450_telemetry.fleet.alerts.watch import Watch
from dl7450_telemetry.fleet.columns import Batch
from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.owner import owned_store
from dl7450_telemetry.fleet.pages import fleet_site
from dl7450_telemetry.fleet.server import serve
from dl7450_telemetry.fleet.table import Table
from dl7450_telemetry.web import Access

STARTS_WITHIN = 60.0  # seconds


class Served(NamedTuple):
    """Pages under way: where they are, and how to put more into their store or ask it."""

    url: str
    insert: Callable[[Iterable[Batch]], None]
    ask: Callable[[str, Filters], Table]


@contextmanager
def served_pages(
    batches: Iterable[Batch],
    *,
    now: int,
    silence: int,
    access: Access = Access(),  # noqa: B008  # it is frozen
) -> Generator[Served]:
    """Serve the pages of a store in memory for the length of the block.

    Parameters:
        batches: what it holds.
        now: the time that the pages take for now, in nanoseconds since 1970.
        silence: nanoseconds after which a dock is silent.
        access: who may see the pages.
    """
    started: SimpleQueue[outcome.Outcome[tuple[Served, Callable[[], None]]]] = SimpleQueue()

    async def main() -> None:
        async with owned_store(":memory:") as owner, trio.open_nursery() as nursery:

            async def insert(more: Iterable[Batch]) -> None:
                for batch in more:
                    await owner.insert(batch)

            await insert(batches)
            stop = trio.Event()
            token = trio.lowlevel.current_trio_token()
            watch = Watch(Rules(), owner.ask, None, silence=silence, now=lambda: now)
            await watch.look()
            site = fleet_site(owner.ask, access, lambda: owner.version, watch.table, silence=silence, now=lambda: now)
            url = await nursery.start(serve, site, "127.0.0.1:0", stop)
            served = Served(
                url,
                lambda more: trio.from_thread.run(insert, more, trio_token=token),
                lambda name, filters: trio.from_thread.run(owner.ask, name, filters, trio_token=token),
            )
            started.put(outcome.Value((served, lambda: token.run_sync_soon(stop.set))))

    def run() -> None:
        result = outcome.capture(trio.run, main)
        if isinstance(result, outcome.Error):
            started.put(result)

    thread = threading.Thread(target=run, name="pages", daemon=True)
    thread.start()
    served, stop = started.get(timeout=STARTS_WITHIN).unwrap()
    try:
        yield served
    finally:
        stop()
        thread.join(STARTS_WITHIN)
