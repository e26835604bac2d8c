"""Whom a TLS connection trusts, and whether the server is who the URL says, by libcurl's rules.

Python can check names itself, by OpenSSL's rules. They differ from libcurl's in both directions: OpenSSL looks at the
common name (CN) of a certificate whose alternative names are all addresses, and never at the CN where an address was
asked for. So Python checks the chain here, and this file the name.

| the certificate has | the URL names a host | the URL names an address |
|---|---|---|
| alternative names of hosts or addresses | one of the hosts must match | one of the addresses must be equal |
| none of either | the last CN must match | the last CN must be the same text |

Matching takes no notice of case and of a dot at the end. `*.` at the beginning of a name in the certificate stands for
one label of a host, if at least two labels follow. It never stands for a part of an address.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import trio

from ._curl import FailedRequest, Failure
from ._url import is_ip_address


class Trust(NamedTuple):
    """Whom to trust: an `ssl` context, and a problem that does not make the request fail."""

    context: ssl.SSLContext
    note: str | None


def trust(cacert: str | None) -> Trust:
    """Whom a request trusts.

    Parameters:
        cacert: PEM certificates; None: the system's, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name.

    Raises:
        FailedRequest: there is no certificate in it, or one that cannot be read.
    """
    return _trust(cacert, *_environment())


def new_trust(cacert: str | None) -> Trust:
    """The same in a context that the caller may change, to add certificates of his own to it."""
    return _trust.__wrapped__(cacert, *_environment())


def _environment() -> Iterable[str | None]:
    return map(os.environ.get, ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"))


async def handshake(stream: trio.abc.Stream, context: ssl.SSLContext, host: str) -> trio.SSLStream[trio.abc.Stream]:
    """Make a TLS session with a host; the caller closes the stream.

    Raises:
        trio.BrokenResourceError: there is none. Its cause is an `ssl.CertificateError` if the server is not trusted.
    """
    tls = trio.SSLStream(stream, context, server_hostname=server_name(host))
    await tls.do_handshake()
    if not names_match(tls.getpeercert(), host):
        reason = ssl.SSLCertVerificationError(f"the certificate is not for {host}")
        reason.verify_message = f"the certificate is not for {host}"
        raise trio.BrokenResourceError from reason
    return tls


def server_name(host: str) -> str:
    """A host as TLS has it: without the dot at its end (RFC 6066, section 3) and without a zone."""
    return host.partition("%")[0].removesuffix(".")


def names_match(certificate: Mapping[str, Any], host: str) -> bool:
    """Whether a certificate, as `ssl` describes it, is one for a host or an address."""
    host = server_name(host)
    alternatives: Iterable[tuple[str, str]] = certificate.get("subjectAltName", ())
    hosts = [name for kind, name in alternatives if kind == "DNS"]
    addresses = [name for kind, name in alternatives if kind == "IP Address"]
    if is_ip_address(host):
        if hosts or addresses:
            return any(_same_address(name, host) for name in addresses)
        return _common_name(certificate).lower() == host.lower()
    return any(_matches(name, host) for name in (hosts if hosts or addresses else [_common_name(certificate)]))


def _common_name(certificate: Mapping[str, Any]) -> str:
    names = [value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"]
    return names[-1] if names else ""


def _same_address(name: str, host: str) -> bool:
    try:
        return ipaddress.ip_address(name.strip()) == ipaddress.ip_address(host)
    except ValueError:
        return False


def _matches(pattern: str, host: str) -> bool:
    pattern, host = pattern.lower().removesuffix("."), host.lower()
    if pattern.startswith("*.") and pattern.count(".") >= 2:
        label, _, rest = host.partition(".")
        return bool(label) and rest == pattern[2:]
    return bool(pattern) and pattern == host


@lru_cache(maxsize=16)  # the system's takes tens of milliseconds and hundreds of kilobytes: once for all docks
def _trust(cacert: str | None, cert_file: str | None, cert_dir: str | None, key_log: str | None) -> Trust:
    context = _trust_system(cert_file, cert_dir) if cacert is None else _trust_only(cacert)
    context.check_hostname = False  # `names_match` does it
    context.set_alpn_protocols(["http/1.1"])
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # on by default from Python 3.13; libcurl does not set it
    note = None
    if key_log:
        try:
            with Path(key_log).open("ab", buffering=0) as log:
                log.write(b"# dl7450\n")  # a comment: Python does not tell when the disk is full
            context.keylog_filename = key_log
        except OSError as error:  # libcurl goes on without it, too
            note = f"SSLKEYLOGFILE={key_log} cannot be written: {error.strerror}"
    return Trust(context, note)


def _trust_system(cert_file: str | None, cert_dir: str | None) -> ssl.SSLContext:
    named = "the system's certificates"
    try:
        if not cert_file and not cert_dir:
            return httpx2.create_ssl_context(trust_env=False)
        named = f"SSL_CERT_FILE={cert_file}" if cert_file else f"SSL_CERT_DIR={cert_dir}"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cert_file or None, cert_dir or None)
    except OSError as error:  # an SSLError is one, too
        reason = getattr(error, "reason", None) or error.strerror
        raise FailedRequest(Failure.CACERT, f"{named} cannot be used: {reason}") from error
    return context


def _trust_only(cacert: str) -> ssl.SSLContext:
    """Trust these PEM certificates and no others; a leaf or an intermediate is enough (libcurl sets the flag, too).

    Raises:
        FailedRequest: there is no certificate in it, or one that cannot be read.
    """
    if not cacert:
        raise FailedRequest(Failure.NO_CACERT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        # Text between the certificates is ignored, so it may be in any language; Python takes only ASCII. A byte order
        # mark is not a text of the first line (OpenSSL's rule for files, which libcurl reads).
        context.load_verify_locations(cadata=cacert.removeprefix("\ufeff").encode("ascii", "replace").decode())
    except (ssl.SSLError, ValueError) as error:
        raise FailedRequest(Failure.CACERT) from error
    return context
