"""`show_traces`: what `dl7450 trace FILE` does.

The file is read twice. The first time, every span goes into an index, which says what is asked for; the second time,
only the parts of the file are read that hold it. So memory is bounded by the traces that are drawn, which are held
whole, and by about a hundred bytes for each span of the file. As JSON a trace is written while it is read, unless one
before it has not been read to its end.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ._format import count, local_time, printable
from ._otlp_json import SHAPE_ERRORS, Json, split_by_trace
from ._span_record import SpanRecord
from ._summary import outcome_table, place_table
from ._trace_file import Block, TraceFile, TraceFileError
from ._trace_index import INDEXED_ATTRIBUTES, TraceEntry, TraceFilter, TraceIndex
from ._tree import traces
from ._waterfall import Waterfall, ends

_DRAWN_TRACES = 20
_JSON_BEGIN, _JSON_END = '{"resourceSpans": [', "]}\n"
_COUNTED_DAMAGE = 10_000  # no more than these are told apart

logger = logging.getLogger("dl7450_telemetry")


def show_traces(
    path: str | Path,
    wanted: TraceFilter = TraceFilter(),  # noqa: B008 # it is frozen
    *,
    slowest: int | None = None,
    by: Collection[str] = (),
    as_json: bool = False,
    console: Console | None = None,
    warn: Callable[[str], None] = logger.warning,
) -> None:
    """Show the traces of a trace file that match everything asked for: drawn, with a summary, or as JSON.

    A trace is always shown whole. As JSON each is one line of OTLP JSON, so that the output is a trace file again.

    Parameters:
        path: a trace file, as `dl7450_telemetry.read_trace_file` takes it.
        wanted: which traces.
        slowest: only so many traces, those that took longest, the slowest first.
        by: any of `dock` and `host`: sum the requests up by these too.
        as_json: write OTLP JSON lines instead of drawing.
        console: where to write; standard output by default.
        warn: called with one message if parts of the file are damaged; what is whole is shown.

    Raises:
        TraceFileError: nothing in the file is OTLP JSON; the message names the line.
        OSError: the file cannot be read, or the output not written.
    """
    console = console or Console()
    damage = _Damage()
    with TraceFile(path, damage) as file:
        blocks: list[Block] = []
        index = TraceIndex(wanted)
        for block in file.blocks():
            for request in file.requests(block):
                index.add(len(blocks), file.spans_for_index(request, INDEXED_ATTRIBUTES))
            blocks.append(Block(block.line, block.offset, block.size))
        if damage.first is not None and not len(index):
            raise damage.first
        matching = index.matching()
        if slowest is not None:
            matching = sorted(matching, key=lambda entry: entry.end - entry.start, reverse=True)[:slowest]
        again = _Again(file, blocks)
        if as_json:
            for part in again.json_parts(matching):
                # Not console.print: it would wrap and colour.
                console.file.write(part)
        else:
            console.print(_heading(path, len(index), matching))
            _draw(console, index, matching, again, max(slowest or 0, _DRAWN_TRACES), by)
    if damage.first is not None:
        warn(damage.report())


def _draw(
    console: Console,
    index: TraceIndex,
    matching: Sequence[TraceEntry],
    again: _Again,
    limit: int,
    by: Collection[str],
) -> None:
    if not matching:
        return
    first, left_out, last = ends(matching, limit)
    drawn = [*first, *last]
    order = {entry.trace_id: position for position, entry in enumerate(drawn)}
    found = sorted(traces(again.spans(drawn)), key=lambda trace: order[trace.trace_id])
    console.print(Waterfall(found, max_traces=limit, left_out=left_out))
    requests = index.requests(matching)
    if requests:
        console.print(outcome_table(requests.by_outcome()))
        for place in by:
            console.print(place_table(place, requests.by_place(place)))


class _Damage:
    """What is damaged in a file. Reading it twice meets most of it twice."""

    def __init__(self) -> None:
        self.first: TraceFileError | None = None
        self._messages: set[str] = set()

    def __call__(self, error: TraceFileError) -> None:
        self.first = self.first or error
        if len(self._messages) < _COUNTED_DAMAGE:
            self._messages.add(str(error))

    def report(self) -> str:
        """One line: the first, and how many others there are."""
        others = len(self._messages) - 1
        return f"{self.first} (left out{f', with {others} more' if others else ''})"


class _Again:
    """Reads parts of a file a second time, in the order in which they are in the file."""

    def __init__(self, file: TraceFile, blocks: Sequence[Block]) -> None:
        self._file = file
        self._blocks = blocks

    def spans(self, entries: Iterable[TraceEntry]) -> Iterator[SpanRecord]:
        """All spans of some traces."""
        trace_ids = {entry.trace_id for entry in entries}
        for number in sorted({number for entry in entries for number in entry.blocks}):
            for request in self._file.requests(self._file.read_again(self._blocks[number])):
                yield from (span for span in self._file.spans(request) if span.trace_id in trace_ids)

    def json_parts(self, entries: Sequence[TraceEntry]) -> Iterator[str]:
        """Some traces as lines of OTLP JSON, in the order given, in parts: each as soon as it can be written.

        So of the trace that is next nothing is held, however large it is; of those after it, what has been read.
        """
        in_block: defaultdict[int, list[TraceEntry]] = defaultdict(list)
        for entry in entries:
            for number in entry.blocks:
                in_block[number].append(entry)
        found: dict[str, list[Json]] = {}
        next_up = iter(entries)
        first = next(next_up, None)
        begun = False  # the line of the first
        for number in sorted(in_block):
            for entry in in_block[number]:
                found.setdefault(entry.trace_id, [])
            for request in self._file.requests(self._file.read_again(self._blocks[number])):
                with suppress(*SHAPE_ERRORS):  # told when it was read the first time
                    split_by_trace(request.json, found)
            while first is not None and first.trace_id in found:
                for resource_spans in found[first.trace_id]:
                    # In ASCII: whatever the terminal or the pipe is set to, it arrives.
                    yield (", " if begun else _JSON_BEGIN) + json.dumps(resource_spans)
                    begun = True
                found[first.trace_id].clear()
                if first.blocks[-1] > number:
                    break
                yield _JSON_END if begun else _JSON_BEGIN + _JSON_END
                del found[first.trace_id]
                first, begun = next(next_up, None), False


def _heading(path: str | Path, traces_in_file: int, shown: Sequence[TraceEntry]) -> Text:
    heading = Text(f"{printable(str(path))}: {count(traces_in_file, 'trace')}", style="bold")
    if len(shown) < traces_in_file:
        heading.append(f", {len(shown) or 'none'} as asked for")
    if shown:
        start = local_time(min(entry.start for entry in shown) / 1e9)
        heading.append(f", from {start:%Y-%m-%d %H:%M:%S %Z} on")
    return heading.append("\n")
