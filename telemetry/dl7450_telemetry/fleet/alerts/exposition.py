"""The fleet in the text format of Prometheus, for those who alert there.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..table import Table

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_GAUGES = {
    "docks": ("dl7450_fleet_docks", "Docks that said something in the last hour."),
    "failing": ("dl7450_fleet_docks_failing", "Docks with a failed request in the last hour."),
    "silent": ("dl7450_fleet_docks_silent", "Docks that were there in the week before, and are silent."),
    "requests": ("dl7450_fleet_requests", "Requests in the last hour."),
    "failures": ("dl7450_fleet_requests_failed", "Failed requests in the last hour."),
    "p50": ("dl7450_fleet_request_duration_p50_seconds", "Median duration of requests in the last hour."),
    "p95": ("dl7450_fleet_request_duration_p95_seconds", "95th percentile of their duration."),
}


def exposition(fleet: Table, alerts: Table) -> str:
    """The metrics as text.

    Parameters:
        fleet: the answer to the question `fleet` for the last hour.
        alerts: those of a `Watch`.
    """
    now: Mapping[str, Any] = next((row for row in fleet.dicts() if row["period"] == "now"), {})
    return "".join(f"{line}\n" for line in [*_gauges(now), *_alerts(alerts)])


def _gauges(now: Mapping[str, Any]) -> Iterator[str]:
    for column, (name, text) in _GAUGES.items():
        yield f"# HELP {name} {text}"
        yield f"# TYPE {name} gauge"
        value = now.get(column)
        if not name.endswith("_seconds"):
            yield f"{name} {value or 0}"
        elif value is not None:  # nobody asked for anything, which is not the same as 0 seconds
            yield f"{name} {value / 1e9}"


def _alerts(alerts: Table) -> Iterator[str]:
    name = "dl7450_fleet_alert_firing"
    yield f"# HELP {name} Whether the alert of a rule fires."
    yield f"# TYPE {name} gauge"
    for row in alerts.dicts():
        rule = row["rule"].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        yield f'{name}{{rule="{rule}"}} {int(row["state"] in ("firing", "ending"))}'
