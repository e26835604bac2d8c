"""What Trio knows about the end of a span: who cancelled it, and which task of a nursery failed first.

Both are told by the exception that leaves the span's block, and by nothing else: a `trio.Cancelled` carries the reason
and the source task of the cancellation, and an exception group has its exceptions in the order in which the tasks of
the nursery failed. So both are read when a span ends, by `TrioSpanProcessor`, whatever library made the span;
`cancellation_attributes` and `failure_attributes` are for code that ends its spans by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from copy import copy

import trio
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

CANCELLED_SOURCE = "trio.cancelled.source"
CANCELLED_REASON = "trio.cancelled.reason"
CANCELLED_SOURCE_TASK = "trio.cancelled.source_task"
FAILED_TASK = "trio.failed_task.name"
ERROR_TYPE = "error.type"

# On an exception: the name of the task that it ended. An attribute of the exception, because the name is needed
# for exactly as long, and most exceptions cannot be referenced weakly.
_TASK_NAME = "_trio_task_name"

# Whether `instrument_trio()` is on in this run: only then do exceptions have the names of tasks.
run_is_instrumented: trio.lowlevel.RunVar[bool] = trio.lowlevel.RunVar("run_is_instrumented", False)


def cancellation_attributes(error: BaseException) -> dict[str, str]:
    """Who cancelled the code that `error` left, as span attributes.

    Parameters:
        error: a `trio.Cancelled`, or a group with one in it.

    Returns:
        `trio.cancelled.source` (such as `deadline`, `explicit`, `nursery`), and where Trio knows them
        `trio.cancelled.reason` (the text given to `CancelScope.cancel(reason=...)`) and `trio.cancelled.source_task`
        (the `repr` of the task that cancelled). Empty for any other exception.
    """
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(cancellation_attributes, error.exceptions)), {})
    if not isinstance(error, trio.Cancelled):
        return {}
    attributes = {
        CANCELLED_SOURCE: error.source,
        CANCELLED_REASON: error.reason,
        CANCELLED_SOURCE_TASK: error.source_task,
    }
    return {name: value for name, value in attributes.items() if value is not None}


def failure_attributes(error: BaseException) -> dict[str, str]:
    """Which task failed first, and how, as attributes of a span around the nursery.

    The `Cancelled` of its siblings are not failures.

    Parameters:
        error: the exception group out of a nursery, or an exception out of `Nursery.start`.

    Returns:
        `trio.failed_task.name` while `instrument_trio()` is on, and `error.type`, the type of the first failure instead
        of `ExceptionGroup`. Empty for an exception that came out of no task and no group.
    """
    failure = next(_failures(error), None)
    task = getattr(failure, _TASK_NAME, None)
    if failure is None or (failure is error and task is None):
        return {}
    if task is None and trio.lowlevel.in_trio_task() and run_is_instrumented.get():
        # It has ended no task: the block of the nursery raised it, in the task that is here.
        task = trio.lowlevel.current_task().name
    kind = type(failure)
    error_type = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return {ERROR_TYPE: error_type} if task is None else {ERROR_TYPE: error_type, FAILED_TASK: task}


def _failures(error: BaseException) -> Iterator[Exception]:
    """Depth first, which is the order in which they happened: a nursery appends. `Cancelled` is not an `Exception`."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _failures(inner)
    elif isinstance(error, Exception):
        yield error


def keep_name_of_failed_task(task: trio.lowlevel.Task) -> None:
    """If `task`, which has just exited, failed: keep its name on the exceptions that are its own.

    Trio tells an instrument that a task exited, but not how (python-trio/trio#1317), so this reads the one private
    attribute of a nursery that has the answer: the exceptions that it is going to raise, newest last.
    """
    nursery = task.parent_nursery
    pending: list[BaseException] = getattr(nursery, "_pending_excs", [])
    if nursery is None or not pending or pending[-1].__traceback__ is None:
        return
    # If the task did not fail, the newest may have been raised by the block of the nursery itself. Then the
    # parent is still in the frame that raised it, where it waits for the children.
    raised_in = pending[-1].__traceback__.tb_frame
    if any(frame is raised_in for frame, _ in nursery.parent_task.iter_await_frames()):
        return
    # Not on the group: a cancel scope that takes the Cancelled out of a group makes a new one.
    for failure in _failures(pending[-1]):
        if not hasattr(failure, _TASK_NAME):
            with suppress(AttributeError):  # a class that forbids it
                setattr(failure, _TASK_NAME, task.name)


class TrioSpanProcessor(SpanProcessor):
    """Adds to each span that an exception ends what `cancellation_attributes` and `failure_attributes` say.

    It wraps the processor that exports, since a span that has ended cannot be changed any more, only replaced:

        provider.add_span_processor(TrioSpanProcessor(BatchSpanProcessor(exporter)))

    An attribute that the span has already is left as it is.
    """

    def __init__(self, processor: SpanProcessor, redact: Callable[[str], str] = str) -> None:
        """
        Parameters:
            processor: gets the spans; shut down and flushed with this one.
            redact: takes secrets out of the text of what is added: Trio's reason for a cancellation may quote an
                exception.
        """
        self._processor = processor
        self._redact = redact
        # Spans that started while an exception was being handled, by id, such as those of clean-up code: when
        # they end, that exception is still the current one, but it did not end them.
        self._handled: dict[int, BaseException] = {}

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if (error := sys.exception()) is not None:
            self._handled[span.get_span_context().span_id] = error
        self._processor.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        error = sys.exception()
        handled = self._handled.pop(span.context.span_id, None) if self._handled else None
        if error is not None and error is not handled:
            attributes = cancellation_attributes(error) | failure_attributes(error)
            if attributes:
                span = _with_attributes(span, {name: self._redact(text) for name, text in attributes.items()})
        self._processor.on_end(span)

    def shutdown(self) -> None:
        self._processor.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._processor.force_flush(timeout_millis)


def _with_attributes(span: ReadableSpan, attributes: Mapping[str, str]) -> ReadableSpan:
    # A copy, not a new ReadableSpan: its constructor cannot take the counts of what the span limits dropped.
    span = copy(span)
    span._attributes = {**attributes, **(span.attributes or {})}
    return span
