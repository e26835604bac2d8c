"""Metrics of requests, by OpenTelemetry's semantic conventions for HTTP clients.

The conventions ask for the duration; the sizes of bodies and the active requests are opt-in, and cost a third more of a
traced request's telemetry. `DL7450_OPT_IN_METRICS=true` in the environment switches them on: a variable and not a
parameter, so that it works under `dl7450 run`, in a test and in a program alike.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from weakref import WeakKeyDictionary

from opentelemetry.context import Context
from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation, get_meter_provider

from .._version import __version__

# Semantic convention: http.client.request.duration, in seconds.
DURATION_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)


class ActiveKey(NamedTuple):
    """What `http.client.active_requests` is counted by."""

    method: str
    host: str
    port: int
    scheme: str


class HttpMetrics:
    """The instruments of one meter provider, shared by its docks: an instrument can be made only once.

    Attributes:
        opt_in: the metrics that are opt-in are recorded, too.
    """

    def __init__(self, meter_provider: MeterProvider, opt_in: bool) -> None:
        self.opt_in = opt_in
        meter = meter_provider.get_meter("dl7450.http", __version__)
        self._duration = meter.create_histogram(
            "http.client.request.duration",
            unit="s",
            description="Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=DURATION_BUCKETS,
        )
        if not opt_in:
            return
        self._request_size = meter.create_histogram(
            "http.client.request.body.size", unit="By", description="Size of HTTP client request bodies."
        )
        self._response_size = meter.create_histogram(
            "http.client.response.body.size", unit="By", description="Size of HTTP client response bodies."
        )
        # Observed when it is collected: a request pays a dict update for it and not two records.
        self._active: Counter[ActiveKey] = Counter()
        self._lock = threading.Lock()  # docks may be on several threads, and so is what collects
        meter.create_observable_up_down_counter(
            "http.client.active_requests",
            callbacks=[self._observe_active],
            unit="{request}",
            description="Number of active HTTP requests.",
        )

    def count_active(self, key: ActiveKey, change: int) -> None:
        """A request begins (+1) or ends (-1); only where the metrics that are opt-in are recorded."""
        with self._lock:
            self._active[key] += change

    def record(
        self,
        duration: float,
        request_size: int,
        response_size: int | None,
        attributes: Mapping[str, str | int],
        context: Context,
    ) -> None:
        """Record a request that has ended.

        Parameters:
            duration: in seconds.
            request_size: of its body, in bytes.
            response_size: of the answer's body in bytes, None without an answer.
            attributes: of all of them.
            context: whose span becomes the exemplar.
        """
        self._duration.record(duration, attributes, context)
        if not self.opt_in:
            return
        self._request_size.record(request_size, attributes, context)
        if response_size is not None:
            self._response_size.record(response_size, attributes, context)

    def _observe_active(self, _: CallbackOptions) -> Iterable[Observation]:
        with self._lock:
            active = list(self._active.items())
        for (method, host, port, scheme), count in active:
            attributes: dict[str, str | int] = {
                "http.request.method": method,
                "server.address": host,
                "server.port": port,
                "url.scheme": scheme,
            }
            yield Observation(count, attributes)


# By provider, and by whether the opt-in metrics are recorded.
_metrics: WeakKeyDictionary[MeterProvider, dict[bool, HttpMetrics]] = WeakKeyDictionary()
_metrics_lock = threading.Lock()


def metrics_of(meter_provider: MeterProvider | None) -> HttpMetrics:
    """The instruments of a meter provider; None: of OpenTelemetry's global one."""
    provider = meter_provider or get_meter_provider()
    opt_in = os.environ.get("DL7450_OPT_IN_METRICS", "").strip().lower() == "true"
    with _metrics_lock:
        made = _metrics.setdefault(provider, {})
        if opt_in not in made:
            made[opt_in] = HttpMetrics(provider, opt_in)
        return made[opt_in]
