"""telemetry/grafana: Grafana knows all that is in a dashboard, and each panel says what our own questions say."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from dl7450_telemetry.fleet.otlp import batch_of
from dl7450_telemetry.fleet.questions import ask
from dl7450_telemetry.fleet.store import Store, open_store
from tests.fleet._clickhouse import clickhouse, needs_clickhouse
from tests.fleet._incidents import DAY, spans
from tests.fleet.grafana._answers import A_TRACE, DOCK, EXPECTED, TODAY, comparable, errors
from tests.fleet.grafana._plugin import View, dashboards, panels
from tests.fleet.test_two_engines import lags, make_tables_of_the_exporter

GRAFANA = Path(__file__).parents[3] / "telemetry" / "grafana"
ALL = dashboards()


def test_the_dashboards_are_those_that_are_made(tmp_path: Path) -> None:
    subprocess.run([sys.executable, GRAFANA / "make.py", tmp_path], check=True, timeout=60)
    made = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_text() for path in (GRAFANA / "dashboards").iterdir()}


def test_macros_are_expanded_as_the_plugin_documents() -> None:
    """By the examples of its documentation and of its own tests."""
    dashboard = {"templating": {"list": [{"type": "query", "name": "database", "includeAll": True}]}}
    view = View(1415792726, 1447328726, 20)
    for sql, chosen, expected in [
        (
            "$__timeFilter(cast(sth as timestamp) )",
            "",
            "cast(sth as timestamp) >= {0} AND cast(sth as timestamp) <= {1}",
        ),
        ("( date >= $__fromTime and date <= $__toTime )", "", "( date >= {0} and date <= {1} )"),
        ("$__timeInterval(col)", "", "toStartOfInterval(toDateTime(col), INTERVAL 20 second)"),
        ("$__conditionalAll(database IN (${database:singlequote}), $database)", "$__all", "1=1"),
        (
            "$__conditionalAll(database IN (${database:singlequote}), $database)",
            ["db1", "it's"],
            "database IN ('db1','it\\'s')",
        ),
    ]:
        expanded = replace(view, chosen={"database": chosen}).expand(sql, dashboard)
        assert expanded == expected.format("toDateTime(1415792726)", "toDateTime(1447328726)")


@pytest.mark.parametrize("name", ALL)
def test_grafana_knows_all_that_is_in_a_dashboard(name: str) -> None:
    """By Grafana's own types, which leave out what they do not know."""
    register_default_plugins()
    read = Dashboard.from_json(ALL[name])
    kept = yaml.safe_load(JSONEncoder(sort_keys=True).encode(read))
    assert list(lost(ALL[name], kept)) == []


def lost(given: Any, kept: Any, where: str = "") -> Iterator[str]:
    """What is in one value and not in the other, or another one there."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for key, value in given.items():
            yield from lost(value, kept.get(key), f"{where}.{key}")
    elif isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        for number, (one, other) in enumerate(zip(given, kept, strict=True)):
            yield from lost(one, other, f"{where}[{number}]")
    elif given != kept:
        yield f"{where}: {given!r} became {kept!r}"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The tables as the Collector's exporter makes them, with a day of a small fleet and some of the week before."""
    with clickhouse(tmp_path_factory.mktemp("clickhouse") / "data") as url:
        make_tables_of_the_exporter(f"{url}/exporter")
        opened = open_store(f"{url}/exporter")
        for batch in (batch_of(spans()), batch_of(spans(before=3)), lags()):
            opened.insert(batch)
        yield opened
        opened.close()


def shown(store: Store, dashboard: str, panel: str, view: View = TODAY) -> list[tuple[Any, ...]]:
    """The rows that a panel gets."""
    [target] = panels(ALL[dashboard])[panel]["targets"]
    return comparable(store.query(view.expand(target["rawSql"], ALL[dashboard]), {}))


@needs_clickhouse
@pytest.mark.parametrize(("dashboard", "panel"), [(name, panel) for name in ALL for panel in panels(ALL[name])])
def test_a_panel_says_what_our_own_question_says(store: Store, dashboard: str, panel: str) -> None:
    chosen = {"dock": DOCK, "trace": A_TRACE.upper()} if dashboard == "dock" else {}
    if "How late" in panel:
        chosen["dock"] = "A1"
    rows = shown(store, dashboard, panel, replace(TODAY, chosen=chosen))
    assert rows
    assert EXPECTED[dashboard][panel](store) == [
        tuple(pytest.approx(value, rel=0.02) if isinstance(value, float) else value for value in row) for row in rows
    ]


@needs_clickhouse
def test_the_variables_choose_as_our_filters_do(store: Store) -> None:
    chosen = {"app": ["departures"], "site": ["Oslo", "Turin"], "host": ["slow.example"], "dock": "0"}
    filters = replace(DAY, app="departures", host="slow.example", dock="0")
    expected = EXPECTED["errors"]["table: Errors"](store)
    assert shown(store, "errors", "table: Errors", replace(TODAY, chosen=chosen)) != expected
    assert shown(store, "errors", "table: Errors", replace(TODAY, chosen=chosen)) == errors(filters)(store)
    assert shown(store, "errors", "table: Errors", replace(TODAY, chosen={"site": ["it's nowhere"]})) == []


@needs_clickhouse
def test_what_can_be_chosen_is_what_there_is(store: Store) -> None:
    there = {(row["filter"], row["value"]) for row in ask(store, "choices", DAY).dicts()}
    for dashboard in ALL.values():
        offered = {
            (variable["name"], value)
            for variable in dashboard["templating"]["list"]
            if variable["type"] == "query"
            for (value,) in store.query(TODAY.expand(variable["query"]["rawSql"], dashboard), {})
        }
        assert offered == {choice for choice in there if choice[0] in {"app", "site", "host"}}


def test_links_lead_to_dashboards_and_variables_that_are_there() -> None:
    links = re.findall(r'"(/d/[^"]+)"', json.dumps(ALL))
    assert links
    for link in links:
        [uid, *variables] = re.findall(r"(?<=/d/)dl7450-\w+|(?<=var-)\w+|(?<=\$\{)\w+(?=:queryparam)", link)
        target = next(other for other in ALL.values() if other["uid"] == uid)
        assert set(variables) <= {variable["name"] for variable in target["templating"]["list"]}


def test_the_provisioning_files_name_the_plugin_of_the_dashboards() -> None:
    folder = GRAFANA / "provisioning"
    [source] = yaml.safe_load((folder / "datasources" / "clickhouse.yaml").read_text())["datasources"]
    [provider] = yaml.safe_load((folder / "dashboards" / "dl7450.yaml").read_text())["providers"]
    plugins = {
        target["datasource"]["type"]
        for dashboard in ALL.values()
        for panel in dashboard["panels"]
        for target in panel["targets"]
    }
    assert {source["type"]} == plugins
    assert provider["type"] == "file"
