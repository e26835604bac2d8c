"""What a view is: it asks the store, and gives its template what it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import trio

from ...web import Link
from ..filters import Filters
from ..owner import Ask
from ..table import Table
from .query import Query

HOUR = 3600 * 10**9  # nanoseconds
DAY = 24 * HOUR
WEEK = 7 * DAY


@dataclass(frozen=True)
class Asking:
    """What a view is asked with.

    Attributes:
        ask: asks the store.
        query: the URL.
        id: that of the path, for a view of one dock or one trace.
        silence: nanoseconds without a word after which a dock is silent.
        alerts: gives the alerts.
    """

    ask: Ask
    query: Query
    id: str
    silence: int
    alerts: Callable[[], Table]

    @property
    def filters(self) -> Filters:
        """The filters of the URL."""
        return self.query.filters

    async def table(self, name: str, filters: Filters | None = None, **arguments: Any) -> Table:
        """The answer to a question, with the filters of the URL or others."""
        return await self.ask(name, self.filters if filters is None else filters, **arguments)

    async def tables(self, **questions: Callable[[], Awaitable[Table]]) -> dict[str, Table]:
        """The answers to several questions that are asked at the same time."""
        answers: dict[str, Table] = {}

        async def one(name: str, question: Callable[[], Awaitable[Table]]) -> None:
            answers[name] = await question()

        async with trio.open_nursery() as nursery:
            for name, question in questions.items():
                nursery.start_soon(one, name, question)
        return answers

    @property
    def always(self) -> Filters:
        """All that there is: what has an id is found whatever the filters are."""
        return Filters(0, self.query.now + DAY)

    def before(self) -> Filters:
        """The same filters for the week in front of the window."""
        since = max(0, self.filters.since - WEEK)
        return replace(self.filters, since=since, until=max(self.filters.since, since + 1))


@dataclass(frozen=True)
class Shown:
    """What a view shows.

    Attributes:
        values: for its template.
        has_data: whether there is anything; if not, the page says what to do. None: the view does not know, and the
            filters are tried.
    """

    values: Mapping[str, Any]
    has_data: bool | None = None


@dataclass(frozen=True)
class View:
    """One view of the fleet.

    Attributes:
        name: of its template, its path and its question.
        heading: above the page.
        question: that it answers.
        show: asks the store.
        hidden_filters: fields that make no sense here.
        path: where it is, if it is not `/name`.
        of_one: whether it is about one dock or trace, and not in the navigation.
        filtered: whether it has filters.
    """

    name: str
    heading: str
    question: str
    show: Show
    hidden_filters: Sequence[str] = ()
    path: str = ""
    of_one: bool = False
    filtered: bool = True

    @property
    def link(self) -> Link:
        """Its entry in the navigation."""
        return Link(self.heading, self.path or f"/{self.name}", self.name)


Show: TypeAlias = Callable[[Asking], Awaitable[Shown]]
