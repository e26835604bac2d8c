"""The files that are mutated, and which tests are about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Area:
    """Files, as a pattern below the project's folder, and what is told to pytest: the fastest tests first."""

    files: str
    tests: Sequence[str]


WIRE = ["connection", "curl", "incoming", "network", "request_bytes", "tls", "transport"]
CALLED_BY_APPS = ["__init__", "_dock_of_call", "_control"]
DOCK = ["app_thread", "dock", "unload", "loader", "current", "ctrl_c"]
EXPORT = [
    "losses", "resource", "collector", "trace_file_exporter", "delivery", "configure", "environment", "export",
]  # fmt: skip

# The first that fits a file. No test of memory or of processor time is in here: it takes long, and says little about a
# line.
AREAS = [
    Area("dl7450/http/_parser.py", ["tests/http/test_parser.py", "tests/http", "tests/conformance"]),
    Area("dl7450/http/_url.py", ["tests/http/test_url.py", "tests/conformance/test_urls.py", "tests/http"]),
    *(Area(f"dl7450/http/_{name}.py", ["tests/http", "tests/conformance"]) for name in WIRE),
    *(Area(f"dl7450/http/{name}.py", ["tests/http", "tests/dock/test_dock.py"]) for name in CALLED_BY_APPS),
    Area("dl7450/http/*.py", ["tests/http"]),
    Area("dl7450/_dock/*.py", ["tests/trio", "tests/sdk", *(f"tests/dock/test_{name}.py" for name in DOCK)]),
    Area("dl7450/_trio/*.py", ["tests/trio", "tests/sdk", *(f"tests/dock/test_{name}.py" for name in DOCK)]),
    Area("telemetry/dl7450_telemetry/_*.py", [f"tests/telemetry/test_{name}.py" for name in EXPORT]),
]

EXPORTER = ("_collector", "_delivery", "_losses", "_resource", "_trace_file_exporter")


def mutated_files() -> list[str]:
    """What is mutated when no files are named: the engine of `http`, the dock, and the exporter."""
    folders = [ROOT / "dl7450" / "http", ROOT / "dl7450" / "_dock", ROOT / "dl7450" / "_trio"]
    files = [path for folder in folders for path in sorted(folder.glob("*.py"))]
    files += [ROOT / "telemetry" / "dl7450_telemetry" / f"{name}.py" for name in EXPORTER]
    return [str(path.relative_to(ROOT)) for path in files]


def area_tests(file: str) -> tuple[str, ...]:
    """What pytest is told for a file.

    Raises:
        ValueError: the file is in no area.
    """
    for area in AREAS:
        if Path(file).match(area.files):
            return tuple(area.tests)
    raise ValueError(f"{file} has no tests in tests/mutation/_areas.py: add an area, or name another file")
