"""What a scenario is: a script for the server, the calls a client makes, and the statuses both must get.

The table itself is `_scenarios/`; this module has the words it is written in.
"""

import functools
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.conformance._certificates import Tls
from tests.conformance._server import FaultServer, Script, Verb, again, request

Style = Literal["trio", "sync", "callback"]
Status = int | str | frozenset[int]
ALL_STYLES: tuple[Style, ...] = ("trio", "sync", "callback")

MAX_BODY = 100_000_000  # bytes
TOO_SHORT = 0.4  # A deadline, in seconds, that is meant to run out.

# Names with several addresses, given to both clients, so that no DNS server is needed. The server listens on
# 127.0.0.1 only; the same port refuses on the others, and neither accepts nor refuses on the silent one.
SILENT = "127.0.0.9"
HOSTS: Mapping[str, tuple[str, ...]] = {
    "second-works.test": ("127.0.0.2", "127.0.0.1"),
    "fifth-works.test": ("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.1"),
    "other-family-works.test": ("::1", "127.0.0.1"),
    "none-works.test": ("127.0.0.2", "127.0.0.3"),
    "silent-first.test": (SILENT, "127.0.0.1"),
    "silent-and-refused.test": (SILENT, "127.0.0.2"),
}


@dataclass(frozen=True)
class Call:
    """One call of the client. In `url`, `{base}` is the server with scheme, `{server}` its host and port."""

    url: str = "{base}/"
    method: Literal["GET", "POST"] = "GET"
    headers: Mapping[str, str] | None = None
    data: bytes | bytearray | memoryview | None = None
    timeout: float = 5
    cacert: str | None = None
    expect: bool = False
    """Let libcurl ask for `100 Continue` before a large body. The dock never does: it listens while it sends."""
    times: int = 1
    """How often at once."""
    after_scripts: bool = False
    """Begin only when the server has played every script begun so far: the connection kept is a dead one."""


@dataclass(frozen=True)
class Scenario:
    """A row of the table.

    `statuses` has one entry for each answer: an HTTP status, a libcurl code below 100, the name of the exception
    that the call raises, or a set of these where it is a race. Where `difference` says why the dock does not
    follow libcurl, they are the dock's, and libcurl's are only shown.
    """

    name: str
    statuses: tuple[Status, ...]
    scripts: tuple[Script, ...]
    calls: tuple[Call, ...]
    tls: Tls | None = None
    place: Literal["open", "closed", "full"] = "open"
    host: str = "127.0.0.1"
    max_body: int = MAX_BODY
    styles: tuple[Style, ...] = field(default=("trio",))
    difference: str = ""
    settled: bool = False
    """Whether what the server saw is looked at only when it has played its scripts: it may still be reading."""

    def __str__(self) -> str:
        return self.name

    @property
    def runs_here(self) -> bool:
        """Some machines have no IPv6, not even on the loopback interface."""
        return ":" not in self.host or _has_ipv6()

    def fits(self, statuses: tuple[int | str, ...]) -> bool:
        """Whether these are the statuses that the table asks for."""
        return len(statuses) == len(self.statuses) and all(
            got in wanted if isinstance(wanted, frozenset) else got == wanted
            for got, wanted in zip(statuses, self.statuses, strict=True)
        )

    def url(self, call: Call, server: FaultServer) -> str:
        """The URL of a call, now that the server's port is known."""
        address = f"[{server.host}]" if ":" in server.host else server.host
        place = f"{address}:{server.port}"
        base = f"{'https' if self.tls else 'http'}://{place}"
        return call.url.replace("{base}", base).replace("{server}", place).replace("{port}", str(server.port))


@functools.cache
def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def case(
    name: str,
    statuses: Status | tuple[Status, ...],
    script: Script | list[Script] = (),
    url: str = "{base}/",
    method: Literal["GET", "POST"] = "GET",
    *,
    headers: Mapping[str, str] | None = None,
    data: bytes | bytearray | memoryview | None = None,
    timeout: float = 5,
    cacert: str | None = None,
    expect: bool = False,
    calls: tuple[Call, ...] = (),
    tls: Tls | str | None = None,
    place: Literal["open", "closed", "full"] = "open",
    host: str = "127.0.0.1",
    max_body: int = MAX_BODY,
    styles: tuple[Style, ...] = ("trio",),
    difference: str = "",
    settled: bool = False,
) -> Scenario:
    """A row. `script` may be a list, one for each connection; without `calls` there is one, as said here."""
    return Scenario(
        name,
        statuses if isinstance(statuses, tuple) else (statuses,),
        tuple(script) if isinstance(script, list) else (script,),
        calls or (Call(url, method, headers, data, timeout, cacert, expect),),
        Tls(tls) if isinstance(tls, str) else tls,
        place,
        host,
        max_body,
        styles,
        difference,
        settled,
    )


def raw(status_line: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    """Exactly this answer."""
    return b"".join(line + b"\r\n" for line in (status_line, *headers)) + b"\r\n" + body


def raw_200(*headers: bytes, body: bytes = b"hello") -> bytes:
    """A 200 whose headers, those that say where the body ends among them, are exactly these."""
    return raw(b"HTTP/1.1 200 OK", *headers, body=body)


def under(status_line: bytes) -> bytes:
    """A complete answer under this status line."""
    return raw(status_line, b"Content-Length: 5", body=b"hello")


def ok(body: bytes = b"hello", *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """A complete answer with its Content-Length."""
    return raw(b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers, body=body)


def chunked(*chunks: bytes, headers: tuple[bytes, ...] = ()) -> bytes:
    """An answer in chunks, each given with its framing."""
    return raw_200(b"Transfer-Encoding: chunked", *headers, body=b"".join(chunks))


LAST_CHUNK = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """One well-formed chunk."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def always(*answer: bytes | Verb) -> Script:
    """Answer every request, on a kept connection, with this."""
    return (again(request, *answer),)


FINE = always(ok())
