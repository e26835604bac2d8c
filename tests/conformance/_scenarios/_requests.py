"""Requests: headers as given, bodies as given, and answers that do not wait for them."""

from tests.conformance._scenario import ALL_STYLES, FINE, Scenario, case, ok, raw
from tests.conformance._server import body, fin, head, request, rst, stall

MB8 = bytes(8_000_000)
TOO_BIG = ok(b"too big", status=b"413 Content Too Large")
INJECTION = "libcurl sends what it is given; a header that breaks the request apart is a mistake, or an attack"

REQUESTS: list[Scenario] = [
    case("headers-as-given", 200, FINE, headers={"X-One": "first", "x-two": "Second Value", "X-THREE": "3"}),
    case(
        "headers-as-given-post",
        200,
        FINE,
        method="POST",
        headers={"X-One": "first", "Content-Type": "application/json"},
        data=b'{"a": 1}',
    ),
    case("header-host-given", 200, FINE, headers={"Host": "dock.example"}),
    case("header-accept-given", 200, FINE, headers={"Accept": "image/png"}),
    case("header-user-agent-given", 200, FINE, headers={"User-Agent": "dock/1.0"}),
    case("header-authorization-given", 200, FINE, headers={"Authorization": "Bearer abc.def"}),
    case("header-connection-close-given", 200, FINE, headers={"Connection": "close"}),
    case("header-value-utf8", 200, FINE, headers={"X-City": "Łódź"}),
    case("header-value-spaces-around", 200, FINE, headers={"X-Pad": "  two before, two after  "}),
    case("header-value-60-kb", 200, FINE, headers={"X-Long": "v" * 60_000}),
    case(
        "header-value-empty",
        200,
        FINE,
        headers={"X-Empty": "", "X-Other": "yes"},
        difference="libcurl leaves a header without a value out; the dock sends headers as given",
    ),
    case("header-same-name-other-case", 200, FINE, headers={"X-A": "1", "x-a": "2"}),
    case("inject-crlf-in-value", "ValueError", FINE, headers={"X-A": "1\r\nX-B: 2"}, difference=INJECTION),
    case("inject-lf-in-value", "ValueError", FINE, headers={"X-A": "1\nX-B: 2"}, difference=INJECTION),
    case("inject-crlf-in-name", "ValueError", FINE, headers={"X-A: 1\r\nX-B": "2"}, difference=INJECTION),
    case("inject-colon-in-name", "ValueError", FINE, headers={"X-A:": "1"}, difference=INJECTION),
    case(
        "inject-request",
        "ValueError",
        FINE,
        headers={"X-A": "1\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x"},
        difference=INJECTION,
    ),
    case("get-without-data", 200, FINE, styles=ALL_STYLES),
    case("get-with-data", 200, FINE, data=b"a body on a GET", styles=ALL_STYLES),
    case("post-without-data", 200, FINE, method="POST", styles=ALL_STYLES),
    case("post-empty", 200, FINE, method="POST", data=b""),
    case("post-bytes", 200, FINE, method="POST", data=b"name=dock&x=1", styles=ALL_STYLES),
    case("post-nul-bytes", 200, FINE, method="POST", data=b"\x00a\x00\x00b\x00"),
    case("post-bytearray", 200, FINE, method="POST", data=bytearray(b"bytearray \x00")),
    case("post-memoryview", 200, FINE, method="POST", data=memoryview(b"memoryview \x00")),
    case("post-memoryview-of-shorts", 200, FINE, method="POST", data=memoryview(b"12345678").cast("H")),
    case("post-100-kb", 200, FINE, method="POST", data=b"d" * 100_000),
    case("post-8-mb", 200, (request, ok()), method="POST", data=MB8, timeout=20),
    case(
        "post-8-mb-continue",
        200,
        (head, raw(b"HTTP/1.1 100 Continue"), body, ok(b"got it")),
        method="POST",
        data=MB8,
        expect=True,
        timeout=20,
    ),
    case("post-8-mb-expect-ignored", 200, (request, ok(b"got it")), method="POST", data=MB8, expect=True, timeout=20),
    case("post-8-mb-refused-at-once", 401, (head, ok(b"no", status=b"401 No")), method="POST", data=MB8, expect=True),
    case(
        "early-answer-body-drained",
        413,
        (head, TOO_BIG),
        method="POST",
        data=MB8,
        styles=ALL_STYLES,
    ),
    case("early-answer-not-read", 413, (head, TOO_BIG, stall), method="POST", data=MB8),
    case("early-answer-then-fin", 413, (head, TOO_BIG, fin), method="POST", data=MB8),
    case("early-fin", 52, (head, fin), method="POST", data=MB8),
    case(
        "early-rst",
        frozenset({55, 56}),
        (head, rst),
        method="POST",
        data=MB8,
        difference="it depends, in libcurl too, on whether sending or receiving meets the reset first",
    ),
]
