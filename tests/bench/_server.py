"""The server of the benchmarks: not Python, in a process of its own, serving the same bodies by http and https.

nginx where it is installed (`apt-get install nginx-light`). Else granian: a server in Rust that comes from the Python
index; its few lines of Python say which bytes to send.
"""

from __future__ import annotations

import getpass
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from ._sinks import running_sinks

KIB, MIB = 1024, 1024 * 1024
BODIES = {"1k": KIB, "512k": 512 * KIB, "8m": 8 * MIB}  # path: bytes
START_PATIENCE = 20.0  # seconds

NGINX_CONF = """
daemon off;
user {user};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
worker_rlimit_nofile 16384;
events {{ worker_connections 12288; }}
http {{
    access_log off;
    client_body_temp_path {folder}/client; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    keepalive_requests 100000000;
    keepalive_timeout 600;
    open_file_cache max=16;
    sendfile on;
    tcp_nopush on;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        listen 127.0.0.1:{tls_port} ssl backlog=4096;
        ssl_certificate {folder}/certificate.pem;
        ssl_certificate_key {folder}/key.pem;
        root {folder}/bodies;
    }}
}}
"""

GRANIAN_APP = """
BODIES = {{f"/{{path}}": b"x" * size for path, size in {bodies}.items()}}
HEADERS = [("content-type", "application/octet-stream")]

def app(scope, protocol):
    body = BODIES.get(scope.path)
    if body is None:
        protocol.response_empty(404, [("content-length", "0")])
    else:
        protocol.response_bytes(200, [*HEADERS, ("content-length", str(len(body)))], body)
"""


@dataclass(frozen=True)
class Site:
    """What the subjects fetch from."""

    name: str  # and version of the server
    http: str  # such as http://127.0.0.1:8080
    https: str
    refused: str  # nobody listens there
    ca_file: str  # path of the PEM file with the certificate to trust
    sinks: dict[str, str]  # where collectors take OTLP over HTTP, by their names

    @property
    def ca_pem(self) -> str:
        return Path(self.ca_file).read_text()

    def ssl_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_file)


@contextmanager
def running_site() -> Generator[Site]:
    """Start the server and the sinks; they are stopped at the end of the block."""
    with ExitStack() as stack:
        sinks = stack.enter_context(running_sinks())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ca = trustme.CA()
        ca.cert_pem.write_to_path(folder / "ca.pem")
        certificate = ca.issue_cert("127.0.0.1", "localhost")
        for blob in certificate.cert_chain_pems:
            blob.write_to_path(folder / "certificate.pem", append=True)
        certificate.private_key_pem.write_to_path(folder / "key.pem")
        port, tls_port, refused = _free_ports(3)
        nginx = shutil.which("nginx")
        if nginx:
            name, commands = _nginx(nginx, folder, port, tls_port)
        else:
            name, commands = _granian(folder, port, tls_port)
        log = stack.enter_context((folder / "server.log").open("w"))
        for command in commands:
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
            stack.callback(_stop, process)
        for wanted in (port, tls_port):
            _wait_until_it_listens(wanted, folder)
        yield Site(
            name=name,
            http=f"http://127.0.0.1:{port}",
            https=f"https://127.0.0.1:{tls_port}",
            refused=f"http://127.0.0.1:{refused}",
            ca_file=str(folder / "ca.pem"),
            sinks=sinks,
        )


def _nginx(nginx: str, folder: Path, port: int, tls_port: int) -> tuple[str, list[list[str]]]:
    (folder / "bodies").mkdir()
    for path, size in BODIES.items():
        (folder / "bodies" / path).write_bytes(b"x" * size)
    (folder / "nginx.conf").write_text(
        NGINX_CONF.format(folder=folder, port=port, tls_port=tls_port, user=getpass.getuser())
    )
    shown = subprocess.run([nginx, "-v"], check=True, capture_output=True, text=True).stderr
    command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    return shown.partition(":")[2].strip(), [command]


def _granian(folder: Path, port: int, tls_port: int) -> tuple[str, list[list[str]]]:
    from importlib.metadata import version

    (folder / "bench_app.py").write_text(GRANIAN_APP.format(bodies=BODIES))
    options = [
        "--interface",
        "rsgi",
        "--host",
        "127.0.0.1",
        "--backlog",
        "8192",
        "--http",
        "1",
        "--no-ws",
        "--log-level",
        "warning",
    ]
    plain = [sys.executable, "-m", "granian", *options, "--port", str(port), "bench_app:app"]
    certificate = ["--ssl-certificate", "certificate.pem", "--ssl-keyfile", "key.pem"]
    return f"granian/{version('granian')}, as nginx is not installed", [
        plain,
        [*plain[:-2], str(tls_port), *certificate, "bench_app:app"],
    ]


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _wait_until_it_listens(port: int, folder: Path) -> None:
    deadline = time.monotonic() + START_PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                log = (folder / "server.log").read_text()
                raise RuntimeError(f"the server does not listen on port {port}; it says:\n{log}") from None
            time.sleep(0.05)
