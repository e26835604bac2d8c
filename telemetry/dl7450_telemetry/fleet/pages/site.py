"""`fleet_site`: the application of the pages."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...web import Access, Shell, event_stream
from ..alerts.exposition import CONTENT_TYPE, exposition
from ..filters import Filters
from ..owner import Ask
from ..questions import QUESTIONS
from ..store import StoreError
from ..table import Table
from .ask_once import AskOnce
from .query import CARRIED, Query
from .spans import otlp_json
from .view import DAY, HOUR, Asking, View
from .views import VIEWS

T = TypeVar("T")

_HERE = Path(__file__).parent
_WINDOWS = (("1h", "1 hour"), ("6h", "6 hours"), ("24h", "24 hours"), ("7d", "7 days"), ("30d", "30 days"))
_UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week"}
_FIELDS = ("site", "app", "release", "host", "error")
_MOST_CHOICES = 200  # in one field


def fleet_site(
    ask: Ask,
    access: Access,
    version: Callable[[], object],
    alerts: Callable[[], Table],
    *,
    silence: int = HOUR,
    endpoint: str = "http://127.0.0.1:4318",
    now: Callable[[], int] = time.time_ns,
) -> Starlette:
    """The application of the fleet's pages, for a server that runs on Trio.

    Parameters:
        ask: asks the store.
        access: who may see the pages.
        version: tells something that is another one when the store holds more.
        alerts: gives the alerts of all rules.
        silence: nanoseconds without a word after which a dock counts as silent.
        endpoint: where docks send their telemetry; a page without data names it.
        now: the time in nanoseconds since 1970.
    """
    shell = Shell("Fleet", [view.link for view in VIEWS if not view.of_one], _HERE / "templates", access)
    site = _Site(shell, ask, alerts, silence, endpoint, now)

    async def live(_: Request) -> Response:
        return event_stream(version)

    return shell.application(
        [
            Route("/live", live),
            Route("/metrics", site.metrics),
            Route("/tables/alerts.{form}", site.alerts),
            Route("/tables/{name}.{form}", site.table),
            Route("/tables/{name}/{id:path}.{form}", site.table),
            Route("/trace/{id}/otlp.jsonl", site.trace_file),
            *(Route(view.path or f"/{view.name}", site.page(view)) for view in VIEWS),
        ]
    )


class _Site:
    """Makes the endpoints of views."""

    def __init__(
        self,
        shell: Shell,
        ask: Ask,
        alerts: Callable[[], Table],
        silence: int,
        endpoint: str,
        now: Callable[[], int],
    ) -> None:
        self._shell = shell
        self._ask = ask
        self._alerts = alerts
        self._silence = silence
        self._endpoint = endpoint
        self._now = now

    def page(self, view: View) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint that shows a view."""

        async def endpoint(request: Request) -> Response:
            ask = AskOnce(self._ask)
            asking = self._asking(request, ask)
            shown = await _or_failure(view.show(asking))
            frame = self._frame(view, asking)
            offered = await self._offered(asking) if view.filtered else {}
            has_data, template, values = shown.has_data, f"{view.name}.html", dict(shown.values)
            if has_data is None:
                has_data = any(offered.values()) and (not frame["filtering"] or await self._matches(asking))
            if not has_data:
                template = "nothing.html"
                values["said"] = await self._matches(asking)
                values["is_empty"] = not values["said"] and not await self._matches(asking, asking.always)
                values["newest"] = None if values["is_empty"] else await self._newest(asking)
            response = self._shell.page(request, template, **frame, offered=offered, **values)
            response.headers["Server-Timing"] = ask.server_timing
            return response

        return endpoint

    async def table(self, request: Request) -> Response:
        """The answer to a question as CSV or JSON."""
        name, form = request.path_params["name"], request.path_params["form"]
        question = QUESTIONS.get(name)
        if question is None:
            raise HTTPException(404)
        asking = self._asking(request, self._ask)
        if ("id" in question.parameters) != bool(asking.id):
            raise HTTPException(404, f"The question {name!r} takes {'no' if asking.id else 'an'} id.")
        filters = asking.filters
        given: dict[str, Any] = {"silence": asking.silence, "by": asking.query.get("by"), "id": asking.id}
        if "failure" in question.parameters:  # what is compared with the rest is not a filter of both
            given["failure"] = filters.error or ""
            filters = replace(filters, error=None)
        arguments = {key: value for key, value in given.items() if key in question.parameters and value}
        table = await _or_failure(asking.table(name, filters, **arguments))
        return _exported(table, name, form)

    async def alerts(self, request: Request) -> Response:
        """All alerts as CSV or JSON."""
        return _exported(self._alerts(), "alerts", request.path_params["form"])

    async def metrics(self, _: Request) -> Response:
        """The fleet for Prometheus."""
        now = self._now()
        fleet = await _or_failure(self._ask("fleet", Filters(now - HOUR, now), silence=self._silence))
        return Response(exposition(fleet, self._alerts()), media_type=CONTENT_TYPE)

    async def trace_file(self, request: Request) -> Response:
        """A trace as OTLP JSON: the file that `dl7450 trace` opens."""
        asking = self._asking(request, self._ask)
        table = await _or_failure(asking.table("trace", asking.always, id=asking.id))
        if not table.rows:
            raise HTTPException(404, "There is no such trace.")
        return _download(otlp_json(asking.id, table.dicts()), "application/jsonl", "trace.jsonl")

    def _asking(self, request: Request, ask: Ask) -> Asking:
        query = Query.parse(request.url.path, request.query_params.multi_items(), self._now())
        try:
            query.filters  # noqa: B018  # raises what is wrong with them
        except ValueError as error:
            raise HTTPException(400, f"{error}.") from None
        return Asking(ask, query, request.path_params.get("id", ""), self._silence, self._alerts)

    def _frame(self, view: View, asking: Asking) -> Mapping[str, Any]:
        query = asking.query
        kept = Query("", tuple(pair for pair in query.pairs if pair[0] in CARRIED), query.now)
        return {
            "view": view,
            "section": "/docks" if view.of_one else None,
            "query": query,
            "carried": kept.url(),
            "filtering": any(name not in ("since", "until") for name, _ in kept.pairs),
            "filters": asking.filters,
            "windows": _WINDOWS,
            "day": DAY,
            "window": _in_words(query.get("since")),
            "endpoint": self._endpoint,
        }

    async def _matches(self, asking: Asking, filters: Filters | None = None) -> bool:
        """Whether there is anything with these filters, or with those of the URL."""
        table = await _or_failure(asking.table("choices", filters))
        found = {row["filter"] for row in table.dicts()}
        asked = asking.filters if filters is None else filters
        # A host and an error are of requests only: other spans of the same docks are there whatever they are.
        return bool(found) and (asked.host is None or "host" in found) and (asked.error is None or "error" in found)

    async def _newest(self, asking: Asking) -> int | None:
        """When the newest request with the filters of the URL began, whatever the window is."""
        filters = replace(asking.filters, since=asking.always.since, until=asking.always.until)
        rows = (await _or_failure(asking.table("releases", filters))).dicts()
        return max((row["last_seen"] for row in rows), default=None)

    async def _offered(self, asking: Asking) -> dict[str, list[str]]:
        """What the form of filters offers: what there is in the window, and what is chosen."""
        query = asking.query
        offered: dict[str, list[str]] = {name: [] for name in _FIELDS}
        window = Filters(asking.filters.since, asking.filters.until)
        for row in (await _or_failure(asking.table("choices", window))).dicts():
            if len(offered[row["filter"]]) < _MOST_CHOICES:
                offered[row["filter"]].append(row["value"])
        for name in _FIELDS:
            if (chosen := query.get(name)) and chosen not in offered[name]:
                offered[name].insert(0, chosen)
            offered[name].sort()
        return offered


