"""What Grafana and its ClickHouse data source make of a panel's SQL before a server gets it.

The rules are those of grafana/clickhouse-datasource: `applyConditionalAll` in src/data/CHDatasource.ts, then Grafana's
own variables, then the macros of pkg/macros/macros.go. What no dashboard uses is not known here, and an error.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DASHBOARDS = Path(__file__).parents[3] / "telemetry" / "grafana" / "dashboards"
ALL = "$__all"


def dashboards() -> dict[str, Any]:
    """Each dashboard by the name of its file."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(DASHBOARDS.glob("*.json"))}


def panels(dashboard: Any) -> dict[str, Any]:
    """Each panel of a dashboard by its kind and title."""
    found = {f"{panel['type']}: {panel['title']}": panel for panel in dashboard["panels"]}
    assert len(found) == len(dashboard["panels"]), "two panels have the same title"
    return found


@dataclass(frozen=True)
class View:
    """What a reader has chosen.

    Attributes:
        since: the start of the window, in seconds since 1970.
        until: its end.
        interval: the seconds of a point.
        chosen: by the name of a variable, its value or values; without one it is all, or empty.
    """

    since: int
    until: int
    interval: int
    chosen: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    def expand(self, sql: str, dashboard: Any) -> str:
        """The SQL that the server gets."""
        values: dict[str, str | Sequence[str]] = {
            variable["name"]: ALL if variable.get("includeAll") else ""
            for variable in dashboard["templating"]["list"]
            if variable["type"] != "datasource"
        } | dict(self.chosen)
        sql = self._conditional_all(sql, values)
        sql = re.sub(r"\$\{(\w+):singlequote\}", lambda match: _single_quote(values[match[1]]), sql)
        for name, macro in self._macros().items():
            sql = _replace(sql, name, macro)
        assert "$" not in re.sub(r"'[^']*'|\"[^\"]*\"", "", sql), f"something is not expanded: {sql}"
        return sql

    @staticmethod
    def _conditional_all(sql: str, values: Mapping[str, str | Sequence[str]]) -> str:
        def condition(arguments: list[str]) -> str:
            phrase, variable = arguments
            return "1=1" if values[variable.strip().removeprefix("$")] in ("", ALL) else phrase

        return _replace(sql, "$__conditionalAll", condition)

    def _macros(self) -> dict[str, Callable[[list[str]], str]]:
        since, until = f"toDateTime({self.since})", f"toDateTime({self.until})"

        def time_filter(arguments: list[str]) -> str:
            [column] = arguments
            return f"{column} >= {since} AND {column} <= {until}"

        def time_interval(arguments: list[str]) -> str:
            [column] = arguments
            return f"toStartOfInterval(toDateTime({column}), INTERVAL {self.interval} second)"

        return {
            "$__timeFilter": time_filter,
            "$__timeInterval": time_interval,
            "$__fromTime": lambda _: since,
            "$__toTime": lambda _: until,
        }


def _single_quote(value: str | Sequence[str]) -> str:
    """Grafana's format `singlequote`."""
    values = [value] if isinstance(value, str) else value
    return ",".join("'{}'".format(each.replace("'", "\\'")) for each in values)


def _replace(sql: str, name: str, macro: Callable[[list[str]], str]) -> str:
    """The SQL with each call of a macro replaced."""
    result, end = "", 0
    for match in re.finditer(re.escape(name) + r"\b", sql):
        arguments: list[str] = []
        result, after = result + sql[end : match.start()], match.end()
        if sql[after : after + 1] == "(":
            *arguments, after = _arguments(sql, after)
        result, end = result + macro(arguments), after
    return result + sql[end:]


def _arguments(sql: str, opening: int) -> Iterator[Any]:
    """The arguments between brackets, by commas that are in no other brackets, and where that ends."""
    depth, start = 0, opening + 1
    for position in range(opening, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[position], 0)
        if depth == 0 or (depth == 1 and sql[position] == ","):
            yield sql[start:position].strip()
            start = position + 1
        if depth == 0:
            yield position + 1
            return
