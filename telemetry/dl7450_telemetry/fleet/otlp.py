"""OTLP requests to columns.

Written for speed: a receiver spends most of its time here. Columns are built at once, not rows, and the values of an
attribute are asked for in the order in which they are likely.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .._otlp_json import SHAPE_ERRORS, decode_request, reason
from .columns import LATEST, NEWEST, NO_EVENTS, NO_LINKS, SITE, UNKNOWN_DOCK, Batch, Events, Links
from .otlp_values import attributes as attributes_as_texts
from .otlp_values import texts

if TYPE_CHECKING:
    from .._span_record import SpanRecord

_KINDS = ("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer")
_STATUSES = ("Unset", "Ok", "Error")


def decode_traces(body: bytes) -> tuple[list[Batch], list[str]]:
    """The spans of an `ExportTraceServiceRequest` in protobuf, and what is wrong with those that are left out.

    Raises:
        ValueError: it is not one.
    """
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    try:
        request = ExportTraceServiceRequest.FromString(body)
    except DecodeError as error:
        raise ValueError(f"not an ExportTraceServiceRequest in protobuf: {error}") from None
    batch, faults = Batch(), list[str]()
    for resource_spans in request.resource_spans:
        resource = attributes_as_texts(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            scope = scope_spans.scope
            add = _adder(batch, resource, scope.name, scope.version)
            for span in scope_spans.spans:
                if len(span.trace_id) != 16 or len(span.span_id) != 8:
                    faults.append(f"the span {span.name[:80]!r} has no valid ids: they have 16 and 8 bytes")
                    continue
                kind, code = span.kind, span.status.code
                add(
                    span.start_time_unix_nano,
                    span.end_time_unix_nano,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    span.trace_state,
                    span.name,
                    _KINDS[kind] if 0 <= kind < len(_KINDS) else _KINDS[0],
                    attributes_as_texts(span.attributes),
                    _STATUSES[code] if 0 <= code < len(_STATUSES) else _STATUSES[0],
                    span.status.message,
                    _events(span.events) if span.events else NO_EVENTS,
                    _links(span.links) if span.links else NO_LINKS,
                )
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
    around, add = None, None
    for span in spans:
        if add is None or around != (span.resource, span.scope_name, span.scope_version):
            around = (span.resource, span.scope_name, span.scope_version)
            add = _adder(batch, texts(span.resource), span.scope_name, span.scope_version)
        _add_record(add, span)
    return batch


def _add_record(add: Callable[..., None], span: SpanRecord) -> None:
    events = Events(
        [min(event.time, LATEST) for event in span.events],
        [event.name for event in span.events],
        [texts(event.attributes) for event in span.events],
    )
    links = Links(
        [link.trace_id for link in span.links],
        [link.span_id for link in span.links],
        [""] * len(span.links),
        [texts(link.attributes) for link in span.links],
    )
    add(
        span.start,
        span.end,
        span.trace_id,
        span.span_id,
        span.parent_span_id or "",
        "",
        span.name,
        span.kind.capitalize(),
        texts(span.attributes),
        span.status.capitalize(),
        span.status_description or "",
        events,
        links,
    )


def _adder(batch: Batch, resource: dict[str, str], scope_name: str, scope_version: str) -> Callable[..., None]:
    """A function that adds one span of a scope to a batch."""
    (
        timestamp, trace_id, span_id, parent_span_id, trace_state, span_name, span_kind, service_name,
        resource_attributes, add_scope_name, add_scope_version, span_attributes, duration, status_code,
        status_message, add_events, add_links, device_id, release, site, is_request, host, path, http_status,
        error_type, curl_code, request_sent, first_byte,
    ) = batch.appenders()  # fmt: skip
    service = resource.get("service.name", "")
    device = resource.get("device.id") or UNKNOWN_DOCK
    version = resource.get("service.version", "")
    place = resource.get(SITE, "")

    def add(
        start: int,
        end: int,
        trace: str,
        span: str,
        parent: str,
        state: str,
        name: str,
        kind: str,
        attributes: dict[str, str],
        code: str,
        message: str,
        events: Events,
        links: Links,
    ) -> None:
        get = attributes.get
        timestamp(min(start, NEWEST))
        trace_id(trace)
        span_id(span)
        parent_span_id(parent)
        trace_state(state)
        span_name(name)
        span_kind(kind)
        service_name(service)
        resource_attributes(resource)
        add_scope_name(scope_name)
        add_scope_version(scope_version)
        span_attributes(attributes)
        duration(min(end - start, LATEST) if end > start else 0)
        status_code(code)
        status_message(message)
        add_events(events)
        add_links(links)
        device_id(device)
        release(version)
        site(place)
        is_request(kind == "Client" and "http.request.method" in attributes)
        host(get("server.address", ""))
        path(_path(get("url.full", "")))
        http_status(_number(get("http.response.status_code", "")))
        error_type(get("error.type", ""))
        curl_code(_number(get("dl7450.curl.code", "")))
        request_sent(_until("request sent", start, events))
        first_byte(_until("first byte", start, events))

    return add


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


def _events(events: Any) -> Events:
    return Events(
        [min(event.time_unix_nano, LATEST) for event in events],
        [event.name for event in events],
        [attributes_as_texts(event.attributes) for event in events],
    )


def _links(links: Any) -> Links:
    return Links(
        [link.trace_id.hex() for link in links],
        [link.span_id.hex() for link in links],
        [link.trace_state for link in links],
        [attributes_as_texts(link.attributes) for link in links],
    )
