"""What came of a scenario, in the form in which libcurl and the dock are compared: answers and wire."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tests.conformance._server import Seen

# What libcurl adds to a request with a body, unless the caller gave it. `Content-Type` names a form, which libcurl's
# name for data is and the dock's is not; `Expect` is its politeness before large bodies, which the dock needs not.
LIBCURL_ONLY = frozenset({b"content-type", b"expect"})

LONGEST_SHOWN = 2000


@dataclass(frozen=True)
class Answer:
    """What the app got. `status` is the HTTP status, a libcurl code below 100, or an exception's name."""

    status: int | str
    headers: dict[str, str]
    body: bytes

    @classmethod
    def failed(cls, status: int | str) -> "Answer":
        """A failure: an app gets the code and nothing else."""
        return cls(status, {}, b"")


@dataclass(frozen=True)
class Outcome:
    """The answers, in the order of the calls, and the requests that the server saw."""

    answers: tuple[Answer, ...]
    wire: tuple[Seen, ...]

    @property
    def statuses(self) -> tuple[int | str, ...]:
        return tuple(answer.status for answer in self.answers)


def digest(body: bytes | bytearray) -> bytes:
    """The body itself, or for a long one its length and hash: a failing comparison must stay readable."""
    if len(body) <= LONGEST_SHOWN:
        return bytes(body)
    return f"<{len(body)} bytes, sha256 {hashlib.sha256(body).hexdigest()}>".encode()


def text(value: bytes) -> str:
    """Header bytes as the dock gives them to an app: UTF-8 if they are, else ISO-8859-1, as all bytes are."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("iso-8859-1")


def merged(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Header lines as the dock merges them: repeated names joined, under the spelling that came first."""
    spelling: dict[str, str] = {}
    headers: dict[str, str] = {}
    for name, value in pairs:
        key = spelling.setdefault(name.lower(), name)
        separator = "\n" if name.lower() == "set-cookie" else ", "
        headers[key] = headers[key] + separator + value if key in headers else value
    return headers


def on_the_wire(seen: Iterable[Seen], port: int, given: Collection[str]) -> tuple[Seen, ...]:
    """The requests without what may differ between two clients: port, libcurl's own, the order of the rest.

    The headers that the caller gave stay as they are, in their order; the others follow, sorted. The requests are
    in the order of their connections, as what was made at once arrives in any order.
    """
    own = {name.lower().encode() for name in given}
    requests = sorted(seen, key=lambda request: request.connection)
    return tuple(_normalised(request, str(port).encode(), own) for request in requests)


def _normalised(request: Seen, port: bytes, given: Collection[bytes]) -> Seen:
    headers = [(name, value.replace(b":" + port, b":port")) for name, value in request.headers]
    as_given = [(name, value) for name, value in headers if name.lower() in given]
    added = sorted(
        (name.lower(), value)
        for name, value in headers
        if name.lower() not in given and name.lower() not in LIBCURL_ONLY
    )
    return Seen(
        request.connection,
        request.line.replace(b":" + port, b":port"),
        (*as_given, *added),
        None if request.body is None else digest(request.body),
    )
