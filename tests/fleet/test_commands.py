"""`dl7450 fleet`, as a user runs it: files are imported, questions are answered."""

import gzip
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from google.protobuf.json_format import MessageToDict

from dl7450.cli import main
from tests.fleet._otlp import requests_of_docks

WINDOW = ["--since", "2026-11-22T00:00", "--until", "2026-11-23T00:00"]


def otlp_json_line(*docks: str) -> str:
    """As the Collector writes it: ids are hex."""
    export = MessageToDict(requests_of_docks(*docks, spans=10))
    for of_dock in export["resourceSpans"]:
        for number, span in enumerate(of_dock["scopeSpans"][0]["spans"]):
            span |= {"traceId": f"{number:032x}", "spanId": f"{number:016x}"}
    return json.dumps(export) + "\n"


def test_files_are_imported_and_questions_answered(tmp_path: Path) -> None:
    plain, packed, store = tmp_path / "a.jsonl", tmp_path / "b.jsonl.gz", tmp_path / "fleet"
    plain.write_text(otlp_json_line("A1"))
    logs = '{"resourceLogs": [{"scopeLogs": [{"logRecords": [{}, {}]}]}]}\n'
    packed.write_bytes(gzip.compress((otlp_json_line("B2") + "{broken\n" + logs + "{}\n" + '{"a": 1}').encode()))
    cli = CliRunner()
    done = cli.invoke(main, ["fleet", "import", str(plain), str(packed), "--store", str(store)])
    assert done.exit_code == 0, done.output
    assert "20 rows kept" in done.stderr
    assert "b.jsonl.gz, line 2: not JSON" in done.stderr
    assert "b.jsonl.gz, line 3: logs are not kept here: set OTEL_LOGS_EXPORTER=none (2 times)" in done.stderr
    assert "b.jsonl.gz, line 5: not an OTLP export: a JSON object with resourceSpans or resourceMetrics" in done.stderr
    assert done.stderr.count("Warning") == 3
    answer = json.loads(cli.invoke(main, ["fleet", "ask", "docks", "--store", str(store), *WINDOW]).stdout)
    assert [(row["dock"], row["failures"]) for row in answer["rows"]] == [("A1", 1), ("B2", 1)]
    csv = cli.invoke(main, ["fleet", "ask", "hosts", "--store", str(store), "--dock", "A", "--csv", *WINDOW]).stdout
    assert csv.splitlines()[1].startswith("content.example,10,1,0.1,")


def test_an_address_at_which_somebody_listens_is_told_before_a_store_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        for options in (["--otlp", address], ["--otlp", "127.0.0.1:0", "--listen", address]):
            done = CliRunner().invoke(main, ["fleet", "serve", *options, "--store", str(tmp_path / "fleet")])
            assert done.exit_code == 2
            assert f"cannot listen at {address}: Address already in use: choose another address" in done.stderr
    assert not (tmp_path / "fleet").exists()


def test_what_cannot_be_asked_names_the_fix(tmp_path: Path) -> None:
    cli = CliRunner()
    for arguments, fix in [
        (["ask", "dokcs"], "ask one of fleet, docks"),
        (["ask"], "name a question: fleet, docks"),
        (["ask", "trace"], "takes id: name it behind the question"),
        (["ask", "alerts"], "--store http://HOST:PORT"),
        (["ask", "docks", "--silence", "3h"], "for the question fleet"),
        (["import", "nofile"], "'nofile' does not exist"),
        (["ask", "docks", "A1"], "the question 'docks' takes no arguments"),
        (["ask", "docks"], "there is no store in"),
        (["ask", "docks", "--csv", "--json"], "exclude each other"),
        (["ask", "docks", "--since", "soon"], "write 2026-11-22T07:12"),
        (["serve", "--max-size", "big"], "such as 500MB or 10GB"),
        (["serve", "--keep", "month"], "such as 90m, 24h or 30d"),
        (["serve", "--listen", "127.0.0.1"], "is not HOST:PORT, such as 127.0.0.1:4318"),
        (["serve", "--listen", "127.0.0.1:99999"], "is not HOST:PORT"),
        (["serve", "--listen", "0.0.0.0:7451"], "0.0.0.0:7451 is open to others: set a token"),
        (["serve", "--otlp", "fleet.example:4318"], "fleet.example:4318 is open to others: set a token"),
    ]:
        done = cli.invoke(main, ["fleet", *arguments, "--store", str(tmp_path / "fleet")])
        assert done.exit_code == 2
        assert fix in done.stderr
    assert not (tmp_path / "fleet").exists()
    (tmp_path / "empty").mkdir()
    done = cli.invoke(main, ["fleet", "ask", "docks", "--store", str(tmp_path / "empty")])
    assert (done.exit_code, "there is no store in" in done.stderr) == (2, True)
    assert not any((tmp_path / "empty").iterdir())
    for place, fix in [
        ("ftp://a", "use a folder, or clickhouse://HOST:PORT/DATABASE"),
        ("http://127.0.0.1:1", "cannot be asked"),
    ]:
        done = cli.invoke(main, ["fleet", "ask", "docks", "--store", place])
        assert (done.exit_code, fix in done.stderr) == (2, True)
    for arguments, fix in [
        (["dokcs"], "ask one of fleet, docks"),
        (["dock"], "takes id"),
        (["errors", "A1"], "no arg"),
    ]:
        done = cli.invoke(main, ["fleet", "ask", *arguments, "--store", "http://127.0.0.1:1"])
        assert (done.exit_code, fix in done.stderr) == (2, True)


