"""For each panel, what it has to show: the answer to our own question, or a count of the spans themselves."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from dl7450_telemetry import SpanRecord
from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.questions import ask
from dl7450_telemetry.fleet.store import Store
from tests.fleet._incidents import DAY, SECOND, START, spans
from tests.fleet.grafana._plugin import View

TODAY = View(START // SECOND, START // SECOND + 24 * 3600 - 1, 15 * 60)
A_TRACE = next(iter(spans())).trace_id

Expected: TypeAlias = Callable[[Store], list[tuple[Any, ...]]]


def comparable(rows: Any) -> list[tuple[Any, ...]]:
    """Rows with times in nanoseconds, and with nothing where the text is empty."""
    return [tuple(_comparable(value) for value in row) for row in rows]


def _comparable(value: Any) -> Any:
    if isinstance(value, datetime):
        return round(value.replace(tzinfo=UTC).timestamp() * 1e6) * 1000
    return None if value == "" else value


def answer(question: str, *columns: str, filters: Filters = DAY, **arguments: Any) -> Expected:
    """Some columns of what our own question answers."""
    return lambda store: comparable(
        [row[name] for name in columns] for row in ask(store, question, filters, **arguments).dicts()
    )


def now(column: str) -> Expected:
    """One number of the question `fleet`."""
    return lambda store: [(ask(store, "fleet", DAY).dicts()[0][column],)]


def for_each(filters: dict[str, Filters], *columns: str) -> Expected:
    """The question `latency` for each filter: time, the filter's name, and columns; by time."""

    def rows(store: Store) -> list[tuple[Any, ...]]:
        return sorted(
            (time, name, *values)
            for name, chosen in filters.items()
            for time, *values in answer("latency", "time", *columns, filters=chosen)(store)
        )

    return rows


def counted(key: Callable[[SpanRecord], Any], count: Callable[[list[SpanRecord]], Any]) -> Expected:
    """What has no question of ours, counted in the spans themselves: failures by a key, by time."""

    def rows(_: Store) -> list[tuple[Any, ...]]:
        found: dict[tuple[Any, ...], list[SpanRecord]] = {}
        for span in spans():
            if span.kind == "CLIENT" and (of := key(span)) is not None:
                found.setdefault(of, []).append(span)
        return [(*of, *count(group)) for of, group in sorted(found.items())]

    return rows


def bucket(span: SpanRecord) -> int:
    return span.start // (TODAY.interval * SECOND) * TODAY.interval * SECOND


def docks_of(group: list[SpanRecord], *, failing: bool = False) -> int:
    return len({span.resource["device.id"] for span in group if not failing or span.status == "ERROR"})


def failing_paths(_: Store) -> list[tuple[Any, ...]]:
    requests = [span for span in spans() if span.kind == "CLIENT"]
    rows = []
    for host in ("content.example", "slow.example"):
        for path in ("/new.png", "/old.png", "/menu.json"):
            asked = [span for span in requests if str(span.attributes["url.full"]).startswith(f"http://{host}{path}?")]
            errors = Counter(span.attributes["error.type"] for span in asked if span.status == "ERROR")
            failures = errors.total()
            rows.append((host, path, len(asked), failures, failures / len(asked), errors.most_common(1)[0][0]))
    return sorted(rows, key=lambda row: (-row[3], row[:2]))


def releases(store: Store) -> list[tuple[Any, ...]]:
    columns = ("app", "release", "docks", "requests", "failures", "failure_rate", "rest_rate", "z", "p50", "p95")
    return answer("releases", *columns, "error", "first_seen")(store)


def errors(filters: Filters) -> Expected:
    columns = "error curl_code http_status host failures docks sites first last trace"
    return answer("errors", *columns.split(), filters=filters)


def docks(store: Store) -> list[tuple[Any, ...]]:
    columns = (
        "dock",
        "site",
        "app",
        "release",
        "requests",
        "failures",
        "failure_rate",
        "error",
        "failing_since",
        "p95",
    )
    rows = answer("docks", *columns, "last_seen")(store)
    return [(*row[:8], None if row[8] is None else "yes", *row[9:]) for row in rows]


