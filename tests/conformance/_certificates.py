"""The certificates of the suite: which the fault server shows, and which a client trusts.

Made once per process, because keys cost time and no scenario changes them.
"""

import datetime
import functools
import ipaddress
import ssl
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HERE = ("127.0.0.1", "localhost")
LONG_AGO = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)
LESS_LONG_AGO = datetime.datetime(2002, 1, 1, tzinfo=datetime.UTC)
FAR_AWAY = datetime.datetime(2035, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Tls:
    """What the server does in the TLS handshake: the chain it shows, by name, and what it insists on."""

    chain: str = "good"
    version: ssl.TLSVersion | None = None
    wants_client_certificate: bool = False


@dataclass(frozen=True)
class _Chain:
    """A private key with the certificates that are sent for it, leaf first, all PEM."""

    key: bytes
    certificates: tuple[bytes, ...]

    @classmethod
    def of(cls, leaf: trustme.LeafCert) -> "_Chain":
        return cls(leaf.private_key_pem.bytes(), tuple(blob.bytes() for blob in leaf.cert_chain_pems))


def _self_signed(common_names: Sequence[str], alternatives: Sequence[x509.GeneralName]) -> _Chain:
    """A certificate that is its own issuer: trustme only makes leaves that an authority signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text) for text in common_names])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(LONG_AGO)
        .not_valid_after(FAR_AWAY)
    )
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return _Chain(key.private_bytes(pem, pkcs8, serialization.NoEncryption()), (certificate.public_bytes(pem),))


def _host(name: str) -> x509.GeneralName:
    return x509.DNSName(name)


def _address(text: str) -> x509.GeneralName:
    return x509.IPAddress(ipaddress.ip_address(text))


# What a certificate says of its owner: the common names, and the alternative names.
NAMES: dict[str, tuple[list[str], list[x509.GeneralName]]] = {
    "self-signed": (["self-signed"], [_host("localhost"), _address("127.0.0.1")]),
    "cn-host": (["localhost"], []),
    "cn-address": (["127.0.0.1"], []),
    "cn-host-then-other": (["localhost", "other"], []),
    "cn-other-then-host": (["other", "localhost"], []),
    "cn-wildcard": (["*.dock.localhost"], []),
    "cn-host-san-address": (["localhost"], [_address("127.0.0.1")]),
    "cn-address-san-host": (["127.0.0.1"], [_host("localhost")]),
    "cn-address-san-other-address": (["127.0.0.1"], [_address("127.0.0.2")]),
    "cn-host-san-mail": (["localhost"], [x509.RFC822Name("dock@localhost")]),
    "cn-address-san-mail": (["127.0.0.1"], [x509.RFC822Name("dock@localhost")]),
    "san-host-is-address": (["dock"], [_host("127.0.0.1")]),
    "san-address-6": (["dock"], [_address("::1")]),
    "san-second": (["dock"], [_host("dock.example"), _host("localhost")]),
    "san-upper-case": (["dock"], [_host("LOCALHOST")]),
    "san-dot": (["dock"], [_host("localhost.")]),
    "san-wildcard": (["dock"], [_host("*.dock.localhost")]),
    "san-wildcard-short": (["dock"], [_host("*.localhost")]),
    "san-wildcard-part": (["dock"], [_host("a*.dock.localhost")]),
    "san-wildcard-second": (["dock"], [_host("a.*.dock.localhost")]),
    "san-wildcard-alone": (["dock"], [_host("*")]),
    "no-names": ([], []),
}


class _Store:
    """Two authorities, an intermediate of the first, and every chain that a scenario names."""

    def __init__(self) -> None:
        ca, other = trustme.CA(), trustme.CA()
        intermediate = ca.create_child_ca()
        via_intermediate = _Chain.of(intermediate.issue_cert(*HERE))
        self.chains = {
            "good": _Chain.of(ca.issue_cert(*HERE)),
            "other-ca": _Chain.of(other.issue_cert(*HERE)),
            "wrong-host": _Chain.of(ca.issue_cert("dock.example")),
            "localhost-only": _Chain.of(ca.issue_cert("localhost")),
            "cn-only": _Chain.of(ca.issue_cert(common_name="localhost")),
            "expired": _Chain.of(ca.issue_cert(*HERE, not_before=LONG_AGO, not_after=LESS_LONG_AGO)),
            "not-yet": _Chain.of(ca.issue_cert(*HERE, not_before=FAR_AWAY)),
            **{name: _self_signed(*names) for name, names in NAMES.items()},
            "via-intermediate": via_intermediate,
            "bare-leaf": _Chain(via_intermediate.key, via_intermediate.certificates[:1]),
        }
        root = ca.cert_pem.bytes().decode()
        self.cacerts = {
            "ca": root,
            "other": other.cert_pem.bytes().decode(),
            "intermediate": intermediate.cert_pem.bytes().decode(),
            "bundle": other.cert_pem.bytes().decode() + root,
            # A certificate in a triple-quoted string of an indented app.
            "indented": "\n" + textwrap.indent(root, "    ") + "\n    ",
            "blank-lines-around": "\n\n" + root + "\n\n",
            "indented-blank-lines": "\n    \n" + root + "    \n    ",
            "crlf": root.replace("\n", "\r\n"),
            "text-before": "The authority of the office ☂\n===\n" + root,
            "white-space": " \n",
            "garbage": "this is not a certificate",
            "truncated": root[: len(root) // 2],
            "bundle-with-garbage": root
            + "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n",
            "empty": "",
            "byte-order-mark": "\ufeff" + root,
            "x509-label": root.replace(" CERTIFICATE", " X509 CERTIFICATE"),
            "trusted-label": root.replace(" CERTIFICATE", " TRUSTED CERTIFICATE"),
            "other-label": root.replace(" CERTIFICATE", " PKCS7"),
            "other-label-before": root.replace(" CERTIFICATE", " PKCS7") + root,
            "labels-differ": root.replace("BEGIN CERTIFICATE", "BEGIN X509 CERTIFICATE"),
            "key-before": self.chains["self-signed"].key.decode() + root,
            "bad-key-before": root.replace(" CERTIFICATE", " PRIVATE KEY") + root,
            "words-before-begin": "words " + root,
            "space-before-begin": " " + root,
            "words-behind": root + "words",
            "on-one-line": root.replace("\n", ""),
            "two-on-a-line": root.rstrip() + root,
        }


@functools.cache
def _store() -> _Store:
    return _Store()


def cacert(name: str) -> str:
    """The PEM text that a scenario calls `name`; `leaf:<chain>` is the server's own certificate."""
    if name.startswith("leaf:"):
        return _store().chains[name.removeprefix("leaf:")].certificates[0].decode()
    return _store().cacerts[name]


def server_context(tls: Tls) -> ssl.SSLContext:
    """The context with which the fault server shows `tls`."""
    chain = _store().chains[tls.chain]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with trustme.Blob(b"".join((chain.key, *chain.certificates))).tempfile() as path:
        context.load_cert_chain(path)
    if tls.version is not None:
        context.minimum_version = context.maximum_version = tls.version
    if tls.wants_client_certificate:
        context.load_verify_locations(cadata=_store().cacerts["ca"])
        context.verify_mode = ssl.CERT_REQUIRED
    return context
