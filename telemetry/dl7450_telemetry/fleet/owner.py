"""`StoreOwner`: the one task tree that uses a store. It keeps the store's work off the event loop."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Protocol

import trio

from .columns import Batch
from .filters import Filters
from .questions import ask
from .store import Store, open_store
from .table import Table

_READERS = 4


class Ask(Protocol):
    """Asks a store: `StoreOwner.ask`."""

    def __call__(self, name: str, filters: Filters, **arguments: Any) -> Awaitable[Table]: ...


class StoreOwner:
    """An open store for a Trio program.

    Attributes:
        version: another number whenever the store holds something else.
    """

    def __init__(self, store: Store) -> None:
        self.version = 0
        self._store = store
        self._one_writer = trio.CapacityLimiter(1)
        self._readers = trio.CapacityLimiter(_READERS)

    def kept_requests(self, most: int) -> list[int]:
        """The digests of the last requests that are kept, as `Store.kept_requests` gives them."""
        return self._store.kept_requests(most)

    async def insert(self, batch: Batch, requests: Collection[int] = ()) -> None:
        """Keep the spans of a batch, and the digests of the requests that they end; when it returns, all is committed.

        Raises:
            StoreError: none of them is kept.
        """
        await trio.to_thread.run_sync(self._store.insert, batch, requests, limiter=self._one_writer)
        self.version += 1

    async def forget(self, *, keep: int | None = None, max_bytes: int | None = None) -> list[str]:
        """Delete the oldest days, as `Store.forget` does."""
        forgotten = await trio.to_thread.run_sync(
            partial(self._store.forget, keep=keep, max_bytes=max_bytes), limiter=self._one_writer
        )
        self.version += bool(forgotten)
        return forgotten

    async def ask(self, name: str, filters: Filters, **arguments: Any) -> Table:
        """The answer to a question, as `questions.ask` gives it."""
        return await trio.to_thread.run_sync(
            partial(ask, self._store, name, filters, **arguments), limiter=self._readers
        )


@asynccontextmanager
async def owned_store(place: str, progress: Callable[[str], None] = lambda _: None) -> AsyncGenerator[StoreOwner]:
    """The store at a place, as `open_store` takes it, open for the length of the block."""
    store = await trio.to_thread.run_sync(open_store, place, progress)
    try:
        yield StoreOwner(store)
    finally:
        with trio.CancelScope(shield=True):  # closing a store takes no longer than its last insert
            await trio.to_thread.run_sync(store.close)
