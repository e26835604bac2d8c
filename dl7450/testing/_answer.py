"""`Answer`: what a server in memory says to a request, and the bytes that this is on the wire."""

from __future__ import annotations

import json as _json
import re
from collections.abc import Iterable, Mapping
from enum import Enum, auto
from http import HTTPStatus
from typing import Literal, NamedTuple, TypeAlias, get_args

from PIL import Image

from .._screen.formats import FORMATS
from .._screen.state import Background
from ..http._curl import Failure
from ._sample_picture import encode
from ._sample_picture import picture as make_picture

Fault: TypeAlias = Literal["dns", "refuse", "bad_certificate", "reset", "truncate", "garbage", "hang", "slow"]
Headers: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]

_WITHOUT_BODY = {204, 304}  # RFC 9110, 6.4.1
_GARBAGE = b"\x15\x03\x01\x00\x02\x02\x46\x00 this is not HTTP\r\n"
_FORBIDDEN_IN_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_SLOW_PIECES = 10
_SLOW_PART = 0.9  # of the app's timeout
_SLOW_PATIENCE = 60.0  # seconds that a request without a timeout has for this


class _Absent(Enum):
    ABSENT = auto()


class Ending(Enum):
    """What a server does when it has said everything."""

    KEEP = auto()  # it waits for the next request
    CLOSE = auto()  # it ends the connection in order
    RESET = auto()
    HANG = auto()  # nothing more ever comes


class Piece(NamedTuple):
    """Bytes, and how many seconds after the request they come."""

    after: float
    data: bytes


class Script(NamedTuple):
    """What a server does on the wire: the bytes it sends, and what then."""

    pieces: tuple[Piece, ...]
    ending: Ending


class Answer:
    """What a server in memory answers.

    Attributes:
        delay: seconds until the answer begins, or the fault happens.
        fault: what goes wrong, None for nothing.
    """

    def __init__(
        self,
        status: int = 200,
        headers: Headers | None = None,
        body: bytes | str | None = None,
        *,
        json: object = _Absent.ABSENT,
        picture: str | Background | Image.Image | None = None,
        delay: float = 0.0,
        fault: Fault | None = None,
    ) -> None:
        """
        Parameters:
            status: the HTTP status, 200 to 999.
            headers: as they go over the wire, in this order; pairs may repeat a name. `Content-Length` is added, and
                so is `Content-Type` where it is known.
            body: bytes, or text that is sent in UTF-8. With the header `Transfer-Encoding: chunked` it goes in chunks.
            json: the body, as `json.dumps` takes it.
            picture: the body: a colour, what `picture()` returns, or a Pillow image.
            delay: seconds until the answer begins, or the fault happens.
            fault: what goes wrong on the wire.

        Raises:
            ValueError: this cannot be answered; the message names the fix.
        """
        if not 200 <= status <= 999:
            raise ValueError(f"status must be from 200 to 999, not {status}; a failed connection is a fault")
        if fault is not None and fault not in get_args(Fault):
            raise ValueError(f"there is no fault {fault!r}: use one of {', '.join(get_args(Fault))}")
        if not delay >= 0:
            raise ValueError(f"delay must be 0 or more seconds, not {delay}")
        if sum([body is not None, json is not _Absent.ABSENT, picture is not None]) > 1:
            raise ValueError("an answer has one body: pass one of body, json and picture")
        self.delay = delay
        self.fault = fault
        self.failure: Failure | None = None  # of a recording, where it is none that bytes of a server bring about
        content, content_type = _content(body, json, picture)
        if status in _WITHOUT_BODY and content:
            raise ValueError(f"an answer with status {status} has no body: leave it out")
        if fault == "truncate" and not content:
            content = b"\0" * 1000
        self._garbage = content or _GARBAGE
        pairs = _checked(headers)
        names = {name.lower(): value.lower() for name, value in pairs}
        if content_type is not None and "content-type" not in names:
            pairs.append(("Content-Type", content_type))
        if names.get("transfer-encoding") == "chunked":
            content = b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content) if content else b"0\r\n\r\n"
        elif "content-length" not in names and "transfer-encoding" not in names and status not in _WITHOUT_BODY:
            pairs.append(("Content-Length", str(len(content))))
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in pairs), "", ""]
        self._head = "\r\n".join(lines).encode()
        self._content = content
        self._ending = Ending.CLOSE if names.get("connection") == "close" else Ending.KEEP

    def script(self, method: str, patience: float) -> Script:
        """What goes over the wire.

        Parameters:
            method: of the request: an answer to HEAD has no body.
            patience: seconds until the app gives up; `math.inf` if it does not.
        """
        content = b"" if method == "HEAD" else self._content
        whole = self._head + content
        match self.fault:
            case "reset":
                return Script((Piece(self.delay, b""),), Ending.RESET)
            case "hang":
                return Script((), Ending.HANG)
            case "truncate":
                return Script((Piece(self.delay, self._head + content[: len(content) // 2]),), Ending.CLOSE)
            case "garbage":
                return Script((Piece(self.delay, self._garbage),), Ending.CLOSE)
            case "slow":
                return Script(tuple(self._drip(whole, patience)), self._ending)
            case _:
                return Script((Piece(self.delay, whole),), self._ending)

    def _drip(self, whole: bytes, patience: float) -> Iterable[Piece]:
        for number, after in enumerate(slow_moments(patience)):
            start, end = (len(whole) * step // _SLOW_PIECES for step in (number, number + 1))
            yield Piece(max(self.delay, after), whole[start:end])


def slow_moments(patience: float) -> list[float]:
    """When the pieces of a slow answer come, in seconds after the request; the last one just in time.

    Parameters:
        patience: seconds until the app gives up; `math.inf` if it does not.
    """
    last = min(patience, _SLOW_PATIENCE) * _SLOW_PART
    return [last * (number + 1) / _SLOW_PIECES for number in range(_SLOW_PIECES)]


def _content(
    body: bytes | str | None, json: object, picture: str | Background | Image.Image | None
) -> tuple[bytes, str | None]:
    """The bytes of the body, and its type where it is known."""
    if json is not _Absent.ABSENT:
        return _json.dumps(json).encode(), "application/json"
    if picture is not None:
        if isinstance(picture, str):
            picture = make_picture(picture)
        elif isinstance(picture, Image.Image):
            picture = encode(picture)
        return picture.data, FORMATS[picture.format].content_type
    if isinstance(body, str):
        return body.encode(), "text/plain; charset=utf-8"
    return bytes(body or b""), None


def _checked(headers: Headers | None) -> list[tuple[str, str]]:
    if headers is None:
        return []
    pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
    for name, value in pairs:
        if not name or _FORBIDDEN_IN_HEADER.search(name + value) or ":" in name:
            raise ValueError(f"header {name!r}: {value!r} cannot be sent: it has a line break or another control in it")
    return pairs
