"""Where the fleet's spans are kept: in DuckDB files of our own, or in ClickHouse.

A store is plain synchronous code. One owner calls it, on threads.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from ..._format import without_secrets
from ..extra import extra
from .interface import Engine, Store, StoreError, StoreUnavailableError

__all__ = ["Engine", "Store", "StoreError", "StoreUnavailableError", "open_store"]


def open_store(place: str, progress: Callable[[str], None] = lambda _: None, *, create: bool = True) -> Store:
    """The store in a folder, which is made if needed, in memory (`:memory:`), or at `clickhouse://...`.

    With `clickhouse://...?spool=DIR`, up to 1 GiB waits in that folder while ClickHouse is away.

    Parameters:
        place: where it is.
        progress: called with a sentence, again and again, when opening takes long.
        create: what is not there is made: a folder, tables. Whoever only asks makes nothing, and leaves alone what
            waits in a spool.

    Raises:
        StoreError: it cannot be opened; the message names the fix.
        MissingExtraError: `dl7450[fleet]` is not installed.
    """
    scheme, is_url, _ = place.partition("://")
    if is_url:
        try:
            url = urlsplit(place)
            is_known = scheme in {"clickhouse", "clickhouses"} and url.port != 0
        except ValueError:  # of a port or an address
            is_known = False
        if not is_known:
            raise StoreError(
                f"{without_secrets(place)} is not a place for a store: use a folder, or clickhouse://HOST:PORT/DATABASE"
            )
        with extra():
            from .clickhouse_store import ClickHouseStore
            from .spool import SpooledStore
        spool = dict(parse_qsl(url.query)).get("spool")
        settings = urlencode([(name, value) for name, value in parse_qsl(url.query) if name != "spool"])
        store = ClickHouseStore(url._replace(query=settings).geturl(), create=create)
        return store if spool is None or not create else SpooledStore(store, Path(spool))
    with extra():
        from .duckdb_store import DuckDbStore

    if not create and place != ":memory:" and not (Path(place) / "fleet.duckdb").exists():
        raise StoreError(f"there is no store in {place!r}: name the folder of one, or the address of a server")
    return DuckDbStore(None if place == ":memory:" else Path(place), progress)
