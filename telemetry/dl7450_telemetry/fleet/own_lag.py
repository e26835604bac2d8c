"""The server's own event loop: how late its tasks run, kept in its store like that of a dock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import trio

from ..trio import __version__, instrument_trio
from .columns import Batch
from .otlp_metrics import decode_metrics
from .store import StoreError

SERVER: Final = "fleet server"  # its `device.id`

_EVERY = 60.0  # seconds


async def keep_own_lag(insert: Callable[[Batch], Awaitable[None]], every: float = _EVERY) -> None:
    """Measure the run that the caller is in, and keep what was measured, until it is cancelled.

    Parameters:
        insert: keeps it. What it cannot keep is left out: senders are told of the same.
        every: seconds between two points.
    """
    from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
    from opentelemetry.sdk.metrics import Histogram, MeterProvider
    from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader
    from opentelemetry.sdk.resources import Resource

    reader = InMemoryMetricReader(preferred_temporality={Histogram: AggregationTemporality.DELTA})
    resource = Resource({"service.name": "dl7450-fleet", "service.version": __version__, "device.id": SERVER})
    provider = MeterProvider([reader], resource, shutdown_on_exit=False)
    with instrument_trio(meter_provider=provider, block_threshold=None):
        while True:
            await trio.sleep(every)
            if (data := reader.get_metrics_data()) is not None:
                batches, _ = decode_metrics(encode_metrics(data).SerializeToString())
                with suppress(StoreError):
                    for batch in batches:
                        await insert(batch)
