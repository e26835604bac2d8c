"""URLs as libcurl reads them, and how a span may show them (pure).

libcurl is stricter than a browser in some places (spaces, back slashes) and more forgiving in others (no scheme,
one slash, `127.1`), and it sends a path as it was written. A general URL library decides otherwise in each of these, so
the dock has its own reading.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import unquote, unquote_to_bytes

import idna

from ._curl import Failure

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]{0,39}):(?=/)")
_GUESSED_SCHEME = re.compile(r"(dict|ftp|imap|ldap|pop3|smtp)\.", re.IGNORECASE)  # by the host, where there is none
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\ud800-\udfff]")  # with what no UTF-8 can say
_BAD_IN_HOST = re.compile(r"[\x00-\x20\x7f/:#?!@{}\[\]\\$'\"^`*<>=;,+&()%|]")
_ZONE_MAX = 15  # bytes of the name of an interface; libcurl's IF_NAMESIZE
_LENGTH_MAX = 65_536  # of a part of a URL: httpx takes no more
DEFAULT_PORTS = {"http": 80, "https": 443}
_USER_INFO = re.compile(r"//[^/?#\s]*@")
_QUERY_VALUE = re.compile(r"([?&;])([^?&;=#\s]*)=[^&;#\s]*")
_MALFORMED_QUERY_VALUE = re.compile(r"([?&;])([^?&;=#]*)=[^&;#]*")  # white space is part of what is not a URL
# Semantic convention of `url.full`, in lower case: servers differ in how they write them.
_SECRETS = frozenset({
    "awsaccesskeyid", "signature", "sig", "x-goog-signature", "x-amz-signature", "x-amz-credential",
    "x-amz-security-token",
})  # fmt: skip


class UrlError(ValueError):
    """A URL that libcurl refuses; `failure` says why."""

    def __init__(self, failure: Failure, text: str) -> None:
        super().__init__(f"{failure.name}: {text!r}")
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Url:
    """A URL taken apart.

    `host` is in ASCII and without brackets, `target` is what the request line says (path and query), `netloc` what
    the Host header says, `authorization` the header that user info stands for, `zone` the scope of an IPv6 address: the
    name or the number of a network interface (RFC 4007).
    """

    scheme: str
    host: str
    port: int
    target: bytes
    netloc: bytes
    authorization: bytes | None
    redacted: str
    zone: str = ""


def parse_url(text: str) -> Url:
    """Read a URL as libcurl does: the scheme may be missing (`http` then), the fragment is dropped.

    Raises:
        UrlError: libcurl would answer with `CURLE_URL_MALFORMAT` or `CURLE_UNSUPPORTED_PROTOCOL`.
    """
    if not text or _FORBIDDEN.search(text):
        raise UrlError(Failure.URL, text)
    scheme, rest = _split_scheme(text)
    authority, tail = re.fullmatch(r"([^/?#]*)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr] # always matches
    userinfo, _, hostport = authority.rpartition("@")
    if "@" in userinfo:
        raise UrlError(Failure.URL, text)
    host, zone, port = _split_port(hostport, text, may_be_empty=scheme is not None)
    if scheme is None:
        guessed = _GUESSED_SCHEME.match(host)
        scheme = guessed[1].lower() if guessed else "http"
    host = _decoded_host(host, text)
    if scheme not in DEFAULT_PORTS:
        raise UrlError(Failure.SCHEME, text)
    if "%00" in userinfo:
        raise UrlError(Failure.URL, text)
    host = _ascii_host(host, text)
    shown_host = f"[{host}]" if ":" in host else host
    zoned_host = f"[{host}%25{zone}]" if zone else shown_host
    explicit_port = "" if port is None or port == DEFAULT_PORTS[scheme] else f":{port}"
    target = _target(tail)
    if len(target) > _LENGTH_MAX or len(host) > _LENGTH_MAX:
        raise UrlError(Failure.URL, text)
    return Url(
        scheme=scheme,
        host=host,
        port=DEFAULT_PORTS[scheme] if port is None else port,
        target=target,
        netloc=f"{shown_host}{explicit_port}".encode("ascii"),
        authorization=_basic(userinfo) if userinfo else None,
        redacted=redact(f"{scheme}://{userinfo}{'@' if userinfo else ''}{zoned_host}{explicit_port}{target.decode()}"),
        zone=zone,
    )


def is_ip_address(host: str) -> bool:
    """Whether a host as `Url` has it is an IP address, which is not looked up."""
    return ":" in host or host.replace(".", "").isdigit()


def redact(text: str) -> str:
    """Take the secrets out of a URL, or of the URLs in a text (semantic convention of `url.full`).

    User info and the values of signed queries are replaced.
    """
    return _QUERY_VALUE.sub(_without_secret, _USER_INFO.sub("//REDACTED:REDACTED@", text))


def _without_secret(match: re.Match[str]) -> str:
    separator, key = match.groups()
    return f"{separator}{key}=REDACTED" if unquote(key).lower() in _SECRETS else match[0]


def redact_malformed(text: str) -> str:
    """Take the secrets out of what is not a URL.

    All before the last @ goes, as nobody knows where user info begins, and what looks like a fragment, which is sent to
    nobody and may hold a token.
    """
    _, at, after = text.rpartition("@")
    shown = f"REDACTED:REDACTED@{after}" if at else text
    return _MALFORMED_QUERY_VALUE.sub(_without_secret, shown).partition("#")[0]


def _split_scheme(text: str) -> tuple[str | None, str]:
    match = _SCHEME.match(text)
    if match is None:
        return None, text
    rest = text[match.end() :]
    slashes = len(rest) - len(rest.lstrip("/"))
    if slashes > 3 or not rest.lstrip("/"):
        raise UrlError(Failure.URL, text)
    scheme = match[1].lower()
    if scheme == "file":
        raise UrlError(Failure.SCHEME, text)  # whatever follows: never opened
    return scheme, rest.lstrip("/")


def _split_port(hostport: str, text: str, *, may_be_empty: bool) -> tuple[str, str, int | None]:
    zone = ""
    if hostport.startswith("["):
        host, bracket, port_part = hostport[1:].partition("]")
        if not bracket or (port_part and not port_part.startswith(":")):
            raise UrlError(Failure.URL, text)
        # A percent sign is written as %25 (RFC 6874); libcurl takes one alone, too, if no two hex digits follow.
        host, percent, zone = _without_percents(host).partition("%")
        try:
            host = _ipv6(host)
        except ValueError as error:
            raise UrlError(Failure.URL, text) from error
        if (percent and not zone) or len(zone.encode()) > _ZONE_MAX or _BAD_IN_HOST.search(zone):
            raise UrlError(Failure.URL, text)
        colon, port = port_part[:1], port_part[1:]
    else:
        host, colon, port = hostport.partition(":")
    if not port:
        if colon and not may_be_empty:
            raise UrlError(Failure.URL, text)
        return host, zone, None
    if not (port.isascii() and port.isdigit()):
        raise UrlError(Failure.URL, text)
    digits = port.lstrip("0") or "0"
    if len(digits) > 5 or int(digits) > 65535:
        raise UrlError(Failure.URL, text)
    return host, zone, int(digits)


def _decoded_host(host: str, text: str) -> str:
    if ":" in host:
        return host  # an IPv6 address
    host = _without_percents(host)
    if not host or host == "." or host.endswith("..") or _BAD_IN_HOST.search(host):
        raise UrlError(Failure.URL, text)
    return host


def _without_percents(host: str) -> str:
    return unquote_to_bytes(host).decode(errors="replace") if "%" in host else host


def _ascii_host(host: str, text: str) -> str:
    if ":" in host:
        return host
    if not host.isascii():
        try:
            return idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise UrlError(Failure.RESOLVE, text) from error
    dotted = _ipv4(host.removesuffix("."))
    if dotted is None and re.fullmatch(r"[0-9]+(\.[0-9]+){3}", host):
        raise UrlError(Failure.RESOLVE, text)  # it looks like an address, and a name it cannot be
    return dotted or host


def _ipv6(host: str) -> str:
    address = ipaddress.IPv6Address(host)
    return f"::ffff:{address.ipv4_mapped}" if address.ipv4_mapped else address.compressed


def _ipv4(host: str) -> str | None:
    """The dotted form of a number of one to four parts, as `inet_aton` reads it: `127.1` is `127.0.0.1`."""
    parts = host.split(".")
    if len(parts) > 4 or not all(re.fullmatch(r"0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]{0,9}", part) for part in parts):
        return None
    *heads, last = (
        int(part, 16) if part[1:2] in {"x", "X"} else int(part, 8 if part[0] == "0" else 10) for part in parts
    )
    if any(head > 255 for head in heads) or last >= 256 ** (4 - len(heads)):
        return None
    return ".".join(map(str, [*heads, *last.to_bytes(4 - len(heads), "big")]))


def _target(tail: str) -> bytes:
    tail = tail.partition("#")[0]
    path, mark, query = tail.partition("?")
    path = re.sub("%[0-9a-fA-F]{2}", lambda match: match[0].upper(), path)  # in the path only, as libcurl does
    path = _without_dot_segments(path) or "/"
    # Bytes outside ASCII are sent percent-encoded, all others as they were written.
    return re.sub(rb"[\x80-\xff]", lambda match: b"%%%02X" % match[0][0], f"{path}{mark}{query}".encode())


def _without_dot_segments(path: str) -> str:
    """RFC 3986, 5.2.4."""
    if "/." not in path and "/%2E" not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        dots = segment.replace("%2E", ".")
        if dots in {"..", "."}:
            if dots == ".." and len(kept) > 1:
                kept.pop()
            if last:
                kept.append("")
        else:
            kept.append(segment)
    return "/".join(kept)


def _basic(userinfo: str) -> bytes:
    user, _, password = userinfo.partition(":")
    return b"Basic " + base64.b64encode(unquote_to_bytes(user) + b":" + unquote_to_bytes(password))
