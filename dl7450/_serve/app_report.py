"""`AppReport`: what is wrong with an app that raised or cannot be started, for whoever writes it."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .._check import Finding, check_app
from .._dock.loader import AppError
from .._dock.tracebacks import format_app_error, is_ours

LINES_AROUND = 4  # of the app's source, before the line and after it


@dataclass(frozen=True)
class AppReport:
    """What went wrong.

    Attributes:
        problem: in one sentence.
        solution: what to do.
        file: where it is to be mended.
        line: counted from 1; None: not a matter of a line.
        source: the lines around it, with their numbers.
        traceback: of the app's code; empty where it has not run.
    """

    problem: str
    solution: str
    file: Path
    line: int | None = None
    source: tuple[tuple[int, str], ...] = ()
    traceback: str = ""


def app_report(error: BaseException, app: Path) -> AppReport:
    """The report of an error.

    Parameters:
        error: what the app's code raised, or why the app cannot be started.
        app: its file.
    """
    if isinstance(error, SystemExit):
        return AppReport(
            f"The app called sys.exit({error.code!r}), which ends a run on this machine.",
            "Leave it out: an app of a dock does not end. Save the file to start the app again.",
            *_place(error, app),
        )
    cause = error.__cause__ if isinstance(error, AppError) else error
    if cause is None:
        return AppReport(f"{error}.", f"Write {app.name} there again: it is started when it is saved.", app)
    file, line, source = _place(cause, app)
    where = f"line {line} of {file.name}" if line else file.name
    message = cause.msg if isinstance(cause, SyntaxError) else str(cause)
    return AppReport(
        f"{type(cause).__name__}: {message}" if message else type(cause).__name__,
        f"Correct {where} and save it: the app is started again.",
        file,
        line,
        source,
        format_app_error(cause),
    )


def findings_in(app: Path) -> Sequence[Finding]:
    """What `dl7450 check` finds in an app and its modules; nothing where a file cannot be read."""
    try:
        return check_app(app)
    except OSError:
        return []


def _place(error: BaseException, app: Path) -> tuple[Path, int | None, tuple[tuple[int, str], ...]]:
    """The file and the line of an error, and the lines around it."""
    if isinstance(error, SyntaxError) and error.filename is not None:
        file, line = Path(error.filename), error.lineno
    else:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not is_ours(frame.filename)]
        file, line = (Path(frames[-1].filename), frames[-1].lineno) if frames else (app, None)
    if line is None:
        return file, None, ()
    try:
        lines = file.read_text(errors="replace").splitlines()
    except OSError:
        return file, line, ()
    first = max(1, line - LINES_AROUND)
    return file, line, tuple(enumerate(lines[first - 1 : line + LINES_AROUND], start=first))
