"""docs/performance.md shows the results that docs/bench.json holds."""

import json

from tests.bench._page import BEGIN, END, PAGE, RESULTS, as_markdown


def test_the_tables_of_the_page_are_those_of_the_last_published_run() -> None:
    _, _, rest = PAGE.read_text().partition(BEGIN)
    tables, end, _ = rest.partition(END)
    assert end
    assert tables == as_markdown(json.loads(RESULTS.read_text()))
