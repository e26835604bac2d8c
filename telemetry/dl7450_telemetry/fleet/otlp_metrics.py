"""OTLP requests with metrics to columns. Every kind of data is kept, in three tables:

| kind | is kept as |
|---|---|
| gauge, sum, histogram | what it is |
| exponential histogram | a histogram with the same buckets (`otlp_exponential.py`) |
| summary `x` | as Prometheus has it: gauges `x` with the attribute `quantile`, and the sums `x_count` and `x_sum` |

A point without a value, such as the one that tells that a stream has ended, and a metric of a kind that is not known
here are left out, with a sentence for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .._otlp_json import SHAPE_ERRORS
from .columns import GAUGES, HISTOGRAMS, LATEST, NEWEST, SITE, SUMS, UNKNOWN_DOCK, Batch
from .otlp_exponential import explicit_buckets
from .otlp_values import attributes

if TYPE_CHECKING:
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

_NO_RECORDED_VALUE = 1  # of `DataPointFlags`
_CUMULATIVE = 2  # of `AggregationTemporality`


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
    batches = {table: Batch(table) for table in (GAUGES, SUMS, HISTOGRAMS)}
    faults: list[str] = []
    for resource_metrics in request.resource_metrics:
        resource = attributes(resource_metrics.resource.attributes)
        for scope_metrics in resource_metrics.scope_metrics:
            scope = scope_metrics.scope
            for metric in scope_metrics.metrics:
                kind = metric.WhichOneof("data")
                if kind is None:
                    faults.append(f"{metric.name[:80]!r} is not kept: it has no data of a kind that is known here")
                    continue
                data = getattr(metric, kind)
                for point in data.data_points:
                    rows = list(_ROWS[kind](metric.name, data, point))
                    if point.flags & _NO_RECORDED_VALUE or not rows:
                        faults.append(f"a point of {metric.name[:80]!r} is not kept: it has no value")
                        continue
                    for table, name, more, values in rows:
                        _add(batches[table], resource, scope, metric, point, name, more, values)
    return [batch for batch in batches.values() if len(batch)], faults


def _add(
    batch: Batch,
    resource: dict[str, str],
    scope: Any,
    metric: Any,
    point: Any,
    name: str,
    more: dict[str, str],
    values: tuple[Any, ...],
) -> None:
    row = (
        resource,
        scope.name,
        scope.version,
        resource.get("service.name", ""),
        name,
        metric.description,
        metric.unit,
        attributes(point.attributes) | more,
        min(point.start_time_unix_nano, LATEST),
        min(point.time_unix_nano, NEWEST),
        resource.get("device.id") or UNKNOWN_DOCK,
        resource.get("service.version", ""),
        resource.get(SITE, ""),
        *values,
    )
    for append, value in zip(batch.appenders(), row, strict=True):
        append(value)


# What a point becomes: rows, each with its table, its metric's name, attributes besides the point's, and the values.
_Rows = Iterator[tuple[str, str, dict[str, str], tuple[Any, ...]]]


def _gauge(name: str, _: Any, point: Any) -> _Rows:
    if point.WhichOneof("value"):
        yield GAUGES, name, {}, (_value(point),)


def _sum(name: str, data: Any, point: Any) -> _Rows:
    if point.WhichOneof("value"):
        yield SUMS, name, {}, (_value(point), data.aggregation_temporality, data.is_monotonic)


def _histogram(name: str, data: Any, point: Any) -> _Rows:
    yield _as_histogram(name, data, point, point.bucket_counts, list(point.explicit_bounds))


def _exponential_histogram(name: str, data: Any, point: Any) -> _Rows:
    yield _as_histogram(name, data, point, *explicit_buckets(point))


def _as_histogram(
    name: str, data: Any, point: Any, counts: Any, bounds: list[float]
) -> tuple[str, str, dict[str, str], tuple[Any, ...]]:
    values = (
        min(point.count, LATEST),
        point.sum,
        [min(count, LATEST) for count in counts],
        bounds,
        point.min,
        point.max,
        data.aggregation_temporality,
    )
    return HISTOGRAMS, name, {}, values


def _summary(name: str, _: Any, point: Any) -> _Rows:
    for of_quantile in point.quantile_values:
        yield GAUGES, name, {"quantile": f"{of_quantile.quantile:g}"}, (of_quantile.value,)
    yield SUMS, f"{name}_count", {}, (float(point.count), _CUMULATIVE, True)
    yield SUMS, f"{name}_sum", {}, (point.sum, _CUMULATIVE, True)


_ROWS = {
    "gauge": _gauge,
    "sum": _sum,
    "histogram": _histogram,
    "exponential_histogram": _exponential_histogram,
    "summary": _summary,
}


def _value(point: Any) -> float:
    return float(point.as_int) if point.HasField("as_int") else point.as_double
