"""`Table`: the answer to a question, as plain data."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeAlias

# How a value is shown: a time and a duration are nanoseconds, a ratio is between 0 and 1.
Kind: TypeAlias = Literal[
    "text", "dock", "trace", "span", "time", "duration", "count", "ratio", "number", "map", "list"
]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its name, and the kind of its values."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; a value is a str, an int, a float, a bool, None, or a list or dict of them."""

    columns: tuple[Column, ...]
    rows: Sequence[tuple[Any, ...]]

    def dicts(self) -> list[dict[str, Any]]:
        """Each row by the names of the columns."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    @classmethod
    def parse(cls, text: str) -> Self:
        """The table that `json` wrote."""
        given = json.loads(text)
        columns = tuple(Column(**column) for column in given["columns"])
        return cls(columns, [tuple(row[column.name] for column in columns) for row in given["rows"]])

    def json(self) -> str:
        """One JSON object: `columns` with name and kind, and `rows` by the names of the columns."""
        columns = [{"name": column.name, "kind": column.kind} for column in self.columns]
        return json.dumps({"columns": columns, "rows": self.dicts()}, ensure_ascii=False)

    def csv(self) -> str:
        """RFC 4180, with a header line; a list or a dict is written as JSON."""
        output = io.StringIO()
        writer = csv.writer(output)
        writer.writerow(column.name for column in self.columns)
        writer.writerows([_plain(value) for value in row] for row in self.rows)
        return output.getvalue()


def _plain(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
