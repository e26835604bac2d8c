"""`Waterfall`: traces in the terminal, one tree for each trace, a bar for each span on the trace's time axis.

A request's bar shows where its time went, by the moments that its span has as events: light until the request was sent
(name look-up, connect, TLS), medium until the first byte came (the server), full until the end (the body). Every other
span is a line. What failed is red, and says why at the end of its row.

Nothing depends on colour or on a wide terminal: where there is no room for bars there are none, and a terminal without
box-drawing characters gets ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from ._format import clock_time, count, duration, printable, without_secrets
from ._span_record import HTTP_STATUS_CODE, SpanRecord
from ._tree import Branch, Trace, traces

T = TypeVar("T")

REQUEST_SENT = "request sent"
FIRST_BYTE = "first byte"

_DURATION_WIDTH = 7
_MIN_BAR_WIDTH = 12
_MIN_DETAIL_WIDTH = 8
_ID_DIGITS = 8

# Character by character, so that the columns stay where they are.
_TO_ASCII = str.maketrans("├└│─⋯↳…░▒█━╸╺◆", "|`|-~>~.:#---*")


@dataclass(frozen=True)
class _Columns:
    """Widths in terminal cells, the same for all traces of a waterfall so that they line up."""

    label: int
    bar: int
    outcome: int


def waterfall(spans: Iterable[SpanRecord], *, max_traces: int = 20, max_spans: int = 60) -> Waterfall:
    """The waterfall of finished spans, in any order and of any number of traces.

    Parameters:
        spans: what is drawn.
        max_traces: of more traces, only the first and the last are drawn, and a line says how many are not.
        max_spans: the same for the spans of one trace.
    """
    return Waterfall(traces(spans), max_traces=max_traces, max_spans=max_spans)


class Waterfall:
    """Draws traces in the order given; print it with a `rich.console.Console`."""

    def __init__(
        self, traces: Sequence[Trace], *, max_traces: int = 20, max_spans: int = 60, left_out: int = 0
    ) -> None:
        """
        Parameters:
            traces: what is drawn.
            max_traces: of more traces, only the first and the last are drawn, and a line says how many are not.
            max_spans: the same for the spans of one trace.
            left_out: how many traces have been left out already: then `traces` are those that `ends` gives.
        """
        self._traces = traces
        self._left_out = left_out
        self._names = {(span.trace_id, span.span_id): span.name for trace in traces for span in trace.spans}
        self._max_traces = max_traces
        self._max_spans = max_spans

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self._lines(options.max_width):
            if options.ascii_only:
                line.plain = line.plain.translate(_TO_ASCII).encode("ascii", "replace").decode()
                line.overflow = "crop"  # rich's ellipsis is not ASCII
            yield line

    def _lines(self, width: int) -> Iterator[Text]:
        first, left_out, last = ends(self._traces, self._max_traces)
        if self._left_out:
            middle = len(self._traces) - self._max_traces // 2
            first, left_out, last = self._traces[:middle], self._left_out, self._traces[middle:]
        columns = self._fit([*first, *last], width)
        for trace in first:
            yield from self._draw(trace, columns)
        if left_out:
            yield Text(f"… {count(left_out, 'trace')} left out\n", style="italic")
        for trace in last:
            yield from self._draw(trace, columns)
        if columns.bar and any(span.is_request for trace in self._traces for span in trace.spans):
            yield Text.assemble(
                *(("░░", "cyan"), " until sent  "),
                *(("▒▒", "cyan"), " until the first byte  "),
                *(("██", "cyan"), " until the end"),
                no_wrap=True,
                overflow="ellipsis",
            )

    def _fit(self, shown: Sequence[Trace], width: int) -> _Columns:
        labels, outcomes = [0], [0]
        for trace in shown:
            first, _, last = ends(trace.branches, self._max_spans)
            for branch in (*first, *last):
                labels.append(_label(branch, None).cell_len)
                outcomes.append(len(branch.span.outcome))
        outcome = min(max(outcomes), width // 4)
        room = width - _DURATION_WIDTH - outcome - 3
        # The label takes what it needs, but leaves the bar a good part of the room.
        label = min(max(labels), int(room * 0.55))
        if room - label < _MIN_BAR_WIDTH:
            return _Columns(room + 1, 0, outcome)
        return _Columns(label, room - label, outcome)

    def _draw(self, trace: Trace, columns: _Columns) -> Iterator[Text]:
        yield _title(trace)
        for link in (link for branch in trace.branches if branch.depth == 0 for link in branch.span.links):
            name = self._names.get((link.trace_id, link.span_id), "a span")
            yield Text(
                f"↳ linked to {printable(name)} in {link.trace_id}",
                style="dim",
                no_wrap=True,
                overflow="ellipsis",
            )
        first, left_out, last = ends(trace.branches, self._max_spans)
        for branch in first:
            yield _row(branch, trace, columns)
        if left_out:
            yield Text(f"… {count(left_out, 'span')} left out", style="italic")
        for branch in last:
            yield _row(branch, trace, columns)
        yield Text()


def ends(items: Sequence[T], limit: int) -> tuple[Sequence[T], int, Sequence[T]]:
    """The first items, how many are left out, and the last items."""
    if len(items) <= limit:
        return items, 0, ()
    tail = limit // 2
    return items[: limit - tail], len(items) - limit, items[len(items) - tail :]


def _title(trace: Trace) -> Text:
    spans = trace.spans
    resource = spans[0].resource
    # A dock's id has 64 digits; a few tell two docks apart.
    names = (str(resource.get("service.name", "")), str(resource.get("device.id", ""))[:_ID_DIGITS])
    title = Text(no_wrap=True, overflow="ellipsis")
    title.append(f"{clock_time(trace.start)}  ", style="bold")
    title.append(f"{printable(' '.join(filter(None, names)))}  ", style="bold")
    title.append(f"{duration(trace.duration)}, {count(len(spans), 'span')}")
    if failed := sum(span.failed for span in spans):
        title.append(f", {failed} failed", style="red")
    title.append(f"  {trace.trace_id}", style="dim")
    return title


def _row(branch: Branch, trace: Trace, columns: _Columns) -> Text:
    span = branch.span
    row = _label(branch, columns.label)
    row.no_wrap, row.overflow = True, "crop"
    row.truncate(columns.label, overflow="ellipsis", pad=True)
    row.append(" ")
    if columns.bar:
        row.append_text(_bar(span, trace, columns.bar)).append(" ")
    row.append(duration(span.duration).rjust(_DURATION_WIDTH))
    row.append(f" {_fit_outcome(span.outcome, columns.outcome)}", style=_style(span))
    return row


def _label(branch: Branch, width: int | None) -> Text:
    """The tree's lines, the span's name, and its detail: all of it (width None) or as much as there is room for.

    Of a detail the end is kept, which is where a picture's or a function's own name stands.
    """
    span = branch.span
    label = Text()
    if branch.depth > len(branch.followed) or branch.parent_missing:
        label.append("⋯ ", style="dim")
    for level, followed in enumerate(branch.followed, start=1):
        if level < len(branch.followed):
            label.append("│  " if followed else "   ", style="dim")
        else:
            label.append("├─ " if followed else "└─ ", style="dim")
    label.append(printable(span.name), style="red" if span.failed else "")
    if detail := printable(_detail(span)):
        room = len(detail) if width is None else width - label.cell_len - 1
        if room < len(detail):
            detail = "…" + detail[len(detail) - room + 1 :] if room >= _MIN_DETAIL_WIDTH else ""
        label.append(f" {detail}", style="red" if span.failed else "dim")
    return label


def _detail(span: SpanRecord) -> str:
    """What tells this span from others of its name: where the request went, or which function ran."""
    if span.is_request:
        # Not urlsplit: it raises at what an app may have asked for, such as http://[::1/x.
        url = without_secrets(str(span.attributes.get("url.full", "")))
        return re.split("[?#]", url.partition("://")[2] or url, maxsplit=1)[0]
    if span.attributes.get("dl7450.render.drawn") is False:  # so its time is not that of a picture
        return "not drawn"
    return str(span.attributes.get("code.function.name", ""))


def _fit_outcome(outcome: str, width: int) -> str:
    if len(outcome) > width:
        outcome = outcome.removeprefix("CURLE_")
    if len(outcome) > width:
        outcome = outcome[: width - 1] + "…"
    return printable(outcome)


def _style(span: SpanRecord) -> str:
    if span.failed:
        return "red"
    if span.cancelled:
        return "yellow"
    return "cyan" if span.is_request else "blue"


def _bar(span: SpanRecord, trace: Trace, width: int) -> Text:
    # Nanoseconds in a cell; a trace without any length has its bars at the left.
    step = max(1, trace.end - trace.start) / width
    begin = (span.start - trace.start) / step
    end = max(begin, (span.end - trace.start) / step)
    cells = [" "] * width
    if span.is_request:
        moments = {event.name: event.time for event in span.events}
        # A moment that is missing was not reached; but an answer without moments is from another instrumentation.
        missing = trace.start if HTTP_STATUS_CODE in span.attributes else trace.end
        sent = moments.get(REQUEST_SENT, missing)
        first_byte = moments.get(FIRST_BYTE, missing)
        start = min(int(begin), width - 1)
        for cell in range(start, max(start + 1, round(end))):
            middle = trace.start + (cell + 0.5) * step
            if middle < sent:
                cells[cell] = "░"
            else:
                cells[cell] = "▒" if middle < first_byte else "█"
    else:
        start = min(int(begin * 2), width * 2 - 1)
        halves = range(start, max(start + 1, round(end * 2)))
        for cell in range(halves[0] // 2, halves[-1] // 2 + 1):
            left, right = cell * 2 in halves, cell * 2 + 1 in halves
            cells[cell] = "━" if left and right else "╸" if left else "╺"
    marks = [
        min(max(0, int((event.time - trace.start) / step)), width - 1)
        for event in span.events
        if event.name not in (REQUEST_SENT, FIRST_BYTE)
    ]
    for cell in marks:
        cells[cell] = "◆"
    bar = Text("".join(cells), style=_style(span))
    for cell in marks:
        bar.stylize("yellow", cell, cell + 1)
    return bar
