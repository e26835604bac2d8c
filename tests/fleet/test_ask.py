"""Questions about spans that were kept: what they answer, and how."""

import json
from dataclasses import replace
from pathlib import Path

from dl7450_telemetry import SpanRecord
from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.otlp import batch_of
from dl7450_telemetry.fleet.questions import ask
from dl7450_telemetry.fleet.store import open_store
from tests.telemetry._spans import MORNING, TRACE_ID, get, span

HOUR = Filters(MORNING, MORNING + 3600 * 10**9)


def of_dock(dock: str, record: SpanRecord, **resource: str) -> SpanRecord:
    return replace(record, resource={"service.name": "carousel", "device.id": dock} | resource)


def test_spans_survive_a_restart_and_answer_the_same(tmp_path: Path) -> None:
    spans = [
        of_dock("A1", get("http://content.example/1.png", 0, 40, id=1)),
        of_dock("A1", get("http://content.example/2.png", 50, 60, id=2, status=404, error_type="404")),
        of_dock("B2", get("http://content.example/1.png", 5, 25, id=3)),
    ]
    store = open_store(str(tmp_path / "fleet"))
    store.insert(batch_of(spans))
    before = ask(store, "docks", HOUR)
    store.close()
    store = open_store(str(tmp_path / "fleet"))
    assert ask(store, "docks", HOUR) == before
    store.close()
    assert [(row["dock"], row["requests"], row["failures"], row["error"]) for row in before.dicts()] == [
        ("A1", 2, 1, "404"),
        ("B2", 1, 0, None),
    ]


def test_a_trace_is_given_whole() -> None:
    record = span("dl7450.app", 0, 5, id=7, events=[("trio.blocked", 2)], links=[("ab" * 16, 9)])
    store = open_store(":memory:")
    store.insert(batch_of([record]))
    [row] = ask(store, "trace", HOUR, id=record.trace_id).dicts()
    store.close()
    assert (row["name"], row["start"], row["duration"]) == ("dl7450.app", MORNING, 5_000_000)
    assert row["resource"] == {"service.name": "carousel", "device.id": "A1"}
    assert row["events"] == [{"time": MORNING + 2_000_000, "name": "trio.blocked", "attributes": {}}]
    assert row["links"] == [{"trace": "ab" * 16, "span": f"{9:016x}", "attributes": {}}]


def test_a_table_is_given_as_json_and_as_csv() -> None:
    store = open_store(":memory:")
    store.insert(batch_of([of_dock("A1", get("http://a.example/", 0, 40, id=1, status=500, error_type="500"))]))
    table = ask(store, "errors", HOUR)
    store.close()
    assert json.loads(table.json())["rows"][0]["error"] == "500"
    assert table.csv().splitlines() == [
        "error,curl_code,http_status,host,failures,docks,sites,first,last,trace",
        f"500,0,500,a.example,1,1,1,{MORNING},{MORNING},{TRACE_ID}",
    ]
