"""`make bench-fleet`: how fast a fleet's spans are kept and questions answered, and what that takes.

Requests are sent to `dl7450 fleet serve` over HTTP, as protobuf. Then its store is filled up: the same spans with other
ids, on other days and at other times, in an order that is mixed up. Cold is the first time that a question is asked
after the store was opened, warm the median of the next ones. Then each page of 24 hours is opened in a browser
(`tests.fleet.bench_browser`). At last the server is asked while it takes more spans as fast as it can, by a process of
its own over one connection: a thread beside those that send would wait for them. It still shares two cores with the
server and with what sends. Every figure that has a target is shown beside it.

Processor time is that of all threads: on a machine that does nothing else, a question takes about half of it on two
cores. On a busy one it is the figure to compare.
"""

import argparse
import itertools
import json
import multiprocessing
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from dl7450_telemetry.fleet.columns import TRACES
from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.questions import QUESTIONS, ask
from dl7450_telemetry.fleet.store import open_store
from dl7450_telemetry.fleet.store.duckdb_store import DuckDbStore
from tests._browser import CHROMIUM
from tests.fleet._otlp import pairs
from tests.fleet.bench_browser import pages_in_browser

DAY = 86_400 * 10**9
TODAY = time.time_ns() // DAY * DAY
DOCKS, SENDERS, BODY, TOGETHER = 1000, 8, 2000, 4
WARM = 9


def body(number: int, chance: random.Random) -> bytes:
    """What a few docks send: traces of a callback, a request, its connection at times, and a frame."""
    export = ExportTraceServiceRequest()
    for dock in range(number * TOGETHER, (number + 1) * TOGETHER):
        add_spans(export, dock, chance)
    return export.SerializeToString()


def add_spans(export: ExportTraceServiceRequest, number: int, chance: random.Random) -> None:
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
    while len(spans) < BODY // TOGETHER:
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


def spans_in(content: bytes) -> int:
    export = ExportTraceServiceRequest.FromString(content)
    return sum(len(scope.spans) for resource in export.resource_spans for scope in resource.scope_spans)


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


