"""An answer as a table in a terminal: for people, where a script takes CSV or JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from .._format import printable
from .table import Table

_LONGEST = 64  # characters of a text
_LEFT_OUT = ("list", "map")  # there is no room for them
_NUMERIC = ("duration", "count", "ratio", "number")


def print_table(table: Table) -> None:
    """Print a table on standard output; times are in UTC. Lists and maps are left out."""
    from ..web.formats import count, duration, iso, ratio

    show: dict[str, Callable[[Any], str]] = {
        "time": lambda value: iso(value)[:19].replace("T", " "),
        "duration": duration,
        "count": count,
        "ratio": ratio,
        "number": lambda value: f"{value:g}",
    }
    drawn = RichTable(box=box.SIMPLE_HEAD)
    shown = [(index, column) for index, column in enumerate(table.columns) if column.kind not in _LEFT_OUT]
    for _, column in shown:
        heading = f"{column.name} (UTC)" if column.kind == "time" else column.name
        drawn.add_column(heading.replace("_", " "), justify="right" if column.kind in _NUMERIC else "left")
    for row in table.rows:
        cells = (None if row[index] is None else show.get(column.kind, str)(row[index]) for index, column in shown)
        drawn.add_row(*(Text("" if cell is None else printable(cell)[:_LONGEST]) for cell in cells))
    console = Console(highlight=False)
    console.print(drawn if table.rows else "Nothing matches: widen the window by --since, or leave a filter out.")
