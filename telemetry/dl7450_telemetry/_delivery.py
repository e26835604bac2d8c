"""`Delivery`: the exporters of this process, the SDK's threads that feed them, and their end within a bound.

The SDK's `BatchSpanProcessor.shutdown` waits for up to 30 s, `force_flush` for as long as it takes, and both leave the
exporter to its retries. After `Delivery.shut_down` began, a request is given the time that is left, and a collector
that cannot be reached is not tried again.

The SDK's worker threads are daemons. One that hangs in a socket at the deadline is left behind; it ends with its
request (`OTEL_EXPORTER_OTLP_TIMEOUT`, 10 s unless set) or with the process.

| override | what it buys | it can go when the SDK |
|---|---|---|
| `BoundedBatchProcessor.on_end` | dropped spans cost one warning | counts what it drops, and does not log each |
| `BoundedBatchProcessor.shut_down_by` | the end of a run has a bound | takes a timeout in its own `shutdown` |

Imported only when something is to be exported, and the exporters to a collector only when there is one: they take as
long to import as all the rest.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter

from ._losses import OneWarning, Warn, current_listener, diverted_log
from ._trace_file_exporter import TraceFileExporter

if TYPE_CHECKING:
    from ._collector import OtlpMetricExporter


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
        self._metric_exporters: list[MetricExporter] = []
        self._metric_collectors: list[OtlpMetricExporter] = []  # those of them that send
        self._meter_providers: list[MeterProvider] = []
        if trace_file is not None:
            self._processors.append(BoundedBatchProcessor(TraceFileExporter(Path(trace_file), self._warn), self._warn))
        if "console" in trace_exporters:
            self._processors.append(BoundedBatchProcessor(ConsoleSpanExporter(out=sys.stdout), self._warn))
        if "console" in metric_exporters:
            self._metric_exporters.append(ConsoleMetricExporter(out=sys.stdout))
        if "otlp" in trace_exporters or "otlp" in metric_exporters:
            self._add_collectors("otlp" in trace_exporters, "otlp" in metric_exporters)

    def _add_collectors(self, spans: bool, metrics: bool) -> None:
        from ._collector import OtlpMetricExporter, OtlpSpanExporter

        if spans:
            exporter = OtlpSpanExporter(self._warn)
            self._processors.append(BoundedBatchProcessor(exporter, self._warn, exporter.adapter.finish_by))
        if metrics:
            self._metric_collectors.append(OtlpMetricExporter(self._warn))
            self._metric_exporters += self._metric_collectors

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
        for exporter in self._metric_collectors:
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
        for exporter in self._metric_collectors:
            exporter.close()


class BoundedBatchProcessor(BatchSpanProcessor):
    """The SDK's batch processor (`OTEL_BSP_*`), with a bound on its shutdown."""

    def __init__(
        self, exporter: SpanExporter, warn: Warn, finish_by: Callable[[float], float] = lambda deadline: deadline
    ) -> None:
        """
        Parameters:
            exporter: gets the spans, in batches.
            warn: called with a message when spans end faster than they are delivered, and some are dropped.
            finish_by: tells the exporter the deadline of the end, by `time.monotonic()`; gives it, or an earlier one.
        """
        super().__init__(exporter)
        self._finish_by = finish_by
        self._warn = warn

    def on_end(self, span: ReadableSpan) -> None:
        # Not `diverted_log`: this runs on the app's time, and a generator costs three times as much.
        token = current_listener.set(self._warn)
        try:
            super().on_end(span)
        finally:
            current_listener.reset(token)

    def shut_down_by(self, deadline: float) -> None:
        """Export what is queued, and stop.

        Parameters:
            deadline: when to give up, by `time.monotonic()`.
        """
        seconds = max(0.0, self._finish_by(deadline) - time.monotonic())
        # The inner processor, because BatchSpanProcessor.shutdown() hands no timeout on.
        self._batch_processor.shutdown(timeout_millis=int(seconds * 1000))
