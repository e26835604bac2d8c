"""Fixtures that the tests of several modules share."""

import signal
import sys

import hypothesis
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from ._browser import browser, new_page, page

__all__ = ["browser", "exporter", "new_page", "page", "tracer_provider"]

# No test fails because the machine was busy.
hypothesis.settings.register_profile("dl7450", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("dl7450")

# What starts the tests in the background, as nohup does, has these signals ignored, and programs that the tests start
# would inherit that.
for number in (signal.SIGINT, *([] if sys.platform == "win32" else [signal.SIGHUP])):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    """Keeps the spans that `tracer_provider` makes."""
    return InMemorySpanExporter()


@pytest.fixture
def tracer_provider(exporter: InMemorySpanExporter) -> TracerProvider:
    """For `open_dock`: a provider of the test's own, as the global one can be set only once in a process."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider
