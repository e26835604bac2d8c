"""Whole spans and metrics, through a collector that nobody here wrote."""

import json
from pathlib import Path

import pytest
from opentelemetry.trace import Link, SpanKind, StatusCode

import dl7450_telemetry
from dl7450_telemetry import SpanRecord, read_trace_file, tree
from tests.telemetry._collector import collector, needs_collector
from tests.telemetry._receiver import Receiver, receiving, strings


@needs_collector
def test_spans_and_metrics_arrive_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with receiving() as receiver, collector(receiver.url, tmp_path / "rotel.log") as url:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        with dl7450_telemetry.configure(service_name="carousel", set_global=False) as configured:
            for device_id in ("A1", "A2"):
                tracer = configured.tracer_provider(device_id=device_id).get_tracer("dl7450.http", "0.1.0")
                with tracer.start_as_current_span("dl7450.app") as app:
                    request = tracer.start_span(
                        "GET", kind=SpanKind.CLIENT, attributes={"error.type": "404", "sizes": [1, 2], "share": 0.5}
                    )
                    request.add_event("first byte", {"bytes": 7})
                    request.set_status(StatusCode.ERROR, "not found")
                    request.end()
                tracer.start_span("dl7450.timer", links=[Link(app.get_span_context(), {"why": "set by"})]).end()
                meter = configured.meter_provider(device_id=device_id).get_meter("dl7450.http")
                meter.create_histogram("http.client.request.duration", "s").record(0.25, {"error.type": "404"})
            made = configured.spans()
        forwarded = _read_spans(receiver, len(made), tmp_path / "forwarded.jsonl")
        measured = _read_histograms(receiver, 2)
    assert sorted(forwarded, key=_by_id) == sorted(made, key=_by_id)
    assert tree(forwarded) == "\n".join(["dl7450.app\n  GET !404\ndl7450.timer -> dl7450.app"] * 2)
    assert measured == {
        device_id: ("http.client.request.duration", "s", "1", 0.25, {"error.type": "404"}) for device_id in ("A1", "A2")
    }


def _by_id(span: SpanRecord) -> str:
    return span.span_id


def _read_spans(receiver: Receiver, number: int, path: Path) -> list[SpanRecord]:
    """The spans that the collector forwarded, in however many requests, read as from a trace file."""
    spans: list[SpanRecord] = []
    with path.open("w", encoding="utf-8", buffering=1) as file:
        while len(spans) < number:
            file.write(json.dumps(receiver.next_traces()) + "\n")
            spans = read_trace_file(path)
    return spans


def _read_histograms(receiver: Receiver, number: int) -> dict[str, object]:
    """By device id, the histogram that each dock measured: name, unit, count, sum, attributes."""
    histograms: dict[str, object] = {}
    while len(histograms) < number:
        for entry in receiver.next_metrics()["resourceMetrics"]:
            [metric] = entry["scopeMetrics"][0]["metrics"]
            [point] = metric["histogram"]["dataPoints"]
            figures = point["count"], point["sum"], strings(point["attributes"])
            histograms[strings(entry["resource"]["attributes"])["device.id"]] = (
                metric["name"],
                metric["unit"],
                *figures,
            )
    return histograms
