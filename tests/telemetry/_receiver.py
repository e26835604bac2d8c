"""An OTLP/HTTP receiver on loopback: keeps what arrives, and answers what a test wants."""

import gzip
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from dl7450_telemetry._otlp_json import Json


@dataclass(frozen=True)
class Answer:
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/x-protobuf"})
    body: bytes = b""


@dataclass
class Receiver:
    """What listens at `url`. The `answers` are given in turn, the last one from then on."""

    url: str
    answers: list[Answer]
    traces: queue.Queue[bytes] = field(default_factory=queue.Queue)
    metrics: queue.Queue[bytes] = field(default_factory=queue.Queue)
    headers: list[dict[str, str]] = field(default_factory=list)

    def next_traces(self) -> Json:
        """The next request with spans, as protobuf's own JSON; waits for it."""
        return MessageToDict(
            ExportTraceServiceRequest.FromString(self.traces.get(timeout=60)), use_integers_for_enums=True
        )

    def next_metrics(self) -> Json:
        """The next request with metrics, as protobuf's own JSON; waits for it."""
        return MessageToDict(
            ExportMetricsServiceRequest.FromString(self.metrics.get(timeout=60)), use_integers_for_enums=True
        )


@contextmanager
def receiving(*answers: Answer) -> Iterator[Receiver]:
    """A receiver that listens for the length of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            receiver.headers.append({name.lower(): value for name, value in self.headers.items()})
            (receiver.traces if self.path == "/v1/traces" else receiver.metrics).put(body)
            answer = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}", list(answers) or [Answer()])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def strings(attributes: list[Json]) -> dict[str, str]:
    """Attributes in an OTLP request, all of which are strings, by name."""
    return {attribute["key"]: attribute["value"]["stringValue"] for attribute in attributes}
