"""Who may import whom: the floors of the house, no circle, the pure modules, and no import before it is needed."""

import ast
import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

import dl7450

ROOT = Path(__file__).parent.parent
PACKAGES = {"dl7450": ROOT / "dl7450", "dl7450_telemetry": ROOT / "telemetry" / "dl7450_telemetry"}

# Each part of the project, and what it may import. A part stands above all that it may import. A face is a module that
# an app may import; `dl7450.http` is one, too, whose engine is in its folder and needs no dock. The loader of apps
# imports faces by the names that an app uses: that is the app's import, and not one of `_dock`.
FLOORS = {
    "_version": set[str](),
    "_buffers": set[str](),
    "_datetime": set[str](),
    "_framebuf": set[str](),
    "_trio": set[str](),
    "_screen": set[str](),
    "_device": {"_screen"},
    "http": {"_trio", "_version"},
    "_mqtt": {"_trio", "_version", "http"},
    "_dock": {"_device", "_mqtt", "_screen", "_trio", "_version", "http"},
    "_check": {"_device", "_mqtt", "_screen", "_version"},
    "_api": {"_check", "_device", "_screen", "telemetry"},
    "faces": {"_buffers", "_datetime", "_device", "_dock", "_framebuf", "_mqtt", "_screen"},
    "_micropython": {"_dock", "_trio", "faces", "http"},
    "telemetry.trio": set[str](),
    "telemetry": {"http", "telemetry.trio"},
    "_run": {"_api", "_device", "_dock", "_micropython", "_screen", "_trio", "http", "telemetry"},
    "_serve": {
        *("_api", "_check", "_device", "_dock", "_micropython", "_run", "_screen", "_trio", "http", "telemetry"),
        "testing",
    },
    "testing": {"_device", "_dock", "_micropython", "_mqtt", "_screen", "http", "telemetry"},
    "cli": {"_api", "_check", "_run", "_serve", "_version", "telemetry"},
    "dl7450": {"_device", "_dock", "_screen", "_version", "cli", "http"},
}

PURE = [
    *(f"dl7450.http.{name}" for name in ("_arguments", "_curl", "_dock_of_call", "_exchange", "_incoming", "_parser")),
    *(f"dl7450.http.{name}" for name in ("_request_bytes", "_response", "_url")),
    *(f"dl7450._screen.{name}" for name in ("attributes", "bidi", "bounds", "colours", "constants", "markup", "state")),
    "dl7450._screen.style",
    *(f"dl7450._framebuf.{name}" for name in ("font", "pixels", "shapes")),
    *(f"dl7450._device.{name}" for name in ("device", "edid", "gpio", "i2c.parts", "posix_time", "timezones")),
    *(f"dl7450._mqtt.{name}" for name in ("arguments", "errors")),
]
HEAVY = {"trio", "httpx2", "httpcore2", "h11", "socket", "ssl", "opentelemetry", "PIL", "dl7450_telemetry"}
FACES = sorted(path.stem for path in (ROOT / "dl7450").glob("[a-z]*.py") if path.stem != "cli")


def module_name(path: Path) -> str:
    package, folder = next((name, folder) for name, folder in PACKAGES.items() if path.is_relative_to(folder))
    parts = (package, *path.relative_to(folder).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


FILES = {module_name(path): path for folder in PACKAGES.values() for path in folder.rglob("*.py")}


def imports_of(module: str) -> Iterator[str]:
    """The modules of this project that a module imports: at its top, in a function, or for types only."""
    package = module if FILES[module].name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(FILES[module].read_text())):
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = resolve_name("." * node.level + (node.module or ""), package)
            named = [f"{source}.{alias.name}" if f"{source}.{alias.name}" in FILES else source for alias in node.names]
        else:
            continue
        yield from (name for name in named if name in FILES)


def part_of(module: str) -> str:
    package, *rest = module.split(".")
    if package == "dl7450_telemetry":
        return "telemetry.trio" if rest[:1] == ["trio"] else "telemetry"
    if not rest or rest == ["__main__"]:
        return "dl7450"
    return "faces" if rest[0] in FACES else rest[0]


IMPORTS = {module: set(imports_of(module)) for module in FILES}


def test_no_part_stands_above_one_that_stands_above_it() -> None:
    list(TopologicalSorter(FLOORS).static_order())  # raises CycleError


def test_every_module_imports_only_what_its_part_may() -> None:
    wrong = [
        f"{module} imports {imported}"
        for module, imports in IMPORTS.items()
        for imported in imports
        if part_of(imported) not in {part_of(module), *FLOORS[part_of(module)]}
    ]
    assert wrong == []


def test_no_part_may_import_what_it_does_not() -> None:
    used = {part: set[str]() for part in FLOORS}
    for module, imports in IMPORTS.items():
        used[part_of(module)] |= {part_of(imported) for imported in imports} - {part_of(module)}
    assert used == FLOORS


def test_no_module_imports_itself_by_way_of_others() -> None:
    order = list(TopologicalSorter(IMPORTS).static_order())  # raises CycleError, which names the circle
    assert set(order) == set(FILES)


@pytest.mark.parametrize("part", [part for part in FLOORS if f"dl7450.{part}" in FILES and part.startswith("_")][1:])
def test_every_private_package_says_what_it_may_import(part: str) -> None:
    doc = ast.get_docstring(ast.parse(FILES[f"dl7450.{part}"].read_text())) or ""
    said = re.findall(r"^Imports of dl7450: (.+)\.$", doc, re.MULTILINE)
    assert said == [", ".join(sorted(FLOORS[part])) or "nothing"]


def imported_by(statement: str) -> set[str]:
    """Which top-level modules a fresh interpreter has loaded after a statement."""
    source = f"{statement}\nimport json, sys\nprint(json.dumps([name.split('.')[0] for name in sys.modules]))"
    # -S: without what the site's packages load at the start of every interpreter (a coverage tool, for one).
    path = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), sysconfig.get_path("purelib")])}
    done = subprocess.run([sys.executable, "-S", "-c", source], capture_output=True, text=True, check=True, env=path)
    return set(json.loads(done.stdout))


def test_the_pure_modules_import_neither_trio_nor_httpx_nor_sockets_nor_opentelemetry() -> None:
    assert imported_by(f"import {', '.join(PURE)}") & HEAVY == set()


def test_importing_the_modules_of_the_sdk_loads_nothing_heavy() -> None:
    assert imported_by(f"import dl7450\nfrom dl7450 import http, {', '.join(FACES)}") & HEAVY == set()


def test_the_library_uses_the_api_of_opentelemetry_only_and_never_telemetry() -> None:
    source = """\
import sys
import dl7450
from dl7450 import http, wakeup, splashscreen, image, datastore, dock, monitor, network, time, usb
dl7450.run(lambda: http.get("nonsense://"))
print(*(name for name in sys.modules if "sdk" in name or name == "dl7450_telemetry"))
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


FOREIGN = """\
import dl7450.testing

def test_a_dock(dock):
    dock.run_app(lambda: None)
"""


def test_a_telemetry_module_of_the_user_is_not_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "telemetry.py").write_text("raise SystemExit('not yours')")
    (tmp_path / "app.py").write_text("import http")
    (tmp_path / "test_app.py").write_text(FOREIGN)
    for command in (["pytest", "-q", "-p", "no:cacheprovider"], ["dl7450", "run", "app.py", "--quiet"]):
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_what_dl7450_offers_is_found_by_dir_and_is_there() -> None:
    assert set(dl7450.__all__) <= set(dir(dl7450))
    assert [name for name in dl7450.__all__ if not hasattr(dl7450, name)] == []
