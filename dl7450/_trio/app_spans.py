"""The spans around app code: the app itself, callbacks, timers and rendering."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, StatusCode, Tracer


@contextmanager
def app_span(
    tracer: Tracer,
    name: str,
    function: Callable[..., object] | None,
    now: Callable[[], int],
    parent: Context | None = None,
    links: Sequence[Link] = (),
) -> Generator[Span]:
    """Make a span current while a function of the app runs; what it raises is recorded and raised on.

    Parameters:
        tracer: makes the span.
        name: of the span, such as `dl7450.callback`.
        function: the app's code that the block runs: `code.function.name`; None where it runs none.
        now: the dock's clock, in nanoseconds since 1970.
        parent: the context whose span is the parent; None: the current one.
        links: to spans that caused this one without being its parent.
    """
    attributes = None if function is None else {"code.function.name": function_name(function)}
    span = tracer.start_span(name, parent, attributes=attributes, links=links, start_time=now())
    try:
        with trace.use_span(span, record_exception=False, set_status_on_exception=False):
            yield span
    except Exception as error:
        span.record_exception(error, timestamp=now())
        span.set_status(StatusCode.ERROR, f"{type(error).__name__}: {error}")
        span.set_attribute("error.type", type(error).__qualname__)
        raise
    finally:
        span.end(now())


def function_name(function: Callable[..., object]) -> str:
    """The name of a function as telemetry shows it: module and qualified name, as far as it has them."""
    function = getattr(function, "func", function)  # functools.partial
    name = getattr(function, "__qualname__", type(function).__qualname__)
    module = getattr(function, "__module__", None)
    return name if module in {None, "__main__"} else f"{module}.{name}"
