"""TLS: which certificates are trusted, handshakes that fail, and sessions that are cut off."""

import ssl

from tests.conformance._certificates import Tls
from tests.conformance._scenario import ALL_STYLES, FINE, Call, Scenario, case, chunk, chunked, ok, raw, raw_200
from tests.conformance._server import fin, hello, notify, request, rst

BY_NAME = "https://localhost:{port}/"
TO_NO_TLS = "https://{server}/"
ONLY_12 = ssl.TLSVersion.TLSv1_2
ONLY_13 = ssl.TLSVersion.TLSv1_3

CERTIFICATES: list[Scenario] = [
    case("tls-good", 200, FINE, tls="good", cacert="ca", styles=ALL_STYLES),
    case("tls-good-by-name", 200, FINE, BY_NAME, tls="good", cacert="ca"),
    case("tls-unknown-ca", 60, FINE, tls="good", styles=ALL_STYLES),
    case("tls-other-ca", 60, FINE, tls="other-ca", cacert="ca"),
    case("tls-wrong-name", 60, FINE, tls="wrong-host", cacert="ca"),
    case("tls-right-name-only", 200, FINE, BY_NAME, tls="localhost-only", cacert="ca"),
    case("tls-name-only-by-address", 60, FINE, tls="localhost-only", cacert="ca"),
    case("tls-expired", 60, FINE, tls="expired", cacert="ca"),
    case("tls-not-yet-valid", 60, FINE, tls="not-yet", cacert="ca"),
    case("tls-self-signed", 60, FINE, tls="self-signed"),
    case("tls-self-signed-pinned", 200, FINE, tls="self-signed", cacert="leaf:self-signed"),
    case("tls-common-name-only", 200, FINE, BY_NAME, tls="cn-only", cacert="ca"),
    case("tls-1.2", 200, FINE, tls=Tls(version=ONLY_12), cacert="ca"),
    case("tls-1.3", 200, FINE, tls=Tls(version=ONLY_13), cacert="ca"),
    case("tls-20-mb", 200, (request, ok(bytes(20_000_000))), tls="good", cacert="ca", timeout=20),
    case("cacert-leaf", 200, FINE, tls="good", cacert="leaf:good"),
    case("cacert-leaf-of-intermediate", 200, FINE, tls="via-intermediate", cacert="leaf:via-intermediate"),
    case("cacert-root", 200, FINE, tls="via-intermediate", cacert="ca"),
    case("cacert-intermediate", 200, FINE, tls="via-intermediate", cacert="intermediate", styles=ALL_STYLES),
    case("cacert-root-chain-not-sent", 60, FINE, tls="bare-leaf", cacert="ca"),
    case("cacert-intermediate-chain-not-sent", 200, FINE, tls="bare-leaf", cacert="intermediate"),
    case("cacert-other-leaf-of-same-ca", 60, FINE, tls="good", cacert="leaf:localhost-only"),
    case("cacert-bundle", 200, FINE, tls="good", cacert="bundle"),
    case("cacert-blank-lines-around", 200, FINE, tls="good", cacert="blank-lines-around"),
    case("cacert-indented-blank-lines", 200, FINE, tls="good", cacert="indented-blank-lines"),
    case("cacert-indented", 77, FINE, tls="good", cacert="indented"),
    case("cacert-crlf", 200, FINE, tls="good", cacert="crlf"),
    case("cacert-text-before", 200, FINE, tls="good", cacert="text-before"),
    case("cacert-garbage", 77, FINE, tls="good", cacert="garbage", styles=ALL_STYLES),
    case("cacert-truncated", 77, FINE, tls="good", cacert="truncated"),
    case("cacert-bundle-with-garbage", 77, FINE, tls="good", cacert="bundle-with-garbage"),
    case("cacert-white-space", 77, FINE, tls="good", cacert="white-space"),
    case("cacert-empty", 43, FINE, tls="good", cacert="empty"),
    *(
        case(f"cacert-{form}", status, FINE, tls="good", cacert=form)
        for form, status in (
            ("byte-order-mark", 200),
            ("x509-label", 200),
            ("other-label", 77),
            ("other-label-before", 200),
            ("labels-differ", 77),
            ("key-before", 200),
            ("words-before-begin", 77),
            ("space-before-begin", 77),
            ("words-behind", 200),
            ("on-one-line", 77),
            ("two-on-a-line", 77),
        )
    ),
    case(
        "cacert-trusted-label",
        77,
        FINE,
        tls="good",
        cacert="trusted-label",
        difference="OpenSSL's label for settings that Python's ssl cannot read; to ignore them is to trust too much",
    ),
    case(
        "cacert-bad-key-before",
        200,
        FINE,
        tls="good",
        cacert="bad-key-before",
        difference="libcurl decodes keys and revocation lists, too, before it throws them away",
    ),
    case("cacert-on-plain-http", 200, FINE, cacert="ca"),
    case("cacert-garbage-on-plain-http", 200, FINE, cacert="garbage"),
    case("cacert-then-none", (200, 60), FINE, tls="good", calls=(Call(cacert="ca"), Call())),
    case("cacert-then-other", (200, 60), FINE, tls="good", calls=(Call(cacert="ca"), Call(cacert="other"))),
]

