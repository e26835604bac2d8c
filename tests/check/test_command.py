"""The command `dl7450 check`: what it takes, what it prints, and its exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click.testing
import pytest

from dl7450.cli import main

ERROR = "import requests\n"
WARNING = "class A:\n    def __del__(self):\n        pass\n"
FINE = "import http\n"


def run(*arguments: object) -> click.testing.Result:
    return click.testing.CliRunner().invoke(main, ["check", *map(str, arguments)])


def write(folder: Path, name: str, source: str | bytes) -> Path:
    (folder / name).write_bytes(source if isinstance(source, bytes) else source.encode())
    return folder / name


@pytest.mark.parametrize(
    ("source", "options", "status"),
    [
        (ERROR, [], 1),
        (WARNING, [], 0),
        (WARNING, ["--strict"], 1),
        (WARNING + ERROR, [], 1),
        (FINE, ["--strict"], 0),
        (ERROR, ["--json"], 1),
        (WARNING, ["--format", "github"], 0),
    ],
)
def test_only_errors_fail_unless_the_check_is_strict(
    source: str, options: list[str], status: int, tmp_path: Path
) -> None:
    assert run(write(tmp_path, "app.py", source), *options).exit_code == status


def test_each_format_is_printed_and_nothing_else(tmp_path: Path) -> None:
    app = write(tmp_path, "app.py", WARNING)
    assert run(app).output.startswith(f"{app}:2:5: warning: special-method\n")
    assert json.loads(run(app, "--json").output)["warnings"] == 1
    assert run(app, "--format", "json").output == run(app, "--json").output
    assert run(app, "--format", "github").output.startswith(f"::warning file={app},line=2,col=5,title=special-method::")
    assert json.loads(run(app, "--format", "sarif").output)["version"] == "2.1.0"
    assert run(write(tmp_path, "fine.py", FINE)).output == ""


def test_files_and_folders_may_be_several(tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    one, two = write(tmp_path, "one.py", ERROR), write(tmp_path / "apps", "two.py", ERROR)
    listed = json.loads(run(one, tmp_path / "apps", "--json").output)["findings"]
    assert [finding["path"] for finding in listed] == [str(one), str(two)]
    assert run().exit_code == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.py", "cannot read '{path}': No such file or directory"),
        ("empty", "cannot read '{path}': No *.py file in this folder"),
        ("loop.py", "cannot read '{path}': Too many levels of symbolic links"),
    ],
)
def test_what_cannot_be_read_is_one_line(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    done = run(tmp_path / name)
    assert done.exit_code == 2
    assert done.output.splitlines()[-1].endswith(message.format(path=tmp_path / name))


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"x = 1\0", "syntax-error"),
        (b"x = '\xed\xa0\x80'", "not-utf8"),
        (b"x = " + b"[" * 5_000 + b"]" * 5_000, "syntax-error"),
        (b"x" + b".x" * 100_000, "too-deep"),
        (b"import splashscreen\nsplashscreen.Splashscreen().add_text_box('<\\ud800>')", "invalid-markup"),
        (b"import dock\ndock.DockControl().set_timezone('\\ud800')", "unknown-timezone"),
        (b"import json\njson.loads({'\\ud800': 5})", "argument-type"),
        (b"x = {'\\udfff'}()", "not-callable"),
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_whatever_is_in_a_file_is_a_finding_in_every_format(
    source: bytes, code: str, form: str, tmp_path: Path
) -> None:
    done = run(write(tmp_path, "app.py", source), "--format", form)
    assert (done.exit_code, done.exception.__class__) == (1, SystemExit)
    assert code in done.output


@pytest.mark.skipif(sys.platform != "linux", reason="file names are any bytes on Linux")
@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_file_name_that_no_encoding_has_is_shown_escaped(form: str, encoding: str, tmp_path: Path) -> None:
    app = os.fsencode(tmp_path) + b"/\xff\xc3\xa9.py"
    Path(os.fsdecode(app)).write_text(ERROR)
    done = subprocess.run(
        [sys.executable, "-m", "dl7450", "check", app, "--format", form],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"unknown-module" in done.stdout
