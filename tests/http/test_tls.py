"""Whom TLS trusts by the environment: what cannot be used is an answer, and the span says what it is."""

import errno
import os
import resource
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import trio
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import dl7450
from dl7450.http._tls import _trust, names_match
from tests._scripted_network import ScriptedNetwork
from tests._spans import shown
from tests.conformance._certificates import Tls, cacert, server_context
from tests.conformance._scenario import FINE

URL = "https://localhost/"
SERVER = server_context(Tls())


@pytest.fixture(autouse=True)
def _no_trust_is_kept() -> None:
    _trust.cache_clear()


Fetch = Callable[[], Awaitable[tuple[int, str | None]]]


@pytest.fixture
def fetch(nursery: trio.Nursery, tracer_provider: TracerProvider, exporter: InMemorySpanExporter) -> Fetch:
    """Makes a request on a new dock: its status, and what its span says besides."""

    async def fetch() -> tuple[int, str | None]:
        network = ScriptedNetwork(nursery, FINE, tls=SERVER)
        async with dl7450.open_dock(network=network, tracer_provider=tracer_provider) as dock:
            response = await dock.http.get(URL)
        span = [span for span in shown(exporter) if span.name == "GET"][-1]
        return response.status_code(), span.description or span.attributes.get("dl7450.note")

    return fetch


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory"),
        ("", "NO_CERTIFICATE_OR_CRL_FOUND"),
        ("garbage", "NO_CERTIFICATE_OR_CRL_FOUND"),
    ],
    ids=["missing", "empty", "garbage"],
)
async def test_a_cert_file_that_cannot_be_used_is_77_and_the_span_names_it(
    content: str | None, reason: str, fetch: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    told = await fetch()
    assert told == (77, f"SSL_CERT_FILE={path} cannot be used: {reason}")


async def test_a_cert_file_is_what_is_trusted(fetch: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(cacert("ca"))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    assert await fetch() == (200, None)


@pytest.mark.parametrize(("log", "reason"), [("/missing/keys.log", errno.ENOENT), ("/dev/full", errno.ENOSPC)])
async def test_a_key_log_that_cannot_be_written_is_no_reason_to_fail_and_the_span_names_it(
    log: str, reason: int, fetch: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(cacert("ca"))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.setenv("SSLKEYLOGFILE", log)
    told = await fetch()
    assert told == (200, f"SSLKEYLOGFILE={log} cannot be written: {os.strerror(reason)}")


async def test_a_key_log_gets_the_keys(fetch: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, log = tmp_path / "ca.pem", tmp_path / "keys.log"
    path.write_text(cacert("ca"))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    assert await fetch() == (200, None)
    assert "CLIENT_HANDSHAKE_TRAFFIC_SECRET " in log.read_text()


@contextmanager
def no_file_descriptor_left() -> Generator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(int(path.name) for path in Path("/dev/fd").iterdir()), hard))
    taken: list[int] = []
    try:
        with suppress(OSError):
            while True:
                taken.append(os.open(os.devnull, os.O_RDONLY))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for number in taken:
            os.close(number)


async def test_without_a_file_descriptor_left_the_first_https_is_a_code(
    fetch: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(cacert("ca"))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with no_file_descriptor_left():
        told = await fetch()
    assert told == (77, f"SSL_CERT_FILE={path} cannot be used: {os.strerror(errno.EMFILE)}")
    assert (await fetch())[0] == 200  # the next request tries again


def test_an_address_in_a_certificate_that_is_none_is_no_address_at_all() -> None:
    malformed = {"subjectAltName": (("IP Address", "<invalid>"),)}  # as `ssl` describes one of five bytes
    assert not names_match(malformed, "127.0.0.1")
    assert not names_match(malformed, "<invalid>")