@contextmanager
def a_server(store: Path) -> Generator[tuple[subprocess.Popen[str], str, str]]:
    """`dl7450 fleet serve` as a process of its own, and the addresses of its receiver and its pages."""
    command = [sys.executable, "-m", "dl7450", "fleet", "serve", "--store", str(store), "--otlp", "127.0.0.1:0"]
    command += ["--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            url = server.stderr.readline().strip().partition("=")[2]
            yield server, url, server.stderr.readline().split()[-1]
        finally:
            server.terminate()


def send_all(url: str, bodies: Iterable[bytes]) -> None:
    """Send bodies as fast as they are taken, by several threads; returns when all are acknowledged."""
    work, lock = iter(bodies), threading.Lock()
    threads = [threading.Thread(target=send, args=(url, work, lock)) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def ingest(store: Path, number: int) -> dict[str, float]:
    """Send spans as fast as they are taken."""
    chance = random.Random(1)
    bodies = [body(turn, chance) for turn in range(number // BODY)]
    with a_server(store) as (server, url, _):
        begin, busy = time.perf_counter(), processor_time(server.pid)
        send_all(url, bodies)
        seconds, busy = time.perf_counter() - begin, processor_time(server.pid) - busy
        peak = memory(server.pid)
    sent = sum(map(spans_in, bodies))
    kept = open_store(str(store))
    [(found,)] = kept.query("SELECT count(*) FROM otel_traces", {})
    kept.close()
    return {
        "lost": sent - found,
        "spans/s": round(sent / seconds),
        "spans/s of processor time": round(sent / busy),
        "peak MiB": round(peak / 2**20),
    }


def ask_while_ingesting(store: Path, number: int) -> dict[str, float]:
    """Ask for the tables of a day, one after the other, while spans are sent as fast as they are taken."""
    chance = random.Random(2)
    bodies = [body(turn, chance) for turn in range(number // BODY)]
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    with a_server(store) as (server, url, pages):
        asker = spawn.Process(target=ask_again_and_again, args=(pages, Filters(TODAY - DAY, TODAY), theirs))
        asker.start()
        ours.recv()
        ours.send("begin")
        begin = time.perf_counter()
        send_all(url, bodies)
        seconds = time.perf_counter() - begin
        ours.send("end")
        took: list[float] = ours.recv()
        asker.join()
        peak = memory(server.pid)
    return {
        "questions": len(took),
        "p50 ms": round(statistics.median(took), 1),
        "p99 ms": round(statistics.quantiles(took, n=100)[98], 1),
        "spans/s": round(sum(map(spans_in, bodies)) / seconds),
        "peak MiB": round(peak / 2**20),
    }


def ask_again_and_again(pages: str, filters: Filters, parent: Connection) -> None:
    """Ask every question that takes no id, one after the other, and tell how many milliseconds each took."""
    connection = HTTPConnection(pages.removeprefix("http://"))
    names = [name for name, question in QUESTIONS.items() if "id" not in question.parameters]
    window = urlencode(tuple(filters.pairs()))

    def ask_for(name: str) -> float:
        begin = time.perf_counter()
        connection.request("GET", f"/tables/{name}.json?{window}")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        return (time.perf_counter() - begin) * 1e3

    ask_for(names[0])
    parent.send("ready")
    parent.recv()
    took: list[float] = []
    for name in itertools.cycle(names):
        took.append(ask_for(name))
        if parent.poll():
            break
    parent.send(took)


def processor_time(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def memory(pid: int | str) -> int:
    """The most that a process had in memory, in bytes."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def fill(folder: Path, number: int) -> None:
    """Repeat what is there on the days before, six hours at a time, with other ids and times; some of it comes late."""
    store = DuckDbStore(folder)
    store._connection.execute("SET preserve_insertion_order = true")
    source = f'"{time.strftime("%Y-%m-%d", time.gmtime((TODAY - DAY) / 1e9))}".otel_traces'
    [(here,)] = store._connection.execute(f"SELECT count(*) FROM {source}").fetchall()
    for copy in range(1, number // here):
        start = TODAY - DAY - copy * DAY // 4
        day = store._days._day(start // DAY)
        cursor = store._connection.cursor()
        cursor.execute(f"""
            CREATE OR REPLACE TEMP VIEW copied AS
            SELECT * FROM (
                SELECT * REPLACE (
                    make_timestamp_ns({start} + (hash(TraceId, {copy}) % {DAY // 4})::BIGINT) AS Timestamp,
                    md5(TraceId || '{copy}') AS TraceId,
                    left(md5(SpanId || '{copy}'), 16) AS SpanId,
                    if(ParentSpanId = '', '', left(md5(ParentSpanId || '{copy}'), 16)) AS ParentSpanId,
                    Duration + (hash(SpanId, {copy}) % 1000000)::BIGINT AS Duration
                ) FROM {source}
            )
            ORDER BY epoch_ns(Timestamp) + if(hash(TraceId) % 20 = 0, hash(TraceId, 0) % {DAY // 24}, 0)
        """)
        cursor.execute(f'INSERT INTO "{day.name}".otel_traces SELECT * FROM copied')
        day.grow(TRACES, start, start + DAY // 4)
        day.uncounted += here
        day.unindexed += here
        store._count_spans(0, lambda _: None)
        print(f"\r{copy * here:,} of {number:,} spans", end="", file=sys.stderr)
    print(file=sys.stderr)
    store.close()


def views(folder: Path) -> dict[str, dict[str, float]]:
    """Milliseconds of processor time and on the clock, of each question.

    The windows are those of the pages: 24 hours are from one noon to the next, as a page has them in the middle of a
    day, and begin with a whole hour. One that begins and ends within an hour, as somebody may type it, is cut.
    """
    store = open_store(str(folder))
    [(first, last, a_dock)] = store.query(
        "SELECT epoch_ns(min(Timestamp)), epoch_ns(max(Timestamp)), min(DeviceId) FROM otel_traces", {}
    )
    traces = store.query(f"SELECT TraceId FROM otel_traces USING SAMPLE {WARM + 1}", {})  # another one each time
    noon = last // DAY * DAY - DAY // 2
    a_third = DAY // 24 // 3
    windows = {
        "24 h": Filters.parse([], now=noon),
        "24 h, cut": Filters(noon - DAY - a_third, noon - a_third),
        "all": Filters(first, last + 1),
    }
    figures: dict[str, dict[str, float]] = {}
    for window, filters in windows.items():
        for question in QUESTIONS:
            took, busy = [], []
            for (a_trace,) in traces:
                given = a_trace if question == "trace" else a_dock
                arguments = {"id": given} if "id" in QUESTIONS[question].parameters else {}
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


def pages_of_a_day(folder: Path) -> dict[str, dict[str, float]]:
    """Milliseconds until a reader sees each page of 24 hours; nothing where there is no browser."""
    if not Path(CHROMIUM).exists():
        print("pages are measured in chromium: apt-get install chromium", file=sys.stderr)
        return {}
    store = open_store(str(folder))
    [(last, a_trace, a_dock)] = store.query(
        "SELECT epoch_ns(max(Timestamp)), min(TraceId), min(DeviceId) FROM otel_traces", {}
    )
    store.close()
    names = ("docks", "errors", "latency", "releases", "differs", "alerts")
    paths = {"fleet": "/"} | {name: f"/{name}" for name in names}
    paths |= {"a dock": f"/dock/{a_dock}", "a trace": f"/trace/{a_trace}"}
    window = f"?since={last - DAY}&until={last + 1}"
    with a_server(folder) as (_, _, url):
        return pages_in_browser(url, {name: path + window for name, path in paths.items()})


def verdicts(results: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, float, str]]:
    """Each figure that has a target: what it is, the target, what was measured, and whether it is met."""
    views, pages, many = results["views"], results["pages"], results["store"]["spans"] > 10_000_000

    def slowest(window: str) -> tuple[str, float]:
        times = {name: took["warm ms"] for name, took in views.items() if name.endswith(window)}
        return max(times.items(), key=lambda item: item[1])

    a_day, all_time = slowest("24 h"), slowest("all")
    peak = max(results[part]["peak MiB"] for part in ("ingest", "asked", "while ingesting"))
    at_most = [
        (f"the slowest view of 24 hours, ms ({a_day[0]})", 25, a_day[1]),
        (f"the slowest view of the whole range, ms ({all_time[0]})", 250, all_time[1]),
        ("a trace by its id, ms", 10, views["trace, all"]["warm ms"]),
        ("a view while ingesting flat out, p99 ms", 100, results["while ingesting"]["p99 ms"]),
        ("memory, MiB", 1536 if many else 600, peak),
        ("disk, bytes a span", 60, results["store"]["bytes a span"]),
        ("acknowledged spans lost", 0, results["ingest"]["lost"]),
    ]
    for page, took in pages.items():
        parts = f"server {took['server ms']}, store {took['store ms']}"
        at_most.append((f"{page} in the browser, ms ({parts})", 100, took["browser ms"]))
    speed = results["ingest"]["spans/s"]
    return [("OTLP/HTTP to committed, spans/s", ">= 30000", speed, "met" if speed >= 30_000 else "not met")] + [
        (name, f"<= {most}", value, "met" if value <= most else "not met") for name, most, value in at_most
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=5_000_000, help="in the store, when questions are asked")
    parser.add_argument("--sent", type=int, default=500_000, help="of them, sent over HTTP")
    parser.add_argument("--store", type=Path, help="a folder to keep; by default one that is deleted")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.store or Path(temporary) / "fleet"
        results: dict[str, dict[str, Any]] = {}
        results["ingest"] = ingest(folder, options.sent)
        print(results, file=sys.stderr)
        fill(folder, options.spans)
        store = open_store(str(folder))
        [(spans,)] = store.query("SELECT count(*) FROM otel_traces", {})
        store.close()
        size = sum(file.stat().st_size for file in folder.iterdir())
        results["store"] = {"spans": spans, "bytes a span": round(size / spans, 1)}
        results["views"] = views(folder)
        results["asked"] = {"peak MiB": round(memory("self") / 2**20)}
        results["pages"] = pages_of_a_day(folder)
        results["while ingesting"] = ask_while_ingesting(folder, options.sent)
    print(json.dumps(results, indent=1))
    for verdict in verdicts(results):
        print("| " + " | ".join(map(str, verdict)) + " |")


if __name__ == "__main__":
    main()
