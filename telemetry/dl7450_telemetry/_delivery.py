"""`Delivery`: the exporters of this process, the SDK's threads that feed them, and their end within a bound.

Imported only when something is to be exported: the OTLP exporters take as long to import as the rest of `telemetry`.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Collection
from pathlib import Path

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SpanExporter

from ._export import (
    BoundedBatchProcessor,
    OneWarning,
    OtlpMetricExporter,
    OtlpSpanExporter,
    TraceFileExporter,
    diverted_log,
)


class Delivery:
    """Delivers spans and metrics to each of the exporters named."""

    def __init__(
        self,
        trace_file: str | Path | None,
        trace_exporters: Collection[str],
        metric_exporters: Collection[str],
    ) -> None:
        """
        Parameters:
            trace_file: where to write spans as OTLP JSON lines, if anywhere.
            trace_exporters: any of `otlp` and `console`.
            metric_exporters: any of `otlp` and `console`.

        Raises:
            OSError: the trace file cannot be opened.
        """
        self._warn = OneWarning()
        self._processors: list[BoundedBatchProcessor] = []
        self._metric_exporters: list[OtlpMetricExporter | ConsoleMetricExporter] = []
        self._meter_providers: list[MeterProvider] = []
        if trace_file is not None:
            self._add_span_exporter(TraceFileExporter(Path(trace_file), self._warn))
        if "console" in trace_exporters:
            self._add_span_exporter(ConsoleSpanExporter(out=sys.stdout))
        if "otlp" in trace_exporters:
            self._add_span_exporter(OtlpSpanExporter(self._warn))
        if "console" in metric_exporters:
            self._metric_exporters.append(ConsoleMetricExporter(out=sys.stdout))
        if "otlp" in metric_exporters:
            self._metric_exporters.append(OtlpMetricExporter(self._warn))

    def _add_span_exporter(self, exporter: SpanExporter) -> None:
        self._processors.append(BoundedBatchProcessor(exporter, self._warn))

    def span_ended(self, span: ReadableSpan) -> None:
        """Queue a span for every exporter of spans. Does not block."""
        for processor in self._processors:
            processor.on_end(span)

    def meter_provider(self, resource: Resource) -> MeterProvider | None:
        """Make the meter provider of a resource; None if no exporter wants metrics."""
        if not self._metric_exporters:
            return None
        # A reader belongs to one provider; the exporter behind it is the shared one.
        readers = [PeriodicExportingMetricReader(exporter) for exporter in self._metric_exporters]
        provider = MeterProvider(readers, resource, shutdown_on_exit=False)
        self._meter_providers.append(provider)
        return provider

    def flush(self, timeout: float) -> bool:
        """Deliver what is pending.

        Parameters:
            timeout: seconds to wait.

        Returns:
            Whether it took less than that.
        """
        # In a thread, because the SDK's force_flush takes a timeout and does not keep to it.
        thread = threading.Thread(target=self._flush, name="telemetry flush", daemon=True)
        thread.start()
        thread.join(timeout)
        return not thread.is_alive()

    def _flush(self) -> None:
        for processor in self._processors:
            processor.force_flush()
        for provider in self._meter_providers.copy():
            try:
                provider.force_flush()
            except Exception as error:
                # A bare Exception is what the provider raises.
                self._warn(f"metrics could not be collected: {error}")

    def shut_down(self, timeout: float) -> None:
        """Deliver what is pending, and stop.

        Parameters:
            timeout: seconds for all of it; what is left then is lost.
        """
        # In the threads that the SDK has: from Python 3.12 on, none can be started at interpreter exit.
        deadline = time.monotonic() + timeout
        for processor in self._processors:
            processor.shut_down_by(deadline)
        for exporter in self._metric_exporters:
            if isinstance(exporter, OtlpMetricExporter):
                deadline = exporter.adapter.finish_by(deadline)
        for provider in self._meter_providers:
            # Not zero: then the provider would not even tell its readers to stop.
            milliseconds = max(1.0, (deadline - time.monotonic()) * 1000)
            with diverted_log():
                try:
                    provider.shutdown(timeout_millis=milliseconds)
                except Exception as error:
                    # A bare Exception is what the provider raises.
                    self._warn(f"metrics were not delivered in time: {error}")
        for exporter in self._metric_exporters:
            if isinstance(exporter, OtlpMetricExporter):
                exporter.close()
