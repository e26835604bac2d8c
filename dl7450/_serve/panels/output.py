"""What the app prints."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from ..events import Printed
from ..served_dock import ServedDock
from . import Panel

SHOWN = 200  # lines


async def show(dock: ServedDock, _: Request) -> Mapping[str, object]:
    """The newest lines."""
    text = "".join(printed.text for printed in dock.history.all(Printed))
    return {"lines": text.splitlines()[-SHOWN:]}


PANEL = Panel(name="output", title="Output", place=13, kinds=(Printed,), show=show)
