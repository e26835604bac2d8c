"""The ASGI middleware before everything: who may ask, and what a browser may do with the answer.

| check | against |
|---|---|
| `Host` | a page of elsewhere whose name was made to point here (DNS rebinding) |
| `Origin`, `Sec-Fetch-Site` | all that a page of elsewhere sends here (cross-site request forgery), but for links |
| the login | everybody else |
| the headers of each answer | script, style, frames and requests that are not ours |
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse

from .login import Login

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# What is served without a login: the page that asks for one, and what it looks like.
OPEN_PATHS = ("/login", "/static/")
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with `no-referrer` the `Origin` of our own forms is `null`
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True)
class Access:
    """Who may see the pages.

    Attributes:
        login: asks for a token; None: whoever reaches this machine's loopback address.
        open_paths: how the paths begin that check by themselves who asks.
    """

    login: Login | None = None
    open_paths: tuple[str, ...] = ()


class Guard:
    """Lets requests pass to an application, or answers them itself."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    answered.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    answered.setdefault("Cache-Control", "no-store")
            await send(message)

        app = self._refusal(scope, headers) or self._app
        await app(scope, receive, send_guarded)

    def _refusal(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        host = headers.get("host", "")
        login = self._access.login
        if login is None and not _is_loopback(host):
            return PlainTextResponse(
                f"{host!r} is not this machine: open http://127.0.0.1 with this port, or serve with a token\n", 421
            )
        if not _is_same_origin(headers, host) and not _is_link(scope["method"], headers):
            return PlainTextResponse("This request comes from a page of another site.\n", 403)
        if login is None or scope["path"].startswith((*OPEN_PATHS, *self._access.open_paths)):
            return None
        if login.allows(headers.get("authorization", ""), headers.get("cookie", "")):
            return None
        if "text/html" in headers.get("accept", "") and "hx-request" not in headers:
            asked_for = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
            return RedirectResponse(f"/login?next={quote(asked_for)}", 303)
        return PlainTextResponse("Send the token: Authorization: Bearer TOKEN\n", 401, {"WWW-Authenticate": "Bearer"})


def _is_loopback(host: str) -> bool:
    """Whether a `Host` names this machine's loopback address."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or name.endswith(".localhost") or ip_address(name).is_loopback
    except ValueError:
        return False


def _is_same_origin(headers: Headers, host: str) -> bool:
    """Whether what sent a request is a page of ours, or no page at all."""
    origin = headers.get("origin")
    if origin is None:  # no browser, or one that says so in another way
        return headers.get("sec-fetch-site", "none") in ("none", "same-origin")
    return origin in (f"http://{host}", f"https://{host}")


def _is_link(method: str, headers: Headers) -> bool:
    """Whether somebody follows a link, from wherever."""
    return method in SAFE_METHODS and "origin" not in headers and headers.get("sec-fetch-mode") == "navigate"
