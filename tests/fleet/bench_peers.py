"""`make bench-fleet PEERS=1`: what others do with the spans of a fleet, beside `dl7450 fleet serve`, in the same run.

Each is a server on loopback that gets the same requests from as many senders. The clock stops when it can be asked for
all spans: some acknowledge what they have only queued. Then one trace after the other is asked for over HTTP.

These are those that can be installed from the package indexes of Python, npm or Debian: docs/fleet.md names those that
cannot.
"""

import argparse
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from dl7450_telemetry.fleet.store import open_store
from tests._rotel import PACKAGE, running_rotel
from tests.fleet._clickhouse import LIBRARY, ROOT, clickhouse, free_port
from tests.fleet.bench import BODY, SENDERS, body, memory, processor_time

PATIENCE = 600.0  # seconds, for one system to take all spans
TRACES = 50  # that are asked for
PHOENIX = ROOT / ".venv-peers" / "bin" / "phoenix"


@dataclass
class Running:
    """A system that runs.

    Attributes:
        otlp: its URL for OTLP over HTTP.
        pids: its processes.
        count: how many spans it can be asked for.
        trace: asks for a trace by its id; how many spans it has.
    """

    otlp: str
    pids: list[int]
    count: Callable[[], int]
    trace: Callable[[str], int]


def get(url: str, content: bytes | None = None) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, content), timeout=60) as answer:
        return bytes(answer.read())


