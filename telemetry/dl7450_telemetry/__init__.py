"""Telemetry for dl7450, and for any Trio program: SDK set-up, OTLP export, traces in the terminal.

`dl7450` itself knows only the OpenTelemetry API. This package is for its command line, its tests, and programs that
want the rest of the way to a collector.
"""

from ._configure import Telemetry, configure
from ._otlp_json import TraceFileError, read_trace_file
from ._show_traces import show_traces
from ._span_record import EventRecord, LinkRecord, SpanRecord
from ._summary import RequestSummary, summarize, summary
from ._tree import Trace, traces, tree
from ._waterfall import Waterfall, waterfall
from .trio._loop import instrument_trio
from .trio._spans import TrioSpanProcessor, cancellation_attributes, failure_attributes
from .trio._tasks import format_task_tree, task_tree_on_signal

__all__ = [
    "EventRecord",
    "LinkRecord",
    "RequestSummary",
    "SpanRecord",
    "Telemetry",
    "Trace",
    "TraceFileError",
    "TrioSpanProcessor",
    "Waterfall",
    "cancellation_attributes",
    "configure",
    "failure_attributes",
    "format_task_tree",
    "instrument_trio",
    "read_trace_file",
    "show_traces",
    "summarize",
    "summary",
    "task_tree_on_signal",
    "traces",
    "tree",
    "waterfall",
]
