"""How late the tasks of a Trio run are: of a dock, and of the server."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

import trio
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


class LagMeter:
    """Measures a Trio run while somebody looks: it takes every request 20 to 40 µs. For the run's own thread."""

    def __init__(self) -> None:
        self._looking = 0
        self._changed = trio.Event()
        self._gauge: Callable[[], Lag | None] = _nothing

    async def run(self) -> None:
        """Measure whenever somebody looks, until this is cancelled."""
        while True:
            while not self._looking:
                await self._changed.wait()
            with _measured() as self._gauge:
                while self._looking:
                    await self._changed.wait()
            self._gauge = _nothing

    def look(self, more: int) -> None:
        """So many more look from now on; with -1, one less."""
        self._looking += more
        self._changed.set()
        self._changed = trio.Event()

    @contextmanager
    def looked_at(self) -> Generator[None]:
        """Somebody looks, for the length of the block."""
        self.look(+1)
        try:
            yield
        finally:
            self.look(-1)

    def lag(self) -> Lag | None:
        """The lag since this was asked before; None if nothing has been measured by then."""
        return self._gauge()


# Of the server's run, for the tasks that answer pages; None: nobody measures it.
lag_of_server: ContextVar[LagMeter | None] = ContextVar("dl7450.serve.lag_of_server", default=None)


def _nothing() -> None:
    return None


@contextmanager
def _measured() -> Generator[Callable[[], Lag | None]]:
    """Measure the run that the caller is in for the length of the block; what it gives tells the lag."""
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
