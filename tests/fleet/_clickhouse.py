"""A real ClickHouse server on loopback, as a process of its own.

Debian's is from 2018, and no package index has ClickHouse's own. The npm package `@chdb/lib-linux-x64-gnu` holds the
whole of it as a library: its `clickhouse local` can open the listeners of a server. It is for Linux on x64 alone.
"""

import ctypes
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LIBRARY = ROOT / ".clickhouse" / "node_modules" / "@chdb" / "lib-linux-x64-gnu" / "libchdb.so"

needs_clickhouse = pytest.mark.skipif(
    not LIBRARY.exists(), reason="there is no ClickHouse: `make clickhouse` installs one (npm, Linux on x64, 600 MB)"
)

# It listens for as long as its query runs, which is an hour at most.
LISTEN = "SYSTEM START LISTEN HTTP; SELECT sleepEachRow(1) FROM numbers(3600) SETTINGS max_block_size = 1 FORMAT Null"


@contextmanager
def clickhouse(folder: Path, port: int | None = None) -> Iterator[str]:
    """The URL of a server that keeps its data in a folder, for the length of the block."""
    port = port or free_port()
    command = [sys.executable, "-m", "tests.fleet._clickhouse", str(folder), str(port)]
    log = folder.with_suffix(".log")
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        _wait_until_up(port, process, log)
        yield f"clickhouse://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_until_up(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"ClickHouse did not start: {log.read_text()}")


def _run(folder: str, port: str) -> int:
    words = ["clickhouse", f"--path={folder}", "--listen_host=127.0.0.1", f"--http_port={port}", "--query", LISTEN]
    arguments = (ctypes.c_char_p * len(words))(*(word.encode() for word in words))
    return int(ctypes.CDLL(str(LIBRARY)).chdb_query_cmdline(len(words), arguments))


if __name__ == "__main__":
    sys.exit(_run(*sys.argv[1:]))
