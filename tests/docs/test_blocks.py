"""Every block of code on a page does what the page says, or is marked as output (`text`)."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from dl7450._device.device_file import load_device
from dl7450.cli import main
from dl7450.testing import picture
from tests._servers import content_server
from tests.docs._pages import BLOCKS, ROOT, Block, blocks_of
from tests.run.test_cli import dl7450

SERVER = "http://127.0.0.1:8450"  # on the pages


def commands_of(group: click.Group) -> Iterator[click.Command]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield from commands_of(command) if isinstance(command, click.Group) else [command]


OPTIONS = {name for command in commands_of(main) for option in command.params for name in option.opts}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with content_server() as url:
        yield url


def these(language: str, note: str = "") -> list[Block]:
    return [block for block in BLOCKS if block.language == language and re.fullmatch(note, block.note)]


# The README's program is run by tests/test_readme.py.
PROGRAMS = [block for block in these("python") if block.page.name != "README.md"]


def test_every_block_says_what_it_is() -> None:
    known = {"python", "console", "yaml", "toml", "text"}
    by_tests_of_their_own = {"trace_to_collector.md": {"sh"}}
    assert [
        str(block)
        for block in BLOCKS
        if block.language not in known | by_tests_of_their_own.get(block.page.name, set())
    ] == []
    assert {block.note for block in these("python", ".*") if not block.note.startswith("file: ")} <= {
        "",
        "within a test",
    }


@pytest.mark.parametrize("block", PROGRAMS, ids=str)
def test_a_program_runs_and_prints_what_the_page_shows(block: Block, server: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", block.code.replace(SERVER, server)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    if block.output is not None:
        assert done.stdout == block.output.replace(SERVER.removeprefix("http://"), server.removeprefix("http://"))


@pytest.mark.parametrize("block", these("python", r"file: (?!test_).*"), ids=str)
def test_an_app_is_fit_for_the_dock(block: Block, server: str, tmp_path: Path) -> None:
    app = tmp_path / block.note.removeprefix("file: ")
    app.write_text(block.code.replace(SERVER, server))
    assert dl7450("check", app).stdout == ""
    if SERVER in block.code:
        done = dl7450("run", app, "--fast", "--for", 5, "--json", "--quiet")
        summary = json.loads(done.stdout)
        assert (done.returncode, done.stderr) == (0, "")
        assert (summary["requests"]["failed"], summary["texts"]) == (0, ["12 pictures"])


@pytest.mark.parametrize("block", these("yaml"), ids=str)
def test_a_store_can_be_loaded(block: Block, tmp_path: Path) -> None:
    (tmp_path / "background.png").write_bytes(picture("navy").data)
    (tmp_path / "app.py").touch()
    (tmp_path / "dock.yaml").write_text(block.code)
    load_device(tmp_path / "dock.yaml")


@pytest.mark.parametrize("block", these("toml"), ids=str)
def test_settings_are_toml(block: Block) -> None:
    assert tomllib.loads(block.code)


def check_make(*words: str) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    variables = re.findall(r"^([A-Z]+) \?=", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for word in words:
        assert word in targets or word.partition("=")[0] in variables


def check_dl7450(name: str, *words: str) -> None:
    command: click.Command | None = main.commands[name]
    arguments = list(words)
    while isinstance(command, click.Group):
        command = command.get_command(click.Context(command), arguments.pop(0))
    assert command is not None
    try:
        context = command.make_context(name, arguments)
    except click.exceptions.Exit:  # --help
        return
    files = [value for value in context.params.values() if isinstance(value, Path)]
    assert [file for file in files if file.is_relative_to("examples") and not file.exists()] == []


def check_python(flag: str, what: str, *_: str) -> None:
    assert flag == "-c" or (flag == "-m" and find_spec(what))


def check_pip(command: str, *what: str) -> None:
    assert command == "install"
    for requirement in what:
        name, extras = re.fullmatch(r"([\w.]+)(?:\[(.*)\])?", requirement).groups(default="")  # type: ignore[union-attr]
        assert name in {".", PROJECT["name"]}
        assert set(extras.split(",")) - {""} <= set(PROJECT["optional-dependencies"])


def check_pytest(*words: str) -> None:
    assert not words


def check_prometheus(settings: str) -> None:
    assert Path(settings.removeprefix("--config.file=")).is_file()  # tests/fleet/test_prometheus_rules.py reads it


CHECKS: dict[str, Callable[..., None]] = {
    "make": check_make,
    "dl7450": check_dl7450,
    "python": check_python,
    "python3": check_python,
    "pip": check_pip,
    "pytest": check_pytest,
    "prometheus": check_prometheus,
    ".": lambda file: None,  # source a file
}
RUN_BY_TESTS_OF_THEIR_OWN = {"editors.md"}


@pytest.mark.parametrize("block", these("console"), ids=str)
def test_a_command_exists_and_knows_its_flags(block: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    if block.page.name in RUN_BY_TESTS_OF_THEIR_OWN:
        return
    for line in block.code.splitlines():
        assert line.startswith("$ ")
        words = shlex.split(line.removeprefix("$ "), comments=True)
        while re.fullmatch("[A-Z0-9_]+=.*", words[0]):
            words.pop(0)
        CHECKS[os.path.basename(words[0])](*words[1:])  # noqa: PTH119  "." is a command


def test_every_flag_that_is_mentioned_exists() -> None:
    of_others = {"--dl7450-update", "--full-trace", "--rounds"}  # pytest's, and the benchmark's
    for page in {block.page for block in BLOCKS} - {ROOT / "examples" / "trace_to_collector.md"}:
        assert set(re.findall(r"`(--[a-z0-9-]+)", page.read_text())) <= OPTIONS | of_others, page


def test_blocks_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- file: a.py -->\n```python\nx = 1\n```\n\n```text\n1\n```\n\n    indented\n\n```{toctree}\n```\n"
    )
    assert blocks_of(page) == [
        Block(page, 2, "python", "x = 1\n", "file: a.py", "1\n"),
        Block(page, 6, "text", "1\n", "", None),
        Block(page, 10, "", "indented\n", "", None),
    ]
