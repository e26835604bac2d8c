"""What is wrong with the app: the problem, the solution, the line, and what `dl7450 check` finds."""

from __future__ import annotations

from collections.abc import Mapping

import trio
from starlette.requests import Request

from ..app_report import AppReport, findings_in
from ..events import AppBroke, AppStarted
from ..history import History
from ..served_dock import ServedDock
from . import Form, Panel


async def show(dock: ServedDock, _: Request) -> Mapping[str, object]:
    """The report of the app that runs, if it broke, and the findings in its files."""
    findings = await trio.to_thread.run_sync(findings_in, dock.app)
    return {
        "report": report_of(dock.history),
        "started": dock.history.newest(AppStarted),
        "findings": findings,
        "file": dock.app,
    }


def report_of(history: History) -> AppReport | None:
    """What is wrong with the app that runs; None if nothing is known to be."""
    broke = history.newest(AppBroke)
    is_past = history.version([AppBroke]) < history.version([AppStarted])
    return None if broke is None or is_past else broke.report


async def restart(dock: ServedDock, _: Form) -> None:
    """Start the app of the file again."""
    await dock.restart("by hand")


PANEL = Panel(
    name="app",
    title="App",
    place=10,
    kinds=(AppBroke, AppStarted),
    show=show,
    actions={"restart": restart},
)
