"""Makes the dashboards: `python telemetry/grafana/make.py`, or `make dashboards`.

They are for the tables of the OpenTelemetry Collector's ClickHouse exporter, with plain columns alone. The macros are
those of Grafana's ClickHouse data source, which expands them: https://clickhouse.com/docs/integrations/grafana
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TypeAlias

from queries import (
    BLOCKED,
    DOCK_SPANS,
    DOCKS,
    ERRORS,
    HOSTS,
    LAG,
    OVER_TIME,
    PATHS,
    PHASES,
    RELEASES,
    REQUESTS,
    TRACE,
    WEEK,
    WORSE,
)

Json: TypeAlias = dict[str, Any]

PLUGIN = "grafana-clickhouse-datasource"
SOURCE = {"type": PLUGIN, "uid": "${datasource}"}
TIME_SERIES, TABLE, TRACES = 0, 1, 3  # the plugin's formats

RATIO, NANOSECONDS, COUNT, TIME = "percentunit", "ns", "short", "dateTimeAsIso"
UNITS = {
    "failure rate": RATIO,
    "the week before": RATIO,
    "its other releases then": RATIO,
    "p50": NANOSECONDS,
    "p95": NANOSECONDS,
    "p99": NANOSECONDS,
    "duration": NANOSECONDS,
}  # of the columns of tables
OF_ONE_DOCK = "/d/dl7450-dock?${datasource:queryparam}&${__url_time_range}"
OF_ONE_TRACE = f"{OF_ONE_DOCK}&${{dock:queryparam}}&var-trace=${{__value.raw}}"
LINKS = {
    "dock": ("dock", f"{OF_ONE_DOCK}&var-dock=${{__value.raw}}"),
    "trace": ("trace", OF_ONE_TRACE),
    "newest trace": ("trace", OF_ONE_TRACE),
}  # of the columns of tables: to what, and where that is


def panel(kind: str, title: str, sql: str, width: int, height: int, *, form: int = TABLE, unit: str = COUNT) -> Json:
    """What all panels have; widths are of 24."""
    target = {"refId": "A", "datasource": SOURCE, "editorType": "sql", "format": form, "rawSql": sql.strip()}
    return {
        "type": kind,
        "title": title,
        "datasource": SOURCE,
        "gridPos": {"w": width, "h": height},
        "targets": [target],
        "fieldConfig": {"defaults": {"unit": unit}, "overrides": []},
    }


def stat(title: str, sql: str, *, unit: str = COUNT, bad: float | None = None) -> Json:
    """One number, which is red from `bad` on."""
    made = panel("stat", title, sql, 4, 4, unit=unit)
    steps: list[Json] = [{"color": "green", "value": None}]
    if bad is not None:
        steps.append({"color": "red", "value": bad})
    made["fieldConfig"]["defaults"] |= {"thresholds": {"mode": "absolute", "steps": steps}, "decimals": 1}
    if unit == COUNT:
        del made["fieldConfig"]["defaults"]["decimals"]
    made["options"] = {"reduceOptions": {"values": False, "calcs": ["lastNotNull"], "fields": ""}, "colorMode": "value"}
    return made


def series(title: str, sql: str, *, unit: str = COUNT, stacked: bool = False, logarithmic: bool = False) -> Json:
    """Lines over time."""
    made = panel("timeseries", title, sql, 12, 9, form=TIME_SERIES, unit=unit)
    custom: Json = {"drawStyle": "bars" if stacked else "line", "fillOpacity": 60 if stacked else 0, "lineWidth": 1}
    if stacked:
        custom["stacking"] = {"mode": "normal", "group": "A"}
    if logarithmic:
        custom["scaleDistribution"] = {"type": "log", "log": 10}
    made["fieldConfig"]["defaults"]["custom"] = custom
    made["options"] = {
        "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return made


def table(title: str, sql: str, *, width: int = 24, height: int = 10) -> Json:
    """Rows; columns have the units and links that go with their names."""
    made = panel("table", title, sql, width, height, unit="none")
    properties: dict[str, Json] = {name: {"id": "unit", "value": unit} for name, unit in UNITS.items()}
    for name, (what, url) in LINKS.items():
        properties[name] = {"id": "links", "value": [{"title": f"Look at this {what}", "url": url}]}
    made["fieldConfig"]["overrides"] = [
        {"matcher": {"id": "byName", "options": name}, "properties": [of_column]}
        for name, of_column in properties.items()
        if f'"{name}"' in sql
    ]
    made["options"] = {"showHeader": True, "cellHeight": "sm"}
    return made


def heat_map(title: str, sql: str) -> Json:
    """Counts by time and by bucket; a bucket's name is its lower bound in nanoseconds."""
    made = panel("heatmap", title, sql, 24, 10, form=TIME_SERIES)
    made["fieldConfig"]["defaults"] = {"displayName": "${__field.labels.at_least}"}
    made["options"] = {
        "calculate": False,
        "rowsFrame": {"layout": "ge"},
        "color": {"mode": "scheme", "scheme": "Oranges", "exponent": 0.5, "steps": 64, "reverse": False},
        "yAxis": {"unit": NANOSECONDS},
        "cellGap": 1,
        "tooltip": {"yHistogram": False},
    }
    return made


