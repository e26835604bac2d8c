"""docs/performance.md shows the results that docs/bench.json holds."""

import json
from typing import Any

import pytest

from tests.bench._page import BEGIN, END, PAGE, RESULTS, as_markdown, publish


def test_the_tables_of_the_page_are_those_of_the_last_published_run() -> None:
    _, _, rest = PAGE.read_text().partition(BEGIN)
    tables, end, _ = rest.partition(END)
    assert end
    assert tables == as_markdown(json.loads(RESULTS.read_text()))


def with_target(what: str, met: bool) -> dict[str, Any]:
    """Results of a run that has measured one target."""
    target = {"what": what, "at_most": 1.2, "measured": [1.5, 1.5, 1.5], "met": met}
    return {**json.loads(RESULTS.read_text()), "targets": [target]}


def test_a_target_that_is_not_met_is_shown_with_what_stands_in_its_way() -> None:
    what = "untraced / aiohttp"
    assert f"\n* **{what}**: aiohttp parses and writes in C" in as_markdown(with_target(what, met=False))
    assert f"* **{what}**" not in as_markdown(with_target(what, met=True))


def test_a_run_is_not_published_while_nobody_has_said_why_a_target_is_not_met() -> None:
    before = PAGE.read_bytes(), RESULTS.read_bytes()
    with pytest.raises(ValueError, match=r"_missed\.py"):
        publish(with_target("of which nobody has thought", met=False))
    assert (PAGE.read_bytes(), RESULTS.read_bytes()) == before
