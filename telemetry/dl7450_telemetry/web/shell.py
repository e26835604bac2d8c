"""`Shell`: the templates of a program's pages, and the application around its routes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import jinja2
import trio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from .form import form_fields
from .formats import FILTERS
from .guard import Access, Guard
from .login import COOKIE, LASTS, MAX_FORM

_HERE = Path(__file__).parent
WRONG_TOKEN_TAKES = 1.0  # seconds, so that guessing is slow


class Link(NamedTuple):
    """An entry of the navigation: its text, its path, and the name of its icon in `static/icons.svg`."""

    text: str
    path: str
    icon: str


class Shell:
    """Renders pages, and makes the application."""

    def __init__(
        self,
        title: str,
        navigation: Sequence[Link],
        templates: Path,
        access: Access,
    ) -> None:
        """
        Parameters:
            title: of the program, at the top of each page.
            navigation: the pages that are one click away from everywhere.
            templates: the folder of the program's own templates; they extend `base.html`.
            access: who may see the pages.
        """
        self._access = access
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader([templates, _HERE / "templates"]),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= FILTERS
        self._templates.globals |= {
            "title": title,
            "navigation": navigation,
            "has_login": access.login is not None,
        }

    def page(self, request: Request, template: str, status: int = 200, **values: object) -> Response:
        """Render a template.

        Parameters:
            request: what is answered.
            template: the name of the file.
            status: of the answer.
            values: what the template may use.
        """
        text = self._templates.get_template(template).render(request=request, path=request.url.path, **values)
        # A lone surrogate in a name from the wire must not break the page.
        return HTMLResponse(text.encode(errors="replace"), status)

    def application(self, routes: Sequence[BaseRoute]) -> Starlette:
        """The application: the program's routes, the static files and the login, behind the guard."""
        own = [Mount("/static", StaticFiles(directory=_HERE / "static")), *self._login_routes()]
        return Starlette(
            routes=[*own, *routes],
            middleware=[Middleware(Guard, self._access)],
            exception_handlers={HTTPException: self._failed},
        )

    async def _failed(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        message = error.detail if error.status_code != 404 or error.detail != "Not Found" else "There is no such page."
        if "text/html" not in request.headers.get("accept", ""):
            return PlainTextResponse(f"{message}\n", error.status_code)
        return self.page(request, "error.html", error.status_code, message=message)

    def _login_routes(self) -> list[BaseRoute]:
        login = self._access.login
        if login is None:
            return []

        async def ask(request: Request) -> Response:
            return self.page(request, "login.html", wrong=False, next=_own_path(request.query_params.get("next", "/")))

        async def check(request: Request) -> Response:
            form = await form_fields(request, MAX_FORM)
            target = _own_path(form.get("next", "/"))
            if not login.is_token(form.get("token", "").strip()):
                await trio.sleep(WRONG_TOKEN_TAKES)
                return self.page(request, "login.html", 403, wrong=True, next=target)
            response = RedirectResponse(target, 303)
            response.set_cookie(
                COOKIE, login.cookie(), LASTS, httponly=True, samesite="strict", secure=request.url.scheme == "https"
            )
            return response

        async def leave(_: Request) -> Response:
            response = RedirectResponse("/login", 303)
            response.delete_cookie(COOKIE)
            return response

        return [
            Route("/login", ask),
            Route("/login", check, methods=["POST"]),
            Route("/logout", leave, methods=["POST"]),
        ]


def _own_path(target: str) -> str:
    """A path of ours, whatever was asked for: a link to the login must not lead elsewhere."""
    parts = urlsplit(target.replace("\\", "/"))
    is_ours = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not target.startswith("//")
    return target if is_ours and target.isprintable() and "\\" not in target else "/"
