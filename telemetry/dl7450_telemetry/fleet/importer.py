"""`dl7450 fleet import`: OTLP JSON lines, or what another store holds, into a store.

An import that is repeated keeps each request once, also when the one before was killed. The digest of a request is
committed with its rows, as for one that is received. A store commits each table and each day by itself, so a request
has a digest for each of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from .._trace_file import TraceFile, TraceFileError
from .columns import TIME_COLUMN, Batch
from .extra import extra
from .otlp import decode_json_traces
from .otlp_logs import decode_json_logs
from .otlp_metrics import decode_json_metrics
from .store import Store, StoreError

_GROUP = 20_000  # rows kept at once
_DAY = 86_400 * 10**9


class Imported(NamedTuple):
    """How many rows were kept, and how many were there before."""

    kept: int
    repeated: int


def _unseen(_: Imported) -> None:
    pass


def import_store(folder: Path, store: Store, progress: Callable[[Imported], None] = _unseen) -> Imported:
    """Copy what a DuckDB store holds into another store.

    Parameters:
        folder: of the store.
        store: where to.
        progress: called with what is done so far, again and again.

    Raises:
        StoreError: the folder is no store or is open elsewhere, or the rows cannot be kept; those before them are.
        MissingExtraError: `dl7450[fleet]` is not installed.
    """
    with extra():
        from .store.duckdb_store import DuckDbStore

    if not (folder / "fleet.duckdb").exists():
        raise StoreError(f"{str(folder)!r} is not a store: name a folder that `dl7450 fleet serve --store` made")
    importing = _Importing(store, progress)
    source = DuckDbStore(folder)
    try:
        for batch in source.batches(_GROUP):
            importing.add(repr(sorted(batch.columns.items())).encode(errors="replace"), batch)
    finally:
        source.close()
    importing.keep()
    return importing.done


def import_file(
    path: Path, store: Store, *, warn: Callable[[str], None], progress: Callable[[Imported], None] = _unseen
) -> Imported:
    """Keep what a file of OTLP JSON lines holds, traces and metrics, plain or compressed with gzip.

    Parameters:
        path: the file; `-` is standard input.
        store: where to.
        warn: called with a sentence for each part that is damaged; the rest is kept.
        progress: called with what is done so far, again and again.

    Raises:
        OSError: the file cannot be read.
        StoreError: the rows cannot be kept; those before them are.
    """
    importing = _Importing(store, progress)

    def on_damage(error: TraceFileError) -> None:
        warn(str(error))

    with TraceFile(path, on_damage) as file:
        for block in file.blocks():
            content = sha256((block.content or b"").strip()).digest()
            for number, request in enumerate(file.requests(block)):
                export: object = request.json  # a line may be any JSON
                try:
                    batches, faults = _decode(export)
                except ValueError as error:
                    batches, faults = [], [str(error)]
                for fault, times in Counter(faults).items():
                    warn(f"{path}, line {request.line}: {fault}{f' ({times} times)' if times > 1 else ''}")
                for batch in batches:
                    importing.add(b"%d %s" % (number, content), batch)
    importing.keep()
    return importing.done


class _Importing:
    """Rows on their way into a store, those of many requests at once."""

    def __init__(self, store: Store, progress: Callable[[Imported], None]) -> None:
        self.done = Imported(0, 0)
        self._store = store
        self._progress = progress
        self._waiting: dict[int, tuple[int, Batch]] = {}  # by digest, with the day
        self._rows = 0

    def add(self, request: bytes, batch: Batch) -> None:
        """Take rows of a request, and keep all that wait when they are many."""
        for day, rows in _by_day(batch):
            digest = int.from_bytes(sha256(b"%s %d %s" % (batch.table.encode(), day, request)).digest()[:8], "big")
            if digest in self._waiting:
                self.done = self.done._replace(repeated=self.done.repeated + len(rows))
            else:
                self._waiting[digest] = day, rows
                self._rows += len(rows)
        if self._rows >= _GROUP:
            self.keep()

    def keep(self) -> None:
        """Keep what waits and is not there yet, a batch for each table and day."""
        known = self._store.known_requests(self._waiting)
        together: dict[tuple[str, int], tuple[Batch, list[int]]] = {}
        for digest, (day, rows) in self._waiting.items():
            if digest not in known:
                batch, digests = together.setdefault((rows.table, day), (Batch(rows.table), []))
                batch.extend(rows)
                digests.append(digest)
        for batch, digests in together.values():
            self._store.insert(batch, digests)
        kept = sum(len(batch) for batch, _ in together.values())
        self.done = Imported(self.done.kept + kept, self.done.repeated + self._rows - kept)
        self._waiting.clear()
        self._rows = 0
        self._progress(self.done)


def _by_day(batch: Batch) -> Iterator[tuple[int, Batch]]:
    """A batch, split by the days on which its rows happened."""
    days = [time // _DAY for time in batch.columns[TIME_COLUMN[batch.table]]]
    distinct = sorted(set(days))
    for day in distinct:
        yield day, batch if len(distinct) == 1 else batch.where([other == day for other in days])


def _decode(export: object) -> tuple[list[Batch], list[str]]:
    """The rows of one line, and what is wrong with the parts that are left out."""
    if export == {}:
        return [], []  # an export of nothing
    for key, decode in _DECODERS.items():
        if isinstance(export, dict) and key in export:
            return decode(export)
    raise ValueError(f"not an OTLP export: a JSON object with {' or '.join(_DECODERS)}")


_DECODERS: dict[str, Callable[[object], tuple[list[Batch], list[str]]]] = {
    "resourceSpans": decode_json_traces,
    "resourceMetrics": decode_json_metrics,
    "resourceLogs": decode_json_logs,
}
