"""The summary of requests by outcome."""

from io import StringIO

from rich.console import Console

from dl7450_telemetry import RequestSummary, SpanRecord, summarize, summary
from tests.telemetry._spans import get, span


def requests() -> list[SpanRecord]:
    answers = [get("http://h/", 0, milliseconds, id=milliseconds) for milliseconds in range(1, 101)]
    return [
        *answers,
        get("http://h/", 0, 7, id=201, status=404),
        get("http://h/", 0, 2, id=202, status=None, error_type="CURLE_COULDNT_CONNECT"),
        get("http://h/", 0, 5, id=203, status=None, cancelled=True),
        get("http://h/", 0, 6, id=204, status=None),
        span("dl7450.app", 0, 9000, id=205),
    ]


def test_requests_are_summed_up_by_outcome_with_durations_that_occurred() -> None:
    assert summarize(requests()) == [
        RequestSummary("200", 100, 0.050, 0.095, 0.100),
        RequestSummary("no status", 1, 0.006, 0.006, 0.006),
        RequestSummary("cancelled", 1, 0.005, 0.005, 0.005),
        RequestSummary("404", 1, 0.007, 0.007, 0.007),
        RequestSummary("CURLE_COULDNT_CONNECT", 1, 0.002, 0.002, 0.002),
    ]


def test_the_table_ends_with_all_requests() -> None:
    out = StringIO()
    Console(file=out, width=80).print(summary(requests()[99:]))
    assert [line.rstrip() for line in out.getvalue().splitlines()] == [
        "",
        " outcome                 requests       p50       p95   longest",
        " ──────────────────────────────────────────────────────────────",
        " 200                            1    100 ms    100 ms    100 ms",
        " no status                      1   6.00 ms   6.00 ms   6.00 ms",
        " cancelled                      1   5.00 ms   5.00 ms   5.00 ms",
        " 404                            1   7.00 ms   7.00 ms   7.00 ms",
        " CURLE_COULDNT_CONNECT          1   2.00 ms   2.00 ms   2.00 ms",
        "",
        " all                            5   6.00 ms    100 ms    100 ms",
        "",
    ]


def test_a_run_without_requests_has_no_durations() -> None:
    out = StringIO()
    Console(file=out, width=80).print(summary([span("dl7450.app", 0, 1, id=1)]))
    assert [line.split() for line in out.getvalue().splitlines()[3:-1]] == [["all", "0"]]


def test_requests_whose_spans_were_not_kept_are_counted() -> None:
    out = StringIO()
    console = Console(file=out, width=80)
    console.print(summary([get("http://h/", 0, 7, id=1)], requests=30))
    console.print(summary([], requests=2))
    console.print(summary([get("http://h/", 0, 7, id=1)], requests=0))  # a span of another client
    rows = [line.split()[:3] for line in out.getvalue().splitlines() if line.strip() and "─" not in line]
    assert rows == [
        ["outcome", "requests", "p50"],
        ["200", "1", "7.00"],
        ["not", "kept", "29"],
        ["all", "30", "7.00"],
        ["outcome", "requests", "p50"],
        ["not", "kept", "2"],
        ["all", "2"],
        ["outcome", "requests", "p50"],
        ["200", "1", "7.00"],
        ["all", "1", "7.00"],
    ]
