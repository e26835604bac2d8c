"""Spans as trees: which span is the child of which, one tree for each trace.

A trace may be incomplete: a parent has not ended yet, lives in another process, or was not sampled. Its children then
become roots of their own, marked as such, and nothing is left out. The walk does not recurse, because an app that
starts each request in the callback of the one before makes a trace as deep as its run is long.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ._span_record import SpanRecord

# Deeper levels are not drawn one by one: a line is only so wide.
_DRAWN_LEVELS = 5


@dataclass(frozen=True, slots=True)
class Branch:
    """A span's place in its tree.

    `followed` says for the span's level and the levels above it (at most five, the nearest last) whether a sibling
    comes later, which is what the lines to the left of a tree are drawn from.
    """

    span: SpanRecord
    depth: int = 0
    followed: tuple[bool, ...] = ()
    parent_missing: bool = False


@dataclass(frozen=True)
class Trace:
    """The spans of one trace, in tree order: every parent before its children, siblings by start."""

    trace_id: str
    branches: tuple[Branch, ...]

    @property
    def spans(self) -> list[SpanRecord]:
        """The spans, in tree order."""
        return [branch.span for branch in self.branches]

    @cached_property
    def start(self) -> int:
        """When the first span started, in nanoseconds since 1970."""
        return min(span.start for span in self.spans)

    @cached_property
    def end(self) -> int:
        """When the last span ended, in nanoseconds since 1970."""
        return max(max(span.start, span.end) for span in self.spans)

    @property
    def duration(self) -> float:
        """Seconds from the first start to the last end."""
        return (self.end - self.start) / 1e9

    @property
    def failed(self) -> bool:
        """Whether any span of the trace failed."""
        return any(span.failed for span in self.spans)


def traces(spans: Iterable[SpanRecord]) -> list[Trace]:
    """Group spans into traces, in the order in which the traces started.

    A span that was delivered twice (an exporter resends a batch whose answer it missed) counts once.
    """
    by_trace: defaultdict[str, dict[str, SpanRecord]] = defaultdict(dict)
    for span in spans:
        by_trace[span.trace_id].setdefault(span.span_id, span)
    found = [Trace(trace_id, tuple(_branches(members))) for trace_id, members in by_trace.items()]
    return sorted(found, key=lambda trace: trace.start)


def _branches(spans: dict[str, SpanRecord]) -> Iterable[Branch]:
    children: defaultdict[str, list[SpanRecord]] = defaultdict(list)
    roots: list[SpanRecord] = []
    ordered = sorted(spans.values(), key=lambda span: span.start)
    for span in ordered:
        if span.parent_span_id in spans and span.parent_span_id != span.span_id:
            children[span.parent_span_id].append(span)
        else:
            roots.append(span)
    seen: set[str] = set()
    # Only a damaged file has spans that are each other's parents, below no root: such a ring is cut where it started.
    for root in (*roots, *ordered):
        waiting = [Branch(root, parent_missing=root.parent_span_id is not None)]
        while waiting:
            branch = waiting.pop()
            if branch.span.span_id in seen:
                continue
            seen.add(branch.span.span_id)
            yield branch
            below = children[branch.span.span_id]
            for position in range(len(below) - 1, -1, -1):
                followed = (*branch.followed, position < len(below) - 1)[-_DRAWN_LEVELS:]
                waiting.append(Branch(below[position], branch.depth + 1, followed))


def tree(spans: Iterable[SpanRecord], *attributes: str) -> str:
    """The spans as an indented text, one line each: what a test compares.

    A line holds the span's name, its HTTP status code or `!error.type`, the attributes asked for, and the names of the
    spans it links to. Siblings are in the order of their start, and so are traces:

        dl7450.app
          GET 200
            dl7450.callback
          GET !CURLE_COULDNT_CONNECT
        dl7450.timer -> dl7450.app

    Parameters:
        spans: finished spans, in any order, of any number of traces.
        attributes: names of attributes to add to each line that has them, as `name=value`.
    """
    spans = list(spans)
    names = {(span.trace_id, span.span_id): span.name for span in spans}
    lines = []
    for trace in traces(spans):
        for branch in trace.branches:
            span = branch.span
            words = [span.name]
            if span.failed:
                words.append(f"!{span.outcome}")
            elif span.outcome:
                words.append(span.outcome)
            words += [f"{name}={span.attributes[name]!s}" for name in attributes if name in span.attributes]
            words += [f"-> {names.get((link.trace_id, link.span_id), 'unknown')}" for link in span.links]
            if branch.parent_missing:
                words.append("(parent missing)")
            lines.append("  " * branch.depth + " ".join(words))
    return "\n".join(lines)
