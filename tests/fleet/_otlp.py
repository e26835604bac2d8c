"""OTLP requests to send to a receiver."""

import random
from collections.abc import Iterable, Mapping

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status

START = 1_795_331_578_000_000_000


def pairs(values: Mapping[str, str | int]) -> Iterable[KeyValue]:
    for key, value in values.items():
        yield KeyValue(
            key=key, value=AnyValue(string_value=value) if isinstance(value, str) else AnyValue(int_value=value)
        )


def requests_of_docks(*docks: str, spans: int = 1, seed: int = 1, start: int = START) -> ExportTraceServiceRequest:
    """An export with requests of each dock, a second apart; every tenth is a 404."""
    chance = random.Random(seed)
    export = ExportTraceServiceRequest()
    for dock in docks:
        of_dock = export.resource_spans.add()
        of_dock.resource.attributes.extend(pairs({"service.name": "carousel", "device.id": dock}))
        scope = of_dock.scope_spans.add()
        for number in range(spans):
            failed = number % 10 == 9
            begin = start + number * 10**9
            span = scope.spans.add(
                trace_id=chance.randbytes(16),
                span_id=chance.randbytes(8),
                name="GET",
                kind=3,
                start_time_unix_nano=begin,
                end_time_unix_nano=begin + chance.randrange(10**6, 10**9),
            )
            attributes: dict[str, str | int] = {
                "http.request.method": "GET",
                "url.full": f"http://content.example/{number}.png",
                "server.address": "content.example",
                "http.response.status_code": 404 if failed else 200,
            }
            span.attributes.extend(pairs(attributes | ({"error.type": "404"} if failed else {})))
            span.status.code = Status.STATUS_CODE_ERROR if failed else Status.STATUS_CODE_UNSET
            span.events.add(name="first byte", time_unix_nano=begin + 500_000)
    return export
