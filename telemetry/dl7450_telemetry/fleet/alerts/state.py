"""How the alert of a rule begins and ends. Plain values: nothing is asked and nothing is sent here.

    well -> pending -> firing -> ending -> well

`pending` and `ending` are the delays. Who falls back in one of them has not been anything else: nobody is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeAlias, get_args

from .rules import Rule

Phase: TypeAlias = Literal["well", "pending", "firing", "ending"]


@dataclass(frozen=True, slots=True)
class Alert:
    """The alert of one rule. Times are nanoseconds since 1970.

    Attributes:
        phase: where it is.
        since: since when.
        value: what was found last; None if there was nothing to be found.
        began: when the alert that fires now began to fire; None if none does.
        ended: when the last one ended; None if there was none.
        told: whether the webhook, if there is one, knows.
    """

    phase: Phase = "well"
    since: int = 0
    value: float | None = None
    began: int | None = None
    ended: int | None = None
    told: bool = True

    @property
    def fires(self) -> bool:
        """Whether it is on; also while it is ending."""
        return self.phase in ("firing", "ending")

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Alert:
        """What `as_json` gave.

        Raises:
            ValueError, TypeError: it is something else.
        """
        alert = cls(**value)
        if alert.phase not in get_args(Phase):
            raise ValueError(f"{alert.phase!r} is not a phase of an alert")
        return alert


def advance(alert: Alert, rule: Rule, value: float | None, now: int) -> Alert:
    """The alert after a look.

    Parameters:
        alert: before.
        rule: whose alert it is.
        value: what was found; None, if there was nothing to be found, is not too much.
        now: nanoseconds since 1970.
    """
    alert = replace(alert, value=value)
    too_much = value is not None and value > rule.above
    if too_much and alert.phase == "well":
        alert = replace(alert, phase="pending", since=now)
    elif too_much and alert.phase == "ending":
        alert = replace(alert, phase="firing", since=alert.began or now)
    elif not too_much and alert.phase == "pending":
        alert = replace(alert, phase="well", since=now)
    elif not too_much and alert.phase == "firing":
        alert = replace(alert, phase="ending", since=now)
    # A delay of nothing is over at once.
    if alert.phase == "pending" and now - alert.since >= rule.start_delay:
        alert = replace(alert, phase="firing", since=now, began=now, told=False)
    if alert.phase == "ending" and now - alert.since >= rule.end_delay:
        alert = replace(alert, phase="well", since=now, ended=now, told=False)
    return alert