TLS_FAULTS: list[Scenario] = [
    case("https-to-plain-server", 35, (hello, raw(b"HTTP/1.1 400 Bad Request"), fin), TO_NO_TLS, cacert="ca"),
    case("http-to-tls-server", 1, (request, b"\x15\x03\x01\x00\x02\x02\x46", fin)),
    case("handshake-garbage", 35, (hello, b"\xff\xfe\xfd\xfc" * 20), TO_NO_TLS, cacert="ca"),
    case("handshake-fin", 35, (hello, fin), TO_NO_TLS, cacert="ca"),
    case("handshake-rst", 35, (hello, rst), TO_NO_TLS, cacert="ca"),
    case("handshake-alert", 35, (hello, b"\x15\x03\x03\x00\x02\x02\x70"), TO_NO_TLS, cacert="ca"),
    case("client-certificate-wanted-1.2", 35, FINE, tls=Tls("good", ONLY_12, True), cacert="ca"),
    case("client-certificate-wanted-1.3", 56, FINE, tls=Tls("good", ONLY_13, True), cacert="ca"),
    case("tls-length-then-fin", 200, (request, ok(), fin), tls="good", cacert="ca"),
    case("tls-close-delimited-notify", 200, (request, raw_200(), notify), tls="good", cacert="ca"),
    case("tls-close-delimited-fin", 56, (request, raw_200(), fin), tls="good", cacert="ca"),
    case("tls-length-short-notify", 18, (request, ok()[:-3], notify), tls="good", cacert="ca"),
    case("tls-length-short-fin", 56, (request, ok()[:-3], fin), tls="good", cacert="ca"),
    case("tls-chunked-cut-notify", 18, (request, chunked(chunk(b"hello")), notify), tls="good", cacert="ca"),
    case("tls-chunked-cut-fin", 56, (request, chunked(chunk(b"hello")), fin), tls="good", cacert="ca"),
    case("tls-mid-headers-notify", 18, (request, ok()[:38], notify), tls="good", cacert="ca"),
    case("tls-mid-headers-fin", 56, (request, ok()[:38], fin), tls="good", cacert="ca"),
    case("tls-notify-after-request", 52, (request, notify), tls="good", cacert="ca"),
    case("tls-fin-after-request", 56, (request, fin), tls="good", cacert="ca"),
    case("tls-rst-after-request", 56, (request, rst), tls="good", cacert="ca"),
    case("tls-rst-mid-body", 56, (request, ok()[:-3], rst), tls="good", cacert="ca"),
]
