"""Where the fleet's spans are kept: in DuckDB files of our own, or in ClickHouse.

A store is plain synchronous code. One owner calls it, on threads.
"""

from __future__ import annotations

from pathlib import Path

from ..extra import extra
from .interface import Engine, Store, StoreError, StoreUnavailableError

__all__ = ["Engine", "Store", "StoreError", "StoreUnavailableError", "open_store"]


def open_store(place: str) -> Store:
    """The store in a folder, which is made if needed, in memory (`:memory:`), or at `clickhouse://...`.

    Raises:
        StoreError: it cannot be opened; the message names the fix.
        MissingExtraError: `dl7450[fleet]` is not installed.
    """
    if place.partition("://")[0] in {"clickhouse", "clickhouses"}:
        with extra():
            from .clickhouse_store import ClickHouseStore
        return ClickHouseStore(place)
    with extra():
        from .duckdb_store import DuckDbStore

    return DuckDbStore(None if place == ":memory:" else Path(place))
