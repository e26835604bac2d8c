"""The SDK of OpenTelemetry on a dock's virtual time: what a dock exports, and the same bytes for the same seed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from random import Random
from unittest import mock

from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from dl7450_telemetry._otlp_protobuf import encode_spans

from ._plan import Plan, Stay

# Where the SDK asks for the time of what it is not told the time of.
_SDK_CLOCKS = (
    "opentelemetry.sdk.trace.time_ns",
    "opentelemetry.sdk.metrics._internal.instrument.time_ns",
    "opentelemetry.sdk.metrics._internal.metric_reader_storage.time_ns",
    "opentelemetry.sdk.metrics._internal._view_instrument_match.time_ns",
)


@contextmanager
def time_is(epoch: float, now: Callable[[], int]) -> Generator[None]:
    """While the block lasts, virtual time begins at `epoch` (seconds since 1970), and the SDK's clock is `now`."""
    with ExitStack() as patches:
        patches.enter_context(mock.patch("dl7450._trio.clock.VIRTUAL_EPOCH", epoch))
        for name in _SDK_CLOCKS:
            patches.enter_context(mock.patch(name, now))
        yield


class DockTelemetry:
    """Spans and metrics of one dock while it runs one release."""

    def __init__(self, plan: Plan, stay: Stay, chance: Random) -> None:
        resource = Resource(
            {
                "service.name": plan.app,
                "service.version": stay.release,
                "service.instance.id": str(uuid.uuid5(uuid.NAMESPACE_OID, plan.dock_id)),
                "device.id": plan.dock_id,
                "device.model.identifier": "DL-7450",
                "device.manufacturer": "DisplayLink",
                "dl7450.site": plan.site,
            }
        )
        self._kept = _Kept()
        self._reader = InMemoryMetricReader()
        self.tracer_provider = TracerProvider(ALWAYS_ON, resource, shutdown_on_exit=False, id_generator=_Ids(chance))
        self.tracer_provider.add_span_processor(self._kept)
        self.meter_provider = MeterProvider(
            [self._reader], resource, exemplar_filter=AlwaysOffExemplarFilter(), shutdown_on_exit=False
        )

    def spans(self) -> bytes:
        """Those that have ended since the last time, as an OTLP request; empty if there are none."""
        spans, self._kept.spans = self._kept.spans, []
        return encode_spans(spans)

    def metrics(self) -> bytes:
        """All metrics as they are now, as an OTLP request; empty if there are none."""
        data = self._reader.get_metrics_data()
        return b"" if data is None else encode_metrics(data).SerializeToString()


class _Kept(SpanProcessor):
    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.spans.append(span)


class _Ids(IdGenerator):
    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def generate_span_id(self) -> int:
        return self._chance.getrandbits(64) or 1

    def generate_trace_id(self) -> int:
        return self._chance.getrandbits(128) or 1
