"""rotel: an OTLP collector that nobody here wrote, as a process of its own on loopback."""

import importlib.util
import os
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PACKAGE = importlib.util.find_spec("rotel")

_START_PATIENCE = 60.0  # seconds


@contextmanager
def running_rotel(options: Mapping[str, str], log: Path, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """The URL for OTLP over HTTP of a collector that runs for the length of the block.

    Parameters:
        options: what it does with what it gets, by the names of `rotel start`.
        log: the file that its output goes to.
        environment: more of it, as variables of its environment.
    """
    assert PACKAGE is not None
    assert PACKAGE.submodule_search_locations is not None
    binary = Path(PACKAGE.submodule_search_locations[0]) / "rotel-agent"
    http_port, grpc_port = _free_ports(2)
    options = {
        "--otlp-http-endpoint": f"127.0.0.1:{http_port}",
        "--otlp-grpc-endpoint": f"127.0.0.1:{grpc_port}",
        **options,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [binary, "start", *(word for option in options.items() for word in option)],
            stdout=output,
            stderr=output,
            # It is linked with libpython, and two at a time need files of their own.
            env=os.environ
            | {"LD_LIBRARY_PATH": sysconfig.get_config_var("LIBDIR"), "ROTEL_PID_FILE": f"{log}.pid"}
            | dict(environment or {}),
        )
    try:
        _wait_until_open(http_port, process, log)
        yield f"http://127.0.0.1:{http_port}"
    finally:
        process.terminate()
        process.wait(10)


def _free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [listener.getsockname()[1] for listener in sockets]
    for listener in sockets:
        listener.close()
    return ports


def _wait_until_open(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    # It says nothing when it is ready, so there is nothing to wait for but the port.
    deadline = time.monotonic() + _START_PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
        else:
            return
    raise RuntimeError(f"rotel did not start: {log.read_text()}")
