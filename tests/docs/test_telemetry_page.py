"""docs/telemetry.md names what the code names."""

import re
from pathlib import Path

PAGE = Path("docs/telemetry.md").read_text(encoding="utf-8")


def test_the_tables_of_telemetry_name_what_the_code_names() -> None:
    dotted = re.compile(r"[a-z][a-z0-9]*(?:\.[a-z0-9_]+)+")
    sources = [
        "dl7450/_run/runner.py",
        "dl7450/http/_tracing.py",
        "dl7450/http/_metrics.py",
        "dl7450/_trio/app_spans.py",
        "dl7450/_mqtt/tracing.py",
        *map(str, Path("dl7450/_dock").glob("*.py")),
        *map(str, Path("telemetry/dl7450_telemetry/trio").glob("*.py")),
        "telemetry/dl7450_telemetry/_resource.py",
    ]
    literals = {
        name for source in sources for name in re.findall(r'"([^"\n]*)"', Path(source).read_text(encoding="utf-8"))
    }
    # Without the names of scopes and of a context variable.
    in_code = {name for name in literals if dotted.fullmatch(name)} - {
        "dl7450.dock",
        "dl7450.http",
        "dl7450.mqtt",
        "dl7450_telemetry.trio",
        "code.stacktrace",
    }
    section = PAGE.partition("## Spans")[2]
    in_tables = {name for name in re.findall(r"`([^`]+)`", section) if dotted.fullmatch(name)}
    assert in_tables - {"dl7450_telemetry.instrument_trio"} == in_code | {
        "service.name",
        "service.instance.id",
        "code.stacktrace",
    }  # constants of the SDK