def _in_words(since: str) -> str:
    """`4 days` for `4d`; empty for a moment."""
    unit = _UNITS.get(since[-1:])
    number = since[:-1]
    if unit is None or not number.isdecimal():
        return ""
    return f"{number} {unit}{'s' * (number != '1')}"


async def _or_failure(answer: Awaitable[T]) -> T:
    """An answer; where the store has none, a page that says why."""
    try:
        return await answer
    except StoreError as error:
        raise HTTPException(503, f"{error}.") from None
    except ExceptionGroup as group:  # several questions were asked at once
        if (failed := group.subgroup(StoreError)) is None:
            raise
        raise HTTPException(503, f"{_first(failed)}.") from None


def _exported(table: Table, name: str, form: str) -> Response:
    if form not in ("csv", "json"):
        raise HTTPException(404)
    text, kind = (table.csv(), "text/csv") if form == "csv" else (table.json(), "application/json")
    return _download(text, kind, f"{name}.csv" if form == "csv" else "")


def _download(text: str, kind: str, name: str) -> Response:
    """A text as an answer; with a name, one that a browser saves."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'} if name else {}
    # A lone surrogate in a name from the wire must not break it.
    return Response(text.encode(errors="replace"), media_type=f"{kind}; charset=utf-8", headers=headers)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
