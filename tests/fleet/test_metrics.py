"""Metrics of any kind: what is kept of each, in protobuf and in JSON, and what is told of the rest."""

import json
import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import ExponentialHistogramDataPoint, Metric
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View

from dl7450_telemetry.fleet.columns import GAUGES, HISTOGRAMS, SUMS, Batch
from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.otlp_exponential import explicit_buckets
from dl7450_telemetry.fleet.otlp_metrics import decode_json_metrics, decode_metrics
from dl7450_telemetry.fleet.questions import ask
from dl7450_telemetry.fleet.store import Store, open_store

from ._otlp import START, pairs


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    store = open_store(":memory:")
    yield store
    store.close()


def export(*metrics: Metric) -> ExportMetricsServiceRequest:
    request = ExportMetricsServiceRequest()
    of_dock = request.resource_metrics.add()
    of_dock.resource.attributes.extend(pairs({"service.name": "carousel", "device.id": "A1"}))
    of_dock.scope_metrics.add().metrics.extend(metrics)
    return request


def decoded(request: ExportMetricsServiceRequest) -> tuple[list[Batch], list[str]]:
    """The same from protobuf and from JSON."""
    batches, faults = decode_metrics(request.SerializeToString())
    from_json, told = decode_json_metrics(MessageToDict(request, use_integers_for_enums=True))
    assert [(batch.table, batch.columns) for batch in from_json] == [(batch.table, batch.columns) for batch in batches]
    assert told == faults
    return batches, faults


def values(batches: list[Batch], table: str, *columns: str) -> list[tuple[Any, ...]]:
    [batch] = [batch for batch in batches if batch.table == table]
    return list(zip(*(batch.columns[name] for name in columns), strict=True))


def at(**more: Any) -> dict[str, Any]:
    return {"start_time_unix_nano": START, "time_unix_nano": START + 10**9, **more}


def test_every_kind_of_data_is_kept(store: Store) -> None:
    gauge, total, histogram, exponential, summary = (Metric(name=name, unit="s") for name in "gshes")
    gauge.gauge.data_points.add(**at(as_int=3))
    total.sum.data_points.add(**at(as_double=2.5))
    total.sum.aggregation_temporality = 1  # type: ignore[assignment]
    total.sum.is_monotonic = True
    histogram.histogram.data_points.add(**at(count=3, sum=1.5, bucket_counts=[1, 2], explicit_bounds=[0.5], max=0.9))
    histogram.histogram.aggregation_temporality = 2  # type: ignore[assignment]
    of_powers = exponential.exponential_histogram.data_points.add(**at(count=10, sum=40.0, zero_count=3, max=16.0))
    of_powers.positive.offset = 1
    of_powers.positive.bucket_counts.extend([2, 0, 5])
    exponential.exponential_histogram.aggregation_temporality = 1  # type: ignore[assignment]
    of_quantiles = summary.summary.data_points.add(**at(count=7, sum=1.75, attributes=pairs({"pool": "a"})))
    of_quantiles.quantile_values.add(quantile=0.5, value=0.2)
    of_quantiles.quantile_values.add(quantile=0.99, value=0.7)

    batches, faults = decoded(export(gauge, total, histogram, exponential, summary))

    assert faults == []
    assert values(batches, GAUGES, "MetricName", "Attributes", "Value") == [
        ("g", {}, 3.0),
        ("s", {"pool": "a", "quantile": "0.5"}, 0.2),
        ("s", {"pool": "a", "quantile": "0.99"}, 0.7),
    ]
    assert values(batches, SUMS, "MetricName", "Attributes", "Value", "AggregationTemporality", "IsMonotonic") == [
        ("s", {}, 2.5, 1, True),
        ("s_count", {"pool": "a"}, 7.0, 2, True),
        ("s_sum", {"pool": "a"}, 1.75, 2, True),
    ]
    assert values(
        batches, HISTOGRAMS, "MetricName", "Count", "Sum", "BucketCounts", "ExplicitBounds", "Max", "MetricUnit"
    ) == [
        ("h", 3, 1.5, [1, 2], [0.5], 0.9, "s"),
        ("e", 10, 40.0, [3, 0, 2, 0, 5, 0], [0.0, 2.0, 4.0, 8.0, 16.0], 16.0, "s"),
    ]
    for batch in batches:
        store.insert(batch)
        assert store.query(f"SELECT count(*) FROM {batch.table}", {}) == [(len(batch),)]


