"""The lag of the server's own loop is kept, and is on its own page."""

import trio

from dl7450_telemetry.fleet.columns import Batch
from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.own_lag import SERVER, keep_own_lag
from dl7450_telemetry.fleet.owner import StoreOwner
from dl7450_telemetry.fleet.store import StoreError, open_store

ALL_TIME = Filters(0, 2**63 - 1)


async def test_what_the_loop_was_late_is_kept_also_after_the_disk_was_full_and_is_no_dock() -> None:
    store = open_store(":memory:")
    owner = StoreOwner(store)
    refused: list[str] = []
    kept = trio.Event()

    async def insert(batch: Batch) -> None:
        if not refused:
            refused.append(batch.table)
            raise StoreError("the disk is full")
        await owner.insert(batch)
        if "histogram" in batch.table:
            kept.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(keep_own_lag, insert, 0.05)
        with trio.fail_after(30):
            await kept.wait()
        nursery.cancel_scope.cancel()
    lag = await owner.ask("lag", ALL_TIME, id=SERVER)
    others = [await owner.ask(name, ALL_TIME) for name in ("docks", "fleet", "choices")]
    store.close()
    assert refused
    assert sum(row["steps"] for row in lag.dicts()) > 0
    assert [list(table.rows) for table in others] == [[], [], []]
