"""`instrument_trio`: what is measured, exactly, and that nothing of it is left."""

import dataclasses
import sys
import threading
from bisect import bisect_left

import pytest
import trio
from opentelemetry.metrics import MeterProvider, NoOpMeterProvider
from opentelemetry.sdk.metrics import MeterProvider as SdkMeterProvider
from opentelemetry.sdk.metrics.export import (
    HistogramDataPoint,
    InMemoryMetricReader,
    NumberDataPoint,
)

from dl7450_telemetry import instrument_trio
from dl7450_telemetry import trio as trio_telemetry
from dl7450_telemetry.trio._loop import BUCKETS
from tests.telemetry.trio._fakes import FakeCounter, Tracing


class Metrics:
    def __init__(self) -> None:
        self._reader = InMemoryMetricReader()
        self.provider: MeterProvider = SdkMeterProvider([self._reader], shutdown_on_exit=False)

    def points(self) -> dict[str, list[HistogramDataPoint | NumberDataPoint]]:
        """The data points by metric, without the moments of collection."""
        data = self._reader.get_metrics_data()
        assert data is not None
        return {
            metric.name: [
                dataclasses.replace(point, start_time_unix_nano=0, time_unix_nano=0)  # type: ignore[misc] # each is a dataclass
                for point in metric.data.data_points
            ]
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


def histogram(*values: float) -> list[HistogramDataPoint]:
    """What a histogram that recorded these values says."""
    counts = [0] * (len(BUCKETS) + 1)
    for value in values:
        counts[bisect_left(BUCKETS, value)] += 1
    return [
        HistogramDataPoint(
            attributes={},
            start_time_unix_nano=0,
            time_unix_nano=0,
            count=len(values),
            sum=sum(values),
            bucket_counts=tuple(counts),
            explicit_bounds=BUCKETS,
            min=min(values),
            max=max(values),
        )
    ]


async def test_lag_and_steps_are_the_times_between_what_the_scheduler_did() -> None:
    metrics, counter = Metrics(), FakeCounter()

    async def child() -> None:
        counter.advance(0.25)

    with instrument_trio(
        meter_provider=metrics.provider, perf_counter=counter, sample_interval=0, block_threshold=None
    ):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(child)
            counter.advance(0.5)
        counter.advance(2)

    points = metrics.points()
    # The child was runnable while its parent went on for 0.5 s; its parent was when the child had ended.
    assert points["trio.scheduler.lag"] == histogram(0.5, 0)
    assert points["trio.task.step.duration"] == histogram(0.5, 0.25, 2)


async def test_of_short_steps_one_per_interval_is_recorded_and_of_long_ones_each() -> None:
    metrics, counter = Metrics(), FakeCounter()
    with instrument_trio(
        meter_provider=metrics.provider, perf_counter=counter, sample_interval=1, block_threshold=None
    ):
        for step in (0.5, 0.125, 0.25, 0.375, 0.75, 4, 1, 0.0625):
            counter.advance(step)
            await trio.lowlevel.checkpoint()
        # The counter now stands still, so this last step takes no time and is not due.

    assert metrics.points()["trio.task.step.duration"] == histogram(0.5, 0.75, 4, 1)


async def test_every_late_task_of_a_crowd_counts_as_late() -> None:
    metrics, counter = Metrics(), FakeCounter()
    with instrument_trio(
        meter_provider=metrics.provider, perf_counter=counter, sample_interval=1, block_threshold=None
    ):
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(trio.sleep, 0)
            counter.advance(2)
    [lag] = metrics.points()["trio.scheduler.lag"]
    assert isinstance(lag, HistogramDataPoint)
    assert (lag.count, lag.sum) == (3, 6)


async def test_living_tasks_are_counted_from_the_first_to_none_when_the_block_ends() -> None:
    metrics = Metrics()

    def count() -> object:
        [point] = metrics.points()["trio.task.count"]
        assert isinstance(point, NumberDataPoint)
        return point.value

    with instrument_trio(meter_provider=metrics.provider, block_threshold=None):
        before = trio.lowlevel.current_statistics().tasks_living
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            nursery.start_soon(trio.sleep_forever)
            counts = [count()]
            nursery.cancel_scope.cancel()
        counts.append(count())
    assert [*counts, count()] == [before + 2, before, 0]


async def test_metrics_have_the_names_units_and_scope_that_are_documented() -> None:
    reader = InMemoryMetricReader()
    with instrument_trio(meter_provider=SdkMeterProvider([reader], shutdown_on_exit=False)):
        await trio.lowlevel.checkpoint()
    data = reader.get_metrics_data()
    assert data is not None
    [scope] = data.resource_metrics[0].scope_metrics
    assert scope.scope.name == "dl7450_telemetry.trio"
    assert scope.scope.version == trio_telemetry.__version__
    assert {metric.name: metric.unit for metric in scope.metrics} == {
        "trio.scheduler.lag": "s",
        "trio.task.step.duration": "s",
        "trio.task.count": "{task}",
    }


async def test_a_measurement_leads_to_the_trace_that_its_task_was_in() -> None:
    metrics, counter, tracing = Metrics(), FakeCounter(), Tracing()
    with (
        instrument_trio(meter_provider=metrics.provider, perf_counter=counter, block_threshold=None),
        tracing.tracer.start_as_current_span("slow") as span,
    ):
        counter.advance(8)
        await trio.lowlevel.checkpoint()
    [steps] = metrics.points()["trio.task.step.duration"]
    assert [(exemplar.value, exemplar.span_id) for exemplar in steps.exemplars] == [
        (8, span.get_span_context().span_id)
    ]


async def test_off_again_nothing_of_it_is_left() -> None:
    class CountingCounter(FakeCounter):
        calls = 0

        def __call__(self) -> float:
            self.calls += 1
            return super().__call__()

    counter = CountingCounter()
    threads = threading.enumerate()
    with instrument_trio(meter_provider=NoOpMeterProvider(), perf_counter=counter, block_threshold=60):
        assert len(threading.enumerate()) == len(threads) + 1
    calls = counter.calls
    await trio.lowlevel.checkpoint()
    assert counter.calls == calls
    assert threading.enumerate() == threads
    with instrument_trio(meter_provider=NoOpMeterProvider()):  # and it can be switched on again
        pass


async def test_an_exception_leaves_the_block_as_it_is() -> None:
    threads = threading.enumerate()
    with pytest.raises(LookupError), instrument_trio(meter_provider=NoOpMeterProvider()):
        raise LookupError
    assert threading.enumerate() == threads


@pytest.mark.parametrize("hook", ["task_scheduled", "after_task_step", "before_task_step"])
async def test_a_hook_that_fails_costs_the_instrument_not_the_program(
    hook: str, caplog: pytest.LogCaptureFixture
) -> None:
    class FailingCounter(FakeCounter):
        fails = False

        def __call__(self) -> float:
            if self.fails and sys._getframe(1).f_code.co_name == hook:
                raise OSError("no counter")
            return super().__call__()

    counter = FailingCounter()
    with instrument_trio(meter_provider=NoOpMeterProvider(), perf_counter=counter, block_threshold=None):
        counter.fails = True
        await trio.lowlevel.checkpoint()
        counter.fails = False
    [record] = caplog.records
    assert record.name == "trio.abc.Instrument"
    assert record.getMessage().startswith(f"Exception raised when calling '{hook}'")


@pytest.mark.parametrize("block_threshold", [0, -1, float("nan")])
async def test_a_threshold_that_is_no_duration_is_refused(block_threshold: float) -> None:
    with (
        pytest.raises(ValueError, match="block_threshold must be positive seconds, or None"),
        instrument_trio(block_threshold=block_threshold),
    ):
        pass


async def test_an_interval_that_is_no_duration_is_refused() -> None:
    with (
        pytest.raises(ValueError, match="sample_interval must be seconds, or 0"),
        instrument_trio(sample_interval=-1),
    ):
        pass


async def test_one_run_is_instrumented_once() -> None:
    with (
        instrument_trio(meter_provider=NoOpMeterProvider()),
        pytest.raises(RuntimeError, match="enter instrument_trio\\(\\) once"),
        instrument_trio(meter_provider=NoOpMeterProvider()),
    ):
        pass


def test_it_needs_a_run_to_measure() -> None:
    with pytest.raises(RuntimeError, match="enter it in a task"), instrument_trio():
        pass


async def test_it_needs_no_provider() -> None:
    with instrument_trio():  # the API's own, which does nothing until somebody sets one
        await trio.lowlevel.checkpoint()
