"""A collector that nobody here wrote: rotel, as a process of its own on loopback."""

import importlib.util
import os
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PACKAGE = importlib.util.find_spec("rotel")

needs_collector = pytest.mark.skipif(_PACKAGE is None, reason="rotel is not built for this platform")


def _free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [listener.getsockname()[1] for listener in sockets]
    for listener in sockets:
        listener.close()
    return ports


@contextmanager
def collector(forward_to: str, log: Path) -> Iterator[str]:
    """The URL of a collector that runs for the length of the block.

    Parameters:
        forward_to: the URL of a `Receiver` that gets what the collector gets.
        log: the file that the collector's output goes to.
    """
    assert _PACKAGE is not None
    assert _PACKAGE.submodule_search_locations is not None
    binary = Path(_PACKAGE.submodule_search_locations[0]) / "rotel-agent"
    http_port, grpc_port = _free_ports(2)
    options = {
        "--otlp-http-endpoint": f"127.0.0.1:{http_port}",
        "--otlp-grpc-endpoint": f"127.0.0.1:{grpc_port}",
        "--batch-timeout": "10ms",
        "--exporter": "otlp",
        "--otlp-exporter-protocol": "http",
        "--otlp-exporter-endpoint": forward_to,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [binary, "start", *(word for option in options.items() for word in option)],
            stdout=output,
            stderr=output,
            env=os.environ | {"LD_LIBRARY_PATH": sysconfig.get_config_var("LIBDIR")},  # it is linked with libpython
        )
    try:
        _wait_until_open(http_port, process, log)
        yield f"http://127.0.0.1:{http_port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_open(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    # It says nothing when it is ready, so there is nothing to wait for but the port.
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
        else:
            return
    pytest.fail(f"the collector did not start: {log.read_text()}")
