"""The certificates of the suite: which the fault server shows, and which a client trusts.

Made once per process, because keys cost time and no scenario changes them.
"""

import datetime
import functools
import ipaddress
import ssl
import textwrap
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


def _self_signed() -> _Chain:
    """A certificate that is its own issuer: trustme only makes leaves that an authority signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "self-signed")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(LONG_AGO)
        .not_valid_after(FAR_AWAY)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return _Chain(key.private_bytes(pem, pkcs8, serialization.NoEncryption()), (certificate.public_bytes(pem),))


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
            "self-signed": _self_signed(),
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
