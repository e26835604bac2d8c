"""Who may import whom in `dl7450_telemetry`, and that every public name is there when it is asked for."""

import shutil
import subprocess
import sys
from pathlib import Path

import dl7450_telemetry
import dl7450_telemetry.trio

PACKAGE = Path(dl7450_telemetry.__file__).parent

MEASURE_A_RUN = """
import sys
sys.path.insert(0, sys.argv[1])
sys.modules["dl7450"] = sys.modules["dl7450_telemetry"] = None  # an import of them fails
import trio, trio_telemetry
async def main():
    with trio_telemetry.instrument_trio():
        print("__main__.main: runs" in trio_telemetry.format_task_tree())
trio.run(main)
"""


def run(source: str, *arguments: str) -> list[str]:
    """The words that a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", source, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_package_for_trio_works_without_the_rest(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE / "trio", tmp_path / "trio_telemetry")
    assert run(MEASURE_A_RUN, str(tmp_path)) == ["True"]


def test_importing_the_package_loads_nothing_before_it_is_used() -> None:
    source = "import sys, dl7450_telemetry{}; print(*(name for name in sys.modules if name.split('.')[0] in {}))"
    heavy = {"trio", "opentelemetry", "rich", "dl7450", "google", "requests"}
    assert run(source.format("", heavy)) == []
    # What shows traces needs neither Trio nor the SDK.
    assert run(source.format("; dl7450_telemetry.show_traces", heavy - {"rich"})) == []


def test_every_public_name_is_there() -> None:
    for package in (dl7450_telemetry, dl7450_telemetry.trio):
        assert sorted(package.__all__) == list(package.__all__)
        assert set(package.__all__) <= set(dir(package))
        assert all(hasattr(package, name) for name in package.__all__)
    assert not hasattr(dl7450_telemetry, "nonsense")
