"""An open dock as a transport: a program written for httpx's `AsyncClient` makes its requests through the dock."""

from __future__ import annotations

import httpx2

from ._client import HttpClient
from ._curl import CurlCode
from ._family import Family, family_of_request
from ._response import Response

# The exceptions by which httpx tells what the dock tells by a code; by the names that both families have.
_EXCEPTIONS = {
    CurlCode.UNSUPPORTED_PROTOCOL: "UnsupportedProtocol",
    CurlCode.URL_MALFORMAT: "UnsupportedProtocol",
    CurlCode.COULDNT_RESOLVE_HOST: "ConnectError",
    CurlCode.COULDNT_CONNECT: "ConnectError",
    CurlCode.PARTIAL_FILE: "RemoteProtocolError",
    CurlCode.OPERATION_TIMEDOUT: "ReadTimeout",
    CurlCode.SSL_CONNECT_ERROR: "ConnectError",
    CurlCode.BAD_FUNCTION_ARGUMENT: "ConnectError",
    CurlCode.GOT_NOTHING: "RemoteProtocolError",
    CurlCode.SEND_ERROR: "WriteError",
    CurlCode.PEER_FAILED_VERIFICATION: "ConnectError",
    CurlCode.SSL_CACERT_BADFILE: "ConnectError",
    CurlCode.NO_CONNECTION_AVAILABLE: "PoolTimeout",
    CurlCode.RECV_ERROR: "ReadError",
    CurlCode.FILESIZE_EXCEEDED: "ReadError",
    CurlCode.OUT_OF_MEMORY: "ReadError",
}
_OTHERS = "RemoteProtocolError"


class DockAsTransport(httpx2.AsyncBaseTransport):
    """Answers the requests of a client through a dock. Made by `Dock.as_transport`.

    It serves clients of httpx and of httpx2: the request says which of them asks.
    """

    def __init__(self, client: HttpClient, *, wait: bool) -> None:
        self._client = client
        self._wait = wait

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Make a request and return its whole answer.

        Raises:
            httpx2.TransportError: the request failed; `curl_code` of the exception is libcurl's code. A client of
                httpx gets httpx's own exceptions.
        """
        family = family_of_request(request)
        headers: dict[str, str] = {}
        for name, value in request.headers.raw:
            key, text = name.decode("latin-1"), value.decode("utf-8", "replace")
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
        try:
            response = await self._client.request(
                request.method,
                str(request.url),
                headers,
                await request.aread(),
                timeout=_whole_timeout(request),
                wait=self._wait,
            )
        except (TypeError, ValueError) as error:
            raise family.module.LocalProtocolError(str(error), request=request) from error
        if response.status_code() < 100:
            raise _exception(family, CurlCode(response.status_code()), request)
        answer: httpx2.Response = family.module.Response(
            response.status_code(),
            headers=_pairs(response),
            stream=family.module.ByteStream(bytes(response.body())),
            request=request,
        )
        return answer

    async def aclose(self) -> None:
        """Leave the dock as it is: its block closes it, not the end of a client."""


def _whole_timeout(request: httpx2.Request) -> float:
    """The dock has one timeout, for the whole exchange: the longest of the client's; 0, for none, if one of them is."""
    limits = request.extensions.get("timeout", {})
    seconds = [limits.get(step) for step in ("connect", "read", "write")]
    return 0.0 if None in seconds else max(seconds)


def _pairs(response: Response) -> list[tuple[str, str]]:
    return [
        (name, part)
        for name, value in response.headers().items()
        for part in (value.split("\n") if name.lower() == "set-cookie" else [value])
    ]


def _exception(family: Family, code: CurlCode, request: httpx2.Request) -> Exception:
    kind = getattr(family.module, _EXCEPTIONS.get(code, _OTHERS))
    error: Exception = kind(f"{code.curl_name} ({code:d})", request=request)
    error.curl_code = int(code)  # type: ignore[attr-defined]  # httpx has no field for it
    return error