def lived(store: Store) -> list[tuple[Any, ...]]:
    """What a dock did, the last first."""
    columns = ("time", "name", "duration", "failed", "path", "blocked", "trace", "span")
    rows = answer("dock", *columns, id=DOCK)(store)
    return [row[:-1] for row in sorted(rows, key=lambda row: (-row[0], row[-1]))]


def trace(store: Store) -> list[tuple[Any, ...]]:
    """The columns of the panel: times in milliseconds, attributes as a list."""

    def pairs(attributes: dict[str, str]) -> list[dict[str, str]]:
        return [{"key": key, "value": value} for key, value in attributes.items()]

    rows = []
    for row in ask(store, "trace", DAY, id=A_TRACE).dicts():
        ids = (A_TRACE, row["span"], row["parent"] or None, row["app"], row["name"])
        lists = pairs(row["attributes"]), pairs(row["resource"])
        rows.append((*ids, row["start"] / 1e6, row["duration"] / 1e6, *lists, 2 if row["status"] == "Error" else 0))
    return rows


DOCK = f"{7:064x}"
OF_DOCK = replace(DAY, dock=DOCK)
HOSTS = {host: replace(DAY, host=host) for host in ("content.example", "slow.example")}
RELEASES = {
    f"{app} {release}": replace(DAY, app=app, release=release)
    for app, release in (("carousel", "1.2"), ("carousel", "1.3"), ("departures", "1.2"))
}
LATENCIES = ("p50", "p95", "p99")

EXPECTED: Final[dict[str, dict[str, Expected]]] = {
    "fleet": {
        "stat: Docks": now("docks"),
        "stat: Failing docks": now("failing"),
        "stat: Silent docks": now("silent"),
        "stat: Requests": now("requests"),
        "stat: Failure rate": now("failure_rate"),
        "stat: p95": now("p95"),
        "timeseries: Requests": answer("latency", "time", "requests", "failures"),
        "timeseries: Docks with failures": counted(
            lambda span: (bucket(span),), lambda group: (docks_of(group), docks_of(group, failing=True))
        ),
        "table: What fails more than in the week before": answer(
            "changes", "attribute", "value", "requests", "failures", "failure_rate", "rate_before", "excess"
        ),
        "table: Docks, those with most failures first": docks,
    },
    "errors": {
        "timeseries: Failures by error": lambda store: sorted(
            answer("error_trend", "time", "error", "failures")(store)
        ),
        "timeseries: Failing docks by site": counted(
            lambda span: (bucket(span), span.resource["dl7450.site"]) if span.status == "ERROR" else None,
            lambda group: (docks_of(group),),
        ),
        "table: Errors": errors(DAY),
        "table: Paths that fail": failing_paths,
    },
    "latency": {
        "timeseries: Latency": answer("latency", "time", *LATENCIES),
        "timeseries: p95 by host": for_each(HOSTS, "p95"),
        "heatmap: Requests by duration": lambda store: [
            (time, str(at_least), requests)
            for time, at_least, requests in answer("heat", "time", "at_least", "requests")(store)
        ],
        "table: Hosts": answer("hosts", "host", "requests", "failures", "failure_rate", *LATENCIES),
        "table: Phases of a request": answer("phases", "phase", "count", *LATENCIES),
    },
    "releases": {
        "table: Releases": releases,
        "timeseries: Failure rate": lambda store: [
            (time, name, failures / requests)
            for time, name, requests, failures in for_each(RELEASES, "requests", "failures")(store)
        ],
        "timeseries: p95": for_each(RELEASES, "p95"),
    },
    "dock": {
        "stat: Requests": answer("docks", "requests", filters=OF_DOCK),
        "stat: Failures": answer("docks", "failures", filters=OF_DOCK),
        "stat: Last seen": answer("docks", "last_seen", filters=OF_DOCK),
        "timeseries: Requests": answer("latency", "time", "requests", "failures", filters=OF_DOCK),
        "timeseries: How late its tasks ran": answer("lag", "time", "mean", "max", id="A1"),
        "table: What blocked its event loop": answer(
            "blocked", "app", "release", "task", "stack", "docks", "times", "last", filters=OF_DOCK
        ),
        "table: What it did": lived,
        "traces: The trace": trace,
    },
}
