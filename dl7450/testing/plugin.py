"""The pytest plugin: fixtures, the marker `dl7450`, the option `--dl7450-update`, and the reports of failing tests."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from functools import cache, partial
from inspect import isgeneratorfunction
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar, Unpack

import pytest

# Nothing else at the top: pytest loads this in every project of an environment, also where there is no app.
if TYPE_CHECKING:
    from ._options import DockOptions
    from ._test_dock import TestDock

T = TypeVar("T")


@dataclass
class _Attempt:
    """What there is of one run of a test. There are plugins that run a test again, which begins with new docks.

    Attributes:
        docks: that it made.
        users: the fixtures that have one of them.
        used_later: one of the fixtures may use its dock after the test.
        passed: the test has run, and nothing was wrong.
    """

    docks: list[TestDock] = field(default_factory=list)
    users: set[str] = field(default_factory=lambda: {"dock", "make_dock"})
    used_later: bool = False
    passed: bool = False

    def problems(self, dock: TestDock) -> list[str]:
        """What the test has to fail for, with this dock at its end, if that is now."""
        return dock.problems() if self.used_later else dock.close()


_ATTEMPT = pytest.StashKey[_Attempt]()


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
        "dl7450(store, values, images, dock_id, host, offline, micropython, heap, unrouted, unused_routes, rejected): "
        "what the test's dock is like, what runs its apps, and what does not fail the test",
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

    attempt = request.node.stash[_ATTEMPT]
    docks = attempt.docks
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
    problems = [problem for dock in docks for problem in dock.close()]
    if attempt.passed:
        _fail_for(problems)


@pytest.fixture
def dock(make_dock: MakeDock) -> TestDock:
    """A dock on virtual time with servers in memory."""
    return make_dock()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[_ATTEMPT] = _Attempt()


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest) -> None:
    name, uses = fixturedef.argname, fixturedef.argnames
    attempt = request.node.stash.get(_ATTEMPT, None)  # there is none for a fixture of a wider scope
    if attempt is not None and name not in attempt.users and not attempt.users.isdisjoint(uses):
        attempt.users.add(name)
        attempt.used_later |= isgeneratorfunction(fixturedef.func) or "request" in uses  # for request.addfinalizer


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, T, T]:
    # Here and not in the fixture: a test fails for these, it does not have an error after it passed.
    result = yield
    attempt = item.stash[_ATTEMPT]
    _fail_for([problem for dock in attempt.docks for problem in attempt.problems(dock)])
    attempt.passed = True
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    attempt = item.stash.get(_ATTEMPT, _Attempt())
    if report.failed:
        for number, dock in enumerate(attempt.docks, start=1):
            name = "dl7450" if len(attempt.docks) == 1 else f"dl7450: dock {number}"
            report.sections.append((name, "\n".join(_told(attempt, dock))))
    return report


def _told(attempt: _Attempt, dock: TestDock) -> Generator[str]:
    try:
        yield from attempt.problems(dock)  # first: what is in flight ends with the dock, and is part of the waterfall
        yield dock.report()
    except Exception as error:  # whatever it is, the test has failed for another reason, and the session goes on
        yield f"what happened cannot be shown: {type(error).__name__}: {error}"


def _fail_for(problems: list[str]) -> None:
    if problems:
        pytest.fail("\n".join(dict.fromkeys(problems)), pytrace=False)  # two docks may see the same one


def _artifacts(factory: pytest.TempPathFactory, number: int) -> Path:
    return factory.mktemp(f"dl7450-dock{number + 1}-")
