"""`SpanRecord`: what is known of one finished span, as plain data.

Everything that shows, compares or filters spans works on this type. So it makes no difference whether a span was
recorded in this process (`SpanRecord.from_sdk`) or read from a file (`_otlp_json`), and showing a trace needs neither
the OpenTelemetry SDK nor protobuf.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

# A list is a tuple and a nested map a dict, from the SDK as from a file: equal spans are equal records.
AttributeValue: TypeAlias = (
    "str | bool | int | float | bytes | tuple[AttributeValue, ...] | dict[str, AttributeValue] | None"
)
Attributes: TypeAlias = Mapping[str, AttributeValue]

MAX_TIME = 2**64 - 1  # nanoseconds since 1970: what OTLP can hold

HTTP_METHOD = "http.request.method"
HTTP_STATUS_CODE = "http.response.status_code"
ERROR_TYPE = "error.type"
CANCELLED = "dl7450.cancelled"


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event on a span; `time` in nanoseconds since 1970."""

    name: str
    time: int
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """A span's link to another span, by hex ids."""

    trace_id: str
    span_id: str
    attributes: Attributes = field(default_factory=dict)


class JudgedSpan:
    """What the fields of a finished span say about it."""

    __slots__ = ()

    name: str
    start: int
    end: int
    kind: str
    attributes: Attributes
    status: str
    status_description: str | None
    resource: Attributes

    @property
    def duration(self) -> float:
        """Seconds from start to end; 0 when the clock was set back in between."""
        return max(0, self.end - self.start) / 1e9

    @property
    def failed(self) -> bool:
        """Whether its status is `ERROR`."""
        return self.status == "ERROR"

    @property
    def cancelled(self) -> bool:
        """Whether the app, or the scope around it, gave the request up: neither a success nor a failure."""
        return self.attributes.get(CANCELLED) is True

    @property
    def is_request(self) -> bool:
        """Whether it is an HTTP request that a client made."""
        return self.kind == "CLIENT" and HTTP_METHOD in self.attributes

    @property
    def outcome(self) -> str:
        """How the span ended: `200`, `CURLE_COULDNT_CONNECT`, `cancelled`, or nothing to say."""
        if self.failed:
            return str(self.attributes.get(ERROR_TYPE) or self.status_description or "error")
        if self.cancelled:
            return "cancelled"
        return str(self.attributes.get(HTTP_STATUS_CODE, ""))


@dataclass(frozen=True, slots=True)
class SpanRecord(JudgedSpan):
    """One finished span. Ids are lower-case hex, times are nanoseconds since 1970.

    `kind` is the name of the OpenTelemetry span kind (`CLIENT`), `status` that of the status code (`UNSET`, `OK`,
    `ERROR`).
    """

    trace_id: str
    span_id: str
    name: str
    start: int
    end: int
    parent_span_id: str | None = None
    kind: str = "INTERNAL"
    attributes: Attributes = field(default_factory=dict)
    events: tuple[EventRecord, ...] = ()
    links: tuple[LinkRecord, ...] = ()
    status: str = "UNSET"
    status_description: str | None = None
    scope_name: str = ""
    scope_version: str = ""
    resource: Attributes = field(default_factory=dict)

    @classmethod
    def from_sdk(cls, span: ReadableSpan) -> SpanRecord:
        """The record of a span of the OpenTelemetry SDK.

        The SDK takes any time that it is given; one that OTLP cannot hold is the nearest that it can.

        Raises:
            ValueError: the span has not ended.
        """
        if span.end_time is None:
            raise ValueError(f"span {span.name!r} has not ended: only finished spans can be recorded")
        return cls._of(span, span.end_time)

    @classmethod
    def started(cls, span: ReadableSpan) -> SpanRecord:
        """What is known of a span that has not ended; its end is its start."""
        return cls._of(span, span.start_time)

    @classmethod
    def _of(cls, span: ReadableSpan, end: int | None) -> SpanRecord:
        context = span.get_span_context()
        scope = span.instrumentation_scope
        if context is None or span.start_time is None or end is None:
            raise ValueError(f"span {span.name!r} has not started")
        return cls(
            trace_id=f"{context.trace_id:032x}",
            span_id=f"{context.span_id:016x}",
            name=span.name,
            start=_time(span.start_time),
            end=_time(end),
            parent_span_id=f"{span.parent.span_id:016x}" if span.parent else None,
            kind=span.kind.name,
            attributes=plain_attributes(span.attributes),
            events=tuple(
                EventRecord(event.name, _time(event.timestamp), plain_attributes(event.attributes))
                for event in span.events
            ),
            links=tuple(
                LinkRecord(
                    f"{link.context.trace_id:032x}",
                    f"{link.context.span_id:016x}",
                    plain_attributes(link.attributes),
                )
                for link in span.links
            ),
            status=span.status.status_code.name,
            status_description=span.status.description,
            scope_name=scope.name if scope else "",
            scope_version=(scope.version or "") if scope else "",
            resource=plain_attributes(span.resource.attributes),
        )


class IndexedSpan(JudgedSpan):
    """What an index needs of a span. A `SpanRecord` takes three times as long to make."""

    __slots__ = (
        "attributes",
        "end",
        "kind",
        "name",
        "resource",
        "span_id",
        "start",
        "status",
        "status_description",
        "trace_id",
    )

    def __init__(
        self,
        trace_id: str,
        span_id: str,
        name: str,
        start: int,
        end: int,
        kind: str,
        attributes: Attributes,
        status: str,
        status_description: str | None,
        resource: Attributes,
    ) -> None:
        self.trace_id = trace_id
        self.span_id = span_id
        self.name = name
        self.start = start
        self.end = end
        self.kind = kind
        self.attributes = attributes
        self.status = status
        self.status_description = status_description
        self.resource = resource


def _time(nanoseconds: float) -> int:
    return int(min(max(0, nanoseconds), MAX_TIME))


def plain_attributes(attributes: Mapping[str, object] | None) -> dict[str, AttributeValue]:
    """The SDK's attributes as plain data."""
    return {key: _plain(value) for key, value in (attributes or {}).items()}


def _plain(value: object) -> AttributeValue:
    if value is None or isinstance(value, str | bool | int | float | bytes):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return tuple(_plain(item) for item in value)
    raise TypeError(f"{type(value).__name__} is not a type that OpenTelemetry attributes can have")
