"""Spans to OTLP protobuf, to the byte what the SDK's encoder makes of them, in a sixth of its time.

The SDK makes an object of every span, event, attribute and value, and has protobuf encode those. That happens on the
exporter's thread, which holds the lock that the app needs. But a program's spans have the same keys again and again,
and mostly the same values: here, an attribute that was encoded before is looked up.

The messages and their numbers are those of opentelemetry-proto (`common.proto`, `resource.proto`, `trace.proto` and
`trace_service.proto`), the encoding is https://protobuf.dev/programming-guides/encoding/. As in the SDK's encoding,
fields are in the order of their numbers, and a field that has its default is left out.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from opentelemetry.exporter.otlp.proto.common import trace_encoder
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import Event
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import Link, Status

_REMEMBERED = 4096  # attributes of each kind: about a megabyte of text, with what it is encoded to
_LONGEST_REMEMBERED = 256  # bytes of key and value
_INT64, _UINT64 = range(-(1 << 63), 1 << 63), (1 << 64) - 1

# `SpanFlags` of trace.proto: it is known whether a parent, or what is linked, is of another process; and it is.
_HAS_IS_REMOTE, _IS_REMOTE = 0x100, 0x200

_double = struct.Struct("<d").pack
_fixed32 = struct.Struct("<I").pack
_fixed64 = struct.Struct("<Q").pack


def encode_spans(spans: Iterable[ReadableSpan]) -> bytes:
    """An `ExportTraceServiceRequest` with finished spans.

    Raises:
        Exception: of any kind, for spans that are the SDK's encoder's to judge: a text that is not UTF-8, say.
    """
    groups: dict[Resource, dict[InstrumentationScope | None, list[bytes]]] = {}
    # A resource that is asked for its hash writes itself as JSON, so each object is asked once.
    known: dict[tuple[int, int], list[bytes]] = {}
    for span in spans:
        resource, scope = span._resource, span._instrumentation_scope
        group = known.get((id(resource), id(scope)))
        if group is None:
            group = groups.setdefault(resource, {}).setdefault(scope, [])
            known[id(resource), id(scope)] = group
        group.append(_field(b"\x12", _span(span)))
    return b"".join(_field(b"\x0a", _resource_spans(resource, scopes)) for resource, scopes in groups.items())


def _resource_spans(resource: Resource, scopes: Mapping[InstrumentationScope | None, Sequence[bytes]]) -> bytes:
    scope_spans = [_field(b"\x12", _scope_spans(scope, spans)) for scope, spans in scopes.items()]
    resource_message = _field(b"\x0a", _attributes(b"\x0a", resource.attributes))
    return resource_message + b"".join(scope_spans) + _text(b"\x1a", resource.schema_url)


def _scope_spans(scope: InstrumentationScope | None, spans: Sequence[bytes]) -> bytes:
    if scope is None:
        return _field(b"\x0a", b"") + b"".join(spans)
    name_and_version = _text(b"\x0a", scope.name) + _text(b"\x12", scope.version)
    scope_message = _field(b"\x0a", name_and_version + _attributes(b"\x1a", scope.attributes))
    return scope_message + b"".join(spans) + _text(b"\x1a", scope.schema_url)


def _span(span: ReadableSpan) -> bytes:
    # Past the properties, which take a third of the time, as they copy. An SDK that has other fields raises here.
    context, parent, events, links = span._context, span._parent, span._events, span._links
    if context is None:
        raise ValueError("a span without a context")
    trace_state = context.trace_state
    return b"".join(
        [
            b"\x0a\x10",
            context.trace_id.to_bytes(16, "big"),
            b"\x12\x08",
            context.span_id.to_bytes(8, "big"),
            _text(b"\x1a", ",".join(f"{key}={value}" for key, value in trace_state.items())) if trace_state else b"",
            b"\x22\x08" + parent.span_id.to_bytes(8, "big") if parent else b"",
            _name(b"\x2a", span._name),
            b"\x30",
            _varint(span._kind._value_ + 1),
            _time(b"\x39", span._start_time),
            _time(b"\x41", span._end_time),
            _attributes(b"\x4a", span._attributes),
            _count(b"\x50", span.dropped_attributes),
            b"".join([_event(event) for event in events]) if events else b"",
            _count(b"\x60", span.dropped_events),
            b"".join([_link(link) for link in links]) if links else b"",
            _count(b"\x70", span.dropped_links),
            _status(span._status),
            b"\x85\x01",
            _flags(parent),
        ]
    )


def _event(event: Event) -> bytes:
    attributes = event.attributes
    encoded = _time(b"\x09", event.timestamp) + _name(b"\x12", event.name)
    if attributes:
        encoded += _attributes(b"\x1a", attributes)
    return _field(b"\x5a", encoded + _count(b"\x20", event.dropped_attributes))


def _link(link: Link) -> bytes:
    context = link.context
    ids = b"\x0a\x10" + context.trace_id.to_bytes(16, "big") + b"\x12\x08" + context.span_id.to_bytes(8, "big")
    attributes = _attributes(b"\x22", link.attributes) + _count(b"\x28", link.dropped_attributes)
    return _field(b"\x6a", ids + attributes + b"\x35" + _flags(context))


def _status(status: Status) -> bytes:
    code, description = status.status_code._value_, status.description
    if not code and not description:
        return b"\x7a\x00"
    return _field(b"\x7a", _text(b"\x12", description) + _count(b"\x18", code))


def _flags(context: SpanContext | None) -> bytes:
    return _fixed32(_HAS_IS_REMOTE | _IS_REMOTE if context and context.is_remote else _HAS_IS_REMOTE)


def _attributes(tag: bytes, attributes: Mapping[str, Any] | None) -> bytes:
    if not attributes:
        return b""
    # Of a copy: the SDK's mapping takes a Python call for each item. All that it hands out have this method.
    items = attributes.copy().items()  # type: ignore[attr-defined]
    return tag + tag.join([_encoded[type(item[1])][item] for item in items])


class _Encoded:
    """What an attribute is encoded to, by key and value."""

    def __getitem__(self, item: tuple[str, Any]) -> bytes:
        return _attribute(item)


class _Remembered(dict[tuple[str, Any], bytes]):
    """The same, which looks up what was encoded before."""

    def __missing__(self, item: tuple[str, Any]) -> bytes:
        encoded = _attribute(item)
        if len(encoded) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[item] = encoded
        return encoded


# By kind, as True equals 1. Equal values of the three are encoded alike, unlike 0.0 and -0.0.
_encoded: defaultdict[type, _Encoded | _Remembered] = defaultdict(
    _Encoded, {kind: _Remembered() for kind in (str, int, bool)}
)


def _attribute(item: tuple[str, Any]) -> bytes:
    """A `KeyValue` after its length; the tag depends on whose attribute it is."""
    key, value = item
    try:
        if type(value) is tuple:
            encoded = _field(b"\x2a", b"".join([_field(b"\x0a", _plain(each)) for each in value]))
        else:
            encoded = _plain(value)
    except _NotPlainError:
        return _by_the_sdk(key, value)
    return _field(b"", _text(b"\x0a", key) + _field(b"\x12", encoded))


class _NotPlainError(Exception):
    pass


def _plain(value: Any) -> bytes:
    """An `AnyValue` of the most frequent kinds.

    Raises:
        _NotPlainError: it is of another kind, or too large.
    """
    kind = type(value)
    if kind is str:
        return _field(b"\x0a", value.encode())
    if kind is bool:
        return b"\x10\x01" if value else b"\x10\x00"
    if kind is int and value in _INT64:
        return b"\x18" + _varint(value & _UINT64)
    if kind is float:
        return b"\x21" + _double(value)
    raise _NotPlainError


def _by_the_sdk(key: str, value: Any) -> bytes:
    span = ReadableSpan("", SpanContext(1, 1, is_remote=False), resource=Resource({}), attributes={key: value})
    [encoded] = trace_encoder.encode_spans([span]).resource_spans[0].scope_spans[0].spans
    [attribute] = encoded.attributes
    return _field(b"", attribute.SerializePartialToString())


def _text(tag: bytes, text: str | None) -> bytes:
    return _field(tag, text.encode()) if text else b""


# For the names of spans and events, which are few.
_name = lru_cache(_REMEMBERED)(_text)


def _time(tag: bytes, nanoseconds: int | None) -> bytes:
    return tag + _fixed64(nanoseconds) if nanoseconds else b""


def _count(tag: bytes, count: int) -> bytes:
    return tag + _varint(count) if count else b""


def _field(tag: bytes, content: bytes) -> bytes:
    return tag + _varint(len(content)) + content


@lru_cache(_REMEMBERED)
def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
