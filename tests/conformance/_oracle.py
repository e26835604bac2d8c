"""The oracle: what libcurl itself makes of a scenario, through pycurl configured as a plain client.

Redirects are not followed and bodies not decoded, `http` and `https` only, one deadline for the whole
exchange, the caller's certificates only when there are any, no proxy from the environment. One handle plays
all calls of a scenario, so that its connections are kept between them as libcurl keeps them.
"""

from collections.abc import Callable
from functools import partial

import pycurl
import trio

from tests.conformance._certificates import cacert
from tests.conformance._outcome import Answer, digest, merged, text
from tests.conformance._scenario import HOSTS, Call, Scenario
from tests.conformance._server import FaultServer

VERSION: str = pycurl.version_info()[1]


class _HeaderLines:
    """The header lines of the final answer: earlier blocks (1xx) and trailers are not part of it."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._complete = False

    def __call__(self, line: bytes) -> None:
        if line[:5].upper() == b"HTTP/":
            self._lines, self._complete = [], False
        elif not line.rstrip(b"\r\n"):
            self._complete = True
        elif not self._complete:
            self._lines.append(line.rstrip(b"\r\n"))

    def merged(self) -> dict[str, str]:
        pairs: list[tuple[str, str]] = []
        for line in self._lines:
            if line[:1] in b" \t" and pairs:  # A folded line continues the one before.
                name, value = pairs.pop()
                pairs.append((name, f"{value} {text(line.strip())}".strip()))
            else:
                name_bytes, _, value_bytes = (part.strip(b" \t") for part in line.partition(b":"))
                pairs.append((text(name_bytes), text(value_bytes)))
        return merged(pairs)


def _perform(curl: pycurl.Curl, scenario: Scenario, url: str, call: Call, resolve: list[str]) -> Answer:
    """One call, blocking. An error that libcurl reports while it is being configured is its answer too."""
    headers, body = _HeaderLines(), bytearray()
    data = bytes(call.data) if call.data is not None else b""
    curl.reset()  # Keeps the connections.
    try:
        curl.setopt(pycurl.URL, url.encode())
        curl.setopt(pycurl.CUSTOMREQUEST, call.method)
        curl.setopt(pycurl.POST, 1)  # The dock always sends a Content-Length, on GET too.
        curl.setopt(pycurl.POSTFIELDSIZE_LARGE, len(data))
        curl.setopt(pycurl.POSTFIELDS, data)
        curl.setopt(pycurl.HTTPHEADER, _header_lines(call))
        curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        curl.setopt(pycurl.PROXY, "")
        curl.setopt(pycurl.USERAGENT, "")  # libcurl has none by itself, pycurl names one
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.RESOLVE, resolve)
        curl.setopt(pycurl.MAXFILESIZE_LARGE, scenario.max_body)
        curl.setopt(pycurl.TIMEOUT_MS, round(call.timeout * 1000))
        curl.setopt(pycurl.HEADERFUNCTION, headers)
        curl.setopt(pycurl.WRITEFUNCTION, body.extend)
        if call.cacert is not None:
            curl.unsetopt(pycurl.CAPATH)  # Else the system's directory would be trusted as well.
            curl.setopt(pycurl.CAINFO_BLOB, cacert(call.cacert).encode())
        curl.perform()
    except pycurl.error as error:
        return Answer.failed(error.args[0])
    return Answer(curl.getinfo(pycurl.RESPONSE_CODE), headers.merged(), digest(body))


def _header_lines(call: Call) -> list[bytes]:
    given = [f"{name}: {value}".encode() for name, value in (call.headers or {}).items()]
    return given if call.expect else [*given, b"Expect:"]


async def ask_libcurl(scenario: Scenario, server: FaultServer) -> tuple[Answer, ...]:
    """Make the calls of `scenario` with libcurl, in a thread."""
    answers: list[Answer] = []
    resolve = [f"{name}:{server.port}:{','.join(addresses)}" for name, addresses in HOSTS.items()]
    curls = [pycurl.Curl() for _ in range(max(call.times for call in scenario.calls))]
    try:
        for call in scenario.calls:
            if call.after_scripts:
                await server.scripts_over()
            ask = partial(_perform, scenario=scenario, url=scenario.url(call, server), call=call, resolve=resolve)
            answers += await _at_once(curls[: call.times], ask)
    finally:
        for curl in curls:
            curl.close()
    return tuple(answers)


async def _at_once(curls: list[pycurl.Curl], ask: Callable[[pycurl.Curl], Answer]) -> list[Answer]:
    answers: list[Answer] = []

    async def one(curl: pycurl.Curl) -> None:
        answers.append(await trio.to_thread.run_sync(ask, curl))

    async with trio.open_nursery() as nursery:
        for curl in curls:
            nursery.start_soon(one, curl)
    return answers
