"""Telemetry for dl7450, and for any Trio program: SDK set-up, OTLP export, traces in the terminal.

`dl7450` itself knows only the OpenTelemetry API. This package is for its command line, its tests, and programs that
want the rest of the way to a collector.
"""

from telemetry._configure import Telemetry, configure
from telemetry._otlp_json import TraceFileError, read_trace_file
from telemetry._show_traces import show_traces
from telemetry._span_record import EventRecord, LinkRecord, SpanRecord
from telemetry._summary import RequestSummary, summarize, summary
from telemetry._tree import Trace, traces, tree
from telemetry._trio import instrument_trio
from telemetry._trio_spans import TrioSpanProcessor, cancellation_attributes, failure_attributes
from telemetry._trio_tasks import format_task_tree, task_tree_on_signal
from telemetry._waterfall import Waterfall, waterfall

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
