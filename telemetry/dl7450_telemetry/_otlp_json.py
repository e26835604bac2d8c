"""OTLP JSON lines, the format of a trace file: encoded and decoded.

One line is one `ExportTraceServiceRequest`, which is what the OpenTelemetry Collector's file exporter writes and its
`otlpjsonfile` receiver reads. The encoding is protobuf's JSON mapping with two exceptions
(https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): ids are hex instead of base64, and enums are
numbers.

Encoding is the SDK's. Decoding is not: it takes what other tools write, needs few fields, and its errors have to name
the line.
"""

from __future__ import annotations

import base64
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ._span_record import AttributeValue, EventRecord, LinkRecord, SpanRecord

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

# JSON as it was read; its shape is found out field by field in `_decode_span` and below.
Json: TypeAlias = dict[str, Any]

_BLANK = re.compile(r"\s*")
_TRACE_ID_BYTES = 16
_SPAN_ID_BYTES = 8
_KINDS = ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
_STATUSES = ("UNSET", "OK", "ERROR")


class TraceFileError(ValueError):
    """A file is not a trace file, or a damaged one; the message names the file, the line and the fault."""


def encode_line(spans: Sequence[ReadableSpan]) -> bytes:
    """Finished spans as one line of a trace file, line break included."""
    from opentelemetry.exporter.otlp.json.common.trace_encoder import encode_spans

    line = json.dumps(encode_spans(spans).to_dict(), ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate, such as from a file name that is not UTF-8, becomes "?": some readers would refuse the line.
    return line.encode(errors="replace") + b"\n"


def read_trace_file(path: str | Path) -> list[SpanRecord]:
    """Read the spans of a trace file.

    Takes what `telemetry.configure` and the Collector's file exporter write; also a request that is spread over several
    lines, and ids in base64. Metrics and logs in the same file are passed over.

    Raises:
        TraceFileError: the file is not OTLP JSON; the message names the line.
        OSError: the file cannot be read.
    """
    return [span for _, spans in read_requests(path) for span in spans]


def read_requests(path: str | Path) -> Iterator[tuple[Json, list[SpanRecord]]]:
    """Read the requests in a trace file, each as the JSON it was and with the spans that it holds.

    Raises:
        TraceFileError: the file is not OTLP JSON; the message names the line.
        OSError: the file cannot be read.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TraceFileError(
            f"{path} is not a trace file: not UTF-8 text (a compressed file has to be unpacked first)"
        ) from error
    decoder = json.JSONDecoder()
    line, position = 1, 0
    while True:
        # Not line by line: a request may be spread over several.
        start = _BLANK.match(text, position).end()  # type: ignore[union-attr] # it matches the empty string
        line += text.count("\n", position, start)
        if start == len(text):
            return
        try:
            request, position = decoder.raw_decode(text, start)
        except json.JSONDecodeError as error:
            raise TraceFileError(
                f"{path}, line {error.lineno}: not JSON ({error.msg}, column {error.colno}); a trace file "
                f"holds one JSON object on each line"
            ) from error
        try:
            yield request, list(_decode_request(request))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise TraceFileError(f"{path}, line {line}: not an OTLP trace export: {_reason(error)}") from error
        line += text.count("\n", start, position)


def split_by_trace(requests: Iterable[Json]) -> dict[str, Json]:
    """Sort the spans of requests into one request for each trace, by trace id; nothing of a span is lost."""
    by_trace: defaultdict[str, Json] = defaultdict(lambda: {"resourceSpans": []})
    for request in requests:
        for resource_spans in request.get("resourceSpans", ()):
            for scope_spans in resource_spans.get("scopeSpans", ()):
                members: defaultdict[str, list[Json]] = defaultdict(list)
                for span in scope_spans.get("spans", ()):
                    members[_hex(span["traceId"], _TRACE_ID_BYTES)].append(span)
                for trace_id, spans in members.items():
                    by_trace[trace_id]["resourceSpans"].append(
                        {**resource_spans, "scopeSpans": [{**scope_spans, "spans": spans}]}
                    )
    return by_trace


def _reason(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)


def _decode_request(request: Json) -> Iterator[SpanRecord]:
    if not isinstance(request, dict):
        raise TypeError("not a JSON object")
    if "resourceSpans" not in request:
        if request.keys() & {"resourceMetrics", "resourceLogs", "resourceProfiles"}:
            return
        raise KeyError("resourceSpans")
    for resource_spans in request["resourceSpans"]:
        resource = _decode_attributes(resource_spans.get("resource", {}).get("attributes"))
        for scope_spans in resource_spans.get("scopeSpans", ()):
            scope = scope_spans.get("scope", {})
            for span in scope_spans.get("spans", ()):
                yield _decode_span(span, scope, resource)


def _decode_span(span: Json, scope: Json, resource: dict[str, AttributeValue]) -> SpanRecord:
    status = span.get("status") or {}
    parent = span.get("parentSpanId")
    return SpanRecord(
        trace_id=_hex(span["traceId"], _TRACE_ID_BYTES),
        span_id=_hex(span["spanId"], _SPAN_ID_BYTES),
        name=span.get("name", ""),
        start=int(span["startTimeUnixNano"]),
        end=int(span["endTimeUnixNano"]),
        parent_span_id=_hex(parent, _SPAN_ID_BYTES) if parent else None,
        kind=_enum(span.get("kind", 0), _KINDS, "SPAN_KIND_"),
        attributes=_decode_attributes(span.get("attributes")),
        events=tuple(
            EventRecord(
                event.get("name", ""),
                int(event.get("timeUnixNano", 0)),
                _decode_attributes(event.get("attributes")),
            )
            for event in span.get("events") or ()
        ),
        links=tuple(
            LinkRecord(
                _hex(link["traceId"], _TRACE_ID_BYTES),
                _hex(link["spanId"], _SPAN_ID_BYTES),
                _decode_attributes(link.get("attributes")),
            )
            for link in span.get("links") or ()
        ),
        status=_enum(status.get("code", 0), _STATUSES, "STATUS_CODE_"),
        status_description=status.get("message") or None,
        scope_name=scope.get("name", ""),
        scope_version=scope.get("version", ""),
        resource=resource,
    )


def _hex(text: str, size: int) -> str:
    """An id as lower-case hex, from hex (the standard) or from base64 (protobuf's own JSON mapping)."""
    try:
        octets = bytes.fromhex(text) if len(text) == 2 * size else base64.b64decode(text, validate=True)
    except ValueError:
        octets = b""
    if len(octets) != size:
        raise ValueError(f"{text!r} is not an id of {size} bytes in hex")
    return octets.hex()


def _enum(value: int | str, names: Sequence[str], prefix: str) -> str:
    """The name of an enum's value, from its number (the standard) or its name."""
    for number, name in enumerate(names):
        if value in (number, name, prefix + name):
            return name
    raise ValueError(f"{value!r} is none of {', '.join(names)}")


def _decode_attributes(attributes: Iterable[Json] | None) -> dict[str, AttributeValue]:
    return {attribute["key"]: _decode_value(attribute.get("value", {})) for attribute in attributes or ()}


def _decode_value(value: Json) -> AttributeValue:
    match value:
        case {"stringValue": str() as text}:
            return text
        case {"boolValue": bool() as truth}:
            return truth
        case {"intValue": int() | str() as number}:
            return int(number)
        case {"doubleValue": int() | float() | str() as number}:
            return float(number)
        case {"bytesValue": str() as encoded}:
            return base64.b64decode(encoded)
        case {"arrayValue": dict() as array}:
            return tuple(_decode_value(item) for item in array.get("values", ()))
        case {"kvlistValue": dict() as pairs}:
            return _decode_attributes(pairs.get("values"))
        case {} if not value:
            return None
    raise ValueError(f"{value!r} is not an attribute value")
