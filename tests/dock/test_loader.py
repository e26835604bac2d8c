"""Loading apps: the dock's modules inside an app and only there, modules beside it, what cannot be loaded."""

import http
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dl7450
from dl7450._dock.loader import SDK_MODULES, AppError, load_app

Run = Callable[[str], dict[str, Any]]


seen: dict[str, Any] = {}  # the global variables of the app that ran last


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Writes `app.py`, runs it, and returns its global variables."""

    def run_source(source: str) -> dict[str, Any]:
        path = tmp_path / "app.py"
        path.write_text(f"{source}\nfrom tests.dock.test_loader import seen\nseen.update(globals())\n")
        seen.clear()
        load_app(path)()
        return dict(seen)

    return run_source


def test_every_module_of_the_dock_is_there_under_its_own_name(run: Run) -> None:
    names = sorted(SDK_MODULES)
    app = run("".join(f"import {name}\n" for name in names))
    assert [app[name].__name__ for name in names] == [f"dl7450.{name}" for name in names]


def test_every_public_module_of_the_package_is_a_module_of_the_dock() -> None:
    folder = Path(dl7450.__file__).parent
    names = {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert {name for name in names if not name.startswith("_")} - {"cli", "testing"} == SDK_MODULES


def test_the_forms_of_import(run: Run) -> None:
    app = run(
        "import http as h, time\n"
        "from http import get\n"
        "from splashscreen import *\n"
        "import re, os.path\n"
        "def later():\n"
        "    import http\n"
        "    return http\n"
        "is_the_same = later() is h\n"
    )
    assert app["is_the_same"]
    assert app["h"] is sys.modules["dl7450.http"]
    assert app["get"] is sys.modules["dl7450.http"].get
    assert app["time"] is sys.modules["dl7450.time"]
    assert app["Splashscreen"] is sys.modules["dl7450.splashscreen"].Splashscreen
    assert app["re"] is sys.modules["re"]
    assert app["os"] is sys.modules["os"]


def test_a_submodule_of_a_module_of_the_dock_does_not_exist(run: Run) -> None:
    with pytest.raises(
        ModuleNotFoundError, match=r"^No module named 'http.client': the dock's http is a single module$"
    ):
        run("import http.client")


def test_everybody_else_keeps_the_standard_library(run: Run) -> None:
    path, modules = list(sys.path), set(sys.modules)
    app = run("import http, time, colorsys")
    assert app["http"] is not http
    assert (sys.modules["http"], sys.modules["time"]) == (http, time)
    assert set(sys.modules) - modules <= {"colorsys", *(f"dl7450.{name}" for name in SDK_MODULES)}
    assert sys.path == path


def test_what_an_app_imports_from_the_library_of_python_is_not_changed(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "urllib.request", raising=False)
    app = run("import urllib.request")
    assert app["urllib"].request.http is http


def test_a_module_beside_the_app_sees_the_dock_and_belongs_to_that_app_alone(tmp_path: Path, run: Run) -> None:
    (tmp_path / "helper.py").write_text("import http, other\nVALUE = 1\n")
    (tmp_path / "other.py").write_text("import helper\ndef value():\n    return helper.VALUE\n")
    app = run("import helper, other\nbefore = other.value()\nhelper.VALUE = 2\nafter = other.value()\n")
    assert (app["before"], app["after"]) == (1, 2)
    assert app["helper"].http is sys.modules["dl7450.http"]
    assert {"helper", "other"} & set(sys.modules) == set()
    assert run("import helper\n")["helper"].VALUE == 1


def test_a_module_beside_the_app_that_fails_is_run_again_by_the_next_import(tmp_path: Path, run: Run) -> None:
    (tmp_path / "helper.py").write_text("1 / 0")
    app = run(
        "errors = []\n"
        "for _ in range(2):\n"
        "    try:\n"
        "        import helper\n"
        "    except ZeroDivisionError as error:\n"
        "        errors.append(str(error))\n"
    )
    assert app["errors"] == ["division by zero"] * 2


def test_an_app_is_the_main_module_and_knows_its_file(tmp_path: Path, run: Run) -> None:
    app = run("")
    assert (app["__name__"], app["__file__"]) == ("__main__", str(tmp_path / "app.py"))


def test_a_function_is_an_app() -> None:
    assert load_app(print) is print


@pytest.mark.parametrize("app", [None, 5, b"app.py"])
def test_what_is_neither_a_file_nor_a_function_is_no_app(app: object) -> None:
    with pytest.raises(TypeError) as caught:
        dl7450.run(app)  # type: ignore[arg-type]
    assert str(caught.value) == (
        f"an app is the path of its file or a function, not {type(app).__name__}: pass the function, do not call it"
    )


def test_an_async_function_is_no_app() -> None:
    async def app() -> None: ...

    with pytest.raises(TypeError, match=r"^an app is a plain function, not an async one"):
        load_app(app)


def test_an_app_without_a_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(AppError, match=r"^cannot read the app '.*missing.py': No such file or directory$"):
        load_app(tmp_path / "missing.py")
    with pytest.raises(AppError, match=r"^cannot read the app '.*': Is a directory$"):
        load_app(str(tmp_path))


@pytest.mark.parametrize("source", [b"def", b"x = '\0'", b"'\xff'"])
def test_an_app_that_is_not_python_says_so(source: bytes, tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_bytes(source)
    with pytest.raises(AppError, match=r"^the app '.*app.py' is not Python: "):
        load_app(path)


def test_an_app_that_is_too_deep_for_pythons_parser_says_so(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_text(f"x = {'-' * 100_000}1")
    with pytest.raises(AppError, match=r"^the app '.*app.py' is too deep: take its expressions apart$"):
        load_app(path)
