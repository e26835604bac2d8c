"""OTLP JSON, the format of a trace file: encoded and decoded.

One line of the file is one `ExportTraceServiceRequest`, which is what the OpenTelemetry Collector's file exporter
writes and its `otlpjsonfile` receiver reads. The encoding is protobuf's JSON mapping with two exceptions
(https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): ids are hex instead of base64, and enums are
numbers. As the mapping has it, a field that is null or missing has its default: zero, an empty text, an empty list.

Encoding is the SDK's. Decoding is not: it takes what other tools write, and needs few fields.
"""

from __future__ import annotations

import base64
import json
import reprlib
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from ._span_record import MAX_TIME, AttributeValue, EventRecord, IndexedSpan, LinkRecord, SpanRecord

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

T = TypeVar("T")

_LONGEST_NUMBER = 40  # digits; Python would refuse thousands of them with advice for programmers

# JSON as it was read; its shape is found out field by field in `_decode_span` and below.
Json: TypeAlias = dict[str, Any]
OnError: TypeAlias = Callable[[Exception], None]

# What decoding raises about JSON that does not have the shape of OTLP.
SHAPE_ERRORS = (AttributeError, KeyError, TypeError, ValueError, OverflowError)

_TRACE_ID_BYTES = 16
_SPAN_ID_BYTES = 8
_KINDS = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
_STATUSES = ("UNSET", "OK", "ERROR")
_MAX_DEPTH = 100  # of lists and maps in an attribute: what protobuf's parsers take


def encode_line(spans: Sequence[ReadableSpan]) -> bytes:
    """Finished spans as one line of a trace file, line break included."""
    from opentelemetry.exporter.otlp.json.common.trace_encoder import encode_spans

    line = json.dumps(encode_spans(spans).to_dict(), ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate, such as from a file name that is not UTF-8, becomes "?": some readers would refuse the line.
    return line.encode(errors="replace") + b"\n"


def decode_request(request: object, on_error: OnError) -> Iterator[SpanRecord]:
    """The spans of one request.

    Parameters:
        request: JSON as it was read.
        on_error: called for each span that is damaged; the others are given all the same.

    Raises:
        one of SHAPE_ERRORS: the request around the spans is damaged.
    """
    return _decode_spans(request, on_error, _decode_span)


def decode_for_index(request: object, on_error: OnError, needed: Container[str]) -> Iterator[IndexedSpan]:
    """The same in a third of the time, with the attributes that are needed and no others. The rest is not looked at."""

    def decode(span: Json, around: _Around) -> IndexedSpan:
        return _decode_for_index(span, around.resource, needed)

    return _decode_spans(request, on_error, decode)


def _decode_spans(request: object, on_error: OnError, decode: Callable[[Json, _Around], T]) -> Iterator[T]:
    for resource_spans in _objects(_trace_request(request), "resourceSpans"):
        resource = _decode_attributes(_object(resource_spans.get("resource")).get("attributes"))
        for scope_spans in _objects(resource_spans, "scopeSpans"):
            scope = _object(scope_spans.get("scope"))
            around = _Around(resource, _text(scope.get("name")), _text(scope.get("version")))
            for span in _objects(scope_spans, "spans"):
                try:
                    decoded = decode(span, around)
                except SHAPE_ERRORS as error:
                    on_error(error)
                else:
                    yield decoded


def split_by_trace(request: object, by_trace: Mapping[str, list[Json]]) -> None:
    """Add what a request holds of each trace in `by_trace` to its list, as `resourceSpans`.

    Nothing of a span is lost, whatever fields it has.

    Raises:
        one of SHAPE_ERRORS: the request around the spans is damaged; what came before that has been added.
    """
    for resource_spans in _objects(_trace_request(request), "resourceSpans"):
        for scope_spans in _objects(resource_spans, "scopeSpans"):
            members: defaultdict[str, list[Json]] = defaultdict(list)
            for span in _objects(scope_spans, "spans"):
                try:
                    trace_id = _hex(span["traceId"], _TRACE_ID_BYTES)
                except SHAPE_ERRORS:
                    continue  # told when it was decoded
                if trace_id in by_trace:
                    members[trace_id].append(span)
            for trace_id, spans in members.items():
                by_trace[trace_id].append({**resource_spans, "scopeSpans": [{**scope_spans, "spans": spans}]})


def reason(error: Exception) -> str:
    """What a SHAPE_ERROR has to say."""
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)


def _trace_request(request: object) -> Json:
    if not isinstance(request, dict):
        raise TypeError("not a JSON object")
    if request and "resourceSpans" not in request:
        if request.keys() & {"resourceMetrics", "resourceLogs", "resourceProfiles"}:
            return {}
        raise KeyError("resourceSpans")
    return request


def _object(value: Any) -> Json:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError(f"{reprlib.repr(value)} is not a JSON object")
    return value


def _objects(parent: Json, name: str) -> Iterable[Json]:
    value = parent.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise TypeError(f"{name} is not a list")
    return map(_object, value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"{reprlib.repr(value)} is not a text")
    return value


def _integer(value: Any) -> int:
    """A 64-bit integer: a text (the standard), a number, and `5.0` as a number that is whole."""
    if value is None:
        return 0
    if isinstance(value, float):
        if not value.is_integer():
            raise ValueError(f"{value!r} is not a whole number")
    elif not isinstance(value, int | str):
        raise TypeError(f"{reprlib.repr(value)} is not a number")
    if isinstance(value, str) and len(value) > _LONGEST_NUMBER:
        raise ValueError(f"{reprlib.repr(value)} has more digits than 64 bits can hold")
    return int(value)


