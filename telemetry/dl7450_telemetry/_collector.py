"""The exporters to a collector: OTLP over HTTP, as protobuf.

The exporters are the SDK's. What is added is the promise that a collector costs the app nothing but one warning. Each
override has one reason, and goes with it:

| override | what it buys | it can go when the SDK |
|---|---|---|
| both `export` | one warning for a loss, with its reason | tells its caller why an export failed, and does not log it |
| both `export`, the lock | the readers of several docks share an exporter | locks in its exporters, not in readers |
| `OtlpSpanExporter.export`, encoding | a span holds the app's lock for 9 µs, not 50 | encodes as quickly |
| `OtlpMetricExporter.shutdown` | a reader that ends closes nothing that others use | has shared exporters |
| `OtlpSpanExporter.shutdown`, `close` | an export that is cut off at the end is a loss and told | says what was lost |
| `CollectorAdapter.send`, timeout | no request outlasts the deadline | keeps to a timeout, retries included |
| `CollectorAdapter.send`, body | 64 KiB of an answer are read, not all of it | reads no more than an answer can have |
| `CollectorAdapter._judge` | a redirect, or some web page, is not a delivery | looks at an answer's status and type |
| `CollectorAdapter._judge`, refused | what the collector refused is told | reads `partial_success` |
"""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import requests
from google.protobuf.message import DecodeError
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.metrics.export import MetricExportResult, MetricsData
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from requests.adapters import HTTPAdapter

from ._format import without_secrets
from ._losses import Warn, diverted_log
from ._otlp_protobuf import encode_spans

T = TypeVar("T")

# An OTLP answer is a few bytes; whatever sends more is not a collector and is not read to its end.
_MAX_ANSWER = 64 * 1024
# A request that is given up this long before the deadline leaves its thread the time to end.
_MARGIN = 0.25
# How long the end of the process waits for a collector that did not answer the last time.
_LAST_CHANCE = 1.0


class _DeliveryError(Exception):
    """Ends an export at once: the SDK tries again after what `requests` raises, and after nothing else."""


class CollectorAdapter(HTTPAdapter):
    """What the exports of one exporter go through: judges the answers, keeps to the deadline, reports a loss."""

    def __init__(self, warn: Warn) -> None:
        super().__init__()
        self._warn = warn
        self._lock = threading.Lock()
        self._deadline: float | None = None
        self._url = "the collector"
        self._failure = ""
        self._unreachable = False

    def session(self) -> requests.Session:
        """A session whose requests all go through here."""
        session = requests.Session()
        session.mount("http://", self)
        session.mount("https://", self)
        return session

    def run(self, export: Callable[[], T], success: T) -> T:
        """Run an export of the SDK's exporter, and report what it loses.

        Never two at a time, as the SDK promises to exporters: a reader sees to that only for itself.
        """
        said: list[str] = []
        with self._lock, diverted_log(said.append):
            result = export()
        if result is not success:
            self._report_loss("; ".join(said))
        return result

    def finish_by(self, deadline: float) -> float:
        """Start no request that could outlast the deadline.

        Parameters:
            deadline: by `time.monotonic()`.

        Returns:
            The deadline, or an earlier one if the collector could not be reached of late.
        """
        if self._unreachable:
            deadline = min(deadline, time.monotonic() + _LAST_CHANCE)
        self._deadline = deadline - _MARGIN
        return deadline

    def shut_down(self, shut_down: Callable[[], None]) -> None:
        """Shut the SDK's exporter down; an export that still runs is lost."""
        if self._lock.locked():
            self._report_loss("no answer in time")
        with diverted_log():
            shut_down()

    def _report_loss(self, otherwise: str) -> None:
        """Warn, with the failure that the last request met, if it met one."""
        self._warn(f"telemetry cannot be delivered to {self._url}: {self._failure or otherwise}")

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        self._url = _without_keys(request.url or "")
        if self._deadline is not None:
            kwargs["timeout"] = min(kwargs["timeout"], self._deadline - time.monotonic())
            if kwargs["timeout"] <= 0:
                raise _DeliveryError(self._failure)
        try:
            response = super().send(request, *args, **kwargs)
            body = response.raw.read(_MAX_ANSWER, decode_content=True)
            response.close()
        except Exception as error:
            self._failure = _root_cause(error)
            self._unreachable = True
            if self._deadline is None:
                raise
            # What is still queued would only meet the same fate.
            self._deadline = 0
            raise _DeliveryError(self._failure) from error
        self._unreachable = False
        self._judge(response, body)
        response.raw = io.BytesIO(body)
        return response

    def _judge(self, response: requests.Response, body: bytes) -> None:
        status = f"HTTP {response.status_code} {response.reason}"
        self._failure = status if response.status_code >= 400 else ""
        if 300 <= response.status_code < 400:
            location = _without_keys(response.headers.get("Location", "nowhere"))
            self._failure = f"{status} to {location}: set the endpoint to that"
            raise _DeliveryError(self._failure)
        if response.status_code >= 400 or "json" in response.headers.get("Content-Type", ""):
            return
        refused = _partial_success(body)
        if refused is None:
            self._failure = f"{status}, but not with an OTLP answer: is this a collector?"
            raise _DeliveryError(self._failure)
        if refused.rejected_spans:
            self._warn(f"{self._url} refused {refused.rejected_spans} items: {refused.error_message}")


