"""`Store`: what the rest of the fleet knows of an engine."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeAlias

from ..columns import LATEST, Batch

Engine: TypeAlias = Literal["duckdb", "clickhouse"]


class StoreError(Exception):
    """The store cannot be opened, read or written; the message names the fix."""


class StoreUnavailableError(StoreError):
    """The store's server cannot be reached, and may be there again later."""


class Store(Protocol):
    """What keeps spans, and answers SQL about them."""

    engine: Engine
    has_rollups: bool  # whether it has the tables of `rollups.py`

    def kept_requests(self, most: int) -> list[int]:
        """The digests of the requests of the last hour that are kept, the oldest first; empty if the store has none."""

    def known_requests(self, digests: Collection[int]) -> set[int]:
        """Those of the digests whose requests are kept, whenever they came; none if the store keeps no digests."""

    def insert(self, batch: Batch, requests: Collection[int] = ()) -> None:
        """Keep the rows of a batch. When it returns, they are committed.

        Parameters:
            batch: the rows.
            requests: digests, of 64 bits, of the requests of which nothing more follows.

        Raises:
            StoreError: not all of them are kept. Sent again, nothing is lost; rows of a batch over midnight may then
                be there twice.
        """

    def source(self, table: str) -> str:
        """What a question has after FROM, for a table with all columns of `columns.TABLES`."""

    def query(
        self,
        sql: str,
        parameters: Mapping[str, Any],
        *,
        since: int = 0,
        until: int = LATEST,
        cuts: Sequence[int] = (),
        slots: Mapping[str, int] = MappingProxyType({}),
    ) -> Sequence[tuple[Any, ...]]:
        """The rows of one SELECT over the tables of `columns.TABLES`. May be called from several threads.

        Parameters:
            sql: the SELECT, in the engine's own dialect.
            parameters: its parameters, and maybe others.
            since: the start of the window that it is about, in nanoseconds since 1970; all time by default.
            until: the end of that window.
            cuts: moments in it that no row of a rollup may lie across.
            slots: for a rollup, the width that the slots of its rows have to divide, in nanoseconds; any by default.

        Raises:
            StoreError: it cannot be answered.
        """

    def query_trace(self, sql: str, trace_id: str) -> Sequence[tuple[Any, ...]]:
        """The rows of one SELECT over `spans`: the spans of a trace, whenever they were, among which may be others.

        Parameters:
            sql: the SELECT, in the engine's own dialect; its parameter is `id`.
            trace_id: in hexadecimal; of anything else, there are no spans.

        Raises:
            StoreError: it cannot be answered.
        """

    def forget(self, *, keep: int | None = None, max_bytes: int | None = None) -> list[str]:
        """Delete whole days, the oldest first; the newest one stays. Called again and again by the owner.

        Parameters:
            keep: nanoseconds for which a day is kept.
            max_bytes: how much all days may take on disk.

        Returns:
            The days that were deleted, such as `2026-11-22`.
        """

    def close(self) -> None:
        """Give everything back; called again, does nothing."""
