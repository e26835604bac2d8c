"""What the tests of the Trio instrumentation share."""

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from dl7450_telemetry import TrioSpanProcessor


class FakeCounter:
    """A `perf_counter` that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 64.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class Tracing:
    """A tracer, and what its finished spans say."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(TrioSpanProcessor(SimpleSpanProcessor(self._exporter)))
        self.tracer: trace.Tracer = provider.get_tracer("tests")

    def attributes(self) -> dict[str, dict[str, object]]:
        return {span.name: dict(span.attributes or {}) for span in self._exporter.get_finished_spans()}

    def events(self) -> dict[str, list[tuple[str, dict[str, object]]]]:
        return {
            span.name: [(event.name, dict(event.attributes or {})) for event in span.events]
            for span in self._exporter.get_finished_spans()
        }

    def parents(self) -> dict[str, str | None]:
        """The name of each span's parent."""
        spans = self._exporter.get_finished_spans()
        names = {span.context.span_id: span.name for span in spans}
        return {span.name: names[span.parent.span_id] if span.parent else None for span in spans}
