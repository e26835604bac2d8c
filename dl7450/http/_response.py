"""`Response`: the answer as an app gets it."""

from __future__ import annotations


class Response:
    """The answer to a request, with the dock's three methods and no others (dock SDK, `http`)."""

    __slots__ = ("_body", "_headers", "_status_code")

    def __init__(self, status_code: int, headers: dict[str, str], body: bytearray) -> None:
        self._status_code = status_code
        self._headers = headers
        self._body = body

    def status_code(self) -> int:
        """The HTTP status (100 to 999), or a libcurl error code (1 to 99) when there was no complete answer."""
        return self._status_code

    def headers(self) -> dict[str, str]:
        """The headers, names spelt as they arrived; empty when the request failed.

        A name that came several times has its values joined with `", "`, `Set-Cookie` with a line break.
        """
        return self._headers

    def body(self) -> bytearray:
        """The body in bytes as it came over the wire, not decoded; empty when the request failed."""
        return self._body

    def __repr__(self) -> str:
        return f"<Response {self._status_code}, {len(self._body)} bytes>"
