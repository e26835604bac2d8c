"""The table of status codes says what the code does: every code is in it, and a scenario meets every code."""

import re
from pathlib import Path

from dl7450.http._curl import CurlCode
from tests.conformance._scenarios import SCENARIOS

TABLE = Path(__file__).parents[2] / "docs" / "status-codes.md"


def test_the_table_has_every_code_by_its_name() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| .+ \|$", TABLE.read_text(), re.MULTILINE)

    assert rows == [(str(code.value), code.curl_name) for code in CurlCode]


def test_a_scenario_meets_every_code() -> None:
    met: set[object] = set()
    for scenario in SCENARIOS:
        for status in scenario.statuses:
            met |= status if isinstance(status, frozenset) else {status}

    # The limit of 16 requests is the dock's own, and no script of a server takes the client's memory.
    assert set(CurlCode) - met == {CurlCode.NO_CONNECTION_AVAILABLE, CurlCode.OUT_OF_MEMORY}