def test_what_is_not_kept_is_told() -> None:
    ended, unknown, kept = Metric(name="ended"), Metric(name="unknown"), Metric(name="kept")
    ended.gauge.data_points.add(**at(flags=1))
    ended.gauge.data_points.add(**at())
    kept.gauge.data_points.add(**at(as_int=0))
    batches, faults = decoded(export(ended, unknown, kept))
    assert values(batches, GAUGES, "MetricName", "Value") == [("kept", 0.0)]
    assert faults == [
        "a point of 'ended' is not kept: it has no value",
        "a point of 'ended' is not kept: it has no value",
        "'unknown' is not kept: it has no data of a kind that is known here",
    ]


def test_the_sdks_exponential_histogram_keeps_each_measurement_in_its_bucket() -> None:
    measured = [0.0, 0.0, 0.001, 0.25, 0.25, 1.0, 7.0, 7.1, 300.0]
    reader = InMemoryMetricReader()
    view = View(instrument_name="lag", aggregation=ExponentialBucketHistogramAggregation())
    provider = MeterProvider([reader], views=[view], shutdown_on_exit=False)
    lag = provider.get_meter("test").create_histogram("lag", unit="s")
    for value in measured:
        lag.record(value)
    data = reader.get_metrics_data()
    assert data is not None
    batches, faults = decode_metrics(encode_metrics(data).SerializeToString())
    [(count, total, counts, bounds)] = values(batches, HISTOGRAMS, "Count", "Sum", "BucketCounts", "ExplicitBounds")
    assert (count, total, faults) == (len(measured), sum(measured), [])
    edges = [-math.inf, *bounds, math.inf]
    assert counts == [
        sum(low < value <= high * (1 + 1e-9) for value in measured if value > low * (1 + 1e-9) or value == 0)
        for low, high in pairwise(edges)
    ]


counts = st.integers(0, 2**64 - 1)
names = st.sampled_from(["trio.scheduler.lag", "a\0b", "", "<b>", "x" * 100_000]) | st.text(max_size=9)
moments = st.sampled_from([0, 2**63, 2**64 - 1]) | counts
buckets = st.builds(
    ExponentialHistogramDataPoint.Buckets,
    offset=st.integers(-(2**31), 2**31 - 1) | st.integers(-20, 20),
    bucket_counts=st.lists(st.integers(0, 2**64 - 1), max_size=6),
)


@given(
    point=st.builds(
        ExponentialHistogramDataPoint,
        scale=st.integers(-(2**31), 2**31 - 1) | st.integers(-10, 20),
        zero_count=st.integers(0, 2**64 - 1),
        zero_threshold=st.floats(),
        positive=buckets,
        negative=buckets,
    )
)
@settings(deadline=None)
def test_any_exponential_histogram_is_a_histogram_with_all_its_counts(point: ExponentialHistogramDataPoint) -> None:
    counts, bounds = explicit_buckets(point)
    assert len(counts) == len(bounds) + 1
    assert sum(counts) == sum(point.positive.bucket_counts) + sum(point.negative.bucket_counts) + point.zero_count
    assert all(math.isfinite(bound) for bound in bounds)
    assert all(low < high for low, high in pairwise(bounds))


points = {
    "gauge": st.fixed_dictionaries({"as_double": st.floats()}) | st.fixed_dictionaries({"as_int": st.just(-(2**63))}),
    "sum": st.fixed_dictionaries({"as_double": st.floats()}),
    "histogram": st.fixed_dictionaries(
        {"count": counts, "sum": st.floats(), "min": st.floats(), "max": st.floats()},
        optional={
            "bucket_counts": st.lists(counts, max_size=4),
            "explicit_bounds": st.lists(st.floats(), max_size=4),
        },
    ),
    "exponential_histogram": st.fixed_dictionaries(
        {"count": counts, "scale": st.integers(-(2**31), 2**31 - 1), "positive": buckets, "negative": buckets}
    ),
    "summary": st.fixed_dictionaries({"count": counts, "sum": st.floats()}),
}


