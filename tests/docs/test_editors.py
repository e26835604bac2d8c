"""docs/editors.md: type checkers follow an app's imports to the dock's modules."""

import os
import shutil
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

import dl7450
from dl7450._dock.loader import SDK_MODULES
from tests.docs._pages import ROOT, blocks_of

BLOCKS = blocks_of(ROOT / "docs" / "editors.md")
STUBS = Path(dl7450.__file__).parent / "app_stubs"

# What the dock does not have, in an app that is fine otherwise.
WRONG = """\
import http
import time

from wakeup import wakeup


def show(response: http.Response) -> str:
    return response.body()


http.request("GET", "http://x")
time.perf_counter()
wakeup(lambda: None, "soon")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with apps, set up as the page says."""
    link, *_ = [block.code for block in BLOCKS if block.language == "console"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["bash", "-c", link.removeprefix("$ ")], cwd=tmp_path, env=os.environ | {"PATH": path}, check=True)
    settings = [block.code for block in BLOCKS if block.language == "toml"]
    (tmp_path / "pyproject.toml").write_text("\n".join(settings))
    for app in ("carousel.py", "carousel_async.py", "departures.py"):
        shutil.copy(ROOT / "examples" / app, tmp_path)
    return tmp_path


def check(folder: Path, tool: str, *words: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", tool, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stderr == ""
    return [line.rstrip() for line in done.stdout.splitlines()]


def is_simulated(module: str) -> bool:
    try:
        import_module(f"dl7450.{module}")
    except ImportError:
        return False
    return True


def test_mypy_follows_the_imports_of_an_app(folder: Path) -> None:
    apps = sorted(path.name for path in folder.glob("*.py"))
    assert check(folder, "mypy", *apps) == ["Success: no issues found in 3 source files"]
    (folder / "wrong.py").write_text(WRONG)
    errors = check(folder, "mypy", "wrong.py")
    assert [line.rpartition("[")[2] for line in errors[:-1]] == [
        "return-value]",
        "attr-defined]",
        "attr-defined]",
        "arg-type]",
    ]


@pytest.mark.skipif(find_spec("pyright") is None, reason="pyright is not installed: it needs Node.js")
def test_pyright_follows_the_imports_of_an_app(folder: Path) -> None:
    python = ("--pythonpath", sys.executable)
    assert check(folder, "pyright", *python) == ["0 errors, 0 warnings, 0 informations"]
    (folder / "wrong.py").write_text(WRONG)
    errors = [line.rpartition("(")[2] for line in check(folder, "pyright", *python, "wrong.py") if "error:" in line]
    assert len(errors) == 4


def test_there_is_a_stub_for_every_module_that_is_simulated() -> None:
    assert {path.stem: path.read_text() for path in STUBS.glob("*.pyi")} == {
        module: f"from dl7450.{module} import *\n" for module in SDK_MODULES if is_simulated(module)
    }
