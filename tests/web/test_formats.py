"""How values are shown."""

import pytest

from dl7450_telemetry.web.formats import count, duration, iso, ratio, short_count, when


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0"),
        (-5, "0"),
        (7, "7.00 ns"),
        (1_500, "1.50 µs"),
        (45_600_000, "45.6 ms"),
        (312_400_000, "312 ms"),
        (1_240_000_000, "1.24 s"),
        (90 * 10**9, "1.50 min"),
        (3 * 3600 * 10**9, "3.00 h"),
        (200 * 86_400 * 10**9, "200 d"),
    ],
)
def test_a_duration_has_three_digits_and_a_unit(nanoseconds: int, text: str) -> None:
    assert duration(nanoseconds) == text


def test_counts_and_ratios_are_short_and_hide_nothing() -> None:
    assert [count(number) for number in (0, 999, 1234567)] == ["0", "999", "1\u202f234\u202f567"]
    assert [short_count(number) for number in (999, 9999, 12_345, 7_654_321, 2e9)] == [
        "999",
        "9\u202f999",
        "12.3k",
        "7.7M",
        "2.0G",
    ]
    assert [ratio(value) for value in (0, 0.000001, 0.0042, 0.081, 1)] == ["0%", "<0.01%", "0.42%", "8.1%", "100%"]


def test_a_time_is_utc_for_the_script_of_the_page_to_make_local() -> None:
    moment = 1_795_331_578_120_000_000
    assert iso(moment) == "2026-11-22T07:12:58.120Z"
    assert when(moment) == '<time datetime="2026-11-22T07:12:58.120Z">2026-11-22 07:12:58 UTC</time>'
    assert iso(2**63) == "2262-04-11T23:47:16.854Z"
    assert iso(2**70).startswith("9999-12-31T23:59:59.")
