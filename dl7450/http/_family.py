"""The two families of httpx: httpx2, which this library is made with, and httpx, whose transports programs may have.

Their classes have the same names and are not the same: a transport of one takes its own family's requests and raises
its own family's exceptions. httpx is not needed; whoever has a transport of it has loaded it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2

from ._curl import Failure

if TYPE_CHECKING:
    from types import ModuleType

# What transports raise, as the step that failed: by the names that both families have, the most special ones first.
# The last three are raised by transports that wrap others, and by the reading of a body.
_FAILURES = {
    "ConnectTimeout": Failure.CONNECT_TIMEOUT,
    "TimeoutException": Failure.DEADLINE,
    "ConnectError": Failure.CONNECT,
    "WriteError": Failure.SEND,
    "NetworkError": Failure.RESET,
    "UnsupportedProtocol": Failure.SCHEME,
    "TransportError": Failure.GRAMMAR,
    "InvalidURL": Failure.URL,
    "HTTPError": Failure.GRAMMAR,
    "StreamError": Failure.GRAMMAR,
}


@dataclass(frozen=True)
class Family:
    """One of the two.

    Attributes:
        module: `httpx2` or `httpx`.
        errors: the base classes of what its transports raise.
    """

    module: Any
    errors: tuple[type[Exception], ...]

    @classmethod
    def of(cls, module: Any) -> Family:
        """The family of a module."""
        return cls(module, (module.HTTPError, module.InvalidURL, module.StreamError))

    def failure_of(self, error: Exception) -> Failure:
        """The step that failed when a transport raised one of its `errors`."""
        return next(failure for name, failure in _FAILURES.items() if isinstance(error, getattr(self.module, name)))


HTTPX2 = Family.of(httpx2)


def family_of_transport(transport: object) -> Family:
    """The family of a transport.

    Raises:
        TypeError: it is not an async transport of either; the message names the fix.
    """
    for family in _loaded():
        if isinstance(transport, family.module.AsyncBaseTransport):
            return family
    raise TypeError(f"transport must be an async transport of httpx2 or httpx{_instead(transport)}")


def family_of_request(request: object) -> Family:
    """The family of a request that a client made."""
    return next((family for family in _loaded() if isinstance(request, family.module.Request)), HTTPX2)


def _loaded() -> list[Family]:
    older: ModuleType | None = sys.modules.get("httpx")
    return [HTTPX2] if older in {None, httpx2} else [HTTPX2, Family.of(older)]


def _instead(transport: object) -> str:
    for family in _loaded():
        httpx = family.module
        if isinstance(transport, httpx.Client | httpx.AsyncClient):
            return ", not a client: pass the transport that the client would be made with"
        if isinstance(transport, httpx.BaseTransport):
            name = type(transport).__name__
            return f", and {name} is a sync one: use its async counterpart, such as AsyncHTTPTransport()"
    if isinstance(transport, type):
        return f", not a class: pass {transport.__name__}(...)"
    return f" such as httpx2.AsyncHTTPTransport(), not {type(transport).__name__}"
