"""Where the fleet's spans are kept: in DuckDB files of our own, or in ClickHouse.

A store is plain synchronous code. One owner calls it, on threads.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from ..extra import extra
from .interface import Engine, Store, StoreError, StoreUnavailableError

__all__ = ["Engine", "Store", "StoreError", "StoreUnavailableError", "open_store"]


def open_store(place: str) -> Store:
    """The store in a folder, which is made if needed, in memory (`:memory:`), or at `clickhouse://...`.

    With `clickhouse://...?spool=DIR`, up to 1 GiB waits in that folder while ClickHouse is away.

    Raises:
        StoreError: it cannot be opened; the message names the fix.
        MissingExtraError: `dl7450[fleet]` is not installed.
    """
    if place.partition("://")[0] in {"clickhouse", "clickhouses"}:
        with extra():
            from .clickhouse_store import ClickHouseStore
            from .spool import SpooledStore
        url = urlsplit(place)
        spool = dict(parse_qsl(url.query)).get("spool")
        settings = urlencode([(name, value) for name, value in parse_qsl(url.query) if name != "spool"])
        store = ClickHouseStore(url._replace(query=settings).geturl())
        return store if spool is None else SpooledStore(store, Path(spool))
    with extra():
        from .duckdb_store import DuckDbStore

    return DuckDbStore(None if place == ":memory:" else Path(place))
