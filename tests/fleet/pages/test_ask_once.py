"""What a page asks the store, and what it says of that."""

import re
import urllib.request
from typing import Any

import trio

from dl7450_telemetry.fleet.filters import Filters
from dl7450_telemetry.fleet.pages.ask_once import AskOnce
from dl7450_telemetry.fleet.table import Column, Table

from ._server import Served


def test_a_question_is_asked_once_for_a_page() -> None:
    asked: list[tuple[str, Filters, dict[str, Any]]] = []

    async def ask(name: str, filters: Filters, **arguments: Any) -> Table:
        asked.append((name, filters, arguments))
        return Table((Column("number", "count"),), [(len(asked),)])

    async def main() -> list[Table]:
        once = AskOnce(ask)
        day, all_time = Filters(1, 2), Filters(0, 2)
        return [
            await once("docks", day),
            await once("docks", day),
            await once("docks", all_time),
            await once("differs", day, by="slow"),
            await once("differs", day, by="slow"),
            await once("differs", day, by="failures"),
        ]

    assert [answer.rows[0][0] for answer in trio.run(main)] == [1, 1, 2, 3, 3, 4]
    assert [name for name, _, _ in asked] == ["docks", "docks", "differs", "differs"]


def test_a_page_says_how_long_it_waited_for_the_store(fleet: Served) -> None:
    with urllib.request.urlopen(fleet.url) as answer:
        [took] = re.findall(r"store;dur=(\d+\.\d)", answer.headers["Server-Timing"])
    assert float(took) > 0
