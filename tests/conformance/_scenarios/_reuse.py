"""Connections used again: when they are, when not, and that no failure poisons the next request."""

from tests.conformance._scenario import (
    ALL_STYLES,
    FINE,
    LAST_CHUNK,
    TOO_SHORT,
    Call,
    Scenario,
    always,
    case,
    chunk,
    chunked,
    ok,
    raw,
    under,
)
from tests.conformance._server import Script, Verb, again, fin, in_one_segment, notify, request, rst, stall, together

BAD = again(request, ok(b"BAD: this connection should not have been used again"))
GOOD = always(ok(b"again"))
TWO = (Call("{base}/1"), Call("{base}/2"))
TWO_APART = (Call("{base}/1"), Call("{base}/2", after_scripts=True))
GET_THEN_POST = (Call("{base}/1"), Call("{base}/2", "POST", data=b"once more"))
WITH_CA = Call(cacert="ca")


def first_then(*steps: bytes | Verb) -> list[Script]:
    """A first connection that answers well once and then plays `steps`; every other connection is good."""
    return [(request, ok(), *steps), GOOD]


REUSE: list[Scenario] = [
    case("reuse-two", (200, 200), FINE, calls=TWO, styles=ALL_STYLES),
    case("reuse-get-then-post", (200, 200), FINE, calls=GET_THEN_POST),
    case("reuse-thirty", (200,) * 30, FINE, calls=tuple(Call(f"{{base}}/{i}") for i in range(30))),
    case("reuse-tls", (200, 200), FINE, tls="good", calls=(WITH_CA, WITH_CA)),
    case("reuse-closed-idle", (200, 200), first_then(fin), calls=TWO_APART, styles=ALL_STYLES),
    case("reuse-reset-idle", (200, 200), first_then(rst), calls=TWO_APART),
    case(
        "reuse-tls-closed-idle",
        (200, 200),
        first_then(notify),
        tls="good",
        calls=(WITH_CA, Call(cacert="ca", after_scripts=True)),
    ),
    case("reuse-fin-on-second", (200, 200), first_then(request, fin), calls=TWO, styles=ALL_STYLES),
    case("reuse-rst-on-second", (200, 200), first_then(request, rst), calls=TWO),
    case("reuse-fin-on-second-post", (200, 200), first_then(request, fin), calls=GET_THEN_POST),
    case("reuse-rst-on-second-post", (200, 200), first_then(request, rst), calls=GET_THEN_POST),
    case("reuse-fin-on-second-and-third", (200, 52), [(request, ok(), request, fin), (request, fin)], calls=TWO),
    case(
        "reuse-fin-on-every-second",
        (200,) * 4,
        [(request, ok(), request, fin)],
        calls=(Call("{base}/1"), Call("{base}/2"), Call("{base}/3"), Call("{base}/4")),
    ),
    case("reuse-interim-then-fin", (200, 52), first_then(request, raw(b"HTTP/1.1 103 Hints"), fin), calls=TWO),
    case("reuse-status-line-cut", (200, 200), first_then(request, b"HTTP/1.1 20", fin), calls=TWO),
    case("reuse-head-cut", (200, 18), first_then(request, ok()[:38], fin), calls=TWO),
    case("reuse-reset-mid-status-line", (200, 200), first_then(request, b"HTTP/1.1 20", rst), calls=TWO),
    case("reuse-bad-status-on-second", (200, 1), first_then(request, b"HTTP/1.1 OK\r\n\r\n", fin), calls=TWO),
    case("reuse-not-http-on-second", (200, 8), first_then(request, b"what?\r\n\r\n", fin), calls=TWO),
    case("reuse-short-body-on-second", (200, 18), first_then(request, ok()[:-3], fin), calls=TWO),
    case("reuse-second-stalls", (200, 28), first_then(request, stall), calls=(Call(), Call(timeout=TOO_SHORT))),
    case("reuse-not-after-extra-bytes", (200, 200), [(request, ok() + b"BAD", BAD), GOOD], calls=TWO),
    case(
        "reuse-not-after-another-answer",
        (200, 200),
        [(request, ok() + ok(b"BAD: nobody asked for this"), BAD), GOOD],
        calls=TWO,
    ),
    case(
        "reuse-not-after-extra-chunks",
        (200, 200),
        [(request, chunked(chunk(b"hello"), LAST_CHUNK) + ok(b"BAD: nobody asked for this"), FINE[0]), FINE],
        calls=TWO,
        difference="libcurl drops what came after the last chunk and goes on; the dock trusts no such connection",
    ),
    case(
        "reuse-not-after-connection-close",
        (200, 200),
        [(request, ok(b"one", b"Connection: close"), BAD), GOOD],
        calls=TWO,
    ),
    case(
        "reuse-not-after-a-second-tls-record",
        (200, 200),
        [(request, in_one_segment(ok(), ok(b"BAD: nobody asked for this"))), GOOD],
        tls="good",
        calls=(WITH_CA, WITH_CA),
        difference="libcurl gives what nobody asked for to the next request; the dock trusts no such connection",
    ),
    case(
        "reuse-not-after-folded-close",
        (200, 200),
        [(request, ok(b"one", b"Connection:", b" close"), BAD), GOOD],
        calls=TWO,
    ),
    case(
        "reuse-not-after-close-in-a-list",
        (200, 200),
        [(request, ok(b"one", b"Connection: a,\tCLOSE"), BAD), GOOD],
        calls=TWO,
    ),
    case("reuse-after-what-is-not-close", (200, 200), always(ok(b"one", b"Connection: x-close, close;q=1")), calls=TWO),
    case(
        "reuse-not-after-close-of-interim",
        (200, 200),
        [(request, raw(b"HTTP/1.1 103 Hints", b"Connection: close") + ok(), BAD), GOOD],
        calls=TWO,
    ),
    case(
        "reuse-after-http10-keep-alive",
        (200, 200),
        always(raw(b"HTTP/1.0 200 OK", b"Connection: keep-alive", b"Content-Length: 0")),
        calls=TWO,
        difference="libcurl asks such a server in HTTP/1.0 from then on; the dock stays with 1.1 (RFC 9110, 2.5)",
    ),
    case("reuse-not-after-lower-case-http", (200, 200), [(request, under(b"http/1.1 200 OK"), BAD), GOOD], calls=TWO),
    case(
        "reuse-after-trailers", (200, 200), always(chunked(chunk(b"one"), b"0\r\nConnection: close\r\n\r\n")), calls=TWO
    ),
    case("reuse-after-304-with-length", (304, 304), always(raw(b"HTTP/1.1 304 Same", b"Content-Length: 5")), calls=TWO),
    case("reuse-not-after-http10", (200, 200), [(request, under(b"HTTP/1.0 200 OK"), BAD), GOOD], calls=TWO),
    case("after-short-body", (18, 200), [(request, ok()[:-3], fin), GOOD], calls=TWO),
    case("after-timeout", (28, 200), [(request, ok()[:-3]), GOOD], calls=(Call(timeout=TOO_SHORT), Call())),
    case("after-bad-chunk", (56, 200), [(request, chunked(b"zz\r\nBAD")), GOOD], calls=TWO),
    case("after-not-http", (1, 200), [(request, b"what?\r\n\r\n"), GOOD], calls=TWO),
    case("after-rst", (56, 200), [(request, rst), GOOD], calls=TWO, styles=ALL_STYLES),
    case("after-failed-tls", (60, 200), FINE, tls="good", calls=(Call(), WITH_CA)),
    case("after-bad-urls", (3, 1, 200), GOOD, calls=(Call(""), Call("foo://x/"), Call())),
    case("cookies-not-kept", (200, 200), always(ok(b"", b"Set-Cookie: sid=1; Path=/")), calls=TWO),
    case("user-info-not-kept", (200, 200), FINE, calls=(Call("http://user:pass@{server}/1"), Call("{base}/2"))),
    case("data-not-kept", (200, 200), FINE, calls=(Call(method="POST", data=b"once"), Call(method="POST"))),
    case("moved-not-kept", (301, 301), always(ok(b"", b"Location: /new", status=b"301 Moved")), calls=TWO),
    case(
        "sixteen-at-once",
        (200,) * 16,
        (request, together(16), ok()),
        calls=(Call(times=16),),
        styles=ALL_STYLES,
    ),
]
