"""A table on a page: sorted as the URL says, a page of rows at a time, with its CSV and JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from markupsafe import Markup

from ..table import Column, Table
from .cells import NUMERIC, cell
from .query import Query

ROWS_SHOWN = 50  # a browser needs 110 ms of processor time for a hundred docks, and 80 for these

Row: TypeAlias = dict[str, Any]
ShowCell: TypeAlias = Callable[[Row], Markup]


class Heading(NamedTuple):
    """The head of a column: its text, whether numbers are below it, where a click leads, and how it is sorted."""

    text: str
    is_number: bool
    url: str | None
    order: str | None


def label(name: str) -> str:
    """The name of a column for people."""
    return _LABELS.get(name) or name.replace("_", " ").capitalize()


_LABELS = {"p50": "p50", "p95": "p95", "p99": "p99", "curl_code": "libcurl", "http_status": "HTTP"}


class ShownTable:
    """A table as a page shows it."""

    def __init__(
        self,
        title: str,
        table: Table,
        query: Query,
        export: str,
        *,
        sort: str = "",
        show: Mapping[str, ShowCell] | None = None,
        columns: Sequence[str] = (),
        labels: Mapping[str, str] | None = None,
        empty: str = "Nothing in this window.",
    ) -> None:
        """
        Parameters:
            title: above it.
            table: columns and rows.
            query: of the page.
            export: the question whose answer it is, with its id after a slash: for CSV and JSON.
            sort: the name of the column by which it is sorted unless the URL says otherwise, with `-` for the largest
                first; empty: it stays as it is.
            show: by column, how its cells are shown instead of by their kind.
            columns: those that are shown, in this order; empty: all.
            labels: by column, its heading, where that is not its name.
            empty: what is said when there are no rows.
        """
        self.title, self.empty = title, empty
        self._query, self._show, self._labels = query, show or {}, labels or {}
        self._more: dict[str, ShowCell] = {}
        named = {column.name: column for column in table.columns}
        self.columns = [named[name] for name in columns or named]
        rows: Sequence[Row] = table.dicts()
        self._sort = query.sort([column.name for column in table.columns], sort) if sort else None
        if self._sort is not None:
            rows = sort_rows(rows, *self._sort)
        self.count = len(rows)
        number = query.get("page", "1")
        last = max(1, -(-self.count // ROWS_SHOWN))
        self.page = min(int(number), last) if number.isdecimal() and len(number) < 9 and int(number) else 1
        self.first = (self.page - 1) * ROWS_SHOWN
        self.rows = rows[self.first : self.first + ROWS_SHOWN]
        self.before = query.url(page=self.page - 1) if self.page > 1 else None
        self.after = query.url(page=self.page + 1) if self.page < last else None
        self.csv, self.json = (query.url(f"/tables/{export}.{kind}") for kind in ("csv", "json"))

    def add(self, heading: str, show: ShowCell) -> None:
        """Add a column that is not in the table."""
        self._more[heading] = show

    @property
    def headings(self) -> list[Heading]:
        """The heads of all columns."""
        return [self._heading(column) for column in self.columns] + [
            Heading(text, False, None, None) for text in self._more
        ]

    def _label(self, name: str) -> str:
        return self._labels.get(name) or label(name)

    def _heading(self, column: Column) -> Heading:
        is_number = column.kind in NUMERIC
        if self._sort is None:
            return Heading(self._label(column.name), is_number, None, None)
        is_sorted = self._sort.column == column.name
        # A first click shows what there is most of, and the beginning of the alphabet.
        descending = not self._sort.descending if is_sorted else is_number or column.kind == "time"
        order = ("descending" if self._sort.descending else "ascending") if is_sorted else None
        return Heading(self._label(column.name), is_number, self._query.url(sort="-" * descending + column.name), order)

    def cells(self, row: Row) -> list[tuple[Markup, bool]]:
        """The cells of one row as HTML, and whether each is a number."""
        cells = []
        for column in self.columns:
            show = self._show.get(column.name)
            shown = cell(column.kind, row[column.name], self._query) if show is None else show(row)
            cells.append((shown, column.kind in NUMERIC))
        return cells + [(show(row), False) for show in self._more.values()]


def sort_rows(rows: Sequence[Row], column: str, descending: bool) -> list[Row]:
    """Rows by the values of a column; those without one come last, whichever way."""
    present = [row for row in rows if row[column] not in (None, "")]
    absent = [row for row in rows if row[column] in (None, "")]
    return sorted(present, key=lambda row: _key(row[column]), reverse=descending) + absent


def _key(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else str(value) if isinstance(value, list | dict) else value
