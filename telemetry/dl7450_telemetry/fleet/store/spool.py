"""`SpooledStore`: a store whose server may be away. Until it is back, batches wait in files.

A batch is acknowledged when its file is on the disk. The file is deleted when the server has it; after a crash in
between the batch is sent again, and the server keeps it once. A batch that the server refuses stays, as `*.refused`.
Before each batch and each question, what waits is sent, if the server is back.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..columns import EVENTS, LATEST, LINKS, TABLES, Batch, Events, Links
from .interface import Engine, Store, StoreError, StoreUnavailableError

logger = logging.getLogger("dl7450_telemetry")

_AGAIN = 5.0  # seconds between two attempts to reach the server


class SpooledStore:
    """A store in front of which batches wait in a folder while it cannot be reached.

    Parameters:
        store: the store.
        folder: made if needed; what an earlier process left there is sent, too.
        max_bytes: how much may wait.

    Raises:
        StoreError: the folder cannot be made.
    """

    engine: Engine

    def __init__(self, store: Store, folder: Path, max_bytes: int = 1 << 30) -> None:
        self.engine = store.engine
        self.has_rollups = store.has_rollups
        self._store = store
        self._folder = folder
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._next_attempt = 0.0
        self._number = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"the spool {str(folder)!r} cannot be made: {error}") from error

    def kept_requests(self, most: int) -> list[int]:
        return self._store.kept_requests(most)

    def known_requests(self, digests: Collection[int]) -> set[int]:
        return self._store.known_requests(digests)

    def insert(self, batch: Batch, requests: Collection[int] = ()) -> None:
        with self._lock:
            self._drain()
            if not self._waiting():
                try:
                    self._store.insert(batch, requests)
                except StoreUnavailableError:
                    self._next_attempt = time.monotonic() + _AGAIN
                else:
                    return
            self._write(batch)

    def source(self, table: str) -> str:
        return self._store.source(table)

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
        self._drain_if_free()
        return self._store.query(sql, parameters, since=since, until=until, cuts=cuts, slots=slots)

    def query_trace(self, sql: str, trace_id: str) -> Sequence[tuple[Any, ...]]:
        self._drain_if_free()
        return self._store.query_trace(sql, trace_id)

    def forget(self, *, keep: int | None = None, max_bytes: int | None = None) -> list[str]:
        return self._store.forget(keep=keep, max_bytes=max_bytes)

    def close(self) -> None:
        self._store.close()

    def _waiting(self) -> list[Path]:
        return sorted(self._folder.glob("*.json.gz"))

    def _drain_if_free(self) -> None:
        if self._lock.acquire(blocking=False):  # a question does not wait while another thread drains
            try:
                self._drain()
            finally:
                self._lock.release()

    def _drain(self) -> None:
        if time.monotonic() < self._next_attempt:
            return
        for path in self._waiting():
            try:
                self._store.insert(_decode(path.read_bytes()))
            except StoreUnavailableError:
                self._next_attempt = time.monotonic() + _AGAIN
                return
            except StoreError as error:
                logger.warning("%s waits no longer, but stays: %s", path, error)
                path.rename(path.with_suffix(".refused"))
            else:
                path.unlink()

    def _write(self, batch: Batch) -> None:
        content = _encode(batch)
        if sum(path.stat().st_size for path in self._waiting()) + len(content) > self._max_bytes:
            raise StoreError(f"the store cannot be reached, and {str(self._folder)!r} is full")
        self._number += 1
        path = self._folder / f"{time.time_ns()}-{self._number}.json.gz"
        partial = path.with_suffix(".part")
        try:
            with partial.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(path)
            _sync(self._folder)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise StoreError(f"the store cannot be reached, and {str(path)!r} cannot be written: {error}") from error


def _encode(batch: Batch) -> bytes:
    content = {"table": batch.table, "columns": batch.columns}
    return gzip.compress(json.dumps(content, default=_members).encode(), compresslevel=1)


def _members(value: Events | Links) -> list[Any]:
    return [getattr(value, field.name) for field in fields(value)]


def _decode(content: bytes) -> Batch:
    read = json.loads(gzip.decompress(content))
    batch = Batch(read["table"])
    for name, kind in TABLES[batch.table].items():
        values = read["columns"][name]
        if kind in {EVENTS, LINKS}:
            values = [(Events if kind == EVENTS else Links)(*members) for members in values]
        batch.columns[name] = values
    return batch


def _sync(folder: Path) -> None:
    """Have a folder's names on the disk."""
    if os.name == "posix":  # elsewhere a folder cannot be opened
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
