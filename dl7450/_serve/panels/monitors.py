"""What the monitors show: each frame as it is rendered, the newest 200 to look through, and the boxes on them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import trio
from PIL import ImageOps
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..._device import edid as _edid
from ..._screen.constants import HEIGHT, WIDTH
from ..._screen.render import render
from ..._screen.state import ScreenState
from ..events import Frame, WorldChanged
from ..inspector import InspectedBox, inspect
from ..program import DockProgram
from ..served_dock import ServedDock
from . import Panel

KEPT_PICTURES = 32  # a page with four monitors asks for one four times
MOST_PIXELS = 0xFFF  # of a mode, in each direction: what an EDID can say
_drawing = trio.CapacityLimiter(1)  # one after the other: what is asked for twice is drawn once


@dataclass(frozen=True, eq=False)
class _Form:
    """A form of pictures, and how it is written."""

    name: str
    media_type: str
    options: Mapping[str, object]


# JPEG is for what is shown as it comes, at another size than its own: nobody sees the difference, and it is written in
# a quarter of the time, or a tenth with a photo in it.
_FORMS = {
    "png": _Form("PNG", "image/png", {"compress_level": 1}),
    "jpg": _Form("JPEG", "image/jpeg", {"quality": 95}),
}


@dataclass(frozen=True)
class _Monitor:
    """What is plugged into an output."""

    output: int
    name: str
    width: int
    height: int

    @property
    def shown(self) -> tuple[int, int]:
        """The size of its picture on the page: not more than there is to see."""
        scale = min(1.0, WIDTH / self.width, HEIGHT / self.height)
        return round(self.width * scale), round(self.height * scale)


async def show(dock: ServedDock, request: Request) -> Mapping[str, object]:
    """The monitors, and the frame that is chosen by the query's `frame`: by default the newest.

    With `inspect`, its boxes, too, of which the query's `box` is the one that is marked.
    """
    frames = dock.history.all(Frame)
    chosen = dock.history.frame(_number(request.query_params.get("frame", "")))
    frame = chosen or (frames[-1] if frames else None)
    inspects = "inspect" in request.query_params
    boxes: Sequence[InspectedBox] = ()
    if inspects and frame is not None:
        boxes = await trio.to_thread.run_sync(inspect, frame.screen.boxes, limiter=_drawing)
    return {
        "monitors": await dock.ask(_monitors),
        "frame": frame,
        "is_live": chosen is None or chosen is frames[-1],
        "first": frames[0].number if frames else 0,
        "last": frames[-1].number if frames else 0,
        "inspects": inspects,
        "boxes": boxes,
        "box": _number(request.query_params.get("box", "")),
        "history": dock.history.id,  # a frame of another run of the server is another picture
    }


async def draw_ahead(shown: Mapping[str, Any]) -> None:
    """Draw the newest frame as the page shows it on each monitor."""
    if shown["frame"] is not None and shown["is_live"] and not shown["inspects"]:
        for monitor in shown["monitors"]:
            width, height = monitor.shown
            await _drawn(shown["frame"], width, height, _FORMS["jpg"])


async def picture(dock: ServedDock, request: Request) -> Response:
    """A frame as PNG or JPEG, at the size of a monitor."""
    frame = dock.history.frame(request.path_params["number"])
    width, height = request.path_params["width"], request.path_params["height"]
    form = _FORMS.get(request.path_params["form"])
    if frame is None or form is None or not 0 < width <= MOST_PIXELS or not 0 < height <= MOST_PIXELS:
        raise HTTPException(404, "This frame is not kept any more.")
    data = await _drawn(frame, width, height, form)
    return Response(data, media_type=form.media_type, headers={"Cache-Control": "private, max-age=3600, immutable"})


def _monitors(program: DockProgram) -> list[_Monitor]:
    found = []
    for output, data in enumerate(program.machine.device.edids, start=1):
        try:
            edid = _edid.parse(data)
        except ValueError:  # nothing is plugged
            continue
        found.append(_Monitor(output, edid.name, edid.width, edid.height))
    return found


async def _drawn(frame: Frame, width: int, height: int, form: _Form) -> bytes:
    return await trio.to_thread.run_sync(_draw, frame.screen, width, height, form, limiter=_drawing)


@lru_cache(KEPT_PICTURES)
def _draw(screen: ScreenState, width: int, height: int, form: _Form) -> bytes:
    image = render(screen)
    if image.size != (width, height):
        image = ImageOps.pad(image, (width, height))
    data = io.BytesIO()
    image.save(data, form.name, **form.options)
    return data.getvalue()


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


PANEL = Panel(
    name="monitors",
    title="Monitors",
    place=11,
    kinds=(Frame, WorldChanged),
    at_once=True,
    show=show,
    ahead=draw_ahead,
    answers={"{history}/{number:int}-{width:int}x{height:int}.{form}": picture},
)
