"""The tables and their columns, the same in every engine.

They are those of the OpenTelemetry Collector's ClickHouse exporter, by its names. Typed columns come on top: they are
taken from the attributes, so that what most questions are about need not be looked up in a map.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, Final

# What kind of value a column has; the engines have a type for each.
TEXT, TIME, NUMBER, FLOAT, TRUTH = "text", "time", "number", "float", "truth"
NUMBERS, FLOATS, MAP, EVENTS, LINKS = "numbers", "floats", "map", "events", "links"
SHARED_MAP = "shared map"  # one that is the same object in many rows
SPARSE = "sparse"  # a number that is 0 in most rows

SPAN_COLUMNS: Final = {
    "Timestamp": TIME,  # the start
    "TraceId": TEXT,
    "SpanId": TEXT,
    "ParentSpanId": TEXT,
    "TraceState": TEXT,
    "SpanName": TEXT,
    "SpanKind": TEXT,  # Client, Internal, ...
    "ServiceName": TEXT,
    "ResourceAttributes": SHARED_MAP,
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
    "RequestSent": SPARSE,  # nanoseconds from the start to the event `request sent`; 0 if there was none
    "FirstByte": SPARSE,  # nanoseconds from the start to the event `first byte`; 0 if there was none
}
_POINT_COLUMNS: Final = {
    "ResourceAttributes": SHARED_MAP,
    "ScopeName": TEXT,
    "ScopeVersion": TEXT,
    "ServiceName": TEXT,
    "MetricName": TEXT,
    "MetricDescription": TEXT,
    "MetricUnit": TEXT,
    "Attributes": MAP,
    "StartTimeUnix": TIME,
    "TimeUnix": TIME,
    "DeviceId": TEXT,  # from here on typed, as for spans
    "Release": TEXT,
    "Site": TEXT,
}
_SUMMED_COLUMNS: Final = {"AggregationTemporality": NUMBER, "IsMonotonic": TRUTH}
_HISTOGRAM_COLUMNS: Final = {
    "Count": NUMBER,
    "Sum": FLOAT,
    "BucketCounts": NUMBERS,
    "ExplicitBounds": FLOATS,
    "Min": FLOAT,
    "Max": FLOAT,
    "AggregationTemporality": NUMBER,
}

TRACES, GAUGES, SUMS, HISTOGRAMS = "otel_traces", "otel_metrics_gauge", "otel_metrics_sum", "otel_metrics_histogram"
TABLES: Final = {
    TRACES: SPAN_COLUMNS | TYPED_COLUMNS,
    GAUGES: _POINT_COLUMNS | {"Value": FLOAT},
    SUMS: _POINT_COLUMNS | {"Value": FLOAT} | _SUMMED_COLUMNS,
    HISTOGRAMS: _POINT_COLUMNS | _HISTOGRAM_COLUMNS,
}
TIME_COLUMN: Final = {table: "Timestamp" if table == TRACES else "TimeUnix" for table in TABLES}

UNKNOWN_DOCK: Final = "unknown dock"
SITE: Final = "dl7450.site"  # the resource attribute

SAMPLE: Final = 2000  # requests of either side that are compared, at most, when it is asked what differs
# Attributes that are not compared then: they say that it failed, or differ each time. The SQL files name them, too.
NOT_COMPARED: Final = (
    "error.type",
    "http.response.status_code",
    "dl7450.curl.code",
    "url.full",
    "http.response.body.size",
    "service.instance.id",
)

LATEST: Final = 2**63 - 2  # nanoseconds since 1970, in the year 2262: what both engines can hold
NEWEST: Final = LATEST - 1  # the time of a row, at most: a window ends with LATEST, which is not part of it


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


class Batch:
    """Rows of one table by column: `columns[name][i]` belongs to row `i`.

    Times and durations are nanoseconds, ids lower-case hex, attributes dicts of texts.

    Parameters:
        table: one of `TABLES`.
    """

    __slots__ = ("columns", "table")

    def __init__(self, table: str = TRACES) -> None:
        self.table = table
        self.columns: dict[str, list[Any]] = {name: [] for name in TABLES[table]}

    def __len__(self) -> int:
        return len(self.columns["ServiceName"])

    def extend(self, other: Batch) -> None:
        """Add the rows of another batch of the same table."""
        for name, values in other.columns.items():
            self.columns[name].extend(values)

    def where(self, chosen: Sequence[bool]) -> Batch:
        """The rows that are chosen."""
        batch = Batch(self.table)
        batch.columns = {name: list(compress(values, chosen)) for name, values in self.columns.items()}
        return batch

    def appenders(self) -> list[Callable[[Any], None]]:
        """For each column, in order, the method that adds one value."""
        return [values.append for values in self.columns.values()]
