"""The pytest plugin: fixtures, the marker `dl7450`, the option `--dl7450-update`, and the reports of failing tests."""

from __future__ import annotations

from collections.abc import Generator
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar, Unpack

import pytest

# Nothing else at the top: pytest loads this in every project of an environment, also where there is no app.
if TYPE_CHECKING:
    from ._options import DockOptions
    from ._test_dock import TestDock

T = TypeVar("T")

_DOCKS = pytest.StashKey[list["TestDock"]]()


class MakeDock(Protocol):
    """What the fixture `make_dock` gives: it makes docks, which end with the test."""

    def __call__(self, **options: Unpack[DockOptions]) -> TestDock:
        """Make a dock with these options, and for the rest with those of the marker `dl7450`."""
        ...


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("dl7450").addoption(
        "--dl7450-update",
        action="store_true",
        help="write the pictures that dock.assert_frame() compares with",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "dl7450(store, values, images, dock_id, host, offline, unrouted, unused_routes, rejected): "
        "what the test's dock is like, and what does not fail the test",
    )


@pytest.fixture
def make_dock(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[MakeDock]:
    """Makes docks on virtual time with servers in memory, as many as the test needs."""
    from dl7450_telemetry import check_environment

    try:
        check_environment()  # before the imports below, which read it
    except ValueError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None

    from ._options import checked
    from ._test_dock import TestDock

    docks = request.node.stash.setdefault(_DOCKS, [])
    marked: dict[str, object] = {}
    for marker in reversed(list(request.node.iter_markers("dl7450"))):  # the closest one wins
        marked |= marker.kwargs

    def make(**options: Unpack[DockOptions]) -> TestDock:
        __tracebackhide__ = True
        try:
            dock = TestDock(
                request.path.parent,
                cache(partial(_artifacts, tmp_path_factory, len(docks))),
                update_frames=request.config.getoption("dl7450_update"),
                **checked({**marked, **options}),
            )
        except ValueError as error:
            raise ValueError(str(error)) from None  # without the long way to it
        docks.append(dock)
        return dock

    yield make
    for dock in docks:
        dock.close()


@pytest.fixture
def dock(make_dock: MakeDock) -> TestDock:
    """A dock on virtual time with servers in memory."""
    return make_dock()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, T, T]:
    # Here and not in the fixture: a test fails for these, it does not have an error after it passed.
    result = yield
    problems = [problem for dock in item.stash.get(_DOCKS, []) for problem in dock.close()]
    if problems:
        pytest.fail("\n".join(dict.fromkeys(problems)), pytrace=False)  # two docks may see the same one
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    docks = item.stash.get(_DOCKS, [])
    if report.failed:
        for number, dock in enumerate(docks, start=1):
            problems = dock.close()  # what is in flight ends, and is part of the waterfall
            name = "dl7450" if len(docks) == 1 else f"dl7450: dock {number}"
            report.sections.append((name, "\n".join([*problems, dock.report()])))
    return report


def _artifacts(factory: pytest.TempPathFactory, number: int) -> Path:
    return factory.mktemp(f"dl7450-dock{number + 1}-")
