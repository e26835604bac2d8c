"""An answer as a table in a terminal: for people, where a script takes CSV or JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from .._format import printable
from .stacks import innermost
from .table import Table

_LONGEST = 64  # characters of a text
_DOCK = 12  # digits of the id of a dock: they are enough for --dock, and for the question `dock`
_WIDEST = 1000  # columns of a terminal
_LEFT_OUT = ("list", "map")  # there is no room for them
_NUMERIC = ("duration", "count", "ratio", "number")
_SHOW: dict[str, Callable[[Any], str]] = {"stack": innermost}  # by the name of a column


def print_table(table: Table, empty: str) -> None:
    """Print a table on standard output; times are in UTC. Lists, maps and columns without a value are left out.

    It may be wider than the terminal: a line that is broken can be read, and half a number cannot.
    """
    from ..web.formats import count, duration, iso, ratio, short_id

    show: dict[str, Callable[[Any], str]] = {
        "dock": lambda value: short_id(value, _DOCK),
        "time": lambda value: iso(value)[:19].replace("T", " "),
        "duration": duration,
        "count": count,
        "ratio": ratio,
        "number": lambda value: str(value) if isinstance(value, int) else f"{value:.3g}",
    }
    console = Console(highlight=False)
    if not table.rows:
        console.print(empty, soft_wrap=True)
        return
    shown = [
        (index, column)
        for index, column in enumerate(table.columns)
        if column.kind not in _LEFT_OUT and any(row[index] not in (None, "") for row in table.rows)
    ]
    drawn = RichTable(box=box.SIMPLE_HEAD)
    for _, column in shown:
        heading = f"{column.name} (UTC)" if column.kind == "time" else column.name
        is_number = column.kind in _NUMERIC
        drawn.add_column(heading.replace("_", " "), justify="right" if is_number else "left", no_wrap=True)
    for row in table.rows:
        cells = (
            None if row[index] is None else _SHOW.get(column.name, show.get(column.kind, str))(row[index])
            for index, column in shown
        )
        drawn.add_row(*(Text("" if cell is None else printable(cell)[:_LONGEST]) for cell in cells))
    console.width = max(console.width, console.measure(drawn, options=console.options.update_width(_WIDEST)).maximum)
    console.print(drawn)
