"""OTLP requests with logs: nothing here keeps logs, so each record is refused, with a sentence that says so."""

from __future__ import annotations

from typing import Any

from .columns import Batch

_NOT_KEPT = "logs are not kept here: set OTEL_LOGS_EXPORTER=none"


def decode_logs(body: bytes) -> tuple[list[Batch], list[str]]:
    """No rows, and a sentence for each record of an `ExportLogsServiceRequest` in protobuf.

    Raises:
        ValueError: it is not one.
    """
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

    try:
        request = ExportLogsServiceRequest.FromString(body)
    except DecodeError as error:
        raise ValueError(f"not an ExportLogsServiceRequest in protobuf: {error}") from None
    return [], [
        _NOT_KEPT for resource in request.resource_logs for scope in resource.scope_logs for _ in scope.log_records
    ]


def decode_json_logs(request: object) -> tuple[list[Batch], list[str]]:
    """The same in OTLP JSON.

    Raises:
        ValueError: it is not one.
    """
    resources = _items(request, "resourceLogs")
    scopes = [scope for resource in resources for scope in _items(resource, "scopeLogs")]
    return [], [_NOT_KEPT for scope in scopes for _ in _items(scope, "logRecords")]


def _items(value: object, key: str) -> list[Any]:
    items = (value.get(key) or []) if isinstance(value, dict) else None
    if not isinstance(items, list):
        raise ValueError(f"not an OTLP logs export: {key} is not a list in a JSON object")  # noqa: TRY004 # the sender's
    return items
