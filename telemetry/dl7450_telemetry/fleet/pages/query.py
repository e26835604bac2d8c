"""`Query`: what the URL of a page says, and the URLs of its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from urllib.parse import quote, urlencode

from ..filters import Filters

# Those that every page understands, and that a link to another page takes along.
CARRIED = ("since", "until", "site", "app", "release", "host", "dock", "error", "resource")


class Sort(NamedTuple):
    """By which column a table is sorted, and how."""

    column: str
    descending: bool


@dataclass(frozen=True)
class Query:
    """The path and the query of a URL.

    Attributes:
        path: such as `/docks`.
        pairs: names and values, without the empty ones.
        now: nanoseconds since 1970.
    """

    path: str
    pairs: tuple[tuple[str, str], ...]
    now: int

    @classmethod
    def parse(cls, path: str, pairs: Iterable[tuple[str, str]], now: int) -> Query:
        """From the pairs of a URL; what is empty is not there."""
        return cls(path, tuple((name, value) for name, value in pairs if value), now)

    def get(self, name: str, default: str = "") -> str:
        """The value of a name; of several, the last one."""
        return dict(self.pairs).get(name, default)

    @cached_property
    def filters(self) -> Filters:
        """The filters that it has.

        Raises:
            ValueError: a value cannot be read; the message names the fix.
        """
        return Filters.parse(self.pairs, now=self.now)

    def sort(self, columns: Sequence[str], default: str) -> Sort:
        """The order that it asks for: `sort=name`, or `sort=-name` for the other way round."""
        asked = self.get("sort", default)
        column = asked.removeprefix("-")
        if column not in columns:
            asked, column = default, default.removeprefix("-")
        return Sort(column, asked.startswith("-"))

    def url(self, path: str | None = None, **changes: object) -> str:
        """The same with another path or other values; None takes a name away. Another path keeps filters alone."""
        kept = self.pairs if path is None else [pair for pair in self.pairs if pair[0] in CARRIED]
        pairs = [pair for pair in kept if pair[0] not in changes and pair[0] != "page"]
        pairs += [(name, str(value)) for name, value in changes.items() if value is not None]
        text = urlencode(pairs, errors="replace", quote_via=quote)
        return (self.path if path is None else quote(path, errors="replace")) + (f"?{text}" if text else "")
