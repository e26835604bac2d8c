"""An app that calls `sys.exit()`: as in `dl7450 run` it ends the run, and a status other than 0 is a failure."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dl7450 import wakeup
from dl7450.testing import TestDock


@pytest.fixture(params=[0, 1], ids=["module", "timer"])
def run(request: pytest.FixtureRequest, dock: TestDock) -> Callable[[Callable[[], object]], None]:
    """Runs a function as the app's module, or in a timer of it."""

    def run(function: Callable[[], object]) -> None:
        dock.run_app(lambda: wakeup.wakeup(function, 1000) if request.param else function())
        if request.param:
            dock.advance(2)

    return run


def test_a_status_can_be_expected_and_is_reported_once(
    dock: TestDock, run: Callable[[Callable[[], object]], None]
) -> None:
    with pytest.raises(SystemExit) as exited:
        run(lambda: sys.exit(3))
    assert exited.value.code == 3
    assert dock.close() == []


@pytest.mark.parametrize("status", [None, 0])
def test_without_one_nothing_has_failed(
    dock: TestDock, run: Callable[[Callable[[], object]], None], status: int | None
) -> None:
    run(lambda: sys.exit(status))
    with pytest.raises(RuntimeError, match="this dock has stopped"):
        dock.advance(1)
    assert dock.close() == []


def test_a_traceback_shows_the_app_and_not_the_dock(dock: TestDock) -> None:
    with pytest.raises(SystemExit) as exited:
        dock.run_app(lambda: sys.exit(3))
    assert exited.traceback[-1].name == "<lambda>"
    assert not [entry for entry in exited.traceback if "_dock" in Path(entry.path).parts]


def test_what_the_app_raised_before_is_told_first(dock: TestDock) -> None:
    def app() -> None:
        wakeup.wakeup(lambda: 1 / 0, 1000)

    dock.run_app(app)
    with pytest.raises(ZeroDivisionError):
        dock.advance(1)
    dock.run_app(lambda: wakeup.wakeup(lambda: sys.exit(3), 1000))  # the other app is unloaded
    with pytest.raises(SystemExit):
        dock.advance(1)