def trace(title: str, sql: str) -> Json:
    """A waterfall."""
    return panel("traces", title, sql, 24, 12, form=TRACES, unit="none")


def chosen_by_query(name: str, label: str, expression: str) -> Json:
    """A variable with several values, all of them unless some are chosen."""
    where = "$__timeFilter(Timestamp) AND value <> ''"
    sql = f"SELECT DISTINCT {expression} AS value FROM otel_traces WHERE {where} ORDER BY value"
    return {
        "type": "query",
        "name": name,
        "label": label,
        "datasource": SOURCE,
        "query": {"editorType": "sql", "rawSql": sql},
        "refresh": 2,  # when the window changes
        "multi": True,
        "includeAll": True,
        "current": {"text": "All", "value": "$__all"},
        "options": [],
    }


def typed_in(name: str, label: str) -> Json:
    """A variable that is a text."""
    return {
        "type": "textbox",
        "name": name,
        "label": label,
        "query": "",
        "current": {"text": "", "value": ""},
        "options": [],
    }


VARIABLES: list[Json] = [
    {"type": "datasource", "name": "datasource", "label": "Data source", "query": PLUGIN, "refresh": 1, "options": []},
    chosen_by_query("app", "App", "ServiceName"),
    chosen_by_query("site", "Site", "ResourceAttributes['dl7450.site']"),
    chosen_by_query("host", "Host", "SpanAttributes['server.address']"),
    typed_in("dock", "Dock (its id, or how it begins)"),
]


def dashboard(name: str, title: str, panels: list[Json], variables: tuple[Json, ...] = ()) -> Json:
    """A dashboard; its panels fill rows of 24 in order."""
    x = y = row = 0
    for number, made in enumerate(panels, 1):
        place = made["gridPos"]
        if x + place["w"] > 24:
            x, y, row = 0, y + row, 0
        made |= {"id": number, "gridPos": {**place, "x": x, "y": y}}
        x, row = x + place["w"], max(row, place["h"])
    return {
        "uid": f"dl7450-{name}",
        "title": title,
        "tags": ["dl7450"],
        "schemaVersion": 39,
        "editable": True,
        "graphTooltip": 1,
        "time": {"from": "now-24h", "to": "now"},
        "refresh": "1m",
        "templating": {"list": [*VARIABLES, *variables]},
        "links": [
            {
                "type": "dashboards",
                "title": "Docks",
                "tags": ["dl7450"],
                "asDropdown": False,
                "keepTime": True,
                "includeVars": True,
                "icon": "external link",
                "tooltip": "",
                "targetBlank": False,
            }
        ],
        "annotations": {"list": []},
        "panels": panels,
    }


