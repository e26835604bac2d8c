"""The four calls of the vendor's deployment API, for docks that are simulated.

| call | `data.type` | success |
|---|---|---|
| POST /api/isv/application/login | isvApplicationLogin | 201 and an access token |
| POST /api/docks/application/code | applicationCode | 200: the app is replaced |
| POST /api/docks/application/message | applicationMessage | 201: the app has the message |
| POST /api/docks/application/romstore | applicationRomStore | 200: the store and the app are replaced |

Whoever asks is let in, by whatever name and secret, unless who serves the API asks for a secret. What the API answers
in case of an error is not documented: here 400 for a request that is wrong, 401 without a token, 404 for a dock that
there is not, 413 for one that is too large.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from .deployable import Deployable
from .uploads import attributes, bytes_of, rom_store, text

MAX_BODY = 20_000_000  # bytes: a full store in base64, with room for the JSON around it


class _RefusedError(Exception):
    """A request that is answered with an error: the status and the reason."""


def deployment_api(find: Callable[[str], Deployable | None], hosts: Sequence[str]) -> Starlette:
    """The API as an ASGI application.

    Parameters:
        find: the dock of an id, or None where there is none.
        hosts: by which names it may be called, or `*`: a page in a browser must not reach it by a name of its own.
    """
    host_check = Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    return Starlette(routes=[Mount("/api", routes=deployment_routes(find))], middleware=[host_check])


def deployment_routes(
    find: Callable[[str], Deployable | None], is_secret: Callable[[str], bool] | None = None
) -> list[BaseRoute]:
    """The routes of the API below `/api`, for an application that checks the Host header.

    Parameters:
        find: the dock of an id, or None where there is none.
        is_secret: tells whether a `clientSecret` is the right one; None: any is.
    """
    tokens: set[str] = set()

    async def login(request: Request) -> Response:
        given = attributes(await _body(request), "isvApplicationLogin")
        for name in ("clientId", "clientSecret", "enterpriseId"):
            text(given, name)
        if is_secret is not None and not is_secret(given["clientSecret"]):
            raise _RefusedError(401, "clientSecret is not the token that this server was started with")
        token = secrets.token_urlsafe()
        tokens.add(token)
        return _data("isvApplicationLogin", 201, accessToken=token)

    async def code(request: Request) -> Response:
        dock, given = await asked(request, "applicationCode")
        await dock.replace_code(bytes_of(given, "code"))
        return _data("applicationCode", 200, dockId=given["dockId"])

    async def message(request: Request) -> Response:
        dock, given = await asked(request, "applicationMessage")
        await dock.send_message(bytes_of(given, "message"))
        return _data("applicationMessage", 201, dockId=given["dockId"])

    async def romstore(request: Request) -> Response:
        dock, given = await asked(request, "applicationRomStore")
        await dock.replace_store(*rom_store(given))
        return _data("applicationRomStore", 200, dockId=given["dockId"])

    async def asked(request: Request, kind: str) -> tuple[Deployable, Any]:
        """The dock that a request is for, and its attributes."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token not in tokens:
            raise _RefusedError(401, "log in first, and send the access token: Authorization: Bearer TOKEN")
        given = attributes(await _body(request), kind)
        dock = find(text(given, "dockId"))
        if dock is None:
            raise _RefusedError(404, f"there is no dock {given['dockId']!r} here")
        return dock, given

    calls = {
        "/isv/application/login": login,
        "/docks/application/code": code,
        "/docks/application/message": message,
        "/docks/application/romstore": romstore,
    }
    return [Route(path, _answering(call), methods=["POST"]) for path, call in calls.items()]


def _answering(call: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The same with its errors as answers."""

    async def answer(request: Request) -> Response:
        try:
            return await call(request)
        except ValueError as error:
            return _error(400, str(error))
        except _RefusedError as refused:
            return _error(*refused.args)

    return answer


async def _body(request: Request) -> bytearray:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise _RefusedError(413, f"the body has more than {MAX_BODY:,} bytes: use smaller or fewer images")
    return body


def _data(kind: str, status: int, **values: object) -> Response:
    return JSONResponse({"data": {"type": kind, "attributes": values}}, status)


def _error(status: int, detail: str) -> Response:
    shown = detail.encode(errors="backslashreplace").decode()  # what is quoted may have a lone surrogate in it
    return JSONResponse({"errors": [{"status": str(status), "detail": shown}]}, status)
