"""Telemetry for dl7450, and for any Trio program: SDK set-up, OTLP export, traces in the terminal.

`dl7450` itself knows only the OpenTelemetry API. This package is for its command line, its tests, and programs that
want the rest of the way to a collector. What it has for any Trio program is `dl7450_telemetry.trio`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._configure import configure
    from ._environment import check_environment
    from ._show_traces import show_traces
    from ._span_record import EventRecord, LinkRecord, SpanRecord
    from ._summary import RequestSummary, summarize, summary
    from ._telemetry import Telemetry
    from ._trace_file import TraceFileError, read_trace_file
    from ._trace_index import TraceFilter
    from ._tree import Trace, traces, tree
    from ._waterfall import Waterfall, waterfall
    from .trio import (
        TrioSpanProcessor,
        cancellation_attributes,
        failure_attributes,
        format_task_tree,
        instrument_trio,
        task_tree_on_signal,
    )

__all__ = [
    "EventRecord",
    "LinkRecord",
    "RequestSummary",
    "SpanRecord",
    "Telemetry",
    "Trace",
    "TraceFileError",
    "TraceFilter",
    "TrioSpanProcessor",
    "Waterfall",
    "cancellation_attributes",
    "check_environment",
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

_HOMES = {
    "._configure": ("configure",),
    "._environment": ("check_environment",),
    "._show_traces": ("show_traces",),
    "._span_record": ("EventRecord", "LinkRecord", "SpanRecord"),
    "._summary": ("RequestSummary", "summarize", "summary"),
    "._telemetry": ("Telemetry",),
    "._trace_file": ("TraceFileError", "read_trace_file"),
    "._trace_index": ("TraceFilter",),
    "._tree": ("Trace", "traces", "tree"),
    "._waterfall": ("Waterfall", "waterfall"),
    ".trio": (
        "TrioSpanProcessor",
        "cancellation_attributes",
        "failure_attributes",
        "format_task_tree",
        "instrument_trio",
        "task_tree_on_signal",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    # On first use (PEP 562): who reads a trace file need not wait for Trio and the SDK, nor a Trio program for rich.
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