def _time(value: Any) -> int:
    time = int(value) if type(value) is str and len(value) <= _LONGEST_NUMBER else _integer(value)
    if not 0 <= time <= MAX_TIME:
        raise ValueError(f"{reprlib.repr(value)} is not a time in nanoseconds since 1970")
    return time


class _Around(NamedTuple):
    """What the spans of one scope have in common."""

    resource: dict[str, AttributeValue]
    scope_name: str
    scope_version: str


def _decode_span(span: Json, around: _Around) -> SpanRecord:
    get = span.get
    parent = get("parentSpanId")
    status, description = _decode_status(get("status"))
    return SpanRecord(
        _hex(span["traceId"], _TRACE_ID_BYTES),
        _hex(span["spanId"], _SPAN_ID_BYTES),
        _text(get("name")),
        _time(get("startTimeUnixNano")),
        _time(get("endTimeUnixNano")),
        _hex(parent, _SPAN_ID_BYTES) if parent else None,
        _enum(get("kind"), _KINDS, "SPAN_KIND_"),
        _decode_attributes(get("attributes")),
        tuple(map(_decode_event, _objects(span, "events"))),
        tuple(map(_decode_link, _objects(span, "links"))),
        status,
        description,
        around.scope_name,
        around.scope_version,
        around.resource,
    )


def _decode_for_index(span: Json, resource: dict[str, AttributeValue], needed: Container[str]) -> IndexedSpan:
    get = span.get
    attributes: dict[str, AttributeValue] = {}
    for attribute in get("attributes") or ():
        key = attribute.get("key")
        if key in needed:
            attributes[key] = _decode_value(attribute.get("value"), 0)
    status, description = _decode_status(get("status"))
    return IndexedSpan(
        _hex(span["traceId"], _TRACE_ID_BYTES),
        _hex(span["spanId"], _SPAN_ID_BYTES),
        _text(get("name")),
        _time(get("startTimeUnixNano")),
        _time(get("endTimeUnixNano")),
        _enum(get("kind"), _KINDS, "SPAN_KIND_"),
        attributes,
        status,
        description,
        resource,
    )


def _decode_status(status: Any) -> tuple[str, str | None]:
    if not status:
        return _STATUSES[0], None
    members = _object(status)
    return _enum(members.get("code"), _STATUSES, "STATUS_CODE_"), _text(members.get("message")) or None


def _decode_event(event: Json) -> EventRecord:
    return EventRecord(
        _text(event.get("name")), _time(event.get("timeUnixNano")), _decode_attributes(event.get("attributes"))
    )


def _decode_link(link: Json) -> LinkRecord:
    return LinkRecord(
        _hex(link["traceId"], _TRACE_ID_BYTES),
        _hex(link["spanId"], _SPAN_ID_BYTES),
        _decode_attributes(link.get("attributes")),
    )


def _hex(text: object, size: int) -> str:
    """An id as lower-case hex, from hex (the standard) or from base64 (protobuf's own JSON mapping)."""
    if isinstance(text, str):
        try:
            octets = bytes.fromhex(text) if len(text) == 2 * size else base64.b64decode(text, validate=True)
        except ValueError:
            pass
        else:
            if len(octets) == size:
                return octets.hex()
    raise ValueError(f"{reprlib.repr(text)} is not an id of {size} bytes in hex")


def _enum(value: int | str | None, names: Sequence[str], prefix: str) -> str:
    """The name of an enum's value, from its number (the standard) or its name. One that is not known is the first."""
    if value is None:
        return names[0]
    if type(value) is int:
        return names[value] if 0 <= value < len(names) else names[0]
    if isinstance(value, str):
        name = value.removeprefix(prefix)
        return name if name in names else names[0]
    raise TypeError(f"{reprlib.repr(value)} is not a number of {prefix}*")


def _decode_attributes(attributes: Iterable[Json] | None, depth: int = 0) -> dict[str, AttributeValue]:
    return {_text(attribute.get("key")): _decode_value(attribute.get("value"), depth) for attribute in attributes or ()}


def _decode_value(value: Json | None, depth: int) -> AttributeValue:
    if depth > _MAX_DEPTH:
        raise ValueError(f"an attribute is nested more than {_MAX_DEPTH} levels deep")
    if type(value) is dict and type(text := value.get("stringValue")) is str:
        return text  # the most frequent, and three times as fast as a pattern
    match value:
        case {"stringValue": str() as text}:
            return text
        case {"boolValue": bool() as truth}:
            return truth
        case {"intValue": int() | str() | float() as number}:
            return _integer(number)
        case {"doubleValue": int() | float() | str() as number}:
            return float(number)
        case {"bytesValue": str() as encoded}:
            return base64.b64decode(encoded)
        case {"arrayValue": dict() | None as array}:
            return tuple(_decode_value(item, depth + 1) for item in _object(array).get("values") or ())
        case {"kvlistValue": dict() | None as pairs}:
            return _decode_attributes(_object(pairs).get("values"), depth + 1)
        case None:
            return None
        case dict() if all(member is None for member in value.values()):
            return None
    raise ValueError(f"{reprlib.repr(value)} is not an attribute value")
