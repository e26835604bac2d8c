"""Runs one app from start to end, as `dl7450 run` does: keeps its frames, counts its errors, sums it all up."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import trio
from trio.testing import MockClock

from ._app import print_app_error
from ._dock import open_dock
from ._fast import RealTimeNetwork
from ._frames import save_png
from ._loader import AppError
from ._render import render
from .http._client import REQUESTS_MAX, HttpStatistics
from .http._network import TrioNetwork

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from ._device import Device
    from ._dock import Dock
    from ._screen import ScreenState


@dataclass
class Run:
    """What happens, and happened, while an app runs. Any thread may look.

    Attributes:
        frames: how many frames were rendered.
        texts: every text that was on the screen in a frame, in the order of its first appearance.
        errors: what the app raised: the name and the message.
    """

    frames: int = 0
    texts: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _dock: Dock | None = None
    _ended: float | None = None

    @property
    def seconds(self) -> float:
        """How long it has run, in dock time."""
        if self._dock is None:
            return 0.0
        return (self._dock.clock.current_time() if self._ended is None else self._ended) - self._dock.started

    @property
    def requests(self) -> HttpStatistics:
        """The dock's requests."""
        return HttpStatistics(REQUESTS_MAX, 0) if self._dock is None else self._dock.http.statistics()

    def shows(self, text: str) -> bool:
        """Whether a text was part of something on the screen."""
        return any(text in shown for shown in self.texts)

    def begin(self, dock: Dock) -> None:
        """Follow this dock from now on."""
        self._dock = dock

    def end(self) -> None:
        """Keep the moment: the run is over."""
        if self._dock is not None:
            self._ended = self._dock.clock.current_time()


def run_app(
    app: Path,
    *,
    device: Device,
    run: Run,
    seconds: float = math.inf,
    frames: Path | None = None,
    fast: bool = False,
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
    around: Callable[[], AbstractContextManager[None]],
) -> None:
    """Run an app until nothing can call it any more; what it raises is printed, and it goes on as on the dock.

    Parameters:
        app: its file.
        device: the machine around it.
        run: the record to write; complete as far as it goes when this is interrupted.
        seconds: of dock time after which it is stopped.
        frames: a folder for the frames, as PNG files.
        fast: on virtual time.
        tracer_provider: makes its spans.
        meter_provider: records its metrics.
        around: a context that the dock runs in.

    Raises:
        AppError: the app cannot be loaded.
        KeyboardInterrupt: Ctrl-C.
        OSError: the folder for the frames cannot be written.
    """
    if frames is not None:
        frames.mkdir(parents=True, exist_ok=True)

    def on_frame(frame: ScreenState) -> None:
        run.frames += 1
        run.texts += [text for text in frame.texts() if text not in run.texts]
        if frames is not None:
            save_png(render(frame), frames / f"frame-{run.frames:04}.png")

    def on_error(error: Exception) -> None:
        run.errors.append(f"{type(error).__name__}: {error}")
        print_app_error(error)

    async def main() -> None:
        try:
            with trio.CancelScope() as stop:
                async with open_dock(
                    network=RealTimeNetwork(TrioNetwork()) if fast else None,
                    device=device,
                    tracer_provider=tracer_provider,
                    meter_provider=meter_provider,
                    on_frame=on_frame,
                    on_error=on_error,
                ) as dock:
                    run.begin(dock)
                    with around(), trio.move_on_after(seconds) as time_limit:
                        await _run(dock, app, on_error)
                    if time_limit.cancelled_caught:
                        stop.cancel("the time is up")  # at once: what is in flight is not waited for
        finally:
            run.end()

    # No code of the app runs on this thread, so nothing but a checkpoint need be interrupted.
    clock = MockClock(autojump_threshold=0) if fast else None
    trio.run(main, clock=clock, restrict_keyboard_interrupt_to_checkpoints=True)


async def _run(dock: Dock, app: Path, on_error: Callable[[Exception], None]) -> None:
    try:
        await dock.run_app(app)
    except AppError:
        raise
    except Exception as error:
        # What the module had set up before it failed goes on.
        on_error(error)
        await dock.wait_app_over()
