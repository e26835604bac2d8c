"""Releases: did one break it? Two side by side, and which of them block the event loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from markupsafe import Markup, escape

from ....web.formats import ratio
from ...stacks import innermost
from ..cells import bar
from ..query import Query
from ..side_by_side import compare, name_of
from ..significance import against_others
from ..tables import Row, ShownTable
from ..view import Asking, Shown, View
from .docks import error_badge


async def show(asking: Asking) -> Shown:
    query, filters = asking.query, asking.filters
    answers = await asking.tables(
        releases=partial(asking.table, "releases", replace(filters, release=None)),
        blocked=partial(asking.table, "blocked", replace(filters, release=None)),
    )
    rows = answers["releases"].dicts()
    releases = ShownTable(
        "Releases",
        answers["releases"],
        query,
        "releases",
        sort="app",
        columns=("app", "release", "docks", "requests", "failures", "failure_rate", "z", "p95", "error", "first_seen"),
        show={
            "release": lambda row: Markup('<a href="{}">{}</a>').format(
                query.url("/docks", app=row["app"], release=row["release"]), row["release"] or "(none)"
            ),
            "failure_rate": lambda row: escape(ratio(row["failure_rate"])) + bar(row["failure_rate"], is_bad=True),
            "z": against_others,
            "error": lambda row: error_badge(row["error"], query),
        },
        labels={"z": "Against the others"},
    )
    blocked = ShownTable(
        "Blocked event loops",
        answers["blocked"],
        query,
        "blocked",
        sort="-times",
        show={"stack": lambda row: stack(row["stack"])},
        empty="No event loop was blocked for longer than the watchdog allows.",
    )
    chosen = _chosen(rows, query)
    compared = await compare(*chosen, asking) if chosen else None
    names = [name_of(row) for row in rows]
    return Shown(
        {"releases": releases, "blocked": blocked, "names": names, "compared": compared},
        bool(rows) or None,
    )


def _chosen(rows: Sequence[Row], query: Query) -> tuple[Row, Row] | None:
    """The releases that the URL names; else the largest one, and the one that fails most against the others."""
    named = {name_of(row): row for row in rows}
    if len(named) < 2:
        return None
    asked = [query.get("a"), query.get("b")]
    if all(name in named for name in asked) and asked[0] != asked[1]:
        return named[asked[0]], named[asked[1]]
    release = query.get("release")
    worst = max(rows, key=lambda row: (row["release"] == release, row["z"] or 0.0, row["first_seen"]))
    others = [row for row in rows if row is not worst]
    return max(others, key=lambda row: (row["app"] == worst["app"], row["requests"])), worst


def stack(text: str | None) -> Markup:
    """A stack that is folded up: the innermost functions say where the code was."""
    if not (where := innermost(text or "")):
        return Markup('<span class="muted">no stack</span>')
    lines = "\n".join(line for line in (text or "").splitlines() if line.strip())
    return Markup('<details class="keep"><summary class="mono">{}</summary><pre>{}</pre></details>').format(
        where[:80], lines[:8000]
    )


VIEW = View("releases", "Releases", "Did one of them break it?", show, hidden_filters=("release",))
