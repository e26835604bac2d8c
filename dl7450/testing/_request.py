"""`Request`: what an app asked of a server in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ..http._url import DEFAULT_PORTS


@dataclass(frozen=True)
class Request:
    """A request that the app made. `at` is the moment, in seconds since the dock was opened."""

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    at: float

    def json(self) -> Any:
        """What the body means as JSON; `ValueError` where it is none."""
        return json.loads(self.body)


def url_text(scheme: str, host: str, port: int, target: str) -> str:
    """A URL as routes compare it: without what goes without saying."""
    shown = f"[{host}]" if ":" in host else host.lower()
    return f"{scheme}://{shown}{'' if port == DEFAULT_PORTS[scheme] else f':{port}'}{target}"
