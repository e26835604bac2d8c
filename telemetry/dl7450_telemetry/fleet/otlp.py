"""OTLP requests to columns.

Written for speed: a receiver spends most of its time here. A column is built at once for all spans of a scope, not row
by row.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby, repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from .._otlp_json import SHAPE_ERRORS, decode_request, reason
from .columns import LATEST, NEWEST, SITE, UNKNOWN_DOCK, Batch, Events, Links
from .otlp_values import texts

if TYPE_CHECKING:
    from .._span_record import SpanRecord


def decode_traces(body: bytes) -> tuple[list[Batch], list[str]]:
    """The spans of an `ExportTraceServiceRequest` in protobuf, and what is wrong with those that are left out.

    Raises:
        ValueError: it is not one.
    """
    from google.protobuf.message import DecodeError

    from .otlp_protobuf import TraceRequest, columns_of, resource_of

    batch, faults = Batch(), list[str]()
    try:
        for resource_spans in TraceRequest.FromString(body).resource_spans:
            resource = resource_of(resource_spans.resource)
            for scope_spans in resource_spans.scope_spans:
                scope, spans = scope_spans.scope, list[Any]()
                for span in scope_spans.spans:
                    if len(span.trace_id) == 16 and len(span.span_id) == 8:
                        spans.append(span)
                    else:
                        faults.append(f"the span {span.name[:80]!r} has no valid ids: they have 16 and 8 bytes")
                _add(batch, resource, scope.name, scope.version, columns_of(spans))
    except DecodeError as error:
        raise ValueError(f"not an ExportTraceServiceRequest in protobuf: {error}") from None
    return [batch], faults


def decode_json_traces(request: object) -> tuple[list[Batch], list[str]]:
    """The same in OTLP JSON.

    Raises:
        ValueError: the request around the spans is damaged.
    """
    faults = list[str]()
    try:
        batch = batch_of(decode_request(request, lambda error: faults.append(reason(error))))
    except SHAPE_ERRORS as error:
        raise ValueError(f"not an OTLP trace export: {reason(error)}") from None
    return [batch], faults


def batch_of(spans: Iterable[SpanRecord]) -> Batch:
    """Spans that were read from a trace file or recorded in this process."""
    batch = Batch()
    for around, members in groupby(spans, attrgetter("resource", "scope_name", "scope_version")):
        resource, scope_name, scope_version = around
        _add(batch, texts(resource), scope_name, scope_version, _columns_of_records(list(members)))
    return batch


def _columns_of_records(spans: list[SpanRecord]) -> dict[str, list[Any]]:
    """The columns of spans that do not follow from others, and `End`."""
    return {
        "Timestamp": [span.start for span in spans],
        "End": [span.end for span in spans],
        "TraceId": [span.trace_id for span in spans],
        "SpanId": [span.span_id for span in spans],
        "ParentSpanId": [span.parent_span_id or "" for span in spans],
        "TraceState": [""] * len(spans),
        "SpanName": [span.name for span in spans],
        "SpanKind": [span.kind.capitalize() for span in spans],
        "SpanAttributes": [texts(span.attributes) for span in spans],
        "StatusCode": [span.status.capitalize() for span in spans],
        "StatusMessage": [span.status_description or "" for span in spans],
        "Events": [
            Events(
                [min(event.time, LATEST) for event in span.events],
                [event.name for event in span.events],
                [texts(event.attributes) for event in span.events],
            )
            for span in spans
        ],
        "Links": [
            Links(
                [link.trace_id for link in span.links],
                [link.span_id for link in span.links],
                [""] * len(span.links),
                [texts(link.attributes) for link in span.links],
            )
            for span in spans
        ],
    }


def _add(
    batch: Batch, resource: dict[str, str], scope_name: str, scope_version: str, columns: dict[str, list[Any]]
) -> None:
    """Add the spans of one scope to a batch.

    Parameters:
        batch: where to.
        resource: its attributes.
        scope_name: that of the scope.
        scope_version: that of the scope.
        columns: those of the spans themselves, from which the typed ones follow; changed.
    """
    starts, attributes, events = columns["Timestamp"], columns["SpanAttributes"], columns["Events"]
    ends = columns.pop("End")
    columns |= {
        "Timestamp": [min(start, NEWEST) for start in starts],
        "Duration": [min(end - start, LATEST) if end > start else 0 for start, end in zip(starts, ends, strict=True)],
        "IsRequest": [
            kind == "Client" and "http.request.method" in values
            for kind, values in zip(columns["SpanKind"], attributes, strict=True)
        ],
        "Host": [values.get("server.address", "") for values in attributes],
        "Path": [_path(values["url.full"]) if "url.full" in values else "" for values in attributes],
        "HttpStatus": [_number(values.get("http.response.status_code", "")) for values in attributes],
        "ErrorType": [values.get("error.type", "") for values in attributes],
        "CurlCode": [_number(values.get("dl7450.curl.code", "")) for values in attributes],
        "RequestSent": list(map(_until, repeat("request sent"), starts, events)),
        "FirstByte": list(map(_until, repeat("first byte"), starts, events)),
    }
    of_scope = {
        "ServiceName": resource.get("service.name", ""),
        "ResourceAttributes": resource,
        "ScopeName": scope_name,
        "ScopeVersion": scope_version,
        "DeviceId": resource.get("device.id") or UNKNOWN_DOCK,
        "Release": resource.get("service.version", ""),
        "Site": resource.get(SITE, ""),
    }
    columns |= {name: [value] * len(starts) for name, value in of_scope.items()}
    for name, values in columns.items():
        batch.columns[name] += values


def _until(event: str, start: int, events: Events) -> int:
    """Nanoseconds from the start to an event; 0 if there was none."""
    names = events.names
    return max(0, events.times[names.index(event)] - min(start, LATEST)) if event in names else 0


def _path(url: str) -> str:
    """The path of a URL, without query and fragment."""
    rest = url.partition("://")[2].partition("/")
    return "/" + rest[2].partition("?")[0].partition("#")[0] if rest[1] else ""


def _number(text: str) -> int:
    """A small number such as a status code; 0 for what is none."""
    return int(text) if 0 < len(text) < 10 and text.isascii() and text.isdigit() else 0
