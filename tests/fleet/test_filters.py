"""Filters: read from the names of a URL or of the command line, and written again."""

import pytest

from dl7450_telemetry.fleet.filters import Filters, ago, span_of_time

NOW = 1_795_331_578_120_000_000
HOUR = 3600 * 10**9
DAY = 24 * HOUR
WHOLE = NOW // HOUR * HOUR  # the hour that has begun


def test_filters_are_read_from_what_they_wrote() -> None:
    filters = Filters(NOW - DAY, NOW, site="Oslo", error="404", resource=(("cloud.region", "eu=1"),))
    assert Filters.parse(filters.pairs()) == filters


@pytest.mark.parametrize(
    ("pairs", "window"),
    [
        ([], (WHOLE - DAY, NOW)),
        ([("since", "90m"), ("site", "")], (NOW - 5400 * 10**9, NOW)),
        ([("since", "23h")], (NOW - 23 * HOUR, NOW)),
        ([("since", "7d")], (WHOLE - 7 * DAY, NOW)),
        ([("since", "7d"), ("until", "1d")], (WHOLE - 7 * DAY, WHOLE - DAY)),
        ([("since", "25h"), ("until", "1h")], (WHOLE - 25 * HOUR, NOW - HOUR)),
        ([("until", str(NOW))], (NOW - DAY, NOW)),
        ([("until", "1970-01-03T00:00")], (DAY, 2 * DAY)),
        ([("since", "1970-01-02T01:00:00.5+01:00"), ("until", "1970-01-03T00:00:00Z")], (DAY + 500_000_000, 2 * DAY)),
    ],
)
def test_a_window_has_defaults_three_notations_and_whole_hours_from_a_day_on(
    pairs: list[tuple[str, str]], window: tuple[int, int]
) -> None:
    assert Filters.parse(pairs, now=NOW) == Filters(*window)


def test_how_long_ago_is_written_as_it_is_read() -> None:
    written = ["90s", "45m", "1h", "24h", "36h", "8d"]
    assert [ago(span_of_time(text)) for text in written] == written


@pytest.mark.parametrize(
    ("pairs", "fix"),
    [
        ([("since", "yesterday")], "write 2026-11-22T07:12, or 24h"),
        ([("since", "1h"), ("until", "2h")], "exchange them"),
        ([("resource", "site")], "KEY=VALUE"),
    ],
)
def test_what_cannot_be_read_names_the_fix(pairs: list[tuple[str, str]], fix: str) -> None:
    with pytest.raises(ValueError, match=fix):
        Filters.parse(pairs, now=NOW)
