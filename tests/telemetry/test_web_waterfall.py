"""The bars of the pages' waterfalls: where they lie, which stages they have, and what is said beside them."""

import re

from dl7450_telemetry.web.waterfall import Bar, Dot, TimeAxis, colour_of

AXIS = TimeAxis(1_000, 2_000)


def rects(bar: Bar) -> list[tuple[str, str, str]]:
    return re.findall(r'<rect class="([^"]*)" x="([^"]*)" y="\d+" width="([^"]*)"', AXIS.bar(bar))


def test_a_bar_lies_where_its_span_was_and_its_stages_get_darker() -> None:
    assert rects(Bar(start=1_100, end=1_600, colour="s1")) == [("s1", "10.0%", "50.0%")]
    assert rects(Bar(start=1_000, end=2_000, colour="s1", stages=(1_250, 1_500))) == [
        ("s1 early-2", "0.0%", "25.0%"),
        ("s1 early-1", "25.0%", "25.0%"),
        ("s1", "50.0%", "50.0%"),
    ]


def test_a_stage_that_was_not_reached_is_not_drawn() -> None:
    assert rects(Bar(start=1_000, end=2_000, colour="s1", stages=(1_500, 2_000), is_open=True)) == [
        ("s1 early-2 open", "0.0%", "50.0%"),
        ("s1 early-1 open", "50.0%", "50.0%"),
    ]


def test_a_bar_of_no_length_can_be_seen_and_a_critical_one_is_underlined() -> None:
    bar = Bar(start=1_500, end=1_500, colour="sbad", stages=(1_500, 1_500), critical=True)
    assert rects(bar) == [("sbad", "50.0%", "0.25%"), ("critical", "50.0%", "0.25%")]


def test_a_bar_says_how_long_it_took_and_its_events_say_what_they_are() -> None:
    drawn = AXIS.bar(Bar(start=1_900, end=2_000, colour="s1", dots=[Dot("<b>", 1_950, warns=True)], is_open=True))
    assert 'aria-label="100 ns so far from 900 ns"' in drawn
    assert '<circle class="event warn" cx="95.0%" cy="10" r="3.5"><title>&lt;b&gt;, after 50.0 ns</title>' in drawn
    assert '<text x="90.0%" dx="-6" y="14" text-anchor="end">100 ns …</text>' in drawn


def test_an_axis_of_no_length_has_a_scale_and_phases_have_colours_of_their_own() -> None:
    marks = re.findall(r'x="(\d+)%" y="14" text-anchor="(\w+)"', TimeAxis(5, 5).marks())
    assert marks == [("0", "start"), ("25", "middle"), ("50", "middle"), ("75", "middle"), ("100", "end")]
    names = ("DNS lookup a", "socket connect b", "TLS client handshake c", "GET")
    assert [colour_of(name, False) for name in names] == ["s3", "s2", "s4", "s1"]
    assert colour_of("DNS lookup a", failed=True) == "sbad"
