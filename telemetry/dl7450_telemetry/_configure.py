"""`configure` sets up the OpenTelemetry SDK for this process.

Nothing leaves the process unless an endpoint is given or an exporter is named. The SDK reads the standard variables
itself wherever it can (resource, sampler, limits, batches, endpoints, headers, certificates, timeouts); only the choice
of exporters is made here, and bad values are told first.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ._environment import check_environment, exporters

if TYPE_CHECKING:
    from ._delivery import Delivery
    from ._telemetry import Telemetry


def configure(
    *,
    service_name: str | None = None,
    device_id: str | None = None,
    trace_file: str | Path | None = None,
    max_spans: int = 10_000,
    set_global: bool = True,
    repeatable_ids: bool = False,
) -> Telemetry:
    """Set up tracing and metrics for this process from the standard `OTEL_*` variables.

    `OTEL_TRACES_EXPORTER` and `OTEL_METRICS_EXPORTER` are `otlp`, `console` or `none`, or several with commas. Unset,
    they are `otlp` if an endpoint is given for the signal (`OTEL_EXPORTER_OTLP_ENDPOINT`,
    `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`) and `none` otherwise. OTLP goes over
    HTTP, as protobuf. `OTEL_EXPORTER_OTLP_TIMEOUT` is in seconds, as everywhere in OpenTelemetry for Python.

    A collector that is down, slow or none at all costs one warning (logger `dl7450_telemetry`); whatever else the
    libraries have to say about it is logged at DEBUG.

    Parameters:
        service_name: default for every dock; `OTEL_SERVICE_NAME` wins over it.
        device_id: default for every dock.
        trace_file: write finished spans to this file too, as OTLP JSON lines; what it held is replaced.
        max_spans: how many finished spans `Telemetry.spans` keeps; the oldest go first.
        set_global: make the default providers the global ones too, so that the spans an app makes by
            `opentelemetry.trace.get_tracer` belong to the same traces. OpenTelemetry allows this once in a process;
            global providers that are set already stay. Tests pass False.
        repeatable_ids: let the ids of spans follow from `service_name` and `device_id` alone, so that what is made in
            the same order has the same ids in every run. Without effect where traces are exported: a collector would
            take two runs for one.

    Raises:
        ValueError: a variable has a value that cannot be honoured; the message names the fix.
        OSError: the trace file cannot be opened.
    """
    check_environment()
    trace_exporters, metric_exporters = exporters("TRACES"), exporters("METRICS")

    # Only now: OpenTelemetry reads some of the variables when it is imported.
    from opentelemetry import metrics, trace

    from ._ids import RepeatableIds
    from ._telemetry import Telemetry

    delivery: Delivery | None = None
    if trace_file is not None or trace_exporters or metric_exporters:
        from ._delivery import Delivery

        delivery = Delivery(trace_file, trace_exporters, metric_exporters)
    ids = RepeatableIds(f"{service_name}/{device_id}") if repeatable_ids and not trace_exporters else None
    telemetry = Telemetry(service_name, device_id, delivery, max_spans, ids)
    if set_global and isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        trace.set_tracer_provider(telemetry.tracer_provider())
        metrics.set_meter_provider(telemetry.meter_provider())
    return telemetry
