"""`configure` sets up the OpenTelemetry SDK for this process, and `Telemetry` owns what it set up.

One `Telemetry` holds the exporters, which all docks of the process share, and makes a provider for each dock, whose
resource says which dock a span or a metric comes from. Finished spans are kept in memory too, so that the waterfall at
the end of a run needs no collector.

Nothing leaves the process unless an endpoint is given or an exporter is named. The SDK reads the standard variables
itself wherever it can (resource, sampler, limits, batches, endpoints, headers, certificates, timeouts); only the choice
of exporters is made here.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import urlsplit

from opentelemetry import metrics, trace
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider

from ._resource import make_resource
from ._span_record import SpanRecord
from .trio._spans import TrioSpanProcessor

if TYPE_CHECKING:
    from ._delivery import Delivery


def configure(
    *,
    service_name: str | None = None,
    device_id: str | None = None,
    trace_file: str | Path | None = None,
    max_spans: int = 10_000,
    set_global: bool = True,
) -> Telemetry:
    """Set up tracing and metrics for this process from the standard `OTEL_*` variables.

    `OTEL_TRACES_EXPORTER` and `OTEL_METRICS_EXPORTER` are `otlp`, `console` or `none`, or several with commas. Unset,
    they are `otlp` if an endpoint is given for the signal (`OTEL_EXPORTER_OTLP_ENDPOINT`,
    `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`) and `none` otherwise. OTLP goes over
    HTTP, as protobuf. `OTEL_EXPORTER_OTLP_TIMEOUT` is in seconds, as everywhere in OpenTelemetry for Python.

    A collector that is down, slow or none at all costs one warning (logger `telemetry`); whatever else the libraries
    have to say about it is logged at DEBUG.

    Parameters:
        service_name: default for every dock; `OTEL_SERVICE_NAME` wins over it.
        device_id: default for every dock.
        trace_file: write finished spans to this file too, as OTLP JSON lines; what it held is replaced.
        max_spans: how many finished spans `Telemetry.spans` keeps; the oldest go first.
        set_global: make the default providers the global ones too, so that the spans an app makes by
            `opentelemetry.trace.get_tracer` belong to the same traces. OpenTelemetry allows this once in a process;
            global providers that are set already stay. Tests pass False.

    Raises:
        ValueError: a variable has a value that cannot be honoured; the message names the fix.
        OSError: the trace file cannot be opened.
    """
    telemetry = Telemetry(service_name, device_id, trace_file, max_spans)
    if set_global and isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        trace.set_tracer_provider(telemetry.tracer_provider())
        metrics.set_meter_provider(telemetry.meter_provider())
    return telemetry


class Telemetry:
    """What `configure` set up: shut down at the end of a `with` block, else when the interpreter exits."""

    def __init__(
        self,
        service_name: str | None,
        device_id: str | None,
        trace_file: str | Path | None,
        max_spans: int,
    ) -> None:
        self._service_name = service_name
        self._device_id = device_id
        self._lock = threading.Lock()
        self._tracer_providers: dict[tuple[str | None, str | None], TracerProvider] = {}
        self._meter_providers: dict[tuple[str | None, str | None], metrics.MeterProvider] = {}
        self._delivery = _make_delivery(trace_file)
        self._recorder = _Recorder(self._delivery, max_spans)
        atexit.register(self.shutdown)

    def tracer_provider(self, *, service_name: str | None = None, device_id: str | None = None) -> TracerProvider:
        """The tracer provider of one dock; asked again for the same dock, the same provider.

        It belongs to this object. Shutting it down is not needed, and leaves the shared exporters alone.

        Parameters:
            service_name: such as the app's file stem; None takes what `configure` was given.
            device_id: the dock's id; None takes what `configure` was given.
        """
        key = service_name or self._service_name, device_id or self._device_id
        with self._lock:
            if key not in self._tracer_providers:
                provider = TracerProvider(resource=make_resource(*key), shutdown_on_exit=False)
                provider.add_span_processor(TrioSpanProcessor(self._recorder))
                self._tracer_providers[key] = provider
            return self._tracer_providers[key]

    def meter_provider(self, *, service_name: str | None = None, device_id: str | None = None) -> metrics.MeterProvider:
        """The meter provider of one dock, like `tracer_provider`; if no exporter wants metrics, it does nothing."""
        key = service_name or self._service_name, device_id or self._device_id
        with self._lock:
            if key not in self._meter_providers:
                provider = self._delivery and self._delivery.meter_provider(make_resource(*key))
                self._meter_providers[key] = provider or metrics.NoOpMeterProvider()
            return self._meter_providers[key]

    def spans(self) -> list[SpanRecord]:
        """The newest `max_spans` finished spans, of all docks, in the order in which they ended."""
        return [SpanRecord.from_sdk(span) for span in self._recorder.spans.copy()]

    @property
    def dropped_spans(self) -> int:
        """How many finished spans `spans` no longer holds."""
        return self._recorder.dropped

    def flush(self, timeout: float = 5.0) -> bool:
        """Deliver what is pending now. Blocks; on the Trio thread, use `trio.to_thread.run_sync`.

        Parameters:
            timeout: seconds to wait; delivery goes on in the background after that.

        Returns:
            Whether all was handed over in time.
        """
        return self._delivery is None or self._delivery.flush(timeout)

    def shutdown(self, timeout: float = 5.0) -> None:
        """Deliver what is pending, and stop. Blocks; called again, does nothing.

        Parameters:
            timeout: seconds for all of it; what is not delivered by then is lost, and a warning says so.
        """
        with self._lock:
            delivery, self._delivery = self._delivery, None
        atexit.unregister(self.shutdown)
        if delivery is not None:
            delivery.shut_down(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.shutdown()


class _Recorder(SpanProcessor):
    """The span processor of all docks' providers: keeps finished spans and hands them to be delivered.

    A provider shuts its processors down with itself. This one stays: the other docks go on.
    """

    def __init__(self, delivery: Delivery | None, max_spans: int) -> None:
        self.spans: deque[ReadableSpan] = deque(maxlen=max_spans)
        self.dropped = 0
        self._delivery = delivery
        self._lock = threading.Lock()

    def on_end(self, span: ReadableSpan) -> None:
        with self._lock:
            self.dropped += len(self.spans) == self.spans.maxlen
            self.spans.append(span)
        if self._delivery is not None:
            self._delivery.span_ended(span)


def _make_delivery(trace_file: str | Path | None) -> Delivery | None:
    trace_exporters = _exporters("TRACES")
    metric_exporters = _exporters("METRICS")
    if trace_file is None and not trace_exporters and not metric_exporters:
        return None
    from ._delivery import Delivery

    return Delivery(trace_file, trace_exporters, metric_exporters)


def _exporters(signal: Literal["TRACES", "METRICS"]) -> set[str]:
    """Which exporters the environment asks for: any of `otlp` and `console`."""
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return set()
    variable = f"OTEL_{signal}_EXPORTER"
    names = {name.strip().lower() for name in os.environ.get(variable, "").split(",")} - {""}
    if unknown := names - {"otlp", "console", "none"}:
        raise ValueError(f"{variable}={','.join(sorted(unknown))}: use otlp, console or none")
    endpoint_given = _check_endpoint(signal)
    if not names and endpoint_given:
        names = {"otlp"}
    if "otlp" in names:
        _check_protocol(signal)
    return names - {"none"}


def _check_endpoint(signal: str) -> bool:
    """Whether an OTLP endpoint is given for a signal."""
    for variable in (f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"):
        if endpoint := os.environ.get(variable, ""):
            url = urlsplit(endpoint)
            if url.scheme not in ("http", "https") or not url.hostname:
                raise ValueError(f"{variable}={endpoint}: use a URL such as http://127.0.0.1:4318")
            return True
    return False


def _check_protocol(signal: str) -> None:
    for variable in (f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        if protocol := os.environ.get(variable, "").strip():
            if protocol != "http/protobuf":
                raise ValueError(
                    f"{variable}={protocol}: use http/protobuf, and the collector's port for it (4318 by default)"
                )
            return
