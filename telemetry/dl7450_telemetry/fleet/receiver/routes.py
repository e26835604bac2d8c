"""The routes of OTLP/HTTP, and their answers: https://opentelemetry.io/docs/specs/otlp/#otlphttp"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from hmac import compare_digest
from typing import TypeAlias

from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from google.rpc.code_pb2 import Code  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ..columns import Batch
from ..otlp import decode_json_traces, decode_traces
from ..otlp_logs import decode_json_logs, decode_logs
from ..otlp_metrics import decode_json_metrics, decode_metrics
from .body import Bounds, RefusedError, Room, read_body
from .intake import Intake

PROTOBUF, JSON = "application/x-protobuf", "application/json"

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]

_CODES = {
    400: Code.INVALID_ARGUMENT,
    401: Code.UNAUTHENTICATED,
    408: Code.DEADLINE_EXCEEDED,
    413: Code.INVALID_ARGUMENT,
    415: Code.INVALID_ARGUMENT,
    429: Code.RESOURCE_EXHAUSTED,
    503: Code.UNAVAILABLE,
}


@dataclass(frozen=True, slots=True)
class _Signal:
    """How one signal is decoded and answered."""

    from_protobuf: Callable[[bytes], tuple[list[Batch], list[str]]]
    from_json: Callable[[object], tuple[list[Batch], list[str]]]
    response: Callable[[list[str]], Message]


def otlp_routes(
    intake: Intake,
    bounds: Bounds = Bounds(),  # noqa: B008 # it is frozen
    token: str | None = None,
) -> list[Route]:
    """The routes of a receiver, for a Starlette application on Trio.

    Parameters:
        intake: keeps what arrives; its `run` has to be running.
        bounds: what is too much.
        token: what a sender has to show: `Authorization: Bearer TOKEN`; None lets everybody in.
    """
    room = Room(bounds.waiting)
    traces = _Signal(decode_traces, decode_json_traces, _traces_response)
    metrics = _Signal(decode_metrics, decode_json_metrics, _metrics_response)
    logs = _Signal(decode_logs, decode_json_logs, _logs_response)
    handlers: dict[str, Handler] = {
        "/v1/traces": partial(_receive, traces, intake, bounds, room),
        "/v1/metrics": partial(_receive, metrics, intake, bounds, room),
        "/v1/logs": partial(_receive, logs, intake, bounds, room),
    }
    return [Route(path, partial(_admit, token, handler), methods=["POST"]) for path, handler in handlers.items()]


async def _admit(token: str | None, handler: Handler, request: Request) -> Response:
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token is not None and not compare_digest(shown.encode(), token.encode()):
        return _refusal(
            RefusedError(401, "show the token: OTEL_EXPORTER_OTLP_HEADERS=Authorization=Bearer%20TOKEN"), ""
        )
    return await handler(request)


async def _receive(signal: _Signal, intake: Intake, bounds: Bounds, room: Room, request: Request) -> Response:
    media = _media_type(request)
    try:
        if media not in {PROTOBUF, JSON}:
            raise RefusedError(415, f"the content type {media!r} is not known: send {PROTOBUF} or {JSON}")
        with room.share() as take:
            body = await read_body(request, bounds, take)
            faults = await intake.keep(partial(_decode, signal, body, media), body)
    except RefusedError as error:
        return _refusal(error, media)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody reads it
    return _answer(signal.response(faults), media)


def _decode(signal: _Signal, body: bytes, media: str) -> tuple[list[Batch], list[str]]:
    try:
        if media == PROTOBUF:
            return signal.from_protobuf(body)
        return signal.from_json(json.loads(body))
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, str(error)) from None


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _traces_response(faults: list[str]) -> Message:
    response = ExportTraceServiceResponse()
    if faults:
        response.partial_success.rejected_spans = len(faults)
        response.partial_success.error_message = faults[0]
    return response


def _metrics_response(faults: list[str]) -> Message:
    response = ExportMetricsServiceResponse()
    if faults:
        response.partial_success.rejected_data_points = len(faults)
        response.partial_success.error_message = faults[0]
    return response


def _logs_response(faults: list[str]) -> Message:
    """Said as partial success, which no sender repeats, rather than as an error."""
    response = ExportLogsServiceResponse()
    if faults:
        response.partial_success.rejected_log_records = len(faults)
        response.partial_success.error_message = faults[0]
    return response


def _refusal(error: RefusedError, media: str) -> Response:
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return _answer(Status(code=_CODES[error.status], message=error.message), media, error.status, headers)


def _answer(message: Message, media: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    if media == JSON:
        return Response(MessageToJson(message, indent=None), status, headers, media_type=JSON)
    return Response(message.SerializeToString(), status, headers, media_type=PROTOBUF)
