"""A recording: what a dock asked of real servers and how that ended, in a file that a test can replay.

The file has a line of JSON for each exchange, written when it ended:

    {"number": 0, "at": 0.5, "seconds": 0.12, "method": "GET", "url": "http://content.example/list.json",
     "request": {"headers": [["Host", "content.example"]], "body": ""},
     "status": 200, "headers": [["Content-Type", "application/json"]], "body": "[1, 2]"}

`number` is the place in the order of asking. `status` is what the app gets: an HTTP status, a libcurl code from 1 to
99, or null if the request was cancelled. Bodies that are not text are {"base64": "..."}. Secrets are not in the file:
see `redacted`. Unknown keys are left alone.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from ..http._curl import CurlCode, Failure
from ..http._url import redact
from ._answer import Answer, Fault, _checked

Pairs: TypeAlias = tuple[tuple[str, str], ...]

_SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie", "set-cookie"}
_REDACTED = "REDACTED"

# What a server in memory does, so that the app gets a code again: a fault, and what it says where that matters.
_FAULTS: dict[int, tuple[Fault, bytes]] = {
    CurlCode.UNSUPPORTED_PROTOCOL: ("garbage", b""),
    CurlCode.COULDNT_RESOLVE_HOST: ("dns", b""),
    CurlCode.COULDNT_CONNECT: ("refuse", b""),
    CurlCode.WEIRD_SERVER_REPLY: ("garbage", b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"),
    CurlCode.PARTIAL_FILE: ("truncate", b""),
    CurlCode.OPERATION_TIMEDOUT: ("hang", b""),
    CurlCode.GOT_NOTHING: ("garbage", b"HTTP/1.1 200"),
    CurlCode.RECV_ERROR: ("reset", b""),
    CurlCode.PEER_FAILED_VERIFICATION: ("bad_certificate", b""),
    CurlCode.BAD_CONTENT_ENCODING: ("garbage", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"),
}
_FAILURES = {
    CurlCode.OUT_OF_MEMORY: Failure.MEMORY,
    CurlCode.SSL_CONNECT_ERROR: Failure.TLS,
    CurlCode.BAD_FUNCTION_ARGUMENT: Failure.NO_CACERT,
    CurlCode.SEND_ERROR: Failure.SEND,
    CurlCode.FILESIZE_EXCEEDED: Failure.TOO_LARGE,
    CurlCode.SSL_CACERT_BADFILE: Failure.CACERT,
}


@dataclass(frozen=True, kw_only=True)
class RecordedExchange:
    """What was asked, and how it ended.

    Attributes:
        number: the place in the order of asking, from 0.
        at: the moment of asking, in seconds since the recording began.
        seconds: until the whole answer was there, or the request had failed.
        status: an HTTP status, or a libcurl code from 1 to 99; None for a request that was cancelled.
    """

    number: int
    at: float
    seconds: float
    method: str
    url: str
    request_headers: Pairs
    request_body: bytes
    status: int | None
    headers: Pairs = ()
    body: bytes = b""

    def redacted(self) -> RecordedExchange:
        """The same without secrets.

        User info and secret values in URLs go, as in spans, also where a header has the URL; and the values of the
        headers `Authorization`, `Proxy-Authorization`, `Cookie` and `Set-Cookie`. Bodies stay as they are.
        """
        return replace(
            self,
            url=redact(self.url),
            request_headers=tuple(map(_redacted, self.request_headers)),
            headers=tuple(map(_redacted, self.headers)),
        )

    def to_line(self) -> str:
        """A line of the file, with its end."""
        document = {
            "number": self.number,
            "at": self.at,
            "seconds": self.seconds,
            "method": self.method,
            "url": self.url,
            "request": {"headers": self.request_headers, "body": _shown(self.request_body)},
            "status": self.status,
            "headers": self.headers,
            "body": _shown(self.body),
        }
        return json.dumps(document, ensure_ascii=False) + "\n"

    @classmethod
    def from_line(cls, line: str | bytes) -> RecordedExchange:
        """What a line of the file says. Raises `ValueError` if it says something else."""
        try:
            document = json.loads(line)
            status = document["status"]
            return cls(
                number=int(document["number"]),
                at=float(document["at"]),
                seconds=float(document["seconds"]),
                method=str(document["method"]),
                url=str(document["url"]),
                request_headers=_pairs(document["request"]["headers"]),
                request_body=_bytes(document["request"]["body"]),
                status=None if status is None else int(status),
                headers=_pairs(document["headers"]),
                body=_bytes(document["body"]),
            )
        except KeyError as error:
            raise ValueError(f"the key {error} is missing") from None
        except (TypeError, ValueError, RecursionError, binascii.Error) as error:
            raise ValueError(f"this is not an exchange of a recording: {error}") from None

    def pattern(self) -> str | re.Pattern[str]:
        """The URLs that a route for it takes: in the place of a secret there may be any."""
        if f"={_REDACTED}" not in self.url and "*" not in self.url:
            return self.url
        return re.compile(re.escape(self.url).replace(f"={_REDACTED}", "=[^&;]*") + r"\Z")

    def answer(self) -> Answer:
        """What a server in memory says, so that the app gets the same. Raises `ValueError` if there is no such code."""
        if self.status is None:
            return Answer(fault="hang")
        if self.status >= 100:
            return self._http_answer()
        if self.status in _FAULTS:
            fault, content = _FAULTS[self.status]
            return Answer(body=content, delay=self.seconds, fault=fault)
        if self.status in _FAILURES:
            answer = Answer(delay=self.seconds)
            answer.failure = _FAILURES[CurlCode(self.status)]
            return answer
        raise ValueError(f"no request that is made ends with the status {self.status}")

    def _http_answer(self) -> Answer:
        assert self.status is not None
        names = {name.lower() for name, _ in self.headers}
        if self.status >= 200 and (names & {"content-length", "transfer-encoding"} or self.status in {204, 304}):
            return Answer(self.status, self.headers, self.body, delay=self.seconds)
        # As it was: `Answer` would add a length where the end of the connection is the end of the body.
        lines = [f"HTTP/1.1 {self.status}", *(f"{name}: {value}" for name, value in _checked(self.headers)), "", ""]
        return Answer(body="\r\n".join(lines).encode() + self.body, delay=self.seconds, fault="garbage")


def read_recording(path: Path) -> list[RecordedExchange]:
    """The exchanges in a file, in the order of asking.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not a recording; the message is `FILE:LINE: reason`.
    """
    exchanges = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            exchange = RecordedExchange.from_line(line)
            exchange.answer()
        except ValueError as error:
            raise ValueError(f"{path}:{number}: {error}") from None
        exchanges.append(exchange)
    return sorted(exchanges, key=lambda exchange: exchange.number)


def _redacted(header: tuple[str, str]) -> tuple[str, str]:
    name, value = header
    return name, _REDACTED if name.lower() in _SECRET_HEADERS else redact(value)


def _shown(data: bytes) -> str | dict[str, str]:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else base64.b64decode(value["base64"], validate=True)


def _pairs(value: Iterable[tuple[str, str]]) -> Pairs:
    return tuple((str(name), str(text)) for name, text in value)
