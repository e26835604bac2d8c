"""A rule, and the TOML file that holds several."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from ..filters import span_of_time

Subject: TypeAlias = Literal["newly_failing", "silent", "error_rate", "latency"]

SUBJECTS: Final[dict[Subject, str]] = {
    "newly_failing": "docks that fail, and did not before",
    "silent": "docks that are silent",
    "error_rate": "part of the requests that fail",
    "latency": "95th percentile of latency",
}
_FILTERS = ("site", "app", "release", "host")
_TIMES = {"window": "window", "for": "start_delay", "keep_for": "end_delay"}  # names in the file, and of the fields
_MINUTE = 60 * 10**9


class RulesError(ValueError):
    """The file cannot be read, or a rule in it; the message names the fix."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. Times are nanoseconds.

    Attributes:
        name: told to who reads the alert; no two rules have the same.
        subject: what is looked at.
        above: the value above which it is too much: docks, a ratio, or nanoseconds.
        window: how far back it looks.
        start_delay: for how long it has to be too much before the alert fires.
        end_delay: for how long it has to be well before the alert ends.
        filters: of the docks and requests that are looked at; names and values as in a URL.
    """

    name: str
    subject: Subject
    above: float
    window: int = 60 * _MINUTE
    start_delay: int = 5 * _MINUTE
    end_delay: int = 15 * _MINUTE
    filters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What a file holds.

    Attributes:
        rules: in the order of the file.
        webhook: the URL that is told of alerts, if any.
    """

    rules: tuple[Rule, ...] = field(
        default=(
            Rule("Docks are newly failing", "newly_failing", 0),
            Rule("Docks are silent", "silent", 0, window=24 * 60 * _MINUTE),
            Rule("Many requests fail", "error_rate", 0.05),
            Rule("Requests are slow", "latency", 5 * 10**9),
        )
    )
    webhook: str | None = None


def load_rules(path: Path) -> Rules:
    """The rules of a file.

    Raises:
        RulesError: it cannot be read, or has a mistake; the message names both.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RulesError(f"{path}: {error}") from None
    unknown = content.keys() - {"rule", "webhook"}
    if unknown:
        raise RulesError(f"{path}: {min(unknown)!r} is not known: use webhook and [[rule]]")
    webhook = content.get("webhook")
    if webhook is not None and not (isinstance(webhook, str) and webhook.startswith(("http://", "https://"))):
        raise RulesError(f"{path}: webhook has to be a URL with http or https")
    entries = content.get("rule", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise RulesError(f"{path}: write each rule below a line [[rule]]")
    rules = tuple(_rule(f"{path}: rule {number}", entry) for number, entry in enumerate(entries, 1))
    names = [rule.name for rule in rules]
    if twice := {name for name in names if names.count(name) > 1}:
        raise RulesError(f"{path}: two rules are called {min(twice)!r}: their alerts could not be told apart")
    return Rules(rules, webhook) if rules else Rules(webhook=webhook)


def _rule(where: str, entry: dict[str, Any]) -> Rule:
    unknown = entry.keys() - {"name", "when", "above", *_TIMES, *_FILTERS}
    if unknown:
        raise RulesError(
            f"{where}: {min(unknown)!r} is not known: use name, when, above, {', '.join(_TIMES)}, {', '.join(_FILTERS)}"
        )
    name, above = entry.get("name"), entry.get("above")
    if not isinstance(name, str) or not name:
        raise RulesError(f"{where} has no name")
    subject = next((known for known in SUBJECTS if known == entry.get("when")), None)
    if subject is None:
        raise RulesError(f"{where}: when is {entry.get('when')!r}: use one of {', '.join(SUBJECTS)}")
    if isinstance(above, bool) or not isinstance(above, int | float):
        raise RulesError(f"{where}: above has to be a number: of docks, a part of 1, or seconds")
    try:
        times = {field: span_of_time(str(entry[name])) for name, field in _TIMES.items() if name in entry}
    except ValueError as error:
        raise RulesError(f"{where}: {error}") from None
    filters = tuple((name, str(entry[name])) for name in _FILTERS if name in entry)
    return Rule(name, subject, above * 1e9 if subject == "latency" else above, filters=filters, **times)
