"""The values in the dock's store, to be changed while the app runs, and which pictures it has."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from .. import world
from ..events import AppStarted, WorldChanged
from ..program import DockProgram
from ..served_dock import ServedDock
from . import Form, Panel


async def show(dock: ServedDock, _: Request) -> Mapping[str, object]:
    """The values by their keys, and the tags of the pictures."""
    values, pictures = await dock.ask(_now)
    return {"entries": values, "pictures": pictures}


async def set_value(dock: ServedDock, form: Form) -> None:
    """Put the form's `value` into the store, under its `key`."""
    await dock.ask(world.set_value, form.get("key", "").strip(), form.get("value", ""))


async def remove(dock: ServedDock, form: Form) -> None:
    """Take the value of the form's `key` out of the store."""
    await dock.ask(world.set_value, form.get("key", ""), None)


def _now(program: DockProgram) -> tuple[dict[str, str], list[str]]:
    store = program.machine.store
    return dict(store.values), list(store.images)


PANEL = Panel(
    name="store",
    title="Store",
    tab="Store",
    place=70,
    kinds=(WorldChanged, AppStarted),
    show=show,
    actions={"set": set_value, "remove": remove},
)