@contextmanager
def ours(folder: Path) -> Generator[Running]:
    command = [sys.executable, "-m", "dl7450", "fleet", "serve", "--store", str(folder / "fleet")]
    command += ["--otlp", "127.0.0.1:0", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            otlp = server.stderr.readline().strip().partition("=")[2]
            tables = f"{server.stderr.readline().split()[-1]}/tables"

            def count() -> int:
                rows = json.loads(get(f"{tables}/fleet.json?since=2d"))["rows"]
                return int(rows[0]["requests"]) if rows else 0

            yield Running(
                otlp, [server.pid], count, lambda trace: len(json.loads(get(f"{tables}/trace/{trace}.json"))["rows"])
            )
        finally:
            server.terminate()


@contextmanager
def rotel_and_clickhouse(folder: Path) -> Generator[Running]:
    """A collector in front of ClickHouse, as telemetry/collector sets it up."""
    with clickhouse(folder / "data") as url:
        open_store(url).close()
        http = url.replace("clickhouse://", "http://")
        settings = {
            "ROTEL_EXPORTER": "clickhouse",
            "ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT": http,
            "ROTEL_CLICKHOUSE_EXPORTER_DATABASE": "default",
            "ROTEL_DISABLE_BATCHING": "true",
        }
        with running_rotel({}, folder / "rotel.log", settings) as otlp:
            yield Running(
                otlp,
                children_of(os.getpid()),
                lambda: int(get(http, _REQUESTS.encode())),
                lambda trace: len(get(http, _TRACE.format(trace).encode()).splitlines()),
            )


# The table of when a trace was is filled a little later.
_REQUESTS = """
SELECT count() FROM otel_traces WHERE SpanKind = 'Client' AND TraceId IN (SELECT TraceId FROM otel_traces_trace_id_ts)
"""
_TRACE = """
WITH (SELECT min(Start) FROM otel_traces_trace_id_ts WHERE TraceId = '{0}') AS first,
    (SELECT max(End) + 1 FROM otel_traces_trace_id_ts WHERE TraceId = '{0}') AS last
SELECT * FROM otel_traces WHERE TraceId = '{0}' AND Timestamp >= first AND Timestamp <= last FORMAT JSONEachRow
"""


@contextmanager
def phoenix(folder: Path) -> Generator[Running]:
    """Arize Phoenix, whose store is SQLite."""
    port = free_port()
    environment = {
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(free_port()),
        "PHOENIX_TELEMETRY_ENABLED": "false",
    }
    with (folder / "phoenix.log").open("wb") as log:
        server = subprocess.Popen([PHOENIX, "serve"], env=os.environ | environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: bool(get(url)), server)

        def count() -> int:
            with sqlite3.connect(f"file:{folder / 'phoenix.db'}?mode=ro", uri=True) as database:
                return int(database.execute("SELECT count(*) FROM spans WHERE name = 'GET'").fetchone()[0])

        def trace(trace_id: str) -> int:
            query = urlencode({"trace_id": trace_id, "limit": 1000})
            return len(json.loads(get(f"{url}/v1/projects/default/spans?{query}"))["data"])

        yield Running(url, [server.pid], count, trace)
    finally:
        server.terminate()
        server.wait()


@dataclass(frozen=True)
class Peer:
    """A system to measure.

    Attributes:
        start: runs it in a folder.
        is_there: whether it is installed.
        fix: what installs it.
        most: spans that it gets at most, so that it has taken them within minutes.
    """

    start: Callable[[Path], AbstractContextManager[Running]]
    is_there: bool = True
    fix: str = ""
    most: int = 10**9


PEERS = {
    "dl7450 fleet serve": Peer(ours),
    "rotel and ClickHouse": Peer(rotel_and_clickhouse, PACKAGE is not None and LIBRARY.exists(), "make clickhouse"),
    "Arize Phoenix": Peer(phoenix, PHOENIX.exists(), "make bench-fleet PEERS=1", most=10_000),
}


def wait_until(done: Callable[[], bool], server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while server.poll() is None and time.monotonic() < deadline:
        try:
            if done():
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{server.args!r} did not start")


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def send(url: str, bodies: Iterator[bytes], lock: threading.Lock, deadline: float) -> None:
    """Send until nothing is left, again where it was too much."""
    while time.monotonic() < deadline:
        with lock:
            content = next(bodies, None)
        if content is None:
            return
        request = urllib.request.Request(f"{url}/v1/traces", content, {"Content-Type": "application/x-protobuf"})
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(request, timeout=60).close()
                break
            except urllib.error.HTTPError as error:
                if error.code not in (429, 503):
                    raise
                time.sleep(0.1)


def measured(system: Running, bodies: list[bytes]) -> dict[str, Any]:
    """Figures of one system that gets some requests."""
    spans = [
        span
        for content in bodies
        for of_dock in ExportTraceServiceRequest.FromString(content).resource_spans
        for span in of_dock.scope_spans[0].spans
    ]
    requests = sum(span.name == "GET" for span in spans)
    begin, busy = time.monotonic(), sum(map(processor_time, system.pids))
    work, lock = iter(bodies), threading.Lock()
    threads = [threading.Thread(target=send, args=(system.otlp, work, lock, begin + PATIENCE)) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answered = time.monotonic() - begin
    while (kept := system.count()) < requests:
        if time.monotonic() > begin + PATIENCE:
            raise RuntimeError(f"only {kept} of {requests} requests are there after {PATIENCE} seconds")
        time.sleep(0.05)
    seconds, busy = time.monotonic() - begin, sum(map(processor_time, system.pids)) - busy
    took = []
    for span in random.Random(2).sample(spans, TRACES):
        asked = time.perf_counter()
        assert system.trace(span.trace_id.hex())
        took.append((time.perf_counter() - asked) * 1e3)
    return {
        "spans": len(spans),
        "spans/s": round(len(spans) / seconds),
        "spans/s of processor time": round(len(spans) / busy),
        "seconds until all is acknowledged": round(answered, 1),
        "seconds until all can be asked for": round(seconds, 1),
        "a trace, p50 ms": round(statistics.median(took), 1),
        "a trace, worst ms": round(max(took), 1),
        "peak MiB": round(sum(map(memory, system.pids)) / 2**20),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=200_000, help="sent to each; fewer to one that is slow")
    options = parser.parse_args()
    chance = random.Random(1)
    bodies = [body(number, chance) for number in range(options.spans // BODY)]
    results: dict[str, Any] = {}
    for name, peer in PEERS.items():
        if not peer.is_there:
            print(f"{name} is not here: {peer.fix}", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            with peer.start(folder) as system:
                results[name] = figures = measured(system, bodies[: peer.most // BODY])
            size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
            figures["bytes a span"] = round(size / figures["spans"])
        print(f"{name}: {figures}", file=sys.stderr)
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
