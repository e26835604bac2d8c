"""What a run tells while it lasts and when it has ended: a line of progress, a summary for scripts."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from .record import RunRecord

TOLD_TEXTS = 20  # on the terminal; the summary for scripts has more


def newest_texts(run: RunRecord) -> str:
    """The texts that were shown last, as a part of a sentence."""
    newest = list(run.texts)[-TOLD_TEXTS:]
    return f"shown {'were' if len(newest) == len(run.texts) else 'last were'} {newest}"


def summary(app: Path, dock_id: str, run: RunRecord, status: int) -> dict[str, object]:
    """A run as `dl7450 run --json` prints it."""
    requests = run.requests
    return {
        "app": str(app),
        "dock_id": dock_id,
        "exit_status": status,
        "seconds": round(run.seconds, 3),
        "frames": run.frames,
        "texts": list(run.texts),
        "texts_never_shown": list(run.missing),
        "text_faults": run.text_faults,
        "errors": run.errors,
        "error_count": run.error_count,
        "requests": {
            "completed": requests.completed,
            "failed": requests.failed,
            "rejected": requests.rejected,
            "cancelled": requests.cancelled,
        },
    }


@contextmanager
def progress(run: RunRecord, *, shown: bool) -> Generator[None]:
    """A line on a terminal's stderr that says how far the run is."""
    from rich.console import Console

    console = Console(stderr=True)
    if not shown or not console.is_terminal:
        yield
        return
    from rich.live import Live

    with Live(
        console=console,
        transient=True,
        refresh_per_second=5,
        redirect_stdout=sys.stdout.isatty(),  # what the app prints into a file or a pipe goes there
        get_renderable=lambda: _progress_line(run),
    ):
        yield


def _progress_line(run: RunRecord) -> str:
    requests = run.requests
    failed = requests.failed + requests.rejected
    return (
        f"running {run.seconds:5.1f} s   frames {run.frames}   "
        f"requests {requests.completed} answered, {failed} failed, {requests.in_flight} in flight"
    )
