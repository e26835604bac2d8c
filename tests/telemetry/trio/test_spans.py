"""Who cancelled a span and which task failed first, as attributes of spans."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
import trio
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, SpanProcessor, TracerProvider

from dl7450_telemetry import TrioSpanProcessor, cancellation_attributes, failure_attributes, instrument_trio
from tests.telemetry.trio._fakes import Tracing


async def sleep_in_span(tracing: Tracing, name: str) -> None:
    with tracing.tracer.start_as_current_span(name):
        await trio.sleep_forever()


# Who cancelled whom


async def test_a_deadline_is_named_on_the_span_that_it_cut_short(autojump_clock: trio.testing.MockClock) -> None:
    tracing = Tracing()
    with tracing.tracer.start_as_current_span("around"), trio.move_on_after(1):
        await sleep_in_span(tracing, "cut short")
    assert tracing.attributes() == {"cut short": {"trio.cancelled.source": "deadline"}, "around": {}}


async def test_a_cancel_call_is_named_with_its_reason_and_the_task_that_made_it() -> None:
    tracing = Tracing()

    async def cancel(scope: trio.CancelScope) -> None:
        canceller.append(repr(trio.lowlevel.current_task()))
        scope.cancel("the dock is closing")

    canceller: list[str] = []
    with trio.CancelScope() as scope:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(cancel, scope)
            await sleep_in_span(tracing, "cut short")
    assert tracing.attributes() == {
        "cut short": {
            "trio.cancelled.source": "explicit",
            "trio.cancelled.reason": "the dock is closing",
            "trio.cancelled.source_task": canceller[0],
        }
    }


async def test_a_failed_sibling_is_named_on_the_spans_that_it_cut_short() -> None:
    tracing = Tracing()
    tasks: list[str] = []

    async def fail() -> None:
        tasks.append(repr(trio.lowlevel.current_task()))
        raise ValueError("no picture")

    with suppress(ExceptionGroup):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(sleep_in_span, tracing, "sibling")
            nursery.start_soon(fail, name="the failing one")
            await sleep_in_span(tracing, "block of the nursery")
    cut_short = {
        "trio.cancelled.source": "nursery",
        "trio.cancelled.reason": "child task raised exception ValueError('no picture')",
        "trio.cancelled.source_task": tasks[0],
    }
    assert tracing.attributes() == {"sibling": cut_short, "block of the nursery": cut_short}


async def test_clean_up_after_a_cancellation_was_not_cut_short_unless_it_was_itself(
    autojump_clock: trio.testing.MockClock,
) -> None:
    tracing = Tracing()
    with trio.CancelScope() as scope:
        scope.cancel("first")
        try:
            await trio.sleep_forever()
        finally:
            with tracing.tracer.start_as_current_span("clean-up"):
                pass
            with trio.move_on_after(1, shield=True):
                await sleep_in_span(tracing, "clean-up that takes too long")
    assert tracing.attributes() == {
        "clean-up": {},
        "clean-up that takes too long": {"trio.cancelled.source": "deadline"},
    }


async def test_a_cancellation_in_a_group_is_found_and_any_other_exception_is_none() -> None:
    caught: list[trio.Cancelled] = []
    with trio.CancelScope() as scope:
        scope.cancel("why")
        try:
            await trio.lowlevel.checkpoint()
        except trio.Cancelled as error:
            caught.append(error)
            raise
    group = BaseExceptionGroup("", [ValueError(), BaseExceptionGroup("", caught)])
    assert cancellation_attributes(group) == {
        "trio.cancelled.source": "explicit",
        "trio.cancelled.reason": "why",
        "trio.cancelled.source_task": repr(trio.lowlevel.current_task()),
    }
    assert cancellation_attributes(ExceptionGroup("", [ValueError()])) == {}
    assert cancellation_attributes(ValueError()) == {}


# Which task failed first


async def fail(error: Exception) -> None:
    raise error


async def fail_when_cancelled() -> None:
    try:
        await trio.sleep_forever()
    finally:
        raise RuntimeError("failed second")


async def fail_in_a_nursery_of_its_own() -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(fail_when_cancelled)
        nursery.start_soon(fail, ValueError(), name="innermost")


async def fail_in_the_block_of_its_nursery() -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep_forever)
        raise ValueError


async def fail_before_started(task_status: trio.TaskStatus[None]) -> None:
    await trio.lowlevel.checkpoint()
    raise ValueError


async def one_of_many_fails(nursery: trio.Nursery) -> None:
    nursery.start_soon(trio.sleep_forever)
    nursery.start_soon(fail_when_cancelled)
    nursery.start_soon(fail, trio.BrokenResourceError(), name="fetcher 2")
    await trio.sleep_forever()


async def a_child_has_a_nursery(nursery: trio.Nursery) -> None:
    nursery.start_soon(fail_in_a_nursery_of_its_own)


async def a_child_fails_itself_in_its_nursery(nursery: trio.Nursery) -> None:
    nursery.start_soon(fail_in_the_block_of_its_nursery, name="child")


async def the_block_fails(nursery: trio.Nursery) -> None:
    nursery.start_soon(trio.sleep_forever)
    raise KeyError


async def the_block_fails_and_a_child_ends_well(nursery: trio.Nursery) -> None:
    nursery.start_soon(trio.lowlevel.cancel_shielded_checkpoint)
    raise KeyError


async def a_child_does_not_start(nursery: trio.Nursery) -> None:
    await nursery.start(fail_before_started, name="starter")


@pytest.mark.parametrize(
    ("block", "attributes"),
    [
        (one_of_many_fails, {"error.type": "trio.BrokenResourceError", "trio.failed_task.name": "fetcher 2"}),
        (a_child_has_a_nursery, {"error.type": "ValueError", "trio.failed_task.name": "innermost"}),
        (a_child_fails_itself_in_its_nursery, {"error.type": "ValueError", "trio.failed_task.name": "child"}),
        (the_block_fails, {"error.type": "KeyError", "trio.failed_task.name": "parent"}),
        (
            the_block_fails_and_a_child_ends_well,
            {"error.type": "KeyError", "trio.failed_task.name": "parent"},
        ),
        (a_child_does_not_start, {"error.type": "ValueError", "trio.failed_task.name": "starter"}),
    ],
)
async def test_the_span_around_a_nursery_names_the_task_that_failed_first(
    block: Callable[[trio.Nursery], Awaitable[None]], attributes: dict[str, object]
) -> None:
    tracing = Tracing()

    async def parent() -> None:
        with suppress(Exception), tracing.tracer.start_as_current_span("around"):
            async with trio.open_nursery() as nursery:
                await block(nursery)

    with instrument_trio(meter_provider=NoOpMeterProvider(), block_threshold=None):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(parent, name="parent")
    assert tracing.attributes() == {"around": attributes}


async def test_without_instrumentation_the_type_of_the_first_failure_is_known_and_no_name() -> None:
    tracing = Tracing()
    with suppress(ExceptionGroup), tracing.tracer.start_as_current_span("around"):
        async with trio.open_nursery() as nursery:
            await one_of_many_fails(nursery)
    assert tracing.attributes() == {"around": {"error.type": "trio.BrokenResourceError"}}


async def test_what_the_span_says_already_is_left_as_it_is() -> None:
    tracing = Tracing()
    with suppress(ExceptionGroup), tracing.tracer.start_as_current_span("around") as span:
        span.set_attribute("error.type", "CURLE_COULDNT_CONNECT")
        raise ExceptionGroup("", [ValueError()])
    assert tracing.attributes() == {"around": {"error.type": "CURLE_COULDNT_CONNECT"}}


async def test_an_exception_out_of_no_task_and_a_group_of_no_failure_say_nothing() -> None:
    assert failure_attributes(ValueError()) == {}
    assert failure_attributes(BaseExceptionGroup("", [KeyboardInterrupt()])) == {}


async def test_an_exception_that_takes_no_attributes_loses_only_the_name() -> None:
    class Frozen(Exception):  # noqa: N818  a test's own
        def __setattr__(self, name: str, value: object) -> None:
            raise AttributeError(name)

    async def fail_frozen() -> None:
        raise Frozen

    with instrument_trio(meter_provider=NoOpMeterProvider(), block_threshold=None):
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(fail_frozen)
        except ExceptionGroup as group:
            [frozen] = group.exceptions
            assert failure_attributes(frozen) == {}


# The processor


class Recorder(SpanProcessor):
    def __init__(self) -> None:
        self.calls: list[str] = []
        self.ended: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.ended.append(span)

    def shutdown(self) -> None:
        self.calls.append("shutdown")

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        self.calls.append(f"force_flush {timeout_millis}")
        return False


def test_nothing_else_of_the_span_changes() -> None:
    plain, wrapped = Recorder(), Recorder()
    provider = TracerProvider(span_limits=SpanLimits(max_events=1), shutdown_on_exit=False)
    provider.add_span_processor(plain)
    provider.add_span_processor(TrioSpanProcessor(wrapped))
    with suppress(ExceptionGroup), provider.get_tracer("tests").start_as_current_span("around") as span:
        span.set_attribute("kept", 1)
        span.add_event("dropped")
        raise ExceptionGroup("", [ValueError()])

    def told(span: ReadableSpan) -> dict[str, object]:
        names = [name for name in dir(ReadableSpan) if isinstance(getattr(ReadableSpan, name), property)]
        return {name: getattr(span, name) for name in names if name != "instrumentation_info"}

    [before], [after] = plain.ended, wrapped.ended
    assert before.dropped_events == 1
    assert told(after) == {**told(before), "attributes": {"kept": 1, "error.type": "ValueError"}}


def test_shutting_down_and_flushing_is_passed_on() -> None:
    recorder = Recorder()
    processor = TrioSpanProcessor(recorder)
    assert processor.force_flush(5) is False
    processor.shutdown()
    assert recorder.calls == ["force_flush 5", "shutdown"]


async def test_what_is_added_is_redacted() -> None:
    recorder = Recorder()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(TrioSpanProcessor(recorder, lambda text: text.replace("secret", "REDACTED")))
    with trio.CancelScope() as scope, provider.get_tracer("tests").start_as_current_span("cut short"):
        scope.cancel("the secret is out")
        await trio.lowlevel.checkpoint()
    [span] = recorder.ended
    assert span.attributes is not None
    assert span.attributes["trio.cancelled.reason"] == "the REDACTED is out"
