"""Early answers: a server may answer before it has the whole request. Some of them end the sending, others do not."""

from tests.conformance._scenario import (
    FINE,
    LAST_CHUNK,
    TOO_SHORT,
    Call,
    Scenario,
    Status,
    case,
    chunk,
    chunked,
    ok,
    raw,
    raw_200,
)
from tests.conformance._server import Script, again, body, fin, head, pause, request, rst, stall

MB8 = bytes(8_000_000)
SOON = pause(0.1)  # what was sent before it has been read by then
CLOSE = b"Connection: close"
UPLOAD = Call(method="POST", data=MB8, timeout=20)


def early(name: str, statuses: Status, *parts: Script, timeout: float = 20, tls: bool = False) -> Scenario:
    """An upload of 8 MB to a server that has read its head when it plays these steps."""
    return case(
        f"early-tls-{name}" if tls else f"early-{name}",
        statuses,
        script := (head, *(step for part in parts for step in part)),
        method="POST",
        data=MB8,
        timeout=timeout,
        tls="good" if tls else None,
        cacert="ca" if tls else None,
        settled=body in script,
    )


def around(answer: bytes, *steps: Script) -> Script:
    """An answer whose last five bytes come when these steps have been played."""
    return (answer[:-5], *(step for steps_ in steps for step in steps_), answer[-5:])


def under(status: bytes, *headers: bytes) -> bytes:
    return ok(b"hello", *headers, status=status)


READ: Script = (body,)

EARLY: list[Scenario] = [
    # Below 300 the upload is wanted: it goes on, also when the answer is whole.
    early("200-around-the-upload", 200, around(ok(), READ)),
    early("200-around-the-upload", 200, around(ok(), READ), tls=True),
    early("200-whole", 200, (ok(),), READ),
    early("200-whole", 200, (ok(),), READ, tls=True),
    early("200-whole-then-fin", 200, (ok(), fin), READ),
    early("200-empty", 200, (ok(b""),), READ),
    early("201-chunked", 201, (raw(b"HTTP/1.1 201 New", b"Transfer-Encoding: chunked", body=LAST_CHUNK),), READ),
    early("204", 204, (raw(b"HTTP/1.1 204 No Content"),), READ),
    early("299", 299, (under(b"299 Odd"),), READ),
    early("100-then-200", 200, (raw(b"HTTP/1.1 100 Continue"), SOON), around(ok(), READ)),
    early("200-larger-than-the-upload", 200, (ok(bytes(20_000_000)),), READ),
    early("200-larger-than-the-upload", 200, (ok(bytes(20_000_000)),), READ, tls=True),
    early("200-whole-then-not-read", 28, (ok(), stall), timeout=TOO_SHORT),
    early("200-whole-then-rst", 55, (ok(), SOON, rst)),
    early("200-head-then-rst", 56, (ok()[:-5], SOON, rst)),
    early("200-cut", 18, (ok()[:-3], SOON, fin)),
    # From 300 on it is not: the sending ends with the head of the answer.
    *(early(f"{status.decode()}-whole", int(status), (under(status + b" No"), stall)) for status in (b"300", b"400")),
    *(early(f"{status.decode()}-whole", int(status), (under(status + b" No"),)) for status in (b"307", b"417", b"500")),
    early("304", 304, (raw(b"HTTP/1.1 304 Not Modified"), stall)),
    early("301-around-the-upload", 28, around(under(b"301 Moved"), READ), timeout=TOO_SHORT),
    early("413-around-the-upload", 28, around(under(b"413 Too Large"), READ), timeout=TOO_SHORT),
    early("413-in-two-parts", 413, around(under(b"413 Too Large"), (SOON,)), (stall,)),
    early("413-in-two-parts", 413, around(under(b"413 Too Large"), (SOON,)), (stall,), tls=True),
    early("413-head-then-rst", 56, (under(b"413 Too Large")[:-5], SOON, rst)),
    early("100-then-413", 413, (raw(b"HTTP/1.1 100 Continue"), SOON, under(b"413 Too Large"), stall)),
    # The connection ends with the answer: so does the sending, whatever the status is.
    early("200-close-whole", 200, (under(b"200 OK", CLOSE), stall)),
    early("200-close-around-the-upload", 200, around(under(b"200 OK", CLOSE), READ)),
    early("413-close-whole", 413, (under(b"413 Too Large", CLOSE), stall)),
    early("413-close-around-the-upload", 413, around(under(b"413 Too Large", CLOSE), READ)),
    early("413-close-around-the-upload", 413, around(under(b"413 Too Large", CLOSE), READ), tls=True),
    early(
        "200-http10-around-the-upload", 200, around(raw(b"HTTP/1.0 200 OK", b"Content-Length: 5", body=b"hello"), READ)
    ),
    early("200-until-closed", 200, around(raw_200(body=b"hello, world"), READ), (fin,)),
    early("413-until-closed", 413, around(raw(b"HTTP/1.1 413 Too Large", body=b"hello, world"), READ), (fin,)),
    # It is no answer.
    early("not-http", 1, (b"what?\r\n\r\n", stall)),
    early("bad-header", 8, (raw_200(b"no colon"), stall)),
    early("bad-chunk", 56, (chunked(chunk(b"hello"), b"zz\r\n"), stall)),
    early("100-then-fin", 52, (raw(b"HTTP/1.1 100 Continue"), SOON, fin)),
    # Whether the connection is used again.
    case("early-200-then-another", (200, 200), (head, ok(), body, again(request, ok())), calls=(UPLOAD, Call())),
    case("early-413-then-another", (413, 200), [(head, under(b"413 No"), stall), FINE], calls=(UPLOAD, Call())),
]
