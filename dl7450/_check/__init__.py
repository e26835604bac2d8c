"""`dl7450 check`: what would fail on the dock, found in an app's text without running it.

The rules are functions beside the words for what they find (`_syntax`, `_strings`, `_language`, `_built_in`,
`_imports`, `_calls`, `_mistakes`, `_argument_values`, `_refused`, `_text_boxes`, `_paradigm`); `_sdk` says what the
dock has, `_instead` what to do where it has not; `_app`, `_scopes`, `_values`, `_kinds` and `_literals` say what an
app's text makes evident; `_formats` writes the findings down. A rule speaks only when it is sure: what an app's text
does not tell is not reported. The dock runs a MicroPython whose release its vendor does not name, so what some releases
refuse is reported with the release that first takes it. Every rule about MicroPython is held against its releases
(`tests/check/probes.txt`).

Imports of dl7450: _device, _mqtt, _screen, _version.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from . import (  # noqa: F401  each registers its rules
    _argument_values,
    _built_in,
    _calls,
    _imports,
    _language,
    _mistakes,
    _paradigm,
    _refused,
    _strings,
    _syntax,
    _text_boxes,
)
from ._app import App
from ._formats import FORMATS
from ._rule import CHECKS, Finding, Hit, Level, Rule
from ._values import Values

__all__ = ["FORMATS", "Finding", "Level", "Rule", "check_app", "check_apps", "rules"]

NOT_UTF8: Final = Rule(
    "not-utf8",
    "The file is not UTF-8: byte {byte}.",
    "Save it as UTF-8.",
    "MicroPython's py/lexer.c: source is UTF-8, whatever a coding comment says",
)
SYNTAX_ERROR: Final = Rule(
    "syntax-error",
    "The file does not parse: {message}.",
    "Correct this line, or the one before it.",
    "MicroPython's grammar is a part of Python's",
)
TOO_DEEP: Final = Rule(
    "too-deep",
    "The file nests deeper than can be checked, which is far deeper than MicroPython compiles: RuntimeError.",
    "Give parts of its longest expressions names, and its deepest blocks functions of their own.",
    "MicroPython's py/stackctrl.c: maximum recursion depth exceeded, in the compiler, too",
)


def check_app(path: Path) -> list[Finding]:
    """Check an app's file: see `check_apps`."""
    return check_apps([path])


def check_apps(paths: Iterable[Path]) -> list[Finding]:
    """Check apps' files and the modules beside them that they import, directly or not.

    Parameters:
        paths: files, and folders: all `*.py` files in a folder and below, hidden ones left out. A file is checked once.

    Returns:
        The findings, file by file, in the order of line and column.

    Raises:
        OSError: a file cannot be read, or a folder has no app.
    """
    findings: list[Finding] = []
    files = list(dict.fromkeys(file for path in paths for file in _files(path)))
    for file in files:  # grows on the way
        try:
            found, beside = _check(file)
        except (RecursionError, MemoryError):  # the parser's own stack ends in a MemoryError
            found, beside = [TOO_DEEP.finding(file, Hit(1, 1))], []
        findings += found
        files += [module for module in beside if module not in files and module.is_file()]
    return findings


def modules_beside(path: Path) -> list[str]:
    """The names of the modules beside an app's file that it imports itself.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not Python; the message says where and why.
    """
    app = _load(path)
    if isinstance(app, Finding):
        raise ValueError(f"{app.path}:{app.line}: {app.problem} {app.solution}")  # noqa: TRY004  of the file
    return app.imports_beside


def rules() -> Sequence[Rule]:
    """All rules, in alphabetical order."""
    return sorted([NOT_UTF8, SYNTAX_ERROR, TOO_DEEP, *(rule for rule, _ in CHECKS)], key=lambda rule: rule.code)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = [
        file
        for file in sorted(path.rglob("*.py"))
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts)
    ]
    if not files:
        raise FileNotFoundError(errno.ENOENT, "No *.py file in this folder", str(path))
    return files


def _check(file: Path) -> tuple[list[Finding], list[Path]]:
    """The findings in a file, and the files of the modules beside it that it imports."""
    app = _load(file)
    if isinstance(app, Finding):
        return [app], []
    values = Values(app)
    found = {rule.finding(file, hit) for rule, find in CHECKS for hit in find(values)}
    findings = sorted(found, key=lambda finding: (finding.line, finding.column, finding.code))
    return findings, [file.with_name(f"{name}.py") for name in app.imports_beside]


def _load(path: Path) -> App | Finding:
    data = path.read_bytes()
    try:
        source = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].split(b"\n")
        hit = Hit(len(before), len(before[-1]) + 1, {"byte": f"0x{data[error.start]:02x}"})
        return NOT_UTF8.finding(path, hit)
    try:
        return App(path, "\n".join(re.split("\r\n|\r|\n", source)), _modules_in(path.parent))
    except (SyntaxError, ValueError) as error:  # ValueError: null bytes, before Python 3.11.4
        line, column = (error.lineno, error.offset) if isinstance(error, SyntaxError) else (1, 1)
        message = error.msg if isinstance(error, SyntaxError) else error
        return SYNTAX_ERROR.finding(path, Hit(line or 1, column or 1, {"message": message}))


def _modules_in(folder: Path) -> frozenset[str]:
    packages = (file.parent for file in folder.glob("*/__init__.py"))
    return frozenset(file.stem for file in (*folder.glob("*.py"), *packages))
