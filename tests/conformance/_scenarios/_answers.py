"""Answers: what may stand in a status line and in headers, where a body ends, and what is kept of both."""

import gzip
import zlib

from tests.conformance._scenario import (
    ALL_STYLES,
    LAST_CHUNK,
    TOO_SHORT,
    Scenario,
    always,
    case,
    chunk,
    chunked,
    ok,
    raw,
    raw_200,
    under,
)
from tests.conformance._server import Script, fin, flood, pause, pieces, request, rst

MB20 = bytes(range(256)) * 78_125
CODE_100 = "libcurl's code is 100, but the dock's codes end at 99"
UNBOUNDED = "a chunk's size and extensions have 16 KiB; libcurl skips extensions without end"
GZIPPED = gzip.compress(b"hello hello", mtime=0)


def answer(*pieces_of_it: bytes) -> Script:
    """One request, this answer, and the connection stays open."""
    return (request, *pieces_of_it)


def with_headers(*headers: bytes) -> Script:
    """Answers with these header lines."""
    return always(ok(b"hello", *headers))


STATUS_LINE: list[Scenario] = [
    case("not-http", 1, (request, b"hello, this is not HTTP\n", fin), styles=ALL_STYLES),
    case("not-http-binary", 1, answer(b"\x00\x01\x02\x03 what is this\r\n\r\n")),
    case("not-http-from-the-first-bytes", 1, (request, b"hel", fin)),
    case("not-http-endless", 1, (request, flood(b"what is this"))),
    case("status-icy", 1, (request, under(b"ICY 200 OK"), fin)),
    case("status-no-reason", 200, answer(under(b"HTTP/1.1 200"))),
    case("status-no-reason-space", 200, answer(under(b"HTTP/1.1 200 "))),
    case("status-two-spaces", 1, answer(under(b"HTTP/1.1  200 OK"))),
    case("status-lower-case-http", 200, answer(under(b"http/1.1 200 OK"))),
    case("status-tab-before", 200, answer(under(b"HTTP/1.1\t200 OK"))),
    case("status-tab-behind", 200, answer(under(b"HTTP/1.1 200\tOK"))),
    case("status-letter-behind", 200, answer(under(b"HTTP/1.1 200x"))),
    case("reason-control-characters", 200, answer(under(b"HTTP/1.1 200 O\x01\t\x0b\x7fK"))),
    case("reason-utf8", 200, answer(under("HTTP/1.1 200 Świetnie".encode()))),
    case("reason-cr", 8, answer(under(b"HTTP/1.1 200 O\rK"))),
    case("reason-nul", 8, answer(under(b"HTTP/1.1 200 O\x00K"))),
    case("reason-110-kb", 56, answer(under(b"HTTP/1.1 200 " + b"O" * 110_000)), difference=CODE_100),
    case("status-http-1.2", 1, (request, under(b"HTTP/1.2 200 OK"), fin)),
    case("status-http-2", 8, (request, under(b"HTTP/2 200 OK"), fin)),
    case(
        "status-four-digits",
        1,
        answer(under(b"HTTP/1.1 2000 OK")),
        difference="a status has three digits (RFC 9112, 4); releases of libcurl before 8.16 said so, too",
    ),
    case("status-below-100", 1, (request, under(b"HTTP/1.1 099 OK"), fin)),
    case("status-two-digits", 1, (request, under(b"HTTP/1.1 20 OK"), fin)),
    case("status-no-code", 1, (request, under(b"HTTP/1.1 OK"), fin)),
    case("status-999", 999, answer(under(b"HTTP/1.1 999 Odd"))),
    case("status-blank-line-first", 1, (request, b"\r\n" + ok(), fin)),
    case("bare-lf-lines", 200, answer(b"HTTP/1.1 200 OK\nContent-Length: 5\nX-A: b\n\nhello")),
    case("status-206", 206, answer(ok(status=b"206 Partial Content"))),
    case("status-401", 401, answer(ok(b"no", b"WWW-Authenticate: Basic", status=b"401 Unauthorized"))),
    case("status-404", 404, answer(ok(b"no", status=b"404 Not Found")), styles=ALL_STYLES),
    case("status-407", 407, answer(ok(b"no", status=b"407 Proxy Authentication Required"))),
    case("status-500", 500, answer(ok(b"no", status=b"500 Internal Server Error"))),
]