def _without_keys(url: str) -> str:
    """A URL without the user and the query, where a key for the collector may stand."""
    return without_secrets(re.split("[?#]", url, maxsplit=1)[0])


def _partial_success(body: bytes) -> ExportTracePartialSuccess | None:
    """What an OTLP answer says was refused, of spans or of metrics; None if it is not an OTLP answer."""
    if len(body) == _MAX_ANSWER:
        return None
    try:
        # The answer for metrics has the same fields under the same numbers.
        return ExportTraceServiceResponse.FromString(body).partial_success
    except DecodeError:
        return None


def _root_cause(error: BaseException) -> str:
    while cause := error.__cause__ or error.__context__:
        error = cause
    return f"{type(error).__name__}: {str(error).strip()}"


class OtlpSpanExporter(OTLPSpanExporter):
    """The SDK's exporter of spans over HTTP, configured by the standard variables."""

    def __init__(self, warn: Warn) -> None:
        """
        Parameters:
            warn: called with a message for each loss.
        """
        self.adapter = CollectorAdapter(warn)
        super().__init__(session=self.adapter.session())

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self.adapter.run(partial(self._export, spans), SpanExportResult.SUCCESS)

    def _export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """What the SDK's `export` does, with our encoding. What is not to be sent goes to the SDK, which says why."""
        try:
            encoded = encode_spans(spans)
        except Exception:
            return super().export(spans)
        if self._shutdown or len(encoded) > self._max_request_size > 0:
            return super().export(spans)
        with self._metrics.export_operation(len(spans)) as operation:
            sent = self._client.export(encoded)
            if not sent.success:
                operation.error = sent.error
                operation.error_attrs = {"http.response.status_code": sent.status_code} if sent.status_code else None
        return SpanExportResult.SUCCESS if sent.success else SpanExportResult.FAILURE

    def shutdown(self) -> None:
        self.adapter.shut_down(super().shutdown)


class OtlpMetricExporter(OTLPMetricExporter):
    """The SDK's exporter of metrics over HTTP, shared by the readers of several docks.

    A reader closes its exporter with itself, so `shutdown` does nothing here, and `close` does it.
    """

    def __init__(self, warn: Warn) -> None:
        """
        Parameters:
            warn: called with a message for each loss.
        """
        self.adapter = CollectorAdapter(warn)
        super().__init__(session=self.adapter.session())

    def export(
        self, metrics_data: MetricsData, timeout_millis: float | None = 10_000, **kwargs: Any
    ) -> MetricExportResult:
        export = partial(super().export, metrics_data, timeout_millis, **kwargs)
        return self.adapter.run(export, MetricExportResult.SUCCESS)

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:
        pass

    def close(self) -> None:
        """Shut down, when no reader needs it any more."""
        self.adapter.shut_down(super().shutdown)
