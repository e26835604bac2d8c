"""`Store`: what the rest of the fleet knows of an engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias

from ..columns import Batch

Engine: TypeAlias = Literal["duckdb", "clickhouse"]


class StoreError(Exception):
    """The store cannot be opened, read or written; the message names the fix."""


class Store(Protocol):
    """What keeps spans, and answers SQL about them."""

    engine: Engine

    def insert(self, batch: Batch) -> None:
        """Keep the spans of a batch. When it returns, they are committed.

        Raises:
            StoreError: none of them is kept.
        """

    def query(self, sql: str, parameters: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        """The rows of one SELECT, which may read the table `otel_traces`. May be called from several threads.

        Raises:
            StoreError: it cannot be answered.
        """

    def close(self) -> None:
        """Give everything back; called again, does nothing."""
