"""The OpenTelemetry SDK as every traced subject gets it: spans in batches, and metrics.

Either with an exporter that drops what it gets, or with OTLP to a sink in another process: then what is measured ends
when the sink has answered for the last span, and a span that is lost is an error. The peers have the SDK's exporter,
and dl7450 has what `dl7450_telemetry.configure` makes.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias
from unittest import mock

from opentelemetry import metrics
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio, Sampler

import dl7450_telemetry

from ._server import Site

SAMPLED_RATIO = 0.01
FLUSH_PATIENCE = 30.0  # seconds
SPANS_MAX = 2**15  # that wait for the exporter: 500 docks end many at once, and what is dropped would not be measured
SECONDS_OF_A_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Telemetry:
    """What a subject is traced with, and what delivers all that is pending."""

    tracer_provider: TracerProvider | None
    meter_provider: metrics.MeterProvider | None
    flush: Callable[[], object] = lambda: None


GetTelemetry: TypeAlias = Callable[[Site], Telemetry]
_shut_downs: list[Callable[[], object]] = []  # of what sends to sinks


class DroppingExporter(SpanExporter):
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return SpanExportResult.SUCCESS


def _tracer_provider(exporter: SpanExporter, sampler: Sampler | None = None) -> TracerProvider:
    provider = TracerProvider(sampler)
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=SPANS_MAX))
    return provider


METER_PROVIDER = MeterProvider([InMemoryMetricReader()])
DROPPED = Telemetry(_tracer_provider(DroppingExporter()), METER_PROVIDER)
SAMPLED = Telemetry(_tracer_provider(DroppingExporter(), ParentBasedTraceIdRatio(SAMPLED_RATIO)), METER_PROVIDER)


def untraced(_site: Site) -> Telemetry:
    """As in a process that has not set OpenTelemetry up."""
    return Telemetry(None, None)


def dropped(_site: Site) -> Telemetry:
    return DROPPED


def sampled(_site: Site) -> Telemetry:
    return SAMPLED


def sdk_to(sink: str) -> GetTelemetry:
    """The SDK's exporters to a sink."""
    return lambda site: _sdk_to(site.sinks[sink])


def dl7450_to(sink: str) -> GetTelemetry:
    """Ours."""
    return lambda site: _dl7450_to(site.sinks[sink])


@cache
def _sdk_to(url: str) -> Telemetry:
    tracer_provider = _tracer_provider(OTLPSpanExporter(f"{url}/v1/traces"))
    # Only when asked: not in the middle of what another subject does.
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(f"{url}/v1/metrics"), export_interval_millis=math.inf)
    meter_provider = MeterProvider([reader])
    _shut_downs.extend((tracer_provider.shutdown, meter_provider.shutdown))

    def flush() -> None:
        tracer_provider.force_flush()
        meter_provider.force_flush()

    return Telemetry(tracer_provider, meter_provider, flush)


@cache
def _dl7450_to(url: str) -> Telemetry:
    interval = str(SECONDS_OF_A_DAY * 1000)
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_METRIC_EXPORT_INTERVAL": interval}
    with mock.patch.dict(os.environ, variables):
        configured = dl7450_telemetry.configure(service_name="bench", set_global=False)
        tracer_provider, meter_provider = configured.tracer_provider(), configured.meter_provider()
    _shut_downs.append(configured.shutdown)

    def flush() -> None:
        if not configured.flush(FLUSH_PATIENCE):
            raise RuntimeError(f"the sink has not taken everything after {FLUSH_PATIENCE:g} s")

    return Telemetry(tracer_provider, meter_provider, flush)


@contextmanager
def no_losses() -> Iterator[None]:
    """Shuts down what sends to sinks; fails if the SDK, or what we add to it, has said that something was lost."""
    losses: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: losses.append(record.getMessage())  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in ("dl7450_telemetry", "opentelemetry.sdk", "opentelemetry.exporter")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
        for shut_down in _shut_downs:
            shut_down()
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
    if losses:
        raise RuntimeError(f"telemetry was lost: {losses[0]}")
