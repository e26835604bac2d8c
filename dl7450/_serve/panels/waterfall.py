"""The waterfall: requests as they start, their phases and their answers, timers, callbacks and renders."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ..answers import Answer, Progress
from ..events import AppStarted, PaceChanged, SpanEnded, SpanStarted
from ..preview import picture_type, preview
from ..program import DockProgram
from ..served_dock import ServedDock
from ..spans import Spans
from . import Panel

SHOWN = 60  # spans
ALL_SHOWN = 1_000


async def show(dock: ServedDock, request: Request) -> Mapping[str, object]:
    """The newest spans, by traces, and what is known of the one that the query's `span` names."""
    query = request.query_params
    opened, is_all = query.get("span", ""), "all" in query
    now, under_way, answer = await dock.ask(_look, opened)
    spans = Spans.kept(dock.history)
    content_type = (
        next((value for name, value in answer.headers if name.lower() == "content-type"), "") if answer else ""
    )
    return {
        "traces": spans.newest(ALL_SHOWN if is_all else SHOWN, now, under_way, opened),
        "open": len(spans.open),
        "more": not is_all and len(spans.begun) > SHOWN,
        "all": "&all=1" if is_all else "",
        "opened": opened,
        "answer": answer,
        "preview": preview(answer.body, content_type) if answer and answer.body else None,
    }


async def body(dock: ServedDock, request: Request) -> Response:
    """The body of an answer: a picture to be shown, anything else only to be saved."""
    answer = await dock.ask(lambda program: program.answers.of(request.path_params["span"]))
    if answer is None or not answer.body:
        raise HTTPException(404, "This answer is not kept any more.")
    picture = picture_type(answer.body)
    if picture:
        # The panel is replaced often, and the picture stays the same.
        return Response(answer.body, media_type=picture, headers={"Cache-Control": "private, max-age=3600, immutable"})
    return Response(answer.body, headers={"Content-Disposition": "attachment; filename=answer"})


def _look(program: DockProgram, opened: str) -> tuple[int, Mapping[str, Progress], Answer | None]:
    return program.time_ns, program.answers.under_way(), program.answers.of(opened)


PANEL = Panel(
    name="waterfall",
    title="Waterfall",
    place=12,
    kinds=(SpanStarted, SpanEnded, AppStarted, PaceChanged),
    ticks=True,
    show=show,
    answers={"{span}/body": body},
)
