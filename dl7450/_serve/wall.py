"""The wall: all docks on one page, small, and one control for the pace of all.

| path | what |
|---|---|
| `/` | the page |
| `/wall/live` | its stream of events |
| `/wall/all` | its head: how many docks there are, and the pace of all |
| `/wall/docks/DOCK` | one of them |
| `/wall/pace` | sets the pace of all (POST) |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

import trio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dl7450_telemetry.web import EventStream, Shell, form_fields

from .events import AppBroke, AppStarted, Frame, PaceChanged, SpanEnded
from .live import LivePart, changes, looked_at
from .panels.app import report_of
from .panels.time import PACES, pace_of
from .program import DockProgram
from .served_dock import ServedDock

SIZE = (480, 270)  # of the pictures, in pixels
JUDGED = 20  # requests, the newest of a dock: whether it fails
MAX_FORM = 4096  # bytes


def wall_routes(shell: Shell, docks: Sequence[ServedDock]) -> list[BaseRoute]:
    """The routes of the page of these docks."""
    parts = [
        LivePart(name="all", histories=[dock.history for dock in docks], kinds=(AppBroke, AppStarted, PaceChanged)),
        *(
            LivePart(
                name=f"dock-{dock.name}",
                histories=[dock.history],
                kinds=(AppBroke, AppStarted, Frame, PaceChanged, SpanEnded),
            )
            for dock in docks
        ),
    ]
    by_name = {dock.name: dock for dock in docks}

    async def head() -> Mapping[str, object]:
        paces = {await dock.ask(lambda program: program.pace) for dock in docks}
        return {
            "docks": len(docks),
            "broken": sum(report_of(dock.history) is not None for dock in docks),
            "paces": PACES,
            "pace": paces.pop() if len(paces) == 1 else None,
        }

    async def page(request: Request) -> Response:
        tiles = [await _tile(dock) for dock in docks]
        return shell.page(request, "templates/wall.html", head=await head(), tiles=tiles)

    async def show_head(request: Request) -> Response:
        return shell.page(request, "templates/wall_head.html", head=await head())

    async def show_tile(request: Request) -> Response:
        dock = by_name.get(request.path_params["dock"])
        if dock is None:
            raise HTTPException(404)
        return shell.page(request, "templates/tile.html", tile=await _tile(dock))

    async def live(_: Request) -> Response:
        return EventStream(looked_at(docks, changes(parts)))

    async def set_pace(request: Request) -> Response:
        try:
            pace = pace_of(await form_fields(request, MAX_FORM))
        except ValueError as error:
            raise HTTPException(400, f"{error}.") from None
        async with trio.open_nursery() as nursery:
            for dock in docks:
                nursery.start_soon(dock.ask, DockProgram.set_pace, pace)
        return PlainTextResponse("", 204) if "hx-request" in request.headers else RedirectResponse("/", 303)

    return [
        Route("/", page),
        Route("/wall/live", live),
        Route("/wall/all", show_head),
        Route("/wall/docks/{dock}", show_tile),
        Route("/wall/pace", set_pace, methods=["POST"]),
    ]


async def _tile(dock: ServedDock) -> Mapping[str, object]:
    """What is shown of a dock."""
    history = dock.history
    ended = (event.span for event in reversed(history.all(SpanEnded)))
    requests = list(islice((span for span in ended if span.is_request), JUDGED))
    return {
        "dock": dock,
        "frame": history.newest(Frame),
        "size": SIZE,
        "report": report_of(history),
        "pace": PACES[await dock.ask(lambda program: program.pace)],
        "requests": len(requests),
        "failed": sum(span.failed for span in requests),
    }
