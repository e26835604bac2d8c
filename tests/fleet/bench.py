"""`make bench-fleet`: how fast a fleet's spans are kept and questions answered, and what that takes.

Requests are sent to `dl7450 fleet serve` over HTTP, as protobuf. Then its store is filled up: the same spans with other
ids, on other days and at other times, some of them shuffled. Cold is the first time that a question is asked after the
store was opened, warm the median of the next ones.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.questions import QUESTIONS, ask
from dl7450_telemetry.fleet.store import open_store
from dl7450_telemetry.fleet.store.duckdb_store import DuckDbStore
from dl7450_telemetry.fleet.store.layout import TRACE_TIMES
from tests.fleet._otlp import pairs

DAY = 86_400 * 10**9
TODAY = time.time_ns() // DAY * DAY
DOCKS, SENDERS, BODY = 1000, 8, 2000
WARM = 9


def body(number: int, chance: random.Random) -> bytes:
    """What one dock sends: traces of a callback, a request, its connection at times, and a frame."""
    export = ExportTraceServiceRequest()
    of_dock = export.resource_spans.add()
    of_dock.resource.attributes.extend(
        pairs(
            {
                "service.name": ("carousel", "departures")[number % 2],
                "service.version": f"1.{number % 3}",
                "device.id": f"{number % DOCKS:064x}",
                "device.model.identifier": "DL-7450",
                "device.manufacturer": "DisplayLink",
                "dl7450.site": f"site {number % 5}",
            }
        )
    )
    spans = of_dock.scope_spans.add().spans
    start = TODAY - DAY + chance.randrange(DAY)
    while len(spans) < BODY:
        trace_id, timer, request = chance.randbytes(16), chance.randbytes(8), chance.randbytes(8)
        start += chance.randrange(10**10)
        took = int(10 ** chance.uniform(7, 9))
        failed = chance.random() < 0.02
        spans.add(trace_id=trace_id, span_id=timer, name="dl7450.timer", kind=1).attributes.extend(
            pairs({"code.function.name": "show.<locals>.next_picture"})
        )
        fetch = spans.add(trace_id=trace_id, span_id=request, parent_span_id=timer, name="GET", kind=3)
        host = f"content{chance.randrange(4)}.example"
        attributes: dict[str, str | int] = {
            "http.request.method": "GET",
            "url.full": f"https://{host}/pictures/{chance.randrange(200)}.png",
            "url.scheme": "https",
            "server.address": host,
            "server.port": 443,
            "network.protocol.version": "1.1",
            "network.peer.address": "192.0.2.7",
            "network.peer.port": 443,
            "http.response.status_code": 503 if failed else 200,
            "http.response.body.size": chance.randrange(10**6),
            "dl7450.http.api": "callback",
            "dl7450.http.in_flight": 1,
        }
        fetch.attributes.extend(pairs(attributes | ({"error.type": "503"} if failed else {})))
        fetch.status.code = Status.STATUS_CODE_ERROR if failed else Status.STATUS_CODE_UNSET
        for name, share in (("request sent", 5), ("first byte", 2)):
            fetch.events.add(name=name, time_unix_nano=start + took // share)
        for name in ("dl7450.callback", "dl7450.render"):
            spans.add(trace_id=trace_id, span_id=chance.randbytes(8), parent_span_id=request, name=name, kind=1)
        if chance.random() < 0.1:
            for name in (f"DNS lookup {host}", "socket connect 192.0.2.7:443", f"TLS client handshake {host}"):
                spans.add(trace_id=trace_id, span_id=chance.randbytes(8), parent_span_id=request, name=name, kind=1)
        for span in spans[-7:]:
            if not span.start_time_unix_nano:
                span.start_time_unix_nano, span.end_time_unix_nano = start, start + took
    return export.SerializeToString()


def send(url: str, bodies: Iterator[bytes], lock: threading.Lock) -> None:
    connection = HTTPConnection(url.removeprefix("http://"))
    while True:
        with lock:
            content = next(bodies, None)
        if content is None:
            return
        while True:
            connection.request("POST", "/v1/traces", content, {"Content-Type": "application/x-protobuf"})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                break
            assert answer.status == 429, answer.status
            time.sleep(0.1)


def ingest(store: Path, number: int) -> dict[str, float]:
    """Send spans as fast as they are taken."""
    chance = random.Random(1)
    bodies = [body(turn, chance) for turn in range(number // BODY)]
    command = [sys.executable, "-m", "dl7450", "fleet", "serve", "--store", str(store), "--otlp", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        url = server.stderr.readline().strip().partition("=")[2]
        work, lock = iter(bodies), threading.Lock()
        senders = [threading.Thread(target=send, args=(url, work, lock)) for _ in range(SENDERS)]
        begin, busy = time.perf_counter(), processor_time(server.pid)
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        seconds, busy = time.perf_counter() - begin, processor_time(server.pid) - busy
        peak = memory(server.pid)
        server.terminate()
    sent = len(bodies) * BODY
    return {
        "spans/s": round(sent / seconds),
        "spans/s of processor time": round(sent / busy),
        "peak MiB": round(peak / 2**20),
    }


def processor_time(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def memory(pid: int | str) -> int:
    """The most that a process had in memory, in bytes."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def fill(folder: Path, number: int) -> None:
    """Repeat what is there on the days before, with other ids and times, in an order that is mixed up."""
    store = DuckDbStore(folder)
    [(here,)] = store.query("SELECT count(*) FROM otel_traces", {})
    source = f"{time.strftime('%Y-%m-%d', time.gmtime((TODAY - DAY) / 1e9))}"
    for copy in range(1, number // here):
        shift = copy * DAY // 4
        day = store._days._day((TODAY - DAY - shift) // DAY)
        cursor = store._connection.cursor()
        spans = f"""
            SELECT * REPLACE (
                make_timestamp_ns({day.start} + (hash(TraceId, {copy}) % {DAY})::BIGINT) AS Timestamp,
                md5(TraceId || '{copy}') AS TraceId,
                left(md5(SpanId || '{copy}'), 16) AS SpanId,
                if(ParentSpanId = '', '', left(md5(ParentSpanId || '{copy}'), 16)) AS ParentSpanId,
                Duration + (hash(SpanId, {copy}) % 1000000)::BIGINT AS Duration
            ) FROM "{source}".otel_traces
        """
        cursor.execute(f'INSERT INTO "{day.name}".otel_traces {spans}')
        key = "('0x' || TraceId[1:16])::UBIGINT"
        seconds = "epoch_ns(min(Timestamp)) // 1000000000, epoch_ns(max(Timestamp)) // 1000000000"
        times = f"SELECT {key}, {seconds} FROM ({spans}) GROUP BY TraceId"
        cursor.execute(f'INSERT INTO "{day.name}".{TRACE_TIMES} {times}')
        print(f"\r{copy * here:,} of {number:,} spans", end="", file=sys.stderr)
    print(file=sys.stderr)
    store.close()


def views(folder: Path) -> dict[str, dict[str, float]]:
    """Milliseconds of processor time and on the clock, of each question."""
    store = open_store(str(folder))
    [(first, last, a_trace, a_dock)] = store.query(
        "SELECT epoch_ns(min(Timestamp)), epoch_ns(max(Timestamp)), min(TraceId), min(DeviceId) FROM otel_traces", {}
    )
    windows = {"24 h": Filters(last - DAY, last + 1), "all": Filters(first, last + 1)}
    figures: dict[str, dict[str, float]] = {}
    for window, filters in windows.items():
        for question in QUESTIONS:
            given: dict[str, Any] = {"trace": {"id": a_trace}}.get(question, {"id": a_dock})
            arguments = given if "id" in QUESTIONS[question].parameters else {}
            took, busy = [], []
            for _ in range(WARM + 1):
                begin, begin_busy = time.perf_counter(), time.process_time()
                ask(store, question, filters, **arguments)
                took.append((time.perf_counter() - begin) * 1e3)
                busy.append((time.process_time() - begin_busy) * 1e3)
            figures[f"{question}, {window}"] = {
                "cold ms": round(took[0], 1),
                "warm ms": round(statistics.median(took[1:]), 1),
                "warm ms of processor time": round(statistics.median(busy[1:]), 1),
            }
            print(f"{question}, {window}: {figures[f'{question}, {window}']}", file=sys.stderr)
    store.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=5_000_000, help="in the store, when questions are asked")
    parser.add_argument("--sent", type=int, default=500_000, help="of them, sent over HTTP")
    parser.add_argument("--store", type=Path, help="a folder to keep; by default one that is deleted")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.store or Path(temporary) / "fleet"
        results: dict[str, object] = {"ingest": ingest(folder, options.sent)}
        print(results, file=sys.stderr)
        fill(folder, options.spans)
        store = open_store(str(folder))
        [(spans,)] = store.query("SELECT count(*) FROM otel_traces", {})
        store.close()
        size = sum(file.stat().st_size for file in folder.iterdir())
        results["store"] = {"spans": spans, "bytes a span": round(size / spans, 1)}
        results["views"] = views(folder)
        results["views' peak MiB"] = round(memory("self") / 2**20)
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
