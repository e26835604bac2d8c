"""The record of a run, however long it is, and how a run ends that several things end at once."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dl7450._run.record import KEPT_ERRORS, KEPT_TEXTS, RunRecord
from dl7450._run.runner import RunOptions, run_file
from dl7450._screen.constants import Alignment
from dl7450._screen.markup import parse
from dl7450._screen.state import ScreenState, TextBox


def frame(text: str) -> ScreenState:
    return ScreenState(boxes=(TextBox(0, 0, Alignment.LEFT, parse(text)),))


def test_the_record_of_a_long_run_is_short_and_knows_what_was_expected() -> None:
    run = RunRecord(missing=["text 0", "never"])
    for number in range(KEPT_TEXTS + 10):
        run.add_frame(frame(f"text {number}"))
        run.add_error(ValueError(number))
    assert (run.frames, run.error_count, run.missing) == (KEPT_TEXTS + 10, KEPT_TEXTS + 10, ["never"])
    assert list(run.texts) == [f"text {number}" for number in range(10, KEPT_TEXTS + 10)]
    assert run.errors == [f"ValueError: {number}" for number in range(KEPT_ERRORS)]


def test_ctrl_c_beside_another_error_is_ctrl_c(tmp_path: Path) -> None:
    @contextmanager
    def failing() -> Generator[None]:
        yield
        raise BaseExceptionGroup("at once", [ValueError("error"), KeyboardInterrupt()])

    app = tmp_path / "app.py"
    app.touch()
    with pytest.raises(KeyboardInterrupt):
        run_file(app, RunOptions(), RunRecord(), failing)
