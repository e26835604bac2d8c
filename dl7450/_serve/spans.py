"""The newest spans of a dock, those that have not ended among them, as the waterfall draws them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from dl7450_telemetry import SpanRecord, Trace, traces
from dl7450_telemetry.web.waterfall import DEEPEST, Bar, Dot, TimeAxis, colour_of

from .answers import Progress
from .events import Frame, SpanEnded, SpanStarted
from .history import History

_STAGES = ("request sent", "first byte")  # events of a request: where the stages of its bar end


@dataclass(frozen=True)
class Line:
    """A span in the waterfall.

    Attributes:
        span: with `end` by now, if it has not ended.
        detail: what tells it from others of its name: a URL, or the app's function.
        indent: how many spans are above it.
        bar: its drawing.
        is_open: it has not ended.
        waits_for: what a request that has not ended waits for.
    """

    span: SpanRecord
    detail: str
    indent: int
    bar: Markup
    is_open: bool
    waits_for: str


@dataclass(frozen=True)
class ShownTrace:
    """A trace in the waterfall, with a time axis of its own.

    Attributes:
        trace: its spans that are shown.
        marks: the scale.
        lines: of the spans, in the order of their tree.
        frames: the numbers of the frames that it led to.
    """

    trace: Trace
    marks: Markup
    lines: Sequence[Line]
    frames: Sequence[int]


@dataclass(frozen=True)
class Spans:
    """Those that are kept, in the order in which they began.

    Attributes:
        begun: all, as they were at their start, by their ids.
        ended: those that have ended.
        frames: the numbers of those that a trace led to, by its id.
    """

    begun: Mapping[str, SpanRecord]
    ended: Mapping[str, SpanRecord]
    frames: Mapping[str, Sequence[int]]

    @classmethod
    def kept(cls, history: History) -> Spans:
        """Those of a dock."""
        begun = {event.span.span_id: event.span for event in history.all(SpanStarted)}
        ended = {event.span.span_id: event.span for event in history.all(SpanEnded)}  # second: none seems to go on
        frames = defaultdict[str, list[int]](list)
        for frame in history.all(Frame):
            frames[frame.trace_id].append(frame.number)
        # The start of one that took long may be forgotten before its end is.
        return cls({span_id: span for span_id, span in ended.items() if span_id not in begun} | begun, ended, frames)

    @property
    def open(self) -> list[str]:
        """The ids of those that have not ended."""
        return [span_id for span_id in self.begun if span_id not in self.ended]

    def newest(self, most: int, now: int, under_way: Mapping[str, Progress], also: str = "") -> list[ShownTrace]:
        """The newest spans and all that have not ended, by their traces, of which the newest comes first.

        Parameters:
            most: spans that are shown.
            now: the dock's time, in nanoseconds since 1970.
            under_way: how far requests have come.
            also: the id of a span that is shown, however old it is.
        """
        shown = {also, *self.open, *list(self.begun)[-most:]}
        spans = [each for span_id in self.begun if span_id in shown for each in self._known(span_id, now, under_way)]
        found = {trace.trace_id: trace for trace in traces(spans)}
        order = dict.fromkeys(span.trace_id for span in spans)
        return [self._shown(found[trace_id], under_way) for trace_id in reversed(order)]

    def _known(self, span_id: str, now: int, under_way: Mapping[str, Progress]) -> Iterator[SpanRecord]:
        """What is known of a span by now, and, of a request under way, of the spans that its phases will have."""
        if span_id in self.ended:
            yield self.ended[span_id]
            return
        span = replace(self.begun[span_id], end=max(now, self.begun[span_id].start))
        progress = under_way.get(span_id)
        if progress is None:
            yield span
            return
        yield replace(span, events=progress.events)
        for number, (name, start, end) in enumerate(progress.phases):
            yield SpanRecord(span.trace_id, f"{span_id}-{number}", name, start, end or span.end, span_id)

    def _shown(self, trace: Trace, under_way: Mapping[str, Progress]) -> ShownTrace:
        room = (trace.end - trace.start) // 6  # at the right, for how long the last one took
        axis = TimeAxis(trace.start, trace.end + room)
        lines = []
        for branch in trace.branches:
            span = branch.span
            is_open = span.span_id in self.begun and span.span_id not in self.ended
            waits_for = under_way[span.span_id].waits_for if is_open and span.span_id in under_way else ""
            bar = axis.bar(_bar(span, is_open))
            lines.append(Line(span, _detail(span), min(branch.depth, DEEPEST), bar, is_open, waits_for))
        return ShownTrace(trace, axis.marks(), lines, self.frames.get(trace.trace_id, ()))


def _bar(span: SpanRecord, is_open: bool) -> Bar:
    others = "s1" if span.is_request else "s6" if span.name == "dl7450.render" else "s5"
    moments = {event.name: event.time for event in span.events}
    return Bar(
        start=span.start,
        end=span.end,
        colour=colour_of(span.name, span.failed, others),
        stages=[moments.get(stage, span.end) for stage in _STAGES] if span.is_request else (),
        dots=[
            Dot(event.name, event.time, event.name == "exception") for event in span.events if event.name not in _STAGES
        ],
        is_open=is_open,
    )


def _detail(span: SpanRecord) -> str:
    if span.is_request:
        return re.sub("^https?://", "", str(span.attributes.get("url.full", "")))
    return str(span.attributes.get("code.function.name", ""))
