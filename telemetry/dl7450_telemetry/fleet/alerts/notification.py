"""What a webhook is told: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from .rules import SUBJECTS, Rule
from .state import Alert

_NEVER = "0001-01-01T00:00:00Z"  # Go's zero time: Alertmanager's "has not ended"


def notification(rule: Rule, alert: Alert, url: str) -> dict[str, Any]:
    """One alert in Alertmanager's format, version 4.

    Parameters:
        rule: whose alert it is.
        alert: as it is now.
        url: of the page that shows it.
    """
    status = "firing" if alert.fires else "resolved"
    labels = {"alertname": rule.name, "subject": rule.subject, **dict(rule.filters)}
    annotations = {"summary": rule.name, "description": description(rule, alert)}
    name = hashlib.sha256(repr(sorted(labels.items())).encode()).hexdigest()[:16]
    return {
        "version": "4",
        "groupKey": f"{{}}:{{alertname={rule.name!r}}}",
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "webhook",
        "groupLabels": {"alertname": rule.name},
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": url,
        "alerts": [
            {
                "status": status,
                "labels": labels,
                "annotations": annotations,
                "startsAt": _time(alert.began),
                "endsAt": _NEVER if alert.fires else _time(alert.ended),
                "generatorURL": url,
                "fingerprint": name,
            }
        ],
    }


def description(rule: Rule, alert: Alert) -> str:
    """What was found, and what would be too much."""
    found = "no data" if alert.value is None else _value(rule, alert.value)
    return f"{SUBJECTS[rule.subject]}: {found} (alerts above {_value(rule, rule.above)})"


def _value(rule: Rule, value: float) -> str:
    match rule.subject:
        case "latency":
            return f"{value / 1e9:.3g} s"
        case "error_rate":
            return f"{value * 100:.3g}%"
        case _:
            return f"{value:.0f}"


def _time(nanoseconds: int | None) -> str:
    if nanoseconds is None:
        return _NEVER
    return datetime.fromtimestamp(nanoseconds // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
