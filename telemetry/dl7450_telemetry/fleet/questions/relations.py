"""The tables that every question reads, made from the filters, as the start of a WITH clause."""

from __future__ import annotations

from typing import Any

from ..columns import LATEST
from ..filters import Filters
from ..store import Engine
from .declarations import Question

_COLUMN_OF = {"site": "Site", "app": "ServiceName", "release": "Release", "host": "Host", "error": "ErrorType"}


def relations(engine: Engine, filters: Filters, question: Question) -> tuple[str, dict[str, Any]]:
    """`WITH spans AS (...), requests AS (...), histograms AS (...)`, and the parameters in it."""
    parameters: dict[str, Any] = {
        "since": filters.since,
        "until": min(filters.until, LATEST),
        "start": max(0, filters.since - question.lookback),
    }
    wanted = ["Timestamp >= make_timestamp_ns($start)", "Timestamp < make_timestamp_ns($until)"]
    of_request: list[str] = []
    for name, column in _COLUMN_OF.items():
        if (value := getattr(filters, name)) is not None:
            parameters[name] = value
            (of_request if name in {"host", "error"} else wanted).append(f"{column} = ${name}")
    if filters.dock is not None:
        parameters["dock"] = filters.dock
        wanted.append("starts_with(DeviceId, $dock)")
    for number, (key, value) in enumerate(filters.resource):
        parameters |= {f"key{number}": key, f"value{number}": value}
        wanted.append(f"ResourceAttributes[$key{number}] = $value{number}")
    requests = " AND ".join(["IsRequest", *of_request])
    points = [condition.replace("Timestamp", "TimeUnix") for condition in wanted]
    return (
        f"WITH spans AS NOT MATERIALIZED (SELECT * FROM otel_traces WHERE {' AND '.join(wanted)}),\n"
        f"requests AS NOT MATERIALIZED (SELECT *, StatusCode = 'Error' AS Failed FROM spans WHERE {requests}),\n"
        f"histograms AS NOT MATERIALIZED (SELECT * FROM otel_metrics_histogram WHERE {' AND '.join(points)})\n"
    ), parameters
