"""`Intake`: bodies to committed rows.

Whatever waits is decoded as one group and kept in one transaction, since a commit costs the same for one span as for
ten thousand. While a group is being kept, the next one is decoded. Both are done on threads.

A sender repeats a request whose acknowledgement it has missed. It sends the same bytes, so the digests of the last
requests are remembered, and committed with what they brought: a repetition is acknowledged, and not kept again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeAlias

import trio

from ..columns import Batch
from ..owner import StoreOwner
from ..store import StoreError
from .body import RefusedError

# What a body holds, and what is wrong with the parts that are left out; RefusedError if nothing can be taken.
Decode: TypeAlias = Callable[[], tuple[list[Batch], list[str]]]

_GROUP = 4 << 20  # bytes of bodies: some 20,000 spans
_REMEMBERED = 100_000  # requests
_LONG = 1 << 20  # bytes: what takes a millisecond to digest


@dataclass(slots=True, eq=False)
class _Delivery:
    """One body on its way."""

    decode: Decode
    size: int
    digest: int
    done: trio.Event = field(default_factory=trio.Event)
    faults: list[str] = field(default_factory=list)
    error: RefusedError | None = None


class Intake:
    """Takes bodies while `run` runs."""

    def __init__(self, owner: StoreOwner) -> None:
        self._owner = owner
        self._waiting: deque[_Delivery] = deque()
        self._more = trio.Event()
        self._one_decoder = trio.CapacityLimiter(1)
        self._on_the_way: dict[int, _Delivery] = {}
        self._kept = dict.fromkeys(owner.kept_requests(_REMEMBERED))  # digests, the oldest first

    async def keep(self, decode: Decode, body: bytes) -> list[str]:
        """Decode and keep what a body holds; when it returns, that is committed.

        Parameters:
            decode: decodes the body; called on a thread.
            body: by it, a repetition is recognized.

        Returns:
            What is wrong with the parts that were left out.

        Raises:
            RefusedError: nothing of it is kept.
        """
        digest = _digest(body) if len(body) < _LONG else await trio.to_thread.run_sync(_digest, body)
        if digest in self._kept:
            return []
        delivery = self._on_the_way.get(digest)
        if delivery is None:
            delivery = self._on_the_way[digest] = _Delivery(decode, len(body), digest)
            self._waiting.append(delivery)
            self._more.set()
        await delivery.done.wait()
        if delivery.error is not None:
            raise delivery.error
        return delivery.faults

    async def run(self) -> None:
        """Decode and keep what arrives, until it is cancelled."""
        decoded, to_keep = trio.open_memory_channel[tuple[list[_Delivery], list[Batch]]](0)
        async with trio.open_nursery() as nursery, decoded, to_keep:
            nursery.start_soon(self._keep_groups, to_keep)
            while True:
                await self._more.wait()
                group = self._next_group()
                batches = await trio.to_thread.run_sync(_decode, group, limiter=self._one_decoder)
                await decoded.send((group, batches))

    def _next_group(self) -> list[_Delivery]:
        group = [self._waiting.popleft()]
        size = group[0].size
        while self._waiting and size + self._waiting[0].size <= _GROUP:
            group.append(self._waiting.popleft())
            size += group[-1].size
        if not self._waiting:
            self._more = trio.Event()
        return group

    async def _keep_groups(self, groups: trio.MemoryReceiveChannel[tuple[list[_Delivery], list[Batch]]]) -> None:
        async for group, batches in groups:
            try:
                digests = [delivery.digest for delivery in group if delivery.error is None]
                for batch in batches:
                    await self._owner.insert(batch, digests if batch is batches[-1] else ())
            except StoreError as error:
                for delivery in group:
                    delivery.error = delivery.error or RefusedError(503, str(error), retry_after=10)
            for delivery in group:
                self._end(delivery)

    def _end(self, delivery: _Delivery) -> None:
        del self._on_the_way[delivery.digest]
        if delivery.error is None:
            self._kept[delivery.digest] = None
            if len(self._kept) > _REMEMBERED:
                del self._kept[next(iter(self._kept))]
        delivery.done.set()


def _digest(body: bytes) -> int:
    return int.from_bytes(sha256(body).digest()[:8], "big")


def _decode(group: list[_Delivery]) -> list[Batch]:
    """The rows of a group, one batch for each table."""
    together: dict[str, Batch] = {}
    for delivery in group:
        try:
            batches, delivery.faults = delivery.decode()
        except RefusedError as error:
            delivery.error = error
            continue
        for batch in batches:
            if batch.table in together:
                together[batch.table].extend(batch)
            elif len(batch):
                together[batch.table] = batch
    return list(together.values())
