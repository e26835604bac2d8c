"""What the README says is true."""

import re
from pathlib import Path

import pytest

from tests._servers import content_server

README = Path("README.md").read_text(encoding="utf-8")


def test_the_trio_example_runs_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    [example] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    with content_server() as url:
        exec(example.replace("http://127.0.0.1:8450", url), {})
    lines = capsys.readouterr().out.splitlines()
    assert sorted(int(line.split()[0]) for line in lines) == list(range(1, 101))


def test_every_link_to_a_file_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert [link for link in links if not Path(link).exists()] == []


def test_the_tables_of_telemetry_name_what_the_code_names() -> None:
    dotted = re.compile(r"[a-z0-9]+(?:\.[a-z0-9_]+)+")
    sources = [
        "dl7450/http/_tracing.py",
        "dl7450/http/_metrics.py",
        "dl7450/_trio/app_spans.py",
        "dl7450/_dock/app_calls.py",
        *map(str, Path("telemetry/dl7450_telemetry/trio").glob("*.py")),
        "telemetry/dl7450_telemetry/_resource.py",
    ]
    literals = {
        name for source in sources for name in re.findall(r'"([^"\n]*)"', Path(source).read_text(encoding="utf-8"))
    }
    # Without the scopes' names.
    in_code = {name for name in literals if dotted.fullmatch(name)} - {
        "dl7450.http",
        "dl7450_telemetry.trio",
        "code.stacktrace",
    }
    section = README.partition("## Traces")[2].partition("## What it stands on")[0]
    in_tables = {name for name in re.findall(r"`([^`]+)`", section) if dotted.fullmatch(name)}
    assert in_tables - {"dl7450_telemetry.configure"} == in_code | {
        "service.name",
        "code.stacktrace",
    }  # constants of the SDK


def test_every_flag_that_is_mentioned_exists() -> None:
    from dl7450.cli import main

    known = {name for command in main.commands.values() for option in command.params for name in option.opts}
    assert set(re.findall(r"`(--[a-z-]+)", README)) <= known
