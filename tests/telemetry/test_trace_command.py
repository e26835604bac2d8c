"""`dl7450 trace` and the report of `dl7450 run`, as a user runs them."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dl7450_telemetry._otlp_json import encode_line
from tests.telemetry.test_show_traces import request

SPANS = encode_line([request(1, 10, "größe"), request(2, 30, "b", failed=True)])
needs_full_disk = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")


def dl7450(*arguments: str, stdin: bytes = b"", stdout: str | None = None, **environment: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of the command; `stdout` is a file to write to."""
    done = subprocess.run(
        ["bash", "-c", f'"$@"{f" > {stdout}" if stdout else ""}', "bash", sys.executable, "-m", "dl7450", *arguments],
        input=stdin,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "100", **environment},
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_standard_input_may_be_a_pipe_and_compressed() -> None:
    plain = dl7450("trace", "-", stdin=SPANS)
    assert plain == dl7450("trace", "-", stdin=gzip.compress(SPANS))
    assert plain[0] == 0
    assert plain[1].startswith("-: 2 traces, from 2026-11-22 07:12:58 UTC on\n")


def test_what_is_damaged_is_told_on_standard_error() -> None:
    status, output, errors = dl7450("trace", "-", "--json", stdin=SPANS + b"{")
    assert (status, len(output.splitlines())) == (0, 2)
    assert errors.startswith("Warning: standard input, line 2: not JSON (")
    assert errors.endswith(" (left out)\n")


def test_times_are_local_or_in_the_zone_that_they_name() -> None:
    berlin = {"TZ": "Europe/Berlin"}
    for since, shown in (("2026-11-22T07:12:58.130Z", 1), ("2026-11-22T08:12:58.130", 1), ("2026-11-22T08:12:58", 2)):
        assert len(dl7450("trace", "-", "--json", "--since", since, stdin=SPANS, **berlin)[1].splitlines()) == shown
    assert dl7450("trace", "-", "--until", "yesterday")[2].endswith(
        "'yesterday' is not a time such as 2026-11-22T07:12:58 (local) or 2026-11-22T07:12:58Z\n"
    )


@pytest.mark.parametrize("zone", ["UTC+999999999999999", "UTC-25", "UTC+167", ":/dev/full", "no zone"])
def test_a_zone_that_is_none_is_no_reason_to_fail(zone: str) -> None:
    status, output, errors = dl7450("trace", "-", "--since", "2026-11-20T00:00:00", stdin=SPANS, TZ=zone)
    assert (status, errors) == (0, "")
    assert output.startswith("-: 2 traces, from 2026-11-22 07:12:58 ")


def test_a_table_by_dock_and_host_follows_the_summary() -> None:
    output = dl7450("trace", "-", "--by", "host", "--by", "dock", "--by", "host", stdin=SPANS)[1]
    assert [line.split()[0] for line in output.splitlines() if "requests" in line] == ["outcome", "host", "dock"]


def test_a_terminal_that_has_not_all_characters_gets_the_others_replaced() -> None:
    for arguments in (("trace", "-"), ("trace", "-", "--by", "host")):
        status, output, errors = dl7450(*arguments, stdin=SPANS, PYTHONIOENCODING="ascii")
        assert (status, errors) == (0, "")
        assert "GET gr??e/" in output


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        SPANS.replace(b'"kind":3', b'"new":' + b"[" * 900 + b"]" * 900),
        b"\xff",
        b"\x1f\x8bnonsense",
        b"{}{}[",
    ],
    ids=["deep", "deep within", "not UTF-8", "not gzip", "cut off"],
)
@pytest.mark.parametrize("option", ["--failed", "--json"])
def test_no_content_ends_in_a_traceback(content: bytes, option: str) -> None:
    status, _, errors = dl7450("trace", "-", option, stdin=content)
    assert "Traceback" not in errors
    assert status in {0, 2}
    assert len([line for line in errors.splitlines() if line.startswith(("Error: ", "Warning: "))]) == (status == 2)


def test_a_reader_that_has_seen_enough_ends_it_quietly() -> None:
    assert dl7450("trace", "-", "--json", stdin=SPANS, stdout=">(head -c 1 > /dev/null)")[2] == ""


@needs_full_disk
@pytest.mark.parametrize("option", ["--failed", "--json"])
def test_a_full_disk_is_told_in_one_line(option: str) -> None:
    status, _, errors = dl7450("trace", "-", option, stdin=SPANS, stdout="/dev/full")
    assert status == 2
    assert errors.splitlines()[-1] == "Error: cannot write: No space left on device"
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors


def test_the_summary_of_a_run_counts_all_requests_whatever_was_sampled(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("import http\nfor _ in range(3):\n    http.get('nonsense://h/')\n")
    status, output, _ = dl7450("run", str(app), OTEL_TRACES_SAMPLER="always_off")
    assert status == 0
    assert [line.split() for line in output.splitlines()[-4:]] == [["not", "kept", "3"], [], ["all", "3"], []]


@needs_full_disk
def test_a_report_that_cannot_be_written_leaves_the_run_its_status(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("import http\nhttp.get('http://[::1/x')\n")
    status, _, errors = dl7450("run", str(app), stdout="/dev/full")
    assert (status, errors) == (0, "what happened cannot be shown: OSError: [Errno 28] No space left on device\n")
    status, output, errors = dl7450("run", str(app))
    assert (status, errors) == (0, "")
    assert "GET [::1/x " in output