ANSWER_HEADERS: list[Scenario] = [
    case("header-spelling-kept", 200, with_headers(b"X-MiXed-cAsE: Value Here", b"content-type: text/Plain")),
    case(
        "header-spaces-trimmed",
        200,
        with_headers(b"X-A:tight", b"X-B:   wide  ", b"X-C:\ttab\t", b"X-D: in  side"),
    ),
    case("header-colon-in-value", 200, with_headers(b"X-Url: http://a:1/b?c: d", b'X-Q: "a:b"')),
    case("header-repeated", 200, with_headers(b"X-D: 1", b"X-E: e", b"x-d: 2", b"X-D: 3"), styles=ALL_STYLES),
    case(
        "header-repeated-cookies",
        200,
        with_headers(b"Set-Cookie: a=1; Path=/", b"Set-Cookie: b=2; Path=/"),
        styles=ALL_STYLES,
    ),
    case("header-empty-value", 200, with_headers(b"X-Empty:", b"X-Blank:   ")),
    case("header-folded", 200, with_headers(b"X-Fold: first", b"  second", b"\tthird", b"X-After: yes")),
    case("header-latin1", 200, with_headers(b"X-Name: Fran\xe7ois")),
    case("header-utf8", 200, with_headers("X-Name: Łódź ☂".encode())),
    case("header-space-before-colon", 200, with_headers(b"X-Space : value")),
    case("length-space-before-colon", 200, (request, raw_200(b"Content-Length : 3"), fin)),
    case("coding-space-before-colon", 200, (request, raw_200(b"Transfer-Encoding : chunked"), fin)),
    case("header-without-colon", 8, with_headers(b"there is no colon here")),
    case("header-name-not-a-token", 200, with_headers(b"X(odd)[name]: v", b"X/Y@Z: w")),
    case("header-name-with-space", 200, with_headers(b"X Y: v", b"X\tZ: w")),
    case("header-name-control-characters", 200, with_headers(b"X\x01\x7f: v")),
    case("header-name-latin1", 200, with_headers(b"N\xe4me: v")),
    case("header-name-empty", 200, with_headers(b": v")),
    case("header-value-control-characters", 200, with_headers(b"X: a\x01\x0b\x0c\x1b[2J\x7fb")),
    case("header-first-indented", 200, answer(raw_200(b" X-A: b", b"Content-Length: 5"))),
    case("header-first-indented-length", 200, (request, raw_200(b" Content-Length: 3"), fin)),
    case("header-first-indented-no-colon", 8, answer(raw_200(b" nothing", b"Content-Length: 5"))),
    case("header-folded-length", 200, answer(raw_200(b"Content-Length:", b" 5"))),
    case("header-folded-blank", 200, with_headers(b"X-Fold: first", b"   ", b" third")),
    case("header-folded-nul", 8, with_headers(b"X-Fold: first", b" \x00")),
    case("headers-folded-3000", 200, with_headers(*(b"X:\n ",) * 3000)),
    case("headers-5001", 56, with_headers(*(b"X:",) * 5001), difference=CODE_100),
    case("blank-line-begins-with-cr", 200, answer(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\r\nhello")),
    case("blank-line-of-spaces", 18, (request, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n \r\nX: y\r\n", fin)),
    case("header-all-blank-and-nul", 8, with_headers(b"X:" + b" " * 102_000 + b"\x00")),
    case("header-nul", 8, with_headers(b"X-Nul: a\x00b")),
    case("header-bare-cr", 8, with_headers(b"X-Cr: a\rb")),
    case("header-60-kb", 200, with_headers(b"X-Long: " + b"v" * 60_000)),
    case(
        "header-110-kb",
        56,
        with_headers(b"X-Long: " + b"v" * 110_000),
        difference=CODE_100,
    ),
    case("header-100-kb", 200, with_headers(b"X-Long: " + b"v" * 102_000)),
    case("header-endless", 56, (request, b"HTTP/1.1 200 OK\r\nX-Long: ", flood(b"v" * 1000)), difference=CODE_100),
    case("headers-endless", 56, (request, b"HTTP/1.1 200 OK\r\n", flood(b"X-A: b\r\n" * 100)), difference=CODE_100),
    case("headers-1000", 200, with_headers(*(b"X-N%04d: value-%d" % (i, i) for i in range(1000)))),
    case("headers-250-kb", 200, with_headers(*(b"X-N%02d: " % i + b"v" * 25_000 for i in range(10)))),
    case("headers-300-kb", 200, with_headers(*(b"X-N%02d: " % i + b"v" * 30_600 for i in range(10)))),
    case("headers-400-kb", 56, with_headers(*(b"X-N%02d: " % i + b"v" * 25_000 for i in range(16)))),
]

BEFORE_THE_ANSWER: list[Scenario] = [
    case("interim-100", 200, answer(raw(b"HTTP/1.1 100 Continue") + ok())),
    case("interim-103", 200, answer(raw(b"HTTP/1.1 103 Hints", b"X-Hint: 1") + ok()), styles=ALL_STYLES),
    case("interim-twenty", 200, answer(raw(b"HTTP/1.1 103 Hints", b"X-Hint: 1") * 20 + ok())),
    case("interim-endless", 56, (request, flood(raw(b"HTTP/1.1 103 Hints") * 100))),
    case("interim-apart", 200, (request, raw(b"HTTP/1.1 103 Hints"), pause(0.05), ok())),
    case("interim-101-unasked", 101, (request, raw(b"HTTP/1.1 101 Switching", b"Upgrade: x", body=b"x bytes"), fin)),
    case("interim-then-not-http", 8, (request, raw(b"HTTP/1.1 103 Hints") + b"what?\r\n\r\n", fin)),
    case("interim-without-colon", 8, answer(raw(b"HTTP/1.1 103 Hints", b"no colon") + ok())),
    case("interim-then-fin", 52, (request, raw(b"HTTP/1.1 100 Continue"), fin)),
    case("interim-then-rst", 56, (request, raw(b"HTTP/1.1 100 Continue"), rst)),
    case("interim-cut", 52, (request, b"HTTP/1.1 103 Hints\r\nX-A: b\r\n", fin)),
    case("interim-then-cut-head", 18, (request, raw(b"HTTP/1.1 100 Continue") + ok()[:38], fin)),
    case("interim-to-post", 200, answer(raw(b"HTTP/1.1 100 Continue") + ok()), method="POST", data=b"data"),
]

WITHOUT_BODY: list[Scenario] = [
    case("204", 204, answer(raw(b"HTTP/1.1 204 No Content", b"X-A: b"))),
    case("204-with-length", 204, answer(raw(b"HTTP/1.1 204 No Content", b"Content-Length: 5"))),
    case("204-with-body", 204, answer(under(b"HTTP/1.1 204 No Content"))),
    case("204-to-post", 204, answer(raw(b"HTTP/1.1 204 No Content")), method="POST", data=b"x=1"),
    case("304-with-length", 304, answer(raw(b"HTTP/1.1 304 Not Modified", b"Content-Length: 5", b'ETag: "x"'))),
    case("200-length-0", 200, answer(ok(b""))),
    case("200-no-length-held-open", 28, answer(raw_200(b"X-A: b", body=b"")), timeout=TOO_SHORT),
]

BODY_LENGTH: list[Scenario] = [
    case("length-exact", 200, answer(ok(b"twelve bytes", b"X-A: b")), styles=ALL_STYLES),
    case("length-short", 18, (request, ok(b"x" * 100)[:-50], fin), styles=ALL_STYLES),
    case("length-extra-bytes", 200, answer(ok() + b" and more")),
    case("close-delimited", 200, (request, raw_200(b"X-A: b", body=b"until the end"), fin)),
    case("close-delimited-empty", 200, (request, raw_200(body=b""), fin)),
    case("http10-length", 200, answer(under(b"HTTP/1.0 200 OK"))),
    case("http10-close-delimited", 200, (request, raw(b"HTTP/1.0 200 OK", body=b"old style"), fin)),
    case("length-twice-different", 8, answer(raw_200(b"Content-Length: 5", b"Content-Length: 6"))),
    case("length-twice-same", 200, answer(raw_200(b"Content-Length: 5", b"Content-Length: 05"))),
    case("length-list", 200, answer(raw_200(b"Content-Length: 5, 5\t,05"))),
    case("length-list-differs", 8, answer(raw_200(b"Content-Length: 5, 6"))),
    case("length-list-with-nothing", 8, answer(raw_200(b"Content-Length: 5,"))),
    case("length-nothing", 8, answer(raw_200(b"Content-Length:"))),
    case("length-plus", 8, answer(raw_200(b"Content-Length: +5"))),
    case("length-negative", 8, (request, raw_200(b"Content-Length: -5"), fin)),
    case("length-not-a-number", 8, (request, raw_200(b"Content-Length: five"), fin)),
    case("length-then-junk", 8, (request, raw_200(b"Content-Length: 5x"), fin)),
    case("length-beyond-64-bits", 63, (request, raw_200(b"Content-Length: 99999999999999999999"), fin)),
    case("length-bad-under-204", 204, answer(raw(b"HTTP/1.1 204 No Content", b"Content-Length: five"))),
    case("length-bad-under-103", 200, answer(raw(b"HTTP/1.1 103 Hints", b"Content-Length: five") + ok())),
    case("length-and-chunked", 200, answer(chunked(chunk(b"hello"), LAST_CHUNK, headers=(b"Content-Length: 3",)))),
    case("length-20-mb", 200, answer(ok(MB20)), timeout=20, styles=ALL_STYLES),
    case("body-at-the-limit", 200, answer(ok(b"x" * 1000)), max_body=1000),
    case("body-above-the-limit", 63, answer(ok(b"x" * 1001)), max_body=1000, styles=ALL_STYLES),
    case("body-above-the-limit-chunked", 63, answer(chunked(chunk(b"x" * 1001), LAST_CHUNK)), max_body=1000),
    case("body-above-the-limit-endless", 63, (request, raw_200(body=b""), flood(b"x" * 1000)), max_body=100_000),
    case("byte-by-byte", 200, (request, pieces(ok(b"hello", b"X-A: b"), 1))),
]

CHUNKED: list[Scenario] = [
    case("chunked", 200, answer(chunked(chunk(b"hello"), chunk(b", world"), LAST_CHUNK)), styles=ALL_STYLES),
    case("chunked-extension", 200, answer(chunked(b"5;name=value\r\nhello\r\n", b"0;last\r\n\r\n"))),
    case("chunked-extension-after-blank", 200, answer(chunked(b"5 ; a=b\r\nhello\r\n", b"0 \r\n\r\n"))),
    case("chunked-extension-of-any-bytes", 200, answer(chunked(b"5x\x00\r\x0b\r\nhello\r\n", LAST_CHUNK))),
    case("chunked-extension-15-kb", 200, answer(chunked(b"5;" + b"x" * 15_000 + b"\r\nhello\r\n", LAST_CHUNK))),
    case(
        "chunked-extension-100-kb",
        56,
        answer(chunked(b"5;" + b"x" * 100_000 + b"\r\nhello\r\n", LAST_CHUNK)),
        difference=UNBOUNDED,
    ),
    case("chunked-trailer-control-characters", 200, answer(chunked(b"0\r\nX Y : \x01\x0b\r\n: z\r\n\r\n"))),
    case("chunked-trailer-without-colon", 8, answer(chunked(b"0\r\nX-Sum\r\n\r\n"))),
    case("chunked-trailer-folded", 8, answer(chunked(b"0\r\nX-Sum: 9\r\n 9\r\n\r\n"))),
    case("chunked-trailer-nul", 8, answer(chunked(b"0\r\nX-Sum: \x00\r\n\r\n"))),
    case("chunked-trailer-cr", 56, answer(chunked(b"0\r\nX-Sum: 9\r9\r\n\r\n"))),
    case("chunked-trailer-cut", 18, (request, chunked(b"0\r\nX-Sum: 99\r\n"), fin)),
    case("chunked-trailer-4-kb", 200, answer(chunked(b"0\r\nX: " + b"v" * 4_085 + b"\r\n\r\n"))),
    case(
        "chunked-trailer-5-kb",
        56,
        answer(chunked(b"0\r\nX: " + b"v" * 5_000 + b"\r\n\r\n")),
        difference=CODE_100,
    ),
    case("chunked-trailers-240-kb", 200, answer(chunked(b"0\r\n", *[b"X: " + b"v" * 4_000 + b"\r\n"] * 60, b"\r\n"))),
    case("chunked-trailers-400-kb", 56, answer(chunked(b"0\r\n", *[b"X: " + b"v" * 4_000 + b"\r\n"] * 100, b"\r\n"))),
    case("chunked-trailer", 200, answer(chunked(chunk(b"hello"), b"0\r\nX-Sum: 99\r\n\r\n"))),
    case("chunked-cut-in-data", 18, (request, chunked(chunk(b"hello"), b"20\r\nbut not all"), fin)),
    case("chunked-cut-before-last", 18, (request, chunked(chunk(b"hello")), fin)),
    case("chunked-no-final-crlf", 18, (request, chunked(chunk(b"hello"), b"0\r\n"), fin)),
    case("chunked-rst", 56, (request, chunked(chunk(b"hello")), rst)),
    case("chunked-size-not-hex", 56, answer(chunked(chunk(b"hello"), b"zz\r\nwhat\r\n0\r\n\r\n"))),
    case("chunked-size-negative", 56, answer(chunked(b"-5\r\nhello\r\n0\r\n\r\n"))),
    case("chunked-size-too-big", 56, answer(chunked(b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n"))),
    case("chunked-size-64-bits", 56, answer(chunked(b"8000000000000000\r\nhello\r\n0\r\n\r\n"))),
    case("chunked-size-63-bits", 18, (request, chunked(b"7fffffffffffffff\r\nhello"), fin)),
    case("chunked-size-blank-before", 56, answer(chunked(b" 5\r\nhello\r\n0\r\n\r\n"))),
    case("chunked-size-nothing", 56, answer(chunked(b"\r\nhello\r\n0\r\n\r\n"))),
    case("chunked-size-leading-zeros", 200, answer(chunked(b"0005\r\nhello\r\n000\r\n\r\n"))),
    case("chunked-no-crlf-after-data", 56, answer(chunked(b"5\r\nhello!!7\r\n, world\r\n0\r\n\r\n"))),
    case("chunked-bare-lf", 200, answer(chunked(b"5\nhello\n0\n\n"))),
    case("chunked-crs-after-data", 200, answer(chunked(b"5\r\nhello\r\r\n0\r\n\r\n"))),
    case("chunked-empty", 200, answer(chunked(LAST_CHUNK))),
    case(
        "chunked-http10",
        200,
        (request, raw(b"HTTP/1.0 200 OK", b"Transfer-Encoding: chunked", body=chunk(b"hello") + LAST_CHUNK), fin),
    ),
    case("chunked-byte-by-byte", 200, (request, pieces(chunked(chunk(b"hello"), LAST_CHUNK), 1))),
    case(
        "chunked-2-mb-in-small-chunks",
        200,
        answer(chunked(*(chunk(MB20[start : start + 997]) for start in range(0, 997 * 2000, 997)), LAST_CHUNK)),
    ),
    case("chunked-twice", 200, answer(chunked(chunk(b"hello"), LAST_CHUNK, headers=(b"Transfer-Encoding: chunked",)))),
    case("chunked-then-no-coding", 200, answer(chunked(chunk(b"hello"), LAST_CHUNK, headers=(b"Transfer-Encoding:",)))),
    *(
        case(f"transfer-encoding-{name}", status, (request, raw_200(b"Transfer-Encoding: " + value, body=body), fin))
        for name, value, body, status in (
            ("chunked-chunked", b"chunked, chunked", chunk(b"hello") + LAST_CHUNK, 200),
            ("capitals", b"CHUNKED \t", chunk(b"hello") + LAST_CHUNK, 200),
            ("identity-chunked", b"identity\t,\tchunked", chunk(b"hello") + LAST_CHUNK, 200),
            ("identity", b"identity\r\nContent-Length: 3", b"hello", 200),
            ("nothing", b"\r\nContent-Length: 3", b"hello", 200),
            ("chunked-identity", b"chunked, identity", chunk(b"hello") + LAST_CHUNK, 61),
            ("chunked-parameter", b"chunked;q=1", chunk(b"hello") + LAST_CHUNK, 61),
            ("chunked-vertical-tab", b"\x0bchunked", chunk(b"hello") + LAST_CHUNK, 61),
        )
    ),
    case("transfer-encoding-under-204", 204, answer(raw(b"HTTP/1.1 204 No", b"Transfer-Encoding: rot13"))),
    case("transfer-encoding-unknown", 61, (request, raw_200(b"Transfer-Encoding: rot13"), fin)),
    case(
        "transfer-encoding-gzip-chunked",
        61,
        answer(raw_200(b"Transfer-Encoding: gzip, chunked", body=chunk(GZIPPED) + LAST_CHUNK)),
    ),
]

REDIRECTS_AND_ENCODINGS: list[Scenario] = [
    case("redirect-301", 301, answer(ok(b"moved", b"Location: /there", status=b"301 Moved"))),
    case("redirect-302-to-itself", 302, answer(ok(b"", b"Location: /", status=b"302 Found"))),
    case("redirect-303-to-post", 303, answer(ok(b"", b"Location: /there", status=b"303 Other")), method="POST"),
    case(
        "redirect-307-to-post",
        307,
        answer(ok(b"moved", b"Location: /there", status=b"307 Temporary")),
        method="POST",
        data=b"data",
    ),
    case("redirect-to-file", 302, answer(ok(b"", b"Location: file:///etc/passwd", status=b"302 Found"))),
    case("gzip-stays-packed", 200, answer(ok(GZIPPED, b"Content-Encoding: gzip")), styles=ALL_STYLES),
    case(
        "gzip-asked-for",
        200,
        answer(ok(GZIPPED, b"Content-Encoding: gzip")),
        headers={"Accept-Encoding": "gzip"},
    ),
    case(
        "gzip-in-chunks-stays-packed",
        200,
        answer(chunked(chunk(GZIPPED), LAST_CHUNK, headers=(b"Content-Encoding: gzip",))),
    ),
    case("gzip-claimed-but-plain", 200, answer(ok(b"this is not gzip", b"Content-Encoding: gzip"))),
    case("deflate-stays-packed", 200, answer(ok(zlib.compress(b"hello"), b"Content-Encoding: deflate"))),
]