DASHBOARDS = [
    dashboard(
        "fleet",
        "Docks: is the fleet healthy?",
        [
            stat("Docks", f"{REQUESTS} SELECT uniqExact(dock) AS docks FROM spans"),
            stat("Failing docks", f"{REQUESTS} SELECT uniqExactIf(dock, failed) AS docks FROM requests", bad=1),
            stat(
                "Silent docks",
                f"{WEEK} SELECT count() AS docks FROM (SELECT max(Timestamp) AS last FROM spans GROUP BY dock)\n"
                "WHERE last < $__toTime - INTERVAL 1 HOUR",
                bad=1,
            ),
            stat("Requests", f"{REQUESTS} SELECT count() AS requests FROM requests"),
            stat(
                "Failure rate",
                f"{REQUESTS} SELECT countIf(failed) / count() AS rate FROM requests",
                unit=RATIO,
                bad=0.05,
            ),
            stat("p95", f"{REQUESTS} SELECT quantileTDigest(0.95)(Duration) AS p95 FROM requests", unit=NANOSECONDS),
            series("Requests", OVER_TIME),
            series(
                "Docks with failures",
                f"{REQUESTS} SELECT $__timeInterval(Timestamp) AS time, uniqExact(dock) AS docks,\n"
                "    uniqExactIf(dock, failed) AS failing\n"
                "FROM requests GROUP BY time ORDER BY time",
            ),
            table("What fails more than in the week before", WORSE),
            table("Docks, those with most failures first", DOCKS, height=14),
        ],
    ),
    dashboard(
        "errors",
        "Docks: which errors?",
        [
            series(
                "Failures by error",
                f"{REQUESTS} SELECT $__timeInterval(Timestamp) AS time, error, count() AS failures\n"
                "FROM requests WHERE failed GROUP BY time, error ORDER BY time, error",
                stacked=True,
            ),
            series(
                "Failing docks by site",
                f"{REQUESTS} SELECT $__timeInterval(Timestamp) AS time, site, uniqExact(dock) AS docks\n"
                "FROM requests WHERE failed GROUP BY time, site ORDER BY time, site",
                stacked=True,
            ),
            table("Errors", ERRORS),
            table("Paths that fail", PATHS),
        ],
    ),
    dashboard(
        "latency",
        "Docks: how long do requests take?",
        [
            series(
                "Latency",
                f"{REQUESTS} SELECT $__timeInterval(Timestamp) AS time, quantileTDigest(0.5)(Duration) AS p50,\n"
                "    quantileTDigest(0.95)(Duration) AS p95, quantileTDigest(0.99)(Duration) AS p99\n"
                "FROM requests GROUP BY time ORDER BY time",
                unit=NANOSECONDS,
                logarithmic=True,
            ),
            series(
                "p95 by host",
                f"{REQUESTS} SELECT $__timeInterval(Timestamp) AS time, host, quantileTDigest(0.95)(Duration) AS p95\n"
                "FROM requests GROUP BY time, host ORDER BY time, host",
                unit=NANOSECONDS,
                logarithmic=True,
            ),
            heat_map(
                "Requests by duration",
                f"{REQUESTS} SELECT $__timeInterval(Timestamp) AS time,\n"
                "    toString(toInt64(round(pow(10, floor(log10(greatest(Duration, 1)) * 5) / 5)))) AS at_least,\n"
                "    count() AS requests\n"
                "FROM requests GROUP BY time, at_least ORDER BY time, toInt64(at_least)",
            ),
            table("Hosts", HOSTS, width=12),
            table("Phases of a request", PHASES, width=12),
        ],
    ),
    dashboard(
        "releases",
        "Docks: did a release break it?",
        [
            table("Releases", RELEASES),
            series(
                "Failure rate",
                f"{REQUESTS} SELECT $__timeInterval(Timestamp) AS time, concat(app, ' ', release) AS of,\n"
                "    countIf(failed) / count() AS rate\n"
                "FROM requests GROUP BY time, of ORDER BY time, of",
                unit=RATIO,
            ),
            series(
                "p95",
                f"{REQUESTS} SELECT $__timeInterval(Timestamp) AS time, concat(app, ' ', release) AS of,\n"
                "    quantileTDigest(0.95)(Duration) AS p95\n"
                "FROM requests GROUP BY time, of ORDER BY time, of",
                unit=NANOSECONDS,
                logarithmic=True,
            ),
        ],
    ),
    dashboard(
        "dock",
        "Docks: one dock",
        [
            stat("Requests", f"{REQUESTS} SELECT count() AS requests FROM requests"),
            stat("Failures", f"{REQUESTS} SELECT countIf(failed) AS failures FROM requests", bad=1),
            stat("Last seen", f"{REQUESTS} SELECT max(Timestamp) AS last FROM spans", unit=TIME),
            series("Requests", OVER_TIME),
            series("How late its tasks ran", LAG, unit=NANOSECONDS),
            table("What blocked its event loop", BLOCKED, height=8),
            table("What it did", DOCK_SPANS, height=14),
            trace("The trace", TRACE),
        ],
        (typed_in("trace", "Trace"),),
    ),
]


def main(folder: Path) -> None:
    for made in DASHBOARDS:
        text = json.dumps(made, indent=2, ensure_ascii=False)
        (folder / f"{made['uid'].removeprefix('dl7450-')}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "dashboards")
