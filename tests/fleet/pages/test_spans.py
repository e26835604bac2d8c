"""The tree of a trace, its critical path, and its file; what failures mean."""

import re
from pathlib import Path
from typing import Any

from dl7450_telemetry.fleet.pages.meanings import CURL_CODES, meaning
from dl7450_telemetry.fleet.pages.spans import waterfall

PAGE = Path(__file__).parents[3] / "docs" / "status-codes.md"


def row(span: str, parent: str, start: int, duration: int) -> dict[str, Any]:
    return {"span": span, "parent": parent, "start": start, "duration": duration}


def test_each_span_is_below_its_parent_and_none_is_lost() -> None:
    rows = [
        row("b", "a", 5, 10),
        row("a", "", 0, 100),
        row("c", "b", 6, 2),
        row("d", "a", 20, 80),
        row("b", "a", 5, 10),  # sent twice
        row("e", "gone", 50, 1),
        row("f", "g", 0, 1),  # its own grandparent
        row("g", "f", 0, 1),
        row("h", "h", 60, 1),  # its own parent
    ]
    assert [(node.row["span"], node.depth) for node in waterfall(rows)] == [
        ("a", 0),
        ("b", 1),
        ("c", 2),
        ("d", 1),
        ("e", 0),
        ("h", 0),
        ("f", 0),
        ("g", 0),
    ]


def test_the_critical_path_is_what_the_end_waited_for() -> None:
    rows = [
        row("root", "", 0, 100),
        row("first", "root", 0, 40),
        row("beside", "root", 0, 30),  # over before the first was
        row("last", "root", 45, 55),
        row("inner", "last", 50, 50),
    ]
    critical = {node.row["span"] for node in waterfall(rows) if node.critical}
    assert critical == {"root", "first", "last", "inner"}


def test_a_failure_means_what_the_page_of_status_codes_says() -> None:
    on_page = dict(re.findall(r"^\| \d+ \| `(\w+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE))
    assert on_page == CURL_CODES
    assert meaning("404") == "The server answered Not Found: Nothing matches the given URI."
    assert [meaning(error) for error in ("", "999", "ValueError", "²²²")] == ["", "", "", ""]
