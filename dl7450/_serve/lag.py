"""How late the tasks of a Trio run are: of a dock, and of the server."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from opentelemetry.sdk.metrics import Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, HistogramDataPoint, InMemoryMetricReader

from dl7450_telemetry import instrument_trio

EVERY: Final = 0.9  # seconds, less than a page's tick: what is asked for sooner, by a second page, is the same again


@dataclass(frozen=True)
class Lag:
    """From the moment that a task could run to its step, in seconds.

    Attributes:
        longest: of all steps.
        mean: of those that were measured.
        over: seconds that this is about.
    """

    longest: float
    mean: float
    over: float


LagGauge = Callable[[], Lag | None]

lag_of_server: ContextVar[LagGauge] = ContextVar("dl7450.serve.lag_of_server")  # set in the server's run


@contextmanager
def measured_lag() -> Generator[LagGauge]:
    """Measure the run that the caller is in for the length of the block.

    What it gives tells the lag since it was asked before; None if nothing has been measured by then.
    """
    reader = InMemoryMetricReader(preferred_temporality={Histogram: AggregationTemporality.DELTA})
    provider = MeterProvider([reader], shutdown_on_exit=False)
    asked = time.monotonic()
    newest: Lag | None = None

    def gauge() -> Lag | None:
        nonlocal asked, newest
        now = time.monotonic()
        if newest is None or now - asked >= EVERY:
            newest, asked = _lag(reader, now - asked) or newest, now
        return newest

    try:
        with instrument_trio(meter_provider=provider, block_threshold=None):
            yield gauge
    finally:
        provider.shutdown()


def _lag(reader: InMemoryMetricReader, over: float) -> Lag | None:
    data = reader.get_metrics_data()
    points = [
        point
        for resource in (data.resource_metrics if data else ())
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if metric.name == "trio.scheduler.lag"
        for point in metric.data.data_points
        if isinstance(point, HistogramDataPoint) and point.count
    ]
    if not points:
        return None
    return Lag(
        max(point.max for point in points),
        sum(point.sum for point in points) / sum(point.count for point in points),
        over,
    )
