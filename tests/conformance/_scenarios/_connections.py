"""Connections that are not made, break, or outlast the deadline."""

from tests.conformance._scenario import ALL_STYLES, FINE, TOO_SHORT, Scenario, case, chunk, chunked, ok, raw, raw_200
from tests.conformance._server import close, drip, fin, head, pause, request, rst, stall

CONNECTING: list[Scenario] = [
    case("refused", 7, place="closed", styles=ALL_STYLES),
    case("refused-https", 7, url="https://{server}/", place="closed"),
    case("backlog-full", 28, timeout=TOO_SHORT, place="full"),
    case("localhost", 200, FINE, "http://localhost:{port}/"),
    case("ipv6-literal", 200, FINE, host="::1"),
    case("second-address-works", 200, FINE, "http://second-works.test:{port}/"),
    case("fifth-address-works", 200, FINE, "http://fifth-works.test:{port}/"),
    case("other-family-works", 200, FINE, "http://other-family-works.test:{port}/"),
    case("no-address-works", 7, FINE, "http://none-works.test:{port}/"),
    case("silent-address-first", 200, FINE, "http://silent-first.test:{port}/"),
    case("silent-and-refused", 28, FINE, "http://silent-and-refused.test:{port}/", timeout=TOO_SHORT),
    case("name-unknown", 6, url="http://no-such-dock.invalid/", styles=ALL_STYLES),
    case("name-unknown-https", 6, url="https://no-such-dock.invalid/"),
    case("name-below-localhost", 200, FINE, "http://dock.localhost:{port}/"),
    case("name-onion", 6, url="http://abcdefghij.onion/"),
    case("name-label-too-long", 6, url="http://" + "a" * 64 + ".invalid/"),
    case("name-like-a-bad-ipv4", 6, url="http://256.1.1.1/"),
    case("name-idn-unknown", 6, url="http://bücher.invalid/"),
]

BROKEN_CONNECTION: list[Scenario] = [
    case("fin-after-request", 52, (request, fin), styles=ALL_STYLES),
    case(
        "accept-then-close",
        frozenset({52, 55, 56}),
        (close,),
        difference="it depends, in libcurl too, on whether the server's reset overtakes the request",
    ),
    case("rst-after-request", 56, (request, rst)),
    case("fin-mid-headers", 18, (request, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-He", fin)),
    case(
        "fin-mid-headers-chunked",
        18,
        (request, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-He", fin),
        difference="libcurl forgets that chunks should have come; a body of which nothing came is cut off",
    ),
    case(
        "fin-behind-length",
        18,
        (request, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", fin),
        difference="libcurl forgets the last line, as it may have been folded; a body of which nothing came is cut off",
    ),
    case("fin-mid-line-without-colon", 200, (request, b"HTTP/1.1 200 OK\r\nX-A: b\r\nnoth\x00", fin)),
    case("fin-mid-headers-length-0", 200, (request, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-He", fin)),
    case("fin-mid-headers-no-length", 200, (request, b"HTTP/1.1 200 OK\r\nX-A: b\r\nX-He", fin)),
    case("fin-mid-headers-404", 404, (request, b"HTTP/1.1 404 Not Found\r\nX-A: b\r\nX-B: c", fin)),
    case("fin-after-header-line", 200, (request, b"HTTP/1.1 200 OK\r\nX-A: b\r\n", fin)),
    case("fin-after-status-line", 200, (request, b"HTTP/1.1 200 OK\r\n", fin)),
    case("fin-after-a-204-line", 204, (request, b"HTTP/1.1 204 No Content\r\n", fin)),
    case("fin-mid-status-line", 52, (request, b"HTTP/1.1 20", fin)),
    case("fin-mid-name-of-http", 52, (request, b"HTT", fin)),
    case("rst-mid-headers", 56, (request, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-He", rst)),
    case("rst-mid-status-line", 56, (request, b"HTTP/1.1 20", rst)),
    case("rst-mid-body", 56, (request, ok(b"x" * 100)[:-50], rst)),
    case("rst-close-delimited", 56, (request, raw_200(), rst)),
]

DEADLINES: list[Scenario] = [
    case("timeout-no-answer", 28, (request, stall), timeout=TOO_SHORT, styles=ALL_STYLES),
    case("timeout-headers-drip", 28, (request, raw_200()[:17], drip(b"X-A: b\r\n", 0.05)), timeout=TOO_SHORT),
    case("timeout-body-drip", 28, (request, ok(b"x" * 999)[:-999], drip(b"x", 0.05)), timeout=TOO_SHORT),
    case("timeout-chunks-drip", 28, (request, chunked(), drip(chunk(b"x"), 0.05)), timeout=TOO_SHORT),
    case("timeout-interim-drip", 28, (request, drip(raw(b"HTTP/1.1 103 Hints"), 0.05)), timeout=TOO_SHORT),
    case("timeout-body-stalls", 28, (request, ok(b"x" * 999)[:-500], stall), timeout=TOO_SHORT),
    case("timeout-tls-handshake", 28, (stall,), "https://{server}/", timeout=TOO_SHORT, cacert="ca"),
    case(
        "timeout-upload-not-read",
        28,
        (head, stall),
        method="POST",
        data=bytes(20_000_000),
        timeout=TOO_SHORT,
    ),
    case("timeout-none", 200, (request, pause(0.1), ok(b"late")), timeout=0),
    case("timeout-long-enough", 200, (request, pause(0.1), ok(b"late")), timeout=2),
]
