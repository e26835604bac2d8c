"""`dl7450 fleet import`: OTLP JSON lines, or what another store holds, into a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from .._trace_file import TraceFile, TraceFileError
from .columns import Batch
from .extra import extra
from .otlp import decode_json_traces
from .otlp_logs import decode_json_logs
from .otlp_metrics import decode_json_metrics
from .store import Store, StoreError

_GROUP = 20_000  # rows kept at once


def import_store(folder: Path, store: Store) -> int:
    """Copy what a DuckDB store holds into another store.

    Returns:
        How many rows were copied.

    Raises:
        StoreError: the folder is no store or is open elsewhere, or the rows cannot be kept; those before them are.
        MissingExtraError: `dl7450[fleet]` is not installed.
    """
    with extra():
        from .store.duckdb_store import DuckDbStore

    if not (folder / "fleet.duckdb").exists():
        raise StoreError(f"{str(folder)!r} is not a store: name a folder that `dl7450 fleet serve --store` made")
    copied = 0
    source = DuckDbStore(folder)
    try:
        for batch in source.batches(_GROUP):
            store.insert(batch)
            copied += len(batch)
    finally:
        source.close()
    return copied


def import_file(
    path: Path, store: Store, *, warn: Callable[[str], None], progress: Callable[[int, int], None] = lambda *_: None
) -> int:
    """Keep what a file of OTLP JSON lines holds, traces and metrics, plain or compressed with gzip.

    Parameters:
        path: the file; `-` is standard input.
        store: where to.
        warn: called with a sentence for each part that is damaged; the rest is kept.
        progress: called with the bytes read so far and the rows kept so far.

    Returns:
        How many rows were kept.

    Raises:
        OSError: the file cannot be read.
        StoreError: the rows cannot be kept; those before them are.
    """
    kept = read = 0
    waiting: dict[str, Batch] = {}

    def keep() -> int:
        rows = sum(map(len, waiting.values()))
        for batch in waiting.values():
            store.insert(batch)
        waiting.clear()
        return rows

    def on_damage(error: TraceFileError) -> None:
        warn(str(error))

    with TraceFile(path, on_damage) as file:
        for block in file.blocks():
            read += block.size
            for request in file.requests(block):
                export: object = request.json  # a line may be any JSON
                try:
                    batches, faults = _decode(export)
                except ValueError as error:
                    batches, faults = [], [str(error)]
                for fault, times in Counter(faults).items():
                    warn(f"{path}, line {request.line}: {fault}{f' ({times} times)' if times > 1 else ''}")
                for batch in batches:
                    waiting.setdefault(batch.table, Batch(batch.table)).extend(batch)
            if sum(map(len, waiting.values())) >= _GROUP:
                kept += keep()
            progress(read, kept)
    return kept + keep()


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
