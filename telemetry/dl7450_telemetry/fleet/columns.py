"""The columns of a span, the same in every engine.

The first part is the table `otel_traces` of the OpenTelemetry Collector's ClickHouse exporter, by its names. The second
part is taken from the attributes, so that what most questions are about need not be looked up in a map.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

# What kind of value a column has; the engines have a type for each.
TEXT, TIME, NUMBER, TRUTH, MAP, EVENTS, LINKS = "text", "time", "number", "truth", "map", "events", "links"

SPAN_COLUMNS: Final = {
    "Timestamp": TIME,  # the start
    "TraceId": TEXT,
    "SpanId": TEXT,
    "ParentSpanId": TEXT,
    "TraceState": TEXT,
    "SpanName": TEXT,
    "SpanKind": TEXT,  # Client, Internal, ...
    "ServiceName": TEXT,
    "ResourceAttributes": MAP,
    "ScopeName": TEXT,
    "ScopeVersion": TEXT,
    "SpanAttributes": MAP,
    "Duration": NUMBER,  # nanoseconds
    "StatusCode": TEXT,  # Unset, Ok, Error
    "StatusMessage": TEXT,
    "Events": EVENTS,
    "Links": LINKS,
}
TYPED_COLUMNS: Final = {
    "DeviceId": TEXT,  # device.id; UNKNOWN_DOCK if there is none
    "Release": TEXT,  # service.version
    "Site": TEXT,  # dl7450.site
    "IsRequest": TRUTH,  # an HTTP request that a client made
    "Host": TEXT,  # server.address
    "Path": TEXT,  # that of url.full, without its query
    "HttpStatus": NUMBER,  # 0 if there was no answer
    "ErrorType": TEXT,  # error.type
    "CurlCode": NUMBER,  # dl7450.curl.code; 0 if there is none
    "FirstByte": NUMBER,  # nanoseconds from the start to the event `first byte`; 0 if there was none
}
COLUMNS: Final = SPAN_COLUMNS | TYPED_COLUMNS

UNKNOWN_DOCK: Final = "unknown dock"
SITE: Final = "dl7450.site"  # the resource attribute

LATEST: Final = 2**63 - 2  # nanoseconds since 1970, in the year 2262: what both engines can hold


@dataclass(frozen=True, slots=True)
class Events:
    """The events of one span, by column; times in nanoseconds since 1970."""

    times: list[int]
    names: list[str]
    attributes: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Links:
    """The links of one span, by column."""

    trace_ids: list[str]
    span_ids: list[str]
    trace_states: list[str]
    attributes: list[dict[str, str]]


NO_EVENTS: Final = Events([], [], [])
NO_LINKS: Final = Links([], [], [], [])


def _empty() -> dict[str, list[Any]]:
    return {name: [] for name in COLUMNS}


@dataclass(frozen=True, slots=True)
class Batch:
    """Spans by column: `columns[name][i]` belongs to span `i`.

    Times and durations are nanoseconds, ids lower-case hex, attributes dicts of texts.
    """

    columns: dict[str, list[Any]] = field(default_factory=_empty)

    def __len__(self) -> int:
        return len(self.columns["Timestamp"])

    def extend(self, other: Batch) -> None:
        """Add the spans of another batch."""
        for name, values in other.columns.items():
            self.columns[name].extend(values)

    def appenders(self) -> dict[str, Callable[[Any], None]]:
        """By column, the method that adds one value."""
        return {name: values.append for name, values in self.columns.items()}
