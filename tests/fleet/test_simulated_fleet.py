"""The simulated fleet: the seed decides its bytes, and what is to be found in it is there."""

from collections import Counter
from collections.abc import Iterator

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from examples.fleet._fleet import Fleet, Request, simulate
from examples.fleet._plan import plans

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
    fleet = Fleet(docks=60, days=2, seed=SEED, end=END)
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
    silent = {dock for dock, moment in last_seen.items() if moment < (END - 4.5 * 3600) * 10**9}
    assert silent == {plan.dock_id for plan in plans(60, 2, SEED) if plan.stays[-1].end < fleet.watched} != set()
