"""The trace file's exporter: whatever the disk does costs the app one warning, and the file stays readable."""

from pathlib import Path

import pytest

import dl7450_telemetry


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
