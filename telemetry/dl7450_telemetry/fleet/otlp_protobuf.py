"""`ExportTraceServiceRequest` as it is on the wire, with the attributes left as bytes.

In protobuf a field that is a message looks like one that is bytes. Docks send the same few attributes again and again:
looked up by their bytes, most of them need not be decoded, which halves the cost of decoding a request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.resource.v1 import resource_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from .columns import LATEST, NO_EVENTS, NO_LINKS, Events, Links
from .otlp_values import attributes

_KINDS = dict(enumerate(("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer")))
_STATUSES = dict(enumerate(("Unset", "Ok", "Error")))

_LEFT_AS_BYTES = {".opentelemetry.proto.common.v1.KeyValue", ".opentelemetry.proto.resource.v1.Resource"}
_SHORT = 512  # bytes: longer ones hardly come twice, and what is remembered has a bound
_REMEMBERED = 1 << 14

T = TypeVar("T")


def _request_class() -> Any:
    pool = DescriptorPool()
    for module in (common_pb2, resource_pb2, trace_pb2, trace_service_pb2):
        file = FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        if module is trace_pb2:
            for message in file.message_type:
                for fields in (message.field, *(nested.field for nested in message.nested_type)):
                    for field in fields:
                        if field.type_name in _LEFT_AS_BYTES:
                            field.type = FieldDescriptorProto.TYPE_BYTES
                            field.ClearField("type_name")
        pool.Add(file)
    return GetMessageClass(
        pool.FindMessageTypeByName("opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest")
    )


TraceRequest = _request_class()


def columns_of(spans: list[Any]) -> dict[str, list[Any]]:
    """The columns of spans that do not follow from others, and `End`."""
    statuses = [span.status for span in spans]
    return {
        "Timestamp": [span.start_time_unix_nano for span in spans],
        "End": [span.end_time_unix_nano for span in spans],
        "TraceId": [span.trace_id.hex() for span in spans],
        "SpanId": [span.span_id.hex() for span in spans],
        "ParentSpanId": [span.parent_span_id.hex() for span in spans],
        "TraceState": [span.trace_state for span in spans],
        "SpanName": [span.name for span in spans],
        "SpanKind": [_KINDS.get(span.kind, "Unspecified") for span in spans],
        "SpanAttributes": [_attributes(span.attributes) for span in spans],
        "StatusCode": [_STATUSES.get(status.code, "Unset") for status in statuses],
        "StatusMessage": [status.message for status in statuses],
        "Events": [_events(span.events) if span.events else NO_EVENTS for span in spans],
        "Links": [_links(span.links) if span.links else NO_LINKS for span in spans],
    }


def _events(events: Any) -> Events:
    events = list(events)
    return Events(
        [min(event.time_unix_nano, LATEST) for event in events],
        [event.name for event in events],
        [_attributes(event.attributes) for event in events],
    )


def _links(links: Any) -> Links:
    return Links(
        [link.trace_id.hex() for link in links],
        [link.span_id.hex() for link in links],
        [link.trace_state for link in links],
        [_attributes(link.attributes) for link in links],
    )


def _attributes(pairs: Iterable[bytes]) -> dict[str, str]:
    """Attributes, each a `KeyValue`, as texts."""
    return dict(map(_pair, pairs))


class _Remembered(dict[bytes, T]):
    """What bytes stand for, decoded once. It is emptied when it is full, and long ones are not remembered."""

    def __init__(self, decode: Callable[[bytes], T]) -> None:
        super().__init__()
        self._decode = decode

    def __missing__(self, encoded: bytes) -> T:
        decoded = self._decode(encoded)
        if len(encoded) < _SHORT:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[encoded] = decoded
        return decoded


def _decode_resource(resource: bytes) -> dict[str, str]:
    return attributes(resource_pb2.Resource.FromString(resource).attributes)


def _decode_pair(pair: bytes) -> tuple[str, str]:
    [decoded] = attributes([common_pb2.KeyValue.FromString(pair)]).items()
    return decoded


resource_of = _Remembered(_decode_resource).__getitem__  # the attributes of a `Resource`, as texts; not to be changed
_pair = _Remembered(_decode_pair).__getitem__
