"""URLs taken apart, and what a span may show of them. What libcurl accepts is compared in the conformance suite."""

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dl7450.http._curl import Failure
from dl7450.http._messages import httpx_url
from dl7450.http._url import Url, UrlError, parse_url, redact, redact_malformed


def url(scheme: str, host: str, port: int, target: str, netloc: str, redacted: str, auth: str | None = None) -> Url:
    return Url(scheme, host, port, target.encode(), netloc.encode(), auth and auth.encode(), redacted)  # type: ignore[arg-type] # None or bytes


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("http://a.example", url("http", "a.example", 80, "/", "a.example", "http://a.example/")),
        ("HTTPS://A.example:443/X", url("https", "A.example", 443, "/X", "A.example", "https://A.example/X")),
        ("a.example:81/x?y#z", url("http", "a.example", 81, "/x?y", "a.example:81", "http://a.example:81/x?y")),
        ("http:/127.1/", url("http", "127.0.0.1", 80, "/", "127.0.0.1", "http://127.0.0.1/")),
        ("http://[::1]:81/", url("http", "::1", 81, "/", "[::1]:81", "http://[::1]:81/")),
        ("http://a/b/../c/./d/..?../x", url("http", "a", 80, "/c/?../x", "a", "http://a/c/?../x")),
        ("http://a/ł?ł", url("http", "a", 80, "/%C5%82?%C5%82", "a", "http://a/%C5%82?%C5%82")),
        (
            "http://me:pa%20ss@a/?sig=1&Sig=2",
            url(
                *("http", "a", 80, "/?sig=1&Sig=2", "a"),
                redacted="http://REDACTED:REDACTED@a/?sig=REDACTED&Sig=REDACTED",
                auth="Basic bWU6cGEgc3M=",
            ),
        ),
        ("http://BÜCHER.example/", url("http", "xn--bcher-kva.example", 80, "/", "xn--bcher-kva.example",
                                       "http://xn--bcher-kva.example/")),
    ],
)  # fmt: skip
def test_a_url_is_taken_apart(text: str, parsed: Url) -> None:
    assert parse_url(text) == parsed


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("", Failure.URL),
        ("http://", Failure.URL),
        ("http:///", Failure.URL),
        ("http://a b/", Failure.URL),
        ("http://a/b c", Failure.URL),
        ("http://a/\ud800", Failure.URL),
        ("http://a:65536/", Failure.URL),
        ("http://a:b/", Failure.URL),
        ("http://[::1/", Failure.URL),
        ("http://[fe80::1%]/", Failure.URL),
        ("http://[fe80::1%25]/", Failure.URL),
        ("http://[fe80::1%25" + "z" * 16 + "]/", Failure.URL),
        ("http://[fe80::1%12]/", Failure.URL),
        ("http://[fe80::1%999999999999999]/", Failure.URL),
        ("http://[fe80::1%25a+b]/", Failure.URL),
        ("http://a/" + "b" * 70_000, Failure.URL),
        ("file:///etc/passwd", Failure.SCHEME),
        ("ftp://a/", Failure.SCHEME),
        ("ftp.a.example/x", Failure.SCHEME),
    ],
)
def test_a_url_that_libcurl_refuses_says_why(text: str, failure: Failure) -> None:
    with pytest.raises(UrlError) as raised:
        parse_url(text)
    assert raised.value.failure is failure


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("%25eth0", "eth0"),
        ("%eth0", "eth0"),
        ("%1", "1"),
        ("%25" + "z" * 15, "z" * 15),
        ("%25%41", "A"),
        ("%2525", "25"),
        ("%25999999999999999", "999999999999999"),
    ],
)
def test_a_zone_may_be_percent_encoded(written: str, zone: str) -> None:
    assert parse_url(f"http://[fe80::1{written}]/").zone == zone


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://a/b?c=d", "http://a/b?c=d"),
        ("http://me:secret@a/", "http://REDACTED:REDACTED@a/"),
        ("http://me@a/b@c", "http://REDACTED:REDACTED@a/b@c"),
        ("http://a/?x=1&X-Amz-Signature=secret&y=2#z", "http://a/?x=1&X-Amz-Signature=REDACTED&y=2#z"),
        (
            "http://a/?x-amz-signature=secret;SIG=secret&si%67=secret",
            "http://a/?x-amz-signature=REDACTED;SIG=REDACTED&si%67=REDACTED",
        ),
        ("http://a/?design=1&sig", "http://a/?design=1&sig"),
        (
            "failed at http://me:secret@a/?sig=secret (twice)",
            "failed at http://REDACTED:REDACTED@a/?sig=REDACTED (twice)",
        ),
    ],
)
def test_secrets_do_not_appear(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http:/me:secret@a/b c", "REDACTED:REDACTED@a/b c"),
        ("me:secret@a/ x", "REDACTED:REDACTED@a/ x"),
        ("http://me:sec/ret@a/ x?sig=secret", "REDACTED:REDACTED@a/ x?sig=REDACTED"),
        ("http://a:b/", "http://a:b/"),
        ("http://a:b/?x=1#access_token=secret", "http://a:b/?x=1"),
        ("http://a b/?sig=sec ret&x=1 2", "http://a b/?sig=REDACTED&x=1 2"),
        ("http://a/?sig=sec\nret", "http://a/?sig=REDACTED"),
    ],
)
def test_secrets_do_not_appear_in_what_is_no_url(text: str, shown: str) -> None:
    assert redact_malformed(text) == shown


@given(st.text(max_size=40) | st.text("htp:/@?#[]%.0123456789abcx\\ \t", max_size=40).map("http://".__add__))
@settings(deadline=None)
def test_every_text_is_a_failure_or_a_url_that_the_libraries_below_take(text: str) -> None:
    try:
        parsed = parse_url(text)
    except UrlError as error:
        assert error.failure in {Failure.URL, Failure.SCHEME, Failure.RESOLVE}  # noqa: PT017  both ways are right
    else:
        assert parsed.target.startswith(b"/")
        assert parsed.target.isascii()
        assert parsed.host.isascii()
        assert httpx_url(httpx2.URL, parsed).port in {parsed.port, None}