def test_an_answer_is_a_table_for_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "a.jsonl").write_text(otlp_json_line("A1\x1b[2J"))
    cli, store = CliRunner(), str(tmp_path / "fleet")
    cli.invoke(main, ["fleet", "import", str(tmp_path / "a.jsonl"), "--store", store])
    lines = cli.invoke(main, ["fleet", "ask", "docks", "--table", "--store", store, *WINDOW]).stdout.splitlines()
    heading, row = (line.split("  ") for line in lines if line.strip() and "─" not in line)
    shown = dict(zip(filter(None, map(str.strip, heading)), filter(None, map(str.strip, row)), strict=True))
    assert shown.pop("dock") == "A1\N{REPLACEMENT CHARACTER}[2J"
    assert shown.pop("p95").endswith("ms")
    assert shown == {
        "app": "carousel",
        "requests": "10",
        "failures": "1",
        "failure rate": "10.0%",
        "error": "404",
        "failing since (UTC)": "2026-11-22 07:13:07",
        "first failure (UTC)": "2026-11-22 07:13:07",
        "last seen (UTC)": "2026-11-22 07:13:07",
    }
    empty = cli.invoke(main, ["fleet", "ask", "errors", "--table", "--store", store, "--since", "1h"])
    assert "Nothing matches: widen the window by --since" in empty.stdout


@pytest.mark.parametrize(
    "place",
    [
        "clickhous://user:x3Kd9@127.0.0.1/db",
        "clickhouse://user:x3Kd9@127.0.0.1:99999/db",
        "clickhouse://user:x3Kd9@127.0.0.1:0/db",
        "clickhouse://user:x3Kd9@[::1/db",
        "http://user:x3Kd9@127.0.0.1:1/",
    ],
)
def test_a_place_that_is_none_is_told_in_one_line_without_its_password(place: str) -> None:
    done = CliRunner().invoke(main, ["fleet", "ask", "docks", "--store", place])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "127.0.0.1" in done.stderr or "[::1" in done.stderr
    assert "x3Kd9" not in done.stderr


def test_a_clickhouse_that_is_away_is_told_in_one_line() -> None:
    command = [sys.executable, "-m", "dl7450", "fleet", "ask", "docks", "--store", "clickhouse://me:x3Kd9@127.0.0.1:9"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr.splitlines() == [
        "Usage: python -m dl7450 fleet ask [OPTIONS] QUESTION [ID]",
        "Try 'python -m dl7450 fleet ask --help' for help.",
        "",
        "Error: clickhouse://127.0.0.1:9 cannot be reached: Connection refused: start it, or name its HTTP port, by"
        " default 8123",
    ]


@pytest.mark.parametrize(
    "arguments",
    [["serve", "--otlp", "127.0.0.1:0"], ["ask", "docks"], ["import", "{file}"], ["import", "{folder}"]],
    ids=" ".join,
)
def test_without_the_extra_each_command_names_it(arguments: list[str], tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(otlp_json_line("A1"))
    (tmp_path / "fleet.duckdb").touch()
    arguments = [argument.format(file=file, folder=tmp_path) for argument in arguments]
    command = ["fleet", *arguments, "--store", str(tmp_path / "store")]
    missing = "import sys; sys.modules |= dict.fromkeys(['duckdb', 'nanoarrow', 'starlette', 'hypercorn'])"
    source = f"{missing}; from dl7450.cli import main; main({command})"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "is not installed: pip install 'dl7450[fleet]'" in done.stderr
