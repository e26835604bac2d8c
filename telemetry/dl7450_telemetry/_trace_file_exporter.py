"""The exporter of spans into a trace file: OTLP JSON lines that whoever reads along sees whole.

A line is written whole or not at all. What a full disk took of one is cut off again; where that is not possible, as in
a pipe, nothing is written after it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from ._losses import Warn, diverted_log
from ._otlp_json import encode_line


class TraceFileExporter(SpanExporter):
    """Writes finished spans to a trace file (`_otlp_json`), one line for each batch."""

    def __init__(self, path: Path, warn: Warn) -> None:
        """
        Parameters:
            path: the file; what it held is replaced. If it is made, only its owner can read it: URLs say a lot.
            warn: called with a message when spans, or something of them, cannot be written and are lost.

        Raises:
            OSError: the file cannot be opened.
        """
        self._path = path
        self._warn = warn
        # Not Path.open: it takes no opener.
        self._file = open(path, "wb", buffering=0, opener=partial(os.open, mode=0o600))  # noqa: SIM115
        self._torn = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            with diverted_log(self._warn):  # an attribute that cannot be encoded is left out, and logged
                line = encode_line(spans)
            self._write(line)
        except Exception as error:
            # Not OSError alone: the file was closed at the deadline, or a span is not like those of the SDK.
            self._warn(f"the trace file {self._path} cannot be written: {error}")
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS

    def _write(self, line: bytes) -> None:
        if self._torn:
            raise OSError("it ends in a part of a line")
        rest = memoryview(line)
        try:
            while rest:  # all at once, if there is room
                written = self._file.write(rest)
                if not written:
                    raise BlockingIOError("nobody takes what is written")
                rest = rest[written:]
        except OSError:
            if len(rest) < len(line):
                self._cut_off(len(line) - len(rest))
            raise

    def _cut_off(self, size: int) -> None:
        self._torn = True
        self._file.seek(-size, os.SEEK_CUR)
        self._file.truncate()
        self._torn = False

    def shutdown(self) -> None:
        self._file.close()
