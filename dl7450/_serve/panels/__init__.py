"""The panels of a dock's page. A new panel is a new module here and a template of the same name; nothing else changes.

    panels/lamps.py                        panels/lamps.html
        PANEL = Panel(                         <header><h2>{{ panel.title }}</h2></header>
            name="lamps",                      <div class="body">{{ shown.lamps }}</div>
            title="Lamps",
            tab="Board",
            place=45,
            kinds=(WorldChanged,),
            show=show,
            actions={"switch": switch},
        )

| | |
|---|---|
| `show` | an async function of the dock and the request: the values that the template has as `shown` |
| `kinds` | the events after which it shows something else: then the page asks for it anew, and nobody polls |
| `actions` | what its forms do: an async function of the dock and the form; `ValueError` is told on the page |
| `answers` | what else it answers, by the path below its own, such as a picture |
| `ahead` | begins what takes long of it, while the page is on its way to ask |
| `static/NAME.css`, `static/NAME.js` | are part of the page if they are there |

In a template, `here` is the panel's own path: `<form method="post" action="{{ here }}/switch">`. A link with
`data-inside` whose target is the page with a query, and a field in a form with `data-inside`, choose what the panel
shows: only the panel is asked for anew, and it stays so chosen. An element that is to keep the focus has an `id` (of a
`<summary>`, its `<details>` has), and so has a field that is to keep what was filled in until it is sent, and with
`data-keep` afterwards. A slider in a form with `data-at-once` acts when it is let go; meanwhile its `<output>` shows
one of its `data-texts`, between `|`, or the number with its `data-unit`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from ..events import Event
from ..served_dock import ServedDock

Form: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A part of a dock's page.

    Attributes:
        name: in its URLs, and of its module and template.
        title: over it.
        place: a smaller one is further up.
        tab: among which of the tabs it is, beside the monitors; those without one are always in sight.
        kinds: the events after which it shows something else.
        ticks: it shows something else each second, too, as long as a page is open.
        at_once: it is shown anew before the others are.
        show: gives what its template needs.
        actions: what its forms do, by the last part of their path.
        answers: what else it answers, by a path as Starlette's routes have it.
        ahead: makes what the page asks for next, when it has got the panel, of what `show` gave.
    """

    name: str
    title: str
    place: int
    tab: str = ""
    kinds: Sequence[type[Event]]
    ticks: bool = False
    at_once: bool = False
    show: Callable[[ServedDock, Request], Awaitable[Mapping[str, object]]]
    actions: Mapping[str, Callable[[ServedDock, Form], Awaitable[object]]] = field(default_factory=dict)
    answers: Mapping[str, Callable[[ServedDock, Request], Awaitable[Response]]] = field(default_factory=dict)
    ahead: Callable[[Mapping[str, Any]], Awaitable[object]] | None = None

    @property
    def template(self) -> str:
        """Its file, as the page's templates name it."""
        return f"panels/{self.name}.html"


def panels() -> list[Panel]:
    """All panels, in the order of their places."""
    modules = [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    return sorted((module.PANEL for module in modules), key=lambda panel: panel.place)
