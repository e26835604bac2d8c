"""Who may import whom: the pure modules, the API of OpenTelemetry without its SDK, no import before it is needed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import dl7450

PURE = ["_arguments", "_curl", "_exchange", "_head", "_response", "_url"]
HEAVY = ["trio", "httpx2", "httpcore2", "h11", "socket", "ssl", "opentelemetry", "PIL", "dl7450_telemetry"]


def imported_by(statement: str) -> set[str]:
    """Which top-level modules a fresh interpreter has loaded after a statement."""
    source = f"{statement}\nimport json, sys\nprint(json.dumps([name.split('.')[0] for name in sys.modules]))"
    # -S: without what the site's packages load at the start of every interpreter (a coverage tool, for one).
    path = {**os.environ, "PYTHONPATH": str(Path(dl7450.__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-S", "-c", source], capture_output=True, text=True, check=True, env=path)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("module", PURE)
def test_the_pure_modules_import_neither_trio_nor_httpx_nor_sockets_nor_opentelemetry(module: str) -> None:
    assert imported_by(f"import dl7450.http.{module}") & set(HEAVY) == set()


def test_importing_http_loads_nothing_heavy() -> None:
    assert imported_by("from dl7450 import http; import dl7450.http") & set(HEAVY) == set()


def test_the_library_uses_the_api_of_opentelemetry_only_and_never_telemetry() -> None:
    source = """\
import sys
import dl7450
from dl7450 import http, wakeup, splashscreen, image, datastore, dock, monitor, network, time, usb
dl7450.run(lambda: http.get("nonsense://"))
loaded = set(sys.modules)
"""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            source + "print(*(name for name in loaded if 'sdk' in name or name == 'dl7450_telemetry'))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "\n"
