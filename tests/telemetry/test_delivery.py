"""Delivery: what fails for one dock costs the others nothing, and nothing is left at the end."""

import threading
import time
from collections.abc import Sequence

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from dl7450_telemetry._delivery import BoundedBatchProcessor, Delivery
from dl7450_telemetry._losses import OneWarning


def fail(*_args: object, **_options: object) -> bool:
    raise Exception("readers failed")  # noqa: TRY002  as the SDK's provider does


def make_delivery(device_ids: str) -> tuple[Delivery, list[MeterProvider]]:
    delivery = Delivery(None, (), {"console"})
    made = [delivery.meter_provider(Resource({"device.id": device_id})) for device_id in device_ids]
    return delivery, [provider for provider in made if provider is not None]


def test_metrics_that_cannot_be_collected_cost_one_warning_and_the_other_docks_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    delivery, (first, second) = make_delivery("12")
    flushed: list[str] = []
    with monkeypatch.context() as broken:
        broken.setattr(first, "force_flush", fail)
        broken.setattr(second, "force_flush", lambda: flushed.append("second"))
        assert delivery.flush(10)
        broken.setattr(first, "shutdown", fail)
        delivery.shut_down(10)
    first.shutdown()
    assert flushed == ["second"]
    assert caplog.messages == ["metrics could not be collected: readers failed (the app goes on; this is said once)"]


def test_nothing_is_left_after_the_end() -> None:
    before = threading.active_count()
    delivery, _ = make_delivery("12")
    assert threading.active_count() == before + 2
    delivery.shut_down(10)
    assert threading.active_count() == before


class _Stuck(SpanExporter):
    """Is at its first batch until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.let_go = threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.entered.set()
        self.let_go.wait()
        return SpanExportResult.SUCCESS


def test_spans_that_end_faster_than_they_are_delivered_cost_one_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "2")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "1")
    exporter = _Stuck()
    processor = BoundedBatchProcessor(exporter, OneWarning())
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("test")
    tracer.start_span("first").end()
    assert exporter.entered.wait(10)
    for _ in range(5):
        tracer.start_span("more").end()
    exporter.let_go.set()
    processor.shut_down_by(time.monotonic() + 10)
    assert caplog.messages == ["Queue full, dropping Span. (the app goes on; this is said once)"]