@st.composite
def metrics(draw: st.DrawFn) -> Metric:
    """A metric of any kind, with values that no honest program sends."""
    kind = draw(st.sampled_from(sorted(points)))
    metric = Metric(name=draw(names), unit=draw(names), description=draw(names))
    data = getattr(metric, kind)
    for given_point in draw(st.lists(points[kind], min_size=1, max_size=3)):
        point = data.data_points.add(start_time_unix_nano=draw(moments), time_unix_nano=draw(moments), **given_point)
        point.attributes.extend(pairs({draw(names): draw(names)}))
        if kind == "summary":
            point.quantile_values.add(quantile=draw(st.floats()), value=draw(st.floats()))
    if kind not in ("gauge", "summary"):
        data.aggregation_temporality = draw(st.integers(-(2**31), 2**31 - 1))
    return metric


@given(sent=st.lists(metrics(), max_size=4))
@settings(max_examples=40, deadline=None)
def test_every_point_is_kept_whatever_is_in_it(store: Store, sent: list[Metric]) -> None:
    batches, faults = decode_metrics(export(*sent).SerializeToString())
    rows = {"summary": 3}  # of its quantile, its count and its sum
    expected = sum(
        len(getattr(metric, kind).data_points) * rows.get(kind, 1) for metric in sent if (kind := kind_of(metric))
    )
    assert (sum(map(len, batches)), faults) == (expected, [])
    for batch in batches:
        [(before,)] = store.query(f"SELECT count(*) FROM {batch.table}", {})
        store.insert(batch)
        assert store.query(f"SELECT count(*) FROM {batch.table}", {}) == [(before + len(batch),)]
    json.loads(ask(store, "lag", Filters(0, 2**63 - 1), id="A1").json())


def test_a_lag_that_cannot_be_does_not_hide_the_others() -> None:
    lag = Metric(name="trio.scheduler.lag")
    lag.histogram.aggregation_temporality = 1  # type: ignore[assignment]
    lag.histogram.data_points.add(**at(count=4, sum=0.5, max=0.25))
    for total, most in ((math.nan, 1.0), (math.inf, math.inf), (1e300, 1e300), (1.0, math.nan), (-1e300, -1.0)):
        lag.histogram.data_points.add(**at(count=1, sum=total, max=most))
    for _ in range(2):
        lag.histogram.data_points.add(**at(count=2**64 - 1, sum=1.0, max=1.0))
    store = open_store(":memory:")
    for batch in decode_metrics(export(lag).SerializeToString())[0]:
        store.insert(batch)
    [row] = ask(store, "lag", Filters(START, START + 60 * 10**9), id="A1").dicts()
    store.close()
    assert (row["steps"], row["mean"], row["max"]) == (4, 125_000_000, 250_000_000)


def test_a_point_of_a_clock_that_is_centuries_ahead_is_found_in_the_window_of_all_time() -> None:
    ahead = Metric(name="trio.scheduler.lag")
    ahead.histogram.aggregation_temporality = 1  # type: ignore[assignment]
    ahead.histogram.data_points.add(time_unix_nano=2**64 - 1, count=4, sum=0.5, max=0.25)
    store = open_store(":memory:")
    for batch in decode_metrics(export(ahead).SerializeToString())[0]:
        store.insert(batch)
    assert store.query(f"SELECT count(*) FROM {HISTOGRAMS}", {}) == [(1,)]
    assert [row["steps"] for row in ask(store, "lag", Filters(0, 2**63 - 1), id="A1").dicts()] == [4]
    store.close()


def kind_of(metric: Metric) -> str:
    return metric.WhichOneof("data") or ""
