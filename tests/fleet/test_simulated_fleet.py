"""The simulated fleet: the seed decides its bytes, and what is to be found in it is there."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from examples.fleet.__main__ import main
from examples.fleet._fleet import Fleet, Request, simulate
from examples.fleet._made import Made
from examples.fleet._plan import FETCHES_EVERY, ROLLOUTS, plans

SEED = 4
END = 1_764_201_600  # 2025-11-27 00:00:00 UTC


def requests(fleet: Fleet, processes: int) -> list[Request]:
    return [request for _, group in simulate(fleet, processes) for request in group]


def attributes(pairs: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:  # type: ignore[attr-defined]  # a repeated field
        assert isinstance(pair, KeyValue)
        found[pair.key] = pair.value.string_value
    return found


def spans(fleet: Fleet) -> Iterator[tuple[dict[str, str], Span]]:
    for signal, body in requests(fleet, 2):
        if signal == "traces":
            for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                resource = attributes(of_resource.resource.attributes)
                for of_scope in of_resource.scope_spans:
                    yield from ((resource, span) for span in of_scope.spans)


def test_the_seed_decides_every_byte_whatever_the_number_of_processes() -> None:
    fleet = Fleet(docks=12, days=0.5, seed=7, end=END)
    assert requests(fleet, 1) == requests(fleet, 2)
    assert requests(Fleet(docks=12, days=0.5, seed=8, end=END), 1) != requests(fleet, 1)


def test_every_incident_is_in_the_week_and_hits_those_whom_it_should() -> None:
    fleet = Fleet(docks=60, days=3, seed=SEED, end=END)
    failures: Counter[tuple[str, str, str]] = Counter()
    blocked, seconds, last_seen = set[str](), dict[bool, list[float]]({True: [], False: []}), dict[str, int]()
    for resource, span in spans(fleet):
        release = f"{resource['service.name']} {resource['service.version']}"
        last_seen[resource["device.id"]] = max(last_seen.get(resource["device.id"], 0), span.end_time_unix_nano)
        given = attributes(span.attributes)
        if span.kind == Span.SPAN_KIND_CLIENT and "error.type" in given:
            failures[given["error.type"], given["server.address"], release] += 1
            if given["error.type"] == "CURLE_COULDNT_RESOLVE_HOST":
                assert resource["dl7450.site"] == "porto"
        if given.get("server.address") == "media.example":
            evening = 17 <= span.start_time_unix_nano // 10**9 % 86_400 / 3600 < 22
            seconds[evening].append((span.end_time_unix_nano - span.start_time_unix_nano) / 1e9)
        blocked |= {release for event in span.events if event.name == "trio.blocked"}

    assert blocked == {"board 2.1.0"}
    assert {release for error, _, release in failures if error == "404"} == {"signage 1.3.0"}
    assert {host for error, host, _ in failures if error == "CURLE_PEER_FAILED_VERIFICATION"} == {"timetable.example"}
    assert any(error == "CURLE_COULDNT_RESOLVE_HOST" for error, *_ in failures)
    assert sorted(seconds[True])[len(seconds[True]) // 2] > 10 * sorted(seconds[False])[len(seconds[False]) // 2]
    assert len(last_seen) == 60
    silent = {dock for dock, moment in last_seen.items() if moment < (END - 1.1 * FETCHES_EVERY) * 10**9}
    assert silent == {plan.dock_id for plan in plans(60, 3, SEED) if plan.stays[-1].end < fleet.watched} != set()


def test_each_app_has_three_releases() -> None:
    releases: dict[str, set[str]] = defaultdict(set)
    for plan in plans(1000, 7, 1):
        releases[plan.app] |= {stay.release for stay in plan.stays}
    assert releases == {"signage": {"1.2.0", "1.3.0", "1.4.0"}, "board": {"2.0.4", "2.1.0", "2.2.0"}}
    assert releases.keys() == ROLLOUTS.keys()


def test_a_fleet_that_is_there_is_shown_and_another_one_never_replaces_it_unasked(tmp_path: Path) -> None:
    store = tmp_path / "store"
    fleet = Fleet(docks=12, days=0.5, seed=7, end=END)
    made = Made(store)
    assert not made.is_there(fleet, fresh=False)
    made.begin(fleet)
    assert not made.is_there(fleet, fresh=False)  # it was left half made
    made.begin(fleet)
    made.finish()
    assert made.is_there(replace(fleet, end=END + 3600), fresh=False)
    with pytest.raises(click.UsageError, match=r"holds 12 docks, 0\.5 days, seed 7, not 13 docks, .* add --fresh"):
        made.is_there(replace(fleet, docks=13), fresh=False)
    assert not made.is_there(replace(fleet, docks=13), fresh=True)
    assert not store.exists()


def test_a_folder_that_was_not_made_here_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    result = CliRunner().invoke(main, ["--fresh", "--store", str(tmp_path)])
    assert (result.exit_code, (tmp_path / "letter.txt").read_text()) == (2, "dear")
    assert "holds something that was not made here: choose another --store" in result.output


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--docks", "0", "0 is not in the range 1<=x<=100000"),
        ("--docks", "many", "'many' is not a valid integer"),
        ("--days", "0", "0.0 is not in the range 0.1<=x<=366"),
        ("--days", "nan", "nan is not a number of days such as 7 or 0.5"),
        ("--seed", "x", "'x' is not a valid integer"),
    ],
)
def test_a_fleet_that_cannot_be_is_told(option: str, value: str, said: str) -> None:
    result = CliRunner().invoke(main, [option, value])
    assert result.exit_code == 2
    assert said in " ".join(result.output.replace("│", " ").split())
