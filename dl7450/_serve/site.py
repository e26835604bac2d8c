"""`serve_site`: the application of the pages of served docks, with the vendor's deployment API beside them.

| path | what |
|---|---|
| `/` | the wall, or the only dock |
| `/wall/...` | its parts (`wall.py`) |
| `/docks/DOCK` | the page of a dock |
| `/docks/DOCK/live` | its stream of events |
| `/docks/DOCK/PANEL` | one panel of it |
| `/docks/DOCK/PANEL/ACTION` | what a form of it does (POST) |
| `/docks/DOCK/PANEL/...` | what else it answers |
| `/api/...` | the vendor's calls |
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from dl7450_telemetry.web import Access, EventStream, Link, Shell, form_fields

from .._api.deployment import deployment_routes
from .live import LivePart, changes, looked_at
from .panels import Panel, panels
from .served_dock import ServedDock
from .wall import wall_routes

_HERE = Path(__file__).parent
MAX_FORM = 64 * 1024  # bytes


def serve_site(
    docks: Sequence[ServedDock], access: Access, is_secret: Callable[[str], bool] | None = None
) -> Starlette:
    """The application, for a server that runs on Trio.

    Parameters:
        docks: all of them; at least one.
        access: who may see the pages.
        is_secret: tells whether a `clientSecret` lets a script into the deployment API; None: any does.
    """
    navigation = [Link(dock.name, f"/docks/{dock.name}", "docks") for dock in docks]
    if len(docks) > 1:
        navigation.insert(0, Link("All docks", "/", "fleet"))
    shell = Shell("dl7450 serve", navigation, _HERE, access)
    site = _Site(shell, {dock.name: dock for dock in docks}, panels())

    async def only(_: Request) -> Response:
        return RedirectResponse(f"/docks/{docks[0].name}", 303)

    first = wall_routes(shell, docks) if len(docks) > 1 else [Route("/", only)]
    by_id = {dock.device.dock_id.casefold(): dock for dock in docks}
    api = deployment_routes(lambda dock_id: by_id.get(dock_id.casefold()), is_secret)
    own = Mount("/own", StaticFiles(directory=_HERE / "static"))
    return shell.application([*first, own, *site.routes(), Mount("/api", routes=api)])


class _Site:
    """Makes the routes of docks and their panels."""

    def __init__(self, shell: Shell, docks: Mapping[str, ServedDock], panels: Sequence[Panel]) -> None:
        self._shell = shell
        self._docks = docks
        self._panels = panels
        files = {file.name for file in (_HERE / "static").iterdir()}
        names = ["page", "tabs", *(panel.name for panel in panels)]
        self._styles = [name for name in names if f"{name}.css" in files]
        self._scripts = [name for name in names if f"{name}.js" in files]

    def routes(self) -> list[BaseRoute]:
        """All routes below `/docks`."""
        routes: list[BaseRoute] = [Route("/docks/{dock}", self._page), Route("/docks/{dock}/live", self._live)]
        for panel in self._panels:
            path = f"/docks/{{dock}}/{panel.name}"
            routes.append(Route(path, self._panel(panel)))
            routes += [
                Route(f"{path}/{name}", self._action(action), methods=["POST"])
                for name, action in panel.actions.items()
            ]
            routes += [Route(f"{path}/{below}", self._answer(answer)) for below, answer in panel.answers.items()]
        return routes

    async def _page(self, request: Request) -> Response:
        dock = self._dock(request)
        shown = [(panel, await panel.show(dock, request)) for panel in self._panels]
        return self._shell.page(
            request,
            "templates/dock.html",
            dock=dock,
            panels=shown,
            tabs=list(dict.fromkeys(panel.tab for panel in self._panels if panel.tab)),
            styles=self._styles,
            scripts=self._scripts,
        )

    async def _live(self, request: Request) -> Response:
        dock = self._dock(request)
        parts = [
            LivePart(
                name=panel.name, histories=[dock.history], kinds=panel.kinds, ticks=panel.ticks, at_once=panel.at_once
            )
            for panel in self._panels
        ]
        return EventStream(looked_at([dock], changes(parts)))

    def _panel(self, panel: Panel) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            dock = self._dock(request)
            shown = await panel.show(dock, request)
            answer = self._shell.page(request, "templates/panel.html", dock=dock, panel=panel, shown=shown)
            if panel.ahead is not None:
                answer.background = BackgroundTask(panel.ahead, shown)
            return answer

        return endpoint

    def _action(
        self, action: Callable[[ServedDock, Mapping[str, str]], Awaitable[object]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            dock = self._dock(request)
            form = await form_fields(request, MAX_FORM)
            try:
                await action(dock, form)
            except ValueError as error:
                raise HTTPException(400, f"{error}.") from None
            if "hx-request" in request.headers:
                return PlainTextResponse("", 204)
            return RedirectResponse(f"/docks/{dock.name}", 303)

        return endpoint

    def _answer(
        self, answer: Callable[[ServedDock, Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return await answer(self._dock(request), request)

        return endpoint

    def _dock(self, request: Request) -> ServedDock:
        dock = self._docks.get(request.path_params["dock"])
        if dock is None:
            raise HTTPException(404)
        return dock
