"""How busy a dock is: its 16 tokens, what became of its requests, and how late its tasks and the server's are."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from ...http._client import HttpStatistics
from ..events import AppStarted, SpanEnded, SpanStarted
from ..lag import Lag, lag_of_server
from ..program import DockProgram
from ..served_dock import ServedDock
from . import Panel


async def show(dock: ServedDock, _: Request) -> Mapping[str, object]:
    """The tokens, the requests so far, and both lags."""
    statistics, waiting, lag = await dock.ask(_load)
    server = lag_of_server.get()
    return {
        "statistics": statistics,
        "waiting": waiting,
        "lags": {"Dock": lag, "Server": server.lag() if server else None},
    }


def _load(program: DockProgram) -> tuple[HttpStatistics | None, int, Lag | None]:
    dock = program.dock
    if dock is None:
        return None, 0, program.lag.lag()
    return dock.http.statistics(), dock.http.waiting, program.lag.lag()


PANEL = Panel(
    name="load",
    title="Tokens and lag",
    tab="Time",
    place=26,
    kinds=(SpanStarted, SpanEnded, AppStarted),
    ticks=True,
    show=show,
)
