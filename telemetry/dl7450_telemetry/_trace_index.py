"""`TraceIndex`: what is known of every trace in a file after it was read once, without keeping the spans.

That is enough to count, to choose and to sum up. For each trace it holds a few numbers and where its spans are in the
file, for each span its identity, and for each request its duration and how it ended.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ._span_record import CANCELLED, ERROR_TYPE, HTTP_METHOD, HTTP_STATUS_CODE, IndexedSpan
from ._summary import Outcome, outcome_of

_SERVER, _PEER = "server.address", "network.peer.address"
_DEVICE_ID, _SERVICE = "device.id", "service.name"

# What the spans that an index is given have to have of their attributes.
INDEXED_ATTRIBUTES = frozenset({HTTP_METHOD, HTTP_STATUS_CODE, ERROR_TYPE, CANCELLED, _SERVER, _PEER})


@dataclass(frozen=True, kw_only=True, slots=True)
class TraceFilter:
    """Which traces are asked for: those in which, for everything that is given, there is a span that has it.

    Parameters:
        failed: a span that failed.
        host: a request to this server, by its name or its peer's address, in any case.
        dock: a span of the dock whose `device.id` starts with this, in any case.
        service: a span of this `service.name`.
        span: a span of this name.
        since: nanoseconds since 1970; the trace had not ended then.
        until: nanoseconds since 1970; the trace had started then.
    """

    failed: bool = False
    host: str | None = None
    dock: str | None = None
    service: str | None = None
    span: str | None = None
    since: int | None = None
    until: int | None = None

    def conditions(self) -> list[Callable[[IndexedSpan], bool]]:
        """What has to be true of some span of a trace, each of one that may be another."""
        conditions: list[Callable[[IndexedSpan], bool]] = []
        if self.failed:
            conditions.append(lambda span: span.failed)
        if self.host is not None:
            host = self.host.lower()
            conditions.append(lambda span: host in (_lower(span, _SERVER), _lower(span, _PEER)))
        if self.dock is not None:
            dock = self.dock.lower()
            conditions.append(lambda span: str(span.resource.get(_DEVICE_ID, "")).lower().startswith(dock))
        if self.service is not None:
            conditions.append(lambda span: span.resource.get(_SERVICE) == self.service)
        if self.span is not None:
            conditions.append(lambda span: span.name == self.span)
        return conditions


def _lower(span: IndexedSpan, name: str) -> str:
    return str(span.attributes.get(name, "")).lower()


class TraceEntry:
    """One trace: when it was, which conditions its spans meet (as bits), and in which blocks of the file they are."""

    __slots__ = ("blocks", "end", "met", "number", "spans", "start", "trace_id")

    def __init__(self, trace_id: str, number: int, span: IndexedSpan) -> None:
        self.trace_id = trace_id
        self.number = number
        self.start = span.start
        self.end = span.end
        self.met = 0
        self.spans = 0
        self.blocks: Sequence[int] = ()


class _RequestKind(NamedTuple):
    outcome: Outcome
    dock: str
    host: str


class TraceIndex:
    """Give it all spans of a file with `add`, and ask then."""

    def __init__(self, wanted: TraceFilter) -> None:
        self._wanted = wanted
        self._conditions = list(enumerate(wanted.conditions()))
        self._entries: dict[str, TraceEntry] = {}
        self._seen: set[int] = set()
        # Three columns, a row for each request: numbers in an array take a tenth of what objects would.
        self._kinds: dict[_RequestKind, int] = {}
        self._kind = array("I")
        self._trace = array("I")
        self._seconds = array("d")

    def __len__(self) -> int:
        """How many traces there are."""
        return len(self._entries)

    def add(self, block: int, spans: Iterable[IndexedSpan]) -> None:
        """Add the spans of a block of the file. A span that was delivered twice counts once."""
        here = (block,)  # one tuple for all traces of the block
        for span in spans:
            identity = hash((span.trace_id, span.span_id))
            if identity in self._seen:
                continue
            self._seen.add(identity)
            entry = self._entries.get(span.trace_id)
            if entry is None:
                entry = self._entries[span.trace_id] = TraceEntry(span.trace_id, len(self._entries), span)
            entry.start = min(entry.start, span.start)
            entry.end = max(entry.end, span.end)
            if not entry.blocks:
                entry.blocks = here
            elif entry.blocks[-1] != block:
                if not isinstance(entry.blocks, array):
                    entry.blocks = array("I", entry.blocks)
                entry.blocks.append(block)
            entry.spans += 1
            for bit, condition in self._conditions:
                if condition(span):
                    entry.met |= 1 << bit
            if span.is_request:
                self._add_request(entry, span)

    def _add_request(self, entry: TraceEntry, span: IndexedSpan) -> None:
        service, device_id = str(span.resource.get(_SERVICE, "")), str(span.resource.get(_DEVICE_ID, ""))
        dock = f"{service} {device_id}".strip()
        kind = _RequestKind(outcome_of(span), dock, str(span.attributes.get(_SERVER, "")))
        self._kind.append(self._kinds.setdefault(kind, len(self._kinds)))
        self._trace.append(entry.number)
        self._seconds.append(span.duration)

    def matching(self) -> list[TraceEntry]:
        """The traces that are asked for, in the order in which they started."""
        all_met = (1 << len(self._conditions)) - 1
        since, until = self._wanted.since, self._wanted.until
        found = [
            entry
            for entry in self._entries.values()
            if entry.met == all_met
            and (since is None or entry.end >= since)
            and (until is None or entry.start <= until)
        ]
        return sorted(found, key=lambda entry: entry.start)

    def requests(self, entries: Iterable[TraceEntry]) -> Requests:
        """The requests in some of the traces."""
        chosen = bytearray(len(self._entries))
        for entry in entries:
            chosen[entry.number] = True
        by_kind: defaultdict[int, array[float]] = defaultdict(lambda: array("d"))
        for trace, kind, seconds in zip(self._trace, self._kind, self._seconds, strict=True):
            if chosen[trace]:
                by_kind[kind].append(seconds)
        kinds = list(self._kinds)
        return Requests({kinds[number]: durations for number, durations in by_kind.items()})


class Requests:
    """The durations of requests in seconds, by how they ended and where."""

    def __init__(self, by_kind: Mapping[_RequestKind, Sequence[float]]) -> None:
        self._by_kind = by_kind

    def __bool__(self) -> bool:
        return bool(self._by_kind)

    def by_outcome(self) -> dict[Outcome, list[float]]:
        """By outcome alone."""
        found: defaultdict[Outcome, list[float]] = defaultdict(list)
        for kind, durations in self._by_kind.items():
            found[kind.outcome] += durations
        return found

    def by_place(self, place: str) -> dict[str, dict[Outcome, list[float]]]:
        """By `dock` (service name and id) or `host`, and there by outcome."""
        found: defaultdict[str, defaultdict[Outcome, list[float]]] = defaultdict(lambda: defaultdict(list))
        for kind, durations in self._by_kind.items():
            found[kind.dock if place == "dock" else kind.host][kind.outcome] += durations
        return {name: dict(outcomes) for name, outcomes in found.items()}
