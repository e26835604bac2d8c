"""What is wrong with the app: the problem, the solution, the line, and what `dl7450 check` finds."""

from __future__ import annotations

from collections.abc import Mapping

import trio
from starlette.requests import Request

from ..app_report import findings_in
from ..events import AppBroke, AppStarted
from ..served_dock import ServedDock
from . import Form, Panel


async def show(dock: ServedDock, _: Request) -> Mapping[str, object]:
    """The report of the app that runs, if it broke, and the findings in its files."""
    history = dock.history
    broke, started = history.newest(AppBroke), history.newest(AppStarted)
    is_broken = history.version([AppBroke]) > history.version([AppStarted])
    findings = await trio.to_thread.run_sync(findings_in, dock.app)
    return {
        "report": broke.report if broke is not None and is_broken else None,
        "started": started,
        "findings": findings,
        "file": dock.app,
    }


async def restart(dock: ServedDock, _: Form) -> None:
    """Start the app of the file again."""
    await dock.restart("by hand")


PANEL = Panel(
    name="app",
    title="App",
    column="side",
    place=10,
    kinds=(AppBroke, AppStarted),
    show=show,
    actions={"restart": restart},
)
