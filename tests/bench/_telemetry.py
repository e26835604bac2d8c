"""The OpenTelemetry SDK as every traced subject gets it: spans in batches to an exporter that drops them, and metrics.

What an exporter does with a span costs every subject the same, so it is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio, Sampler

SAMPLED_RATIO = 0.01


class DroppingExporter(SpanExporter):
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return SpanExportResult.SUCCESS


def _tracer_provider(sampler: Sampler | None = None) -> TracerProvider:
    provider = TracerProvider(sampler)
    provider.add_span_processor(BatchSpanProcessor(DroppingExporter()))
    return provider


TRACER_PROVIDER = _tracer_provider()
SAMPLING_TRACER_PROVIDER = _tracer_provider(ParentBasedTraceIdRatio(SAMPLED_RATIO))
METER_PROVIDER = MeterProvider([InMemoryMetricReader()])
