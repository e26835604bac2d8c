"""`Watch`: looks at the rules again and again, keeps what it found in a file, and tells a webhook."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import trio

from ..filters import Filters
from ..owner import Ask
from ..store import StoreError
from ..table import Column, Table
from .notification import description, notification
from .rules import Rule, Rules
from .state import Alert, advance

LOOKS_EVERY = 30.0  # seconds
WEBHOOK_TIMEOUT = 10.0  # seconds

logger = logging.getLogger("dl7450_telemetry.fleet")

COLUMNS = (
    Column("rule", "text"),
    Column("state", "text"),
    Column("since", "time"),
    Column("found", "text"),
    Column("filters", "map"),
    Column("last_ended", "time"),
    Column("subject", "text"),
    Column("window", "duration"),
    Column("value", "number"),  # docks, a part of 1, or seconds; None if no dock said anything
)


class Watch:
    """The alerts of all rules."""

    def __init__(
        self,
        rules: Rules,
        ask: Ask,
        file: Path | None,
        *,
        silence: int,
        url: str = "",
        now: Callable[[], int] = time.time_ns,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """
        Parameters:
            rules: what is looked at, and who is told.
            ask: asks the store.
            file: keeps the alerts over restarts; None: they begin anew.
            silence: nanoseconds without a word after which a dock is silent.
            url: of the page that shows alerts.
            now: the time in nanoseconds since 1970.
            transport: of the client that tells the webhook; for tests.
        """
        self._rules = rules
        self._ask = ask
        self._file = file
        self._silence = silence
        self._url = url
        self._now = now
        self._transport = transport
        kept = _read(file)
        self.alerts = {rule.name: kept.get(rule.name, Alert()) for rule in rules.rules}

    async def run(self) -> None:
        """Look, until it is cancelled."""
        while True:
            await self.look()
            await trio.sleep(LOOKS_EVERY)

    async def look(self) -> None:
        """Look at all rules once, and tell what has changed, or could not be told the last time."""
        before = dict(self.alerts)
        for rule in self._rules.rules:
            now = self._now()
            try:
                value = await self._value(rule, now)
            except StoreError as error:
                logger.warning("The rule %r cannot be looked at: %s", rule.name, error)
                continue
            self.alerts[rule.name] = advance(self.alerts[rule.name], rule, value, now)
        if self.alerts != before:
            await self._keep()
        if self._rules.webhook is None:
            return
        for rule in self._rules.rules:
            alert = self.alerts[rule.name]
            if not alert.told and await self._tell(self._rules.webhook, notification(rule, alert, self._url)):
                self.alerts[rule.name] = _told(alert)
                await self._keep()

    def table(self) -> Table:
        """All alerts, those that fire first."""
        rank = {"firing": 0, "ending": 1, "pending": 2, "well": 3}
        rules = sorted(self._rules.rules, key=lambda rule: rank[self.alerts[rule.name].phase])
        return Table(COLUMNS, [_row(rule, self.alerts[rule.name]) for rule in rules])

    async def _value(self, rule: Rule, now: int) -> float | None:
        """What there is of a rule's subject now; None if no dock said anything."""
        filters = Filters.parse([*rule.filters, ("since", str(now - rule.window)), ("until", str(now))], now=now)
        if rule.subject == "newly_failing":
            docks = (await self._ask("docks", filters)).dicts()
            return sum(dock["failing_since"] is not None for dock in docks) if docks else None
        periods = (await self._ask("fleet", filters, silence=self._silence)).dicts()
        period = next((period for period in periods if period["period"] == "now"), None)
        column = {"silent": "silent", "error_rate": "failure_rate", "latency": "p95"}[rule.subject]
        found = None if period is None else period[column]
        return None if found is None else float(found)

    async def _tell(self, webhook: str, message: dict[str, Any]) -> bool:
        try:
            async with httpx2.AsyncClient(transport=self._transport, timeout=WEBHOOK_TIMEOUT) as client:
                (await client.post(webhook, json=message)).raise_for_status()
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            # Not the error's text: it may have the URL in it, which is a secret.
            why = type(error).__name__
            if isinstance(error, httpx2.HTTPStatusError):
                why = f"it answered {error.response.status_code}"
            logger.warning("The webhook was not told, and is tried again: %s", why)
            return False
        return True

    async def _keep(self) -> None:
        if self._file is not None:
            try:
                await trio.to_thread.run_sync(partial(_write, self._file, dict(self.alerts)))
            except OSError as error:
                logger.warning("The alerts are not kept: %s", error)


def _told(alert: Alert) -> Alert:
    return Alert.from_json({**alert.as_json(), "told": True})


def _row(rule: Rule, alert: Alert) -> tuple[Any, ...]:
    value = alert.value
    if value is not None and rule.subject == "latency":
        value /= 1e9
    found, filters = description(rule, alert), dict(rule.filters)
    return rule.name, alert.phase, alert.since or None, found, filters, alert.ended, rule.subject, rule.window, value


def _read(file: Path | None) -> dict[str, Alert]:
    """What a file holds; nothing if there is none. A damaged one costs a warning, and alerts begin anew."""
    if file is None:
        return {}
    try:
        return {name: Alert.from_json(value) for name, value in json.loads(file.read_text(encoding="utf-8")).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        logger.warning("The alerts in %s cannot be read, and begin anew: %s", file, error)
        return {}


def _write(file: Path, alerts: dict[str, Alert]) -> None:
    """Replace a file as a whole: after a crash it is the old one or the new one."""
    beside = file.with_name(file.name + ".new")
    with beside.open("w", encoding="utf-8") as output:
        json.dump({name: alert.as_json() for name, alert in alerts.items()}, output)
        output.flush()
        os.fsync(output.fileno())
    beside.replace(file)
