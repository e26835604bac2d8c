"""The exporter of spans into a trace file: OTLP JSON lines that whoever reads along sees whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from ._losses import Warn
from ._otlp_json import encode_line


class TraceFileExporter(SpanExporter):
    """Writes finished spans to a trace file (`_otlp_json`), one line for each batch."""

    def __init__(self, path: Path, warn: Warn) -> None:
        """
        Parameters:
            path: the file; what it held is replaced.
            warn: called with a message when the file cannot be written: the spans are lost then.

        Raises:
            OSError: the file cannot be opened.
        """
        self._path = path
        self._warn = warn
        self._file = path.open("wb", buffering=0)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            # One write, so that whoever reads along sees whole lines.
            line = encode_line(spans)
            if self._file.write(line) != len(line):
                raise OSError("a line was written in part")
        except (OSError, ValueError) as error:
            # ValueError: the file was closed at the deadline.
            self._warn(f"the trace file {self._path} cannot be written: {error}")
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self._file.close()
