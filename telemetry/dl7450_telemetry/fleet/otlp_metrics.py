"""OTLP requests with metrics to columns: gauges, sums and histograms.

Exponential histograms and summaries are not kept: they are counted as rejected, and the answer says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._otlp_json import SHAPE_ERRORS
from .columns import GAUGES, HISTOGRAMS, LATEST, SITE, SUMS, UNKNOWN_DOCK, Batch
from .otlp_values import attributes

if TYPE_CHECKING:
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest


def decode_metrics(body: bytes) -> tuple[list[Batch], list[str]]:
    """The points of an `ExportMetricsServiceRequest` in protobuf, and a sentence for each that is not kept.

    Raises:
        ValueError: it is not one.
    """
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

    try:
        return _decode(ExportMetricsServiceRequest.FromString(body))
    except DecodeError as error:
        raise ValueError(f"not an ExportMetricsServiceRequest in protobuf: {error}") from None


def decode_json_metrics(request: object) -> tuple[list[Batch], list[str]]:
    """The same in OTLP JSON.

    Raises:
        ValueError: it is not one.
    """
    from google.protobuf.json_format import ParseDict, ParseError
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

    if not isinstance(request, dict):
        raise ValueError("not an OTLP metrics export: not a JSON object")  # noqa: TRY004 # it is the sender's value
    try:
        # Exemplars are not kept; their ids are hex, which protobuf's own JSON mapping would refuse or misread.
        return _decode(
            ParseDict(_without_exemplars(request), ExportMetricsServiceRequest(), ignore_unknown_fields=True)
        )
    except (ParseError, *SHAPE_ERRORS) as error:
        raise ValueError(f"not an OTLP metrics export: {error}") from None


def _without_exemplars(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_exemplars(member) for key, member in value.items() if key != "exemplars"}
    return [_without_exemplars(item) for item in value] if isinstance(value, list) else value


def _decode(request: ExportMetricsServiceRequest) -> tuple[list[Batch], list[str]]:
    gauges, sums, histograms = Batch(GAUGES), Batch(SUMS), Batch(HISTOGRAMS)
    faults: list[str] = []
    for resource_metrics in request.resource_metrics:
        resource = attributes(resource_metrics.resource.attributes)
        for scope_metrics in resource_metrics.scope_metrics:
            for metric in scope_metrics.metrics:
                around = (resource, scope_metrics.scope, metric)
                point: Any
                match metric.WhichOneof("data"):
                    case "gauge":
                        for point in metric.gauge.data_points:
                            _add(gauges, around, point, _value(point))
                    case "sum":
                        kind = (metric.sum.aggregation_temporality, metric.sum.is_monotonic)
                        for point in metric.sum.data_points:
                            _add(sums, around, point, _value(point), *kind)
                    case "histogram":
                        temporality = metric.histogram.aggregation_temporality
                        for point in metric.histogram.data_points:
                            _add(histograms, around, point, *_histogram(point), temporality)
                    case None:
                        pass
                    case name:
                        points = getattr(metric, name).data_points
                        faults += [f"{metric.name!r} is not kept: its kind, {name}, is not known here"] * len(points)
    return [batch for batch in (gauges, sums, histograms) if len(batch)], faults


def _add(batch: Batch, around: tuple[dict[str, str], Any, Any], point: Any, *values: Any) -> None:
    resource, scope, metric = around
    row = (
        resource,
        scope.name,
        scope.version,
        resource.get("service.name", ""),
        metric.name,
        metric.description,
        metric.unit,
        attributes(point.attributes),
        min(point.start_time_unix_nano, LATEST),
        min(point.time_unix_nano, LATEST),
        resource.get("device.id") or UNKNOWN_DOCK,
        resource.get("service.version", ""),
        resource.get(SITE, ""),
        *values,
    )
    for append, value in zip(batch.appenders(), row, strict=True):
        append(value)


def _value(point: Any) -> float:
    return float(point.as_int) if point.HasField("as_int") else point.as_double


def _histogram(point: Any) -> tuple[int, float, list[int], list[float], float, float]:
    counts = [min(count, LATEST) for count in point.bucket_counts]
    return min(point.count, LATEST), point.sum, counts, list(point.explicit_bounds), point.min, point.max
