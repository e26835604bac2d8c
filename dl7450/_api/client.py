"""`DeploymentClient`: what scripts for the vendor's cloud do, for its service and for docks that are simulated."""

from __future__ import annotations

import base64
import json
from ipaddress import ip_address
from types import TracebackType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2

from .._device.device import FactoryStore
from .._screen.formats import FORMATS

_TIMEOUT = 120.0  # seconds: a full store over a slow line, and a dock that starts the app
_ANSWER_MAX = 1_000_000  # bytes; the answers of the API have a few hundred
_DETAIL_MAX = 500  # characters
_TYPES = {picture_format.image_type: name for name, picture_format in FORMATS.items()}


class PushError(Exception):
    """The service has not taken what was sent; the message says why, and names the fix."""


class Credentials(NamedTuple):
    """Who asks. Where a simulated dock asks for a token, that is the secret; else any will do, an empty one, too."""

    client_id: str
    client_secret: str
    enterprise_id: str
    come_from: str  # the names of variables of the environment


def api_url(text: str) -> str:
    """Where the API is below a URL that somebody has written: at its path, or at `/api` without one.

    Raises:
        ValueError: there can be no API; the message names the fix.
    """
    try:
        parts = urlsplit(text)
        is_url = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_url = False
    if not is_url:
        raise ValueError(f"{text!r} is not the URL of a server: write it as http://127.0.0.1:7450")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("the URL of a server has neither user nor query: secrets come from the environment")
    return text.rstrip("/") + ("/api" if parts.path in {"", "/"} else "")


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class DeploymentClient:
    """Asks one service. Used in a `with` block, which begins with the login."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        """
        Parameters:
            url: of the API, from `api_url`.
            credentials: for the login; no message shows them.
        """
        self._url = url
        self._credentials = credentials
        self._secrets = {credentials.client_secret}
        # A proxy of the environment is for other machines.
        self._client = httpx2.Client(timeout=_TIMEOUT, trust_env=not is_loopback(url))

    def __enter__(self) -> DeploymentClient:
        try:
            self._log_in()
        except BaseException:
            self._client.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client.close()

    def send_code(self, dock_id: str, code: bytes) -> None:
        """Replace the app of a dock.

        Raises:
            PushError: it was not taken.
        """
        self._post("docks/application/code", "applicationCode", dockId=dock_id, code=_base64(code))

    def send_rom_store(self, dock_id: str, store: FactoryStore, code: bytes) -> None:
        """Replace the app of a dock and all of its store.

        Raises:
            PushError: they were not taken.
        """
        images = {
            tag: {"type": _TYPES[image.image_type], "data": _base64(image.data)} for tag, image in store.images.items()
        }
        self._post(
            "docks/application/romstore",
            "applicationRomStore",
            dockId=dock_id,
            code={"code": _base64(code)},
            images=images,
            kvStore=dict(store.values),
        )

    def _log_in(self) -> None:
        client_id, client_secret, enterprise_id, _ = self._credentials
        answer = self._post(
            "isv/application/login",
            "isvApplicationLogin",
            clientId=client_id,
            clientSecret=client_secret,
            enterpriseId=enterprise_id,
        )
        try:
            token = json.loads(answer)["data"]["attributes"]["accessToken"]
        except (ValueError, KeyError, TypeError, RecursionError):
            token = None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise PushError(f"{self._url} has answered the login without an access token: is it the deployment API?")
        self._secrets.add(token)
        self._client.headers["Authorization"] = f"Bearer {token}"

    def _post(self, path: str, kind: str, **attributes: Any) -> bytes:
        document = {"data": {"type": kind, "attributes": attributes}}
        try:
            with self._client.stream("POST", f"{self._url}/{path}", json=document) as response:
                answer = b""
                for part in response.iter_bytes():
                    answer += part
                    if len(answer) > _ANSWER_MAX:
                        raise PushError(f"{self._url} answers more than {_ANSWER_MAX:,} bytes: is it the API?")
        except httpx2.ConnectError as error:
            fix = ". Start it: dl7450 serve APP, or dl7450 run APP --api PORT" if is_loopback(self._url) else ""
            raise PushError(f"{self._url} cannot be reached: {self._shown(str(error))}{fix}") from None
        except httpx2.HTTPError as error:
            reason = self._shown(str(error) or type(error).__name__)
            raise PushError(f"{self._url} has not answered: {reason}") from None
        if not response.is_success:
            fix = (
                f"; what it was asked with comes from {self._credentials.come_from}"
                if response.status_code == 401
                else ""
            )
            raise PushError(f"{self._url} has answered {response.status_code} to {kind}: {self._reason(answer)}{fix}")
        return answer

    def _reason(self, answer: bytes) -> str:
        """What the service says is wrong."""
        try:
            reason = "; ".join(str(error["detail"]) for error in json.loads(answer)["errors"])
        except (ValueError, KeyError, TypeError, RecursionError):
            reason = answer.decode(errors="replace")
        return self._shown(reason.strip()) or "without a reason"

    def _shown(self, text: str) -> str:
        """A text from elsewhere, for a terminal: without secrets and controls, and not too long."""
        for secret in self._secrets:
            text = text.replace(secret, "REDACTED") if secret else text
        text = "".join(character if character.isprintable() else " " for character in text)
        return text if len(text) <= _DETAIL_MAX else f"{text[:_DETAIL_MAX]}..."


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
