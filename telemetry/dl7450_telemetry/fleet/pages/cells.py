"""How one value of a table is shown, by the kind of its column. Everything from the wire is escaped here."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from ...web.formats import count, duration, ratio, short_id, when
from .query import Query

NUMERIC = ("duration", "count", "ratio", "number")
LONGEST = 120  # characters of a text
NOTHING = Markup('<span class="muted">\N{EN DASH}</span>')


def cell(kind: str, value: Any, query: Query) -> Markup:
    """A value as HTML.

    Parameters:
        kind: of its column.
        value: as the table has it.
        query: of the page, whose filters links take along.
    """
    if value is None or value == "":
        return NOTHING
    return _SHOW[kind](value, query)


def cut(text: str, longest: int = LONGEST) -> Markup:
    """A text, and if it is long its beginning, with a title that has more of it."""
    if len(text) <= longest:
        return escape(text)
    return Markup('<span title="{}">{}…</span>').format(text[:2000], text[:longest])


def dock_link(dock: str, query: Query, **window: int) -> Markup:
    """A link to the page of a dock, with the window of the page or another one."""
    shown = short_id(dock)
    shown += "…" * (shown != dock)
    url = query.url(f"/dock/{dock}", dock=None, **window)
    return Markup('<a class="mono" href="{}" title="{}">{}</a>').format(url, dock[:200], shown)


def trace_link(trace: str, query: Query) -> Markup:
    """A link to the page of a trace."""
    return Markup('<a class="mono" href="{}" title="{}">{}</a>').format(
        query.url(f"/trace/{trace}", since=None, until=None), trace, short_id(trace)
    )


def bar(value: float, is_bad: bool = False) -> Markup:
    """A part of 1, drawn beside its number."""
    width = round(min(max(value, 0.0), 1.0) * 56, 1)
    return Markup(
        '<svg class="bar" width="56" height="8" aria-hidden="true"><rect class="track" width="56" height="8" rx="3"/>'
        '<rect class="fill{}" width="{}" height="8" rx="3"/></svg>'
    ).format(" bad" if is_bad else "", width)


def _number(value: Any, _: Query) -> Markup:
    return escape(count(value) if isinstance(value, int) else f"{value:.3g}")


_SHOW: dict[str, Callable[[Any, Query], Markup]] = {
    "text": lambda value, _: cut(str(value)),
    "dock": dock_link,
    "trace": trace_link,
    "span": lambda value, _: Markup('<span class="mono">{}</span>').format(value),
    "time": lambda value, _: when(value, brief=True),
    "duration": lambda value, _: escape(duration(value)),
    "count": lambda value, _: escape(count(value)),
    "ratio": lambda value, _: escape(ratio(value)),
    "number": _number,
    "map": lambda value, _: cut(json.dumps(value, ensure_ascii=False)),
    "list": lambda value, _: cut(json.dumps(value, ensure_ascii=False)),
}
