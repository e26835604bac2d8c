"""The trace file's exporter: whatever the disk does costs the app one warning, and the file stays readable."""

import errno
import io
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult

import dl7450_telemetry
from dl7450_telemetry import read_trace_file
from dl7450_telemetry._trace_file_exporter import TraceFileExporter
from tests.telemetry.test_otlp_json import REQUEST

NO_SPACE = "[Errno 28] No space left on device"


class SmallDisk(io.FileIO):
    """A file on a disk that has room for so many bytes more."""

    room = 0

    def write(self, data: Any) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = super().write(memoryview(data)[: self.room])
        self.room -= written
        return written


class SmallPipe(SmallDisk):
    """The same, and what was written cannot be taken back."""

    def truncate(self, size: int | None = None) -> int:
        raise io.UnsupportedOperation("truncate")


def export_to(file: SmallDisk, path: Path, rooms: Sequence[int]) -> tuple[list[SpanExportResult], list[str]]:
    """Export the same span again and again, each time with room for so many bytes; the results and the warnings."""
    warnings: list[str] = []
    exporter = TraceFileExporter(path, warnings.append)
    exporter.shutdown()
    exporter._file = file
    results = []
    for room in rooms:
        file.room = room
        results.append(exporter.export([REQUEST]))
    exporter.shutdown()
    return results, [warning.partition("cannot be written: ")[2] for warning in warnings]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_full_disk_costs_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    with dl7450_telemetry.configure(trace_file="/dev/full", set_global=False) as configured:
        for _ in range(2):
            configured.tracer_provider().get_tracer("test").start_span("a").end()
            configured.flush()
    assert caplog.messages == [
        "the trace file /dev/full cannot be written: [Errno 28] No space left on device "
        "(the app goes on; this is said once)"
    ]


def test_a_part_of_a_line_is_cut_off_and_the_file_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    done, lost = SpanExportResult.SUCCESS, SpanExportResult.FAILURE
    results, warnings = export_to(SmallDisk(path, "w"), path, [10**6, 100, 0, 10**6])
    assert (results, warnings) == ([done, lost, lost, done], [NO_SPACE, NO_SPACE])
    assert len(read_trace_file(path)) == 2
    assert len(path.read_bytes().splitlines()) == 2


def test_nothing_is_written_after_a_part_of_a_line_that_cannot_be_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    results, warnings = export_to(SmallPipe(path, "w"), path, [10**6, 100, 10**6])
    assert results == [SpanExportResult.SUCCESS, SpanExportResult.FAILURE, SpanExportResult.FAILURE]
    assert warnings == ["truncate", "it ends in a part of a line"]
    assert len(path.read_bytes().splitlines()[1]) == 100


def test_a_line_that_is_taken_in_parts_is_written_whole(tmp_path: Path) -> None:
    class InParts(io.FileIO):
        def write(self, data: Any) -> int:
            return super().write(memoryview(data)[:100])

    path = tmp_path / "t.jsonl"
    exporter = TraceFileExporter(path, pytest.fail)
    exporter.shutdown()
    exporter._file = InParts(path, "w")
    assert exporter.export([REQUEST]) is SpanExportResult.SUCCESS
    exporter.shutdown()
    assert len(read_trace_file(path)) == 1


def test_only_its_owner_can_read_a_new_trace_file(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    before = os.umask(0)
    try:
        TraceFileExporter(path, pytest.fail).shutdown()
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_texts_that_are_not_unicode_are_written_with_a_question_mark(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "t.jsonl"
    with dl7450_telemetry.configure(service_name="caf\udce9", trace_file=path, set_global=False) as configured:
        configured.tracer_provider().get_tracer("test").start_span("\ud800", attributes={"a": "\ud800"}).end()
    [record] = read_trace_file(path)
    assert (record.resource["service.name"], record.name, record.attributes) == ("caf?", "?", {"a": "?"})
    assert caplog.messages == []


def test_a_span_that_cannot_be_encoded_costs_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    warnings: list[str] = []
    exporter = TraceFileExporter(tmp_path / "t.jsonl", warnings.append)
    odd = ReadableSpan("odd", attributes={"a": object()}, start_time=1, end_time=2)  # type: ignore[dict-item]
    assert exporter.export([odd]) is SpanExportResult.SUCCESS
    assert exporter.export([ReadableSpan("no status", status=5)]) is SpanExportResult.FAILURE  # type: ignore[arg-type]
    exporter.shutdown()
    assert len(warnings) == 2
    assert warnings[0].startswith("Failed to encode key a: Invalid type <class 'object'>")
    assert "cannot be written: 'int' object has no attribute" in warnings[1]
    assert caplog.messages == []
