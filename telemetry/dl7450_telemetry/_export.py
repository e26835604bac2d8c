"""Where finished spans and metrics go: OTLP over HTTP, or a trace file.

The exporters are the SDK's. What is added is the promise that delivering telemetry costs the app nothing but one
warning:

* **One warning.** The SDK logs every retry, every lost batch and every dropped span. While one of our exporters is at
  work, what the libraries log goes to DEBUG, and the first loss becomes one warning that says why.
* **A bound.** `BatchSpanProcessor.shutdown` waits for up to 30 s and `force_flush` for as long as it takes, and both
  leave the exporter to its retries. After `CollectorAdapter.finish_by`, a request is given the time that is left, and a
  collector that cannot be reached is not tried again.
* **No false success.** The SDK takes a redirect, or any page that some web server answers with, as delivered.

The SDK's worker threads are daemons. One that hangs in a socket at the deadline is left behind; it ends with its
request (`OTEL_EXPORTER_OTLP_TIMEOUT`, 10 s unless set) or with the process.
"""

from __future__ import annotations

import io
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlsplit

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
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from requests.adapters import HTTPAdapter

from ._otlp_json import encode_line

T = TypeVar("T")

Warn: TypeAlias = Callable[[str], None]

logger = logging.getLogger("dl7450_telemetry")

# An OTLP answer is a few bytes; whatever sends more is no collector and is not read to its end.
_MAX_ANSWER = 64 * 1024
# A request that is given up this long before the deadline leaves its thread the time to end.
_MARGIN = 0.25
# How long the end of the process waits for a collector that did not answer the last time.
_LAST_CHANCE = 1.0


class OneWarning:
    """Logs the first message at WARNING and all others at DEBUG; called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said = False

    def __call__(self, message: str) -> None:
        with self._lock:
            level = logging.DEBUG if self._said else logging.WARNING
            self._said = True
        logger.log(level, "%s (the app goes on; this is said once)", message)


_listener: ContextVar[Warn | None] = ContextVar("_listener", default=None)


def _ignore(_message: str) -> None:
    """For what is logged about something that was already reported."""


@contextmanager
def diverted_log(listener: Warn = _ignore) -> Iterator[None]:
    """Within the block, what the libraries log on this thread goes to the listener, and on at DEBUG."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def _divert(record: logging.LogRecord) -> bool:
    listener = _listener.get()
    if listener is None:
        return True
    logger.debug("%s", record.getMessage())
    listener(record.getMessage())
    return False


# Filters, because a logger's level would also silence the exporters that others set up in this process.
for _name in (
    "opentelemetry.exporter.otlp.proto.common._internal",
    "opentelemetry.exporter.otlp.proto.http.metric_exporter",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.sdk._shared_internal",
    "opentelemetry.sdk.metrics._internal",
    "opentelemetry.sdk.metrics._internal.export",
    "urllib3.connectionpool",
):
    logging.getLogger(_name).addFilter(_divert)


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
        target = urlsplit(request.url or "")
        # Without the user and the query, where a key for the collector may stand.
        self._url = f"{target.scheme}://{target.netloc.rpartition('@')[2]}{target.path}"
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
            location = response.headers.get("Location", "nowhere")
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


def _partial_success(body: bytes) -> ExportTracePartialSuccess | None:
    """What an OTLP answer says was refused, of spans or of metrics; None if it is no OTLP answer."""
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
        return self.adapter.run(partial(super().export, spans), SpanExportResult.SUCCESS)

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


class TraceFileExporter(SpanExporter):
    """Writes finished spans to a trace file (`_otlp_json`), one line for each batch."""

    def __init__(self, path: Path, warn: Warn) -> None:
        """
        Parameters:
            path: the file; what it held is replaced.
            warn: called with a message when the file cannot be written: the spans are lost then.

        Raises:
            OSError: the file cannot be opened.
        """
        self._path = path
        self._warn = warn
        self._file = path.open("wb", buffering=0)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            # One write, so that whoever reads along sees whole lines.
            line = encode_line(spans)
            if self._file.write(line) != len(line):
                raise OSError("a line was written in part")
        except (OSError, ValueError) as error:
            # ValueError: the file was closed at the deadline.
            self._warn(f"the trace file {self._path} cannot be written: {error}")
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self._file.close()


class BoundedBatchProcessor(BatchSpanProcessor):
    """The SDK's batch processor (`OTEL_BSP_*`), with a bound on its shutdown."""

    def __init__(self, exporter: SpanExporter, warn: Warn) -> None:
        """
        Parameters:
            exporter: gets the spans, in batches.
            warn: called with a message when spans end faster than they are delivered, and some are dropped.
        """
        super().__init__(exporter)
        self._exporter = exporter
        self._warn = warn

    def on_end(self, span: ReadableSpan) -> None:
        # Not `diverted_log`: this runs on the app's time, and a generator costs three times as much.
        token = _listener.set(self._warn)
        try:
            super().on_end(span)
        finally:
            _listener.reset(token)

    def shut_down_by(self, deadline: float) -> None:
        """Export what is queued, and stop.

        Parameters:
            deadline: when to give up, by `time.monotonic()`.
        """
        if isinstance(self._exporter, OtlpSpanExporter):
            deadline = self._exporter.adapter.finish_by(deadline)
        seconds = max(0.0, deadline - time.monotonic())
        # The inner processor, because BatchSpanProcessor.shutdown() hands no timeout on.
        self._batch_processor.shutdown(timeout_millis=int(seconds * 1000))
