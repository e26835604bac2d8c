"""Exporters: whatever the collector does costs the app one warning, and the exit has a bound."""

import inspect
import logging
import re
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk.trace.export import SpanExportResult

import dl7450_telemetry
from dl7450_telemetry import Telemetry, _collector
from dl7450_telemetry._losses import OneWarning
from tests.telemetry._receiver import Answer, receiving
from tests.telemetry.test_otlp_json import REQUEST

# What `Telemetry.shutdown` is given where a collector does not answer; its default is 5 s.
PATIENCE = 0.6


@contextmanager
def tcp_server(talk: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A server that reads some of a request and then calls `talk`, with an event that is set at the end."""
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            talk(self.request, over)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            over.set()
            server.shutdown()
            thread.join()


@contextmanager
def down() -> Iterator[str]:
    with closing(socket.socket()) as bound_but_not_listening:
        bound_but_not_listening.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound_but_not_listening.getsockname()[1]}"


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    with receiving(answer) as receiver:
        yield receiver.url


def silent(_connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def babble(connection: socket.socket, _over: threading.Event) -> None:
    connection.sendall(b"\x00\xff what?\r\n\r\n")


def flood(connection: socket.socket, _over: threading.Event) -> None:
    with suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)


MOVED = Answer(301, {"Location": "https://b/v1"})
PAGE = Answer(200, {"Content-Type": "text/html"}, b"<html>It works!</html>")


def seconds_of_a_run(url: str, monkeypatch: pytest.MonkeyPatch) -> float:
    """Make spans and metrics for the collector at a URL, and shut down; the seconds that shutting down took."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
    configured = dl7450_telemetry.configure(set_global=False)
    for device_id in ("A1", "A2"):
        configured.tracer_provider(device_id=device_id).get_tracer("test").start_span("a").end()
        configured.meter_provider(device_id=device_id).get_meter("test").create_counter("things").add(1)
    began = time.monotonic()
    configured.shutdown(PATIENCE)
    configured.shutdown(PATIENCE)
    return time.monotonic() - began


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [f"{record.name}: {record.message}" for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    ("collector", "reason"),
    [
        (down(), r"ConnectionRefusedError: .*"),
        (tcp_server(silent), r"(no answer in time|TimeoutError: timed out)"),
        (tcp_server(babble), r"BadStatusLine: .*"),
        (tcp_server(flood), r"HTTP 200 OK, but not with an OTLP answer: is this a collector\?"),
        (answering(PAGE), r"HTTP 200 OK, but not with an OTLP answer: is this a collector\?"),
        (answering(Answer(404)), r"HTTP 404 Not Found"),
        (answering(Answer(503)), r"HTTP 503 Service Unavailable"),
        (answering(MOVED), r"HTTP 301 Moved Permanently to https://b/v1: set the endpoint to that"),
    ],
    ids=["down", "silent", "babble", "flood", "web page", "404", "503", "redirect"],
)
def test_a_bad_collector_costs_one_warning_and_a_bounded_exit(
    collector: AbstractContextManager[str],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with collector as url:
        seconds = seconds_of_a_run(url.replace("//", "//user:password@"), monkeypatch)
    # The SDK alone would take ten seconds or more.
    assert seconds < 8
    [warning] = warnings(caplog)
    assert re.fullmatch(
        rf"dl7450_telemetry: telemetry cannot be delivered to {url}/v1/(traces|metrics): {reason} "
        r"\(the app goes on; this is said once\)",
        warning,
    )


@pytest.mark.parametrize("signal", ["TRACES", "METRICS"])
def test_a_request_that_hangs_already_is_left_behind_at_the_end(
    signal: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[threading.Event] = [threading.Event(), threading.Event()]

    def answer_once(connection: socket.socket, over: threading.Event) -> None:
        if not asked[0].is_set():
            asked[0].set()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        else:
            asked[1].set()
            over.wait()

    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "1")
    monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "1")
    with tcp_server(answer_once) as url:
        monkeypatch.setenv(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT", url)
        configured = dl7450_telemetry.configure(set_global=False)
        configured.meter_provider().get_meter("test").create_counter("things").add(1)
        for event in asked:
            configured.tracer_provider().get_tracer("test").start_span("a").end()
            assert event.wait(60)
        began = time.monotonic()
        configured.shutdown(PATIENCE)
        assert time.monotonic() - began < 8
        [warning] = warnings(caplog)
    assert "no answer in time" in warning


def test_the_bound_is_five_seconds_unless_another_is_asked_for() -> None:
    assert inspect.signature(Telemetry.shutdown).parameters["timeout"].default == 5.0


def test_a_collector_that_is_back_in_time_gets_everything(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    again = Answer(503, {"Retry-After": "0"}, b"<html>what a proxy says for it</html>")
    with receiving(again, Answer()) as receiver:
        seconds_of_a_run(receiver.url, monkeypatch)
        assert receiver.next_traces() == receiver.next_traces()
        assert [len(receiver.next_metrics()["resourceMetrics"]) for _ in range(2)] == [1, 1]
    assert warnings(caplog) == []


def test_a_collector_that_failed_before_is_not_waited_for_long_at_the_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(_collector, "_LAST_CHANCE", 0.0)
    with down() as url:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", url)
        configured = dl7450_telemetry.configure(set_global=False)
        configured.tracer_provider().get_tracer("test").start_span("a").end()
        assert not configured.flush(0.3)
        began = time.monotonic()
        configured.shutdown()
        assert time.monotonic() - began < 4.5  # 5 s are what it may take
    assert len(warnings(caplog)) == 1


def test_what_the_collector_refuses_is_reported(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refusal = ExportTraceServiceResponse()
    refusal.partial_success.rejected_spans = 2
    refusal.partial_success.error_message = "too old"
    with receiving(Answer(body=refusal.SerializeToString())) as receiver:
        seconds_of_a_run(receiver.url, monkeypatch)
    assert warnings(caplog) == [
        f"dl7450_telemetry: {receiver.url}/v1/traces refused 2 items: too old (the app goes on; this is said once)"
    ]


def test_the_libraries_words_are_kept_at_debug(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "dl7450_telemetry")
    with answering(Answer(404)) as url:
        seconds_of_a_run(url, monkeypatch)
    assert "Failed to export spans batch code: 404, reason: Not Found" in caplog.messages


def test_exporters_that_others_set_up_log_as_always(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("opentelemetry.exporter.otlp.proto.http.trace_exporter").error("not ours")
    assert caplog.messages == ["not ours"]


def red(connection: socket.socket, _over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 400 \x1b[31mred\x1b[0m\r\nContent-Length: 0\r\n\r\n")


ELSEWHERE = Answer(301, {"Location": "https://me:secret@b/v1\x1b[2J?key=secret#secret"})


@pytest.mark.parametrize(
    ("collector", "reason"),
    [
        (tcp_server(red), "HTTP 400 \ufffd[31mred\ufffd[0m"),
        (answering(ELSEWHERE), "HTTP 301 Moved Permanently to https://b/v1\ufffd[2J: set the endpoint to that"),
    ],
    ids=["reason", "Location"],
)
def test_what_a_collector_says_reaches_the_terminal_without_control_characters_and_secrets(
    collector: AbstractContextManager[str],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with collector as url:
        seconds_of_a_run(url, monkeypatch)
    [warning] = warnings(caplog)
    assert f": {reason} (the app goes on" in warning


def test_after_the_deadline_no_request_is_started_and_the_last_failure_is_the_reason(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with receiving(Answer(503)) as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        exporter = _collector.OtlpSpanExporter(OneWarning())
        session = exporter.adapter.session()
        assert session.post(f"{receiver.url}/v1/traces", b"", timeout=10).status_code == 503
        exporter.adapter.finish_by(time.monotonic())
        assert exporter.export([REQUEST]) is SpanExportResult.FAILURE
        exporter.shutdown()
        session.close()
        assert receiver.traces.qsize() == 1
    [warning] = warnings(caplog)
    assert "/v1/traces: HTTP 503 Service Unavailable (the app goes on" in warning


def test_a_span_that_is_not_unicode_costs_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with receiving() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", receiver.url)
        with dl7450_telemetry.configure(set_global=False) as configured:
            configured.tracer_provider().get_tracer("test").start_span("\ud800").end()
    [warning] = warnings(caplog)
    assert "surrogates not allowed" in warning
    assert "\n" not in warning


def test_what_goes_over_tls_is_judged_and_bounded_as_all_else() -> None:
    adapter = _collector.CollectorAdapter(warn=print)
    session = adapter.session()
    assert {session.get_adapter(f"{scheme}://collector.example/") for scheme in ("http", "https")} == {adapter}


def test_an_exporter_that_was_shut_down_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        warnings: list[str] = []
        exporter = _collector.OtlpSpanExporter(warnings.append)
        exporter.shutdown()
        assert exporter.export([REQUEST]) is SpanExportResult.FAILURE
        assert receiver.traces.empty()
    assert len(warnings) == 1
