"""`Telemetry` owns what `configure` set up.

It holds the exporters, which all docks of the process share, and makes a provider for each dock, whose resource says
which dock a span or a metric comes from. Finished spans are kept in memory too, so that the waterfall at the end of a
run needs no collector.
"""

from __future__ import annotations

import atexit
import threading
from collections import deque
from typing import TYPE_CHECKING, Self, TypedDict

from opentelemetry import metrics
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider

from dl7450.http._url import redact  # spans of whatever program keep to what those of requests promise

from ._resource import make_resource
from ._span_record import SpanRecord
from .trio import TrioSpanProcessor

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.id_generator import IdGenerator

    from ._delivery import Delivery


class Providers(TypedDict):
    """What makes the spans and the metrics of one dock."""

    tracer_provider: TracerProvider
    meter_provider: metrics.MeterProvider


class Telemetry:
    """What `configure` set up: shut down at the end of a `with` block, else when the interpreter exits."""

    def __init__(
        self,
        service_name: str | None,
        device_id: str | None,
        delivery: Delivery | None,
        max_spans: int,
        ids: IdGenerator | None = None,
    ) -> None:
        self._ids = ids
        self._service_name = service_name
        self._device_id = device_id
        self._lock = threading.Lock()
        self._tracer_providers: dict[tuple[str | None, str | None], TracerProvider] = {}
        self._meter_providers: dict[tuple[str | None, str | None], metrics.MeterProvider] = {}
        self._delivery = delivery
        self._recorder = _Recorder(self._delivery, max_spans)
        atexit.register(self.shutdown)

    def tracer_provider(self, *, service_name: str | None = None, device_id: str | None = None) -> TracerProvider:
        """The tracer provider of one dock; asked again for the same dock, the same provider.

        It belongs to this object. Shutting it down is not needed, and leaves the shared exporters alone.

        Parameters:
            service_name: such as the app's file stem; None takes what `configure` was given.
            device_id: the dock's id; None takes what `configure` was given.
        """
        key = service_name or self._service_name, device_id or self._device_id
        with self._lock:
            if key not in self._tracer_providers:
                self._tracer_providers[key] = self.new_tracer_provider(service_name=key[0], device_id=key[1])
            return self._tracer_providers[key]

    def new_tracer_provider(self, *, service_name: str | None = None, device_id: str | None = None) -> TracerProvider:
        """Another one of the same dock, for whoever adds span processors of its own; the parameters are the same."""
        resource = make_resource(service_name or self._service_name, device_id or self._device_id)
        provider = TracerProvider(resource=resource, shutdown_on_exit=False, id_generator=self._ids)
        provider.add_span_processor(TrioSpanProcessor(self._recorder, redact))
        return provider

    def meter_provider(self, *, service_name: str | None = None, device_id: str | None = None) -> metrics.MeterProvider:
        """The meter provider of one dock, like `tracer_provider`; if no exporter wants metrics, it does nothing."""
        key = service_name or self._service_name, device_id or self._device_id
        with self._lock:
            if key not in self._meter_providers:
                provider = self._delivery and self._delivery.meter_provider(make_resource(*key))
                self._meter_providers[key] = provider or metrics.NoOpMeterProvider()
            return self._meter_providers[key]

    def of_dock(self, device_id: str, *, service_name: str | None = None) -> Providers:
        """Both providers of one dock, as `dl7450.open_dock` takes them: `open_dock(**telemetry.of_dock(dock_id))`.

        Parameters:
            device_id: the dock's id, such as `Device.dock_id`.
            service_name: such as the app's file stem; None takes what `configure` was given.
        """
        return {
            "tracer_provider": self.tracer_provider(service_name=service_name, device_id=device_id),
            "meter_provider": self.meter_provider(service_name=service_name, device_id=device_id),
        }

    def spans(self) -> list[SpanRecord]:
        """The newest `max_spans` finished spans, of all docks, in the order in which they ended."""
        return [SpanRecord.from_sdk(span) for span in self._recorder.spans.copy()]

    @property
    def delivers(self) -> bool:
        """Whether what is recorded goes anywhere: to a collector, to the console or into a file."""
        return self._delivery is not None

    @property
    def dropped_spans(self) -> int:
        """How many finished spans `spans` no longer holds."""
        return self._recorder.dropped

    def flush(self, timeout: float = 5.0) -> bool:
        """Deliver what is pending now. Blocks; on the Trio thread, use `trio.to_thread.run_sync`.

        Parameters:
            timeout: seconds to wait; delivery goes on in the background after that.

        Returns:
            Whether all was handed over in time.
        """
        return self._delivery is None or self._delivery.flush(timeout)

    def shutdown(self, timeout: float = 5.0) -> None:
        """Deliver what is pending, and stop. Blocks; called again, does nothing.

        Parameters:
            timeout: seconds for all of it; what is not delivered by then is lost, and a warning says so.
        """
        with self._lock:
            delivery, self._delivery = self._delivery, None
        atexit.unregister(self.shutdown)
        if delivery is not None:
            delivery.shut_down(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.shutdown()


class _Recorder(SpanProcessor):
    """The span processor of all docks' providers: keeps finished spans and hands them to be delivered.

    A provider shuts its processors down with itself. This one stays: the other docks go on.
    """

    def __init__(self, delivery: Delivery | None, max_spans: int) -> None:
        self.spans: deque[ReadableSpan] = deque(maxlen=max_spans)
        self.dropped = 0
        self._delivery = delivery
        self._lock = threading.Lock()

    def on_end(self, span: ReadableSpan) -> None:
        with self._lock:
            self.dropped += len(self.spans) == self.spans.maxlen
            self.spans.append(span)
        if self._delivery is not None:
            self._delivery.span_ended(span)
