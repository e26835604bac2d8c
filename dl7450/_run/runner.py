"""Runs one app from start to end, as `dl7450 run` does: keeps its frames, counts its errors, sums it all up."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import trio
from opentelemetry import trace
from trio.testing import MockClock

from .._device.device import Device
from .._device.machine import Machine
from .._dock.loader import AppError
from .._dock.open_dock import open_dock
from .._dock.tracebacks import print_app_error
from .._micropython.loader import load_micropython_app
from .._screen.frames import save_png
from .._screen.render import render
from .._trio.exception_groups import ctrl_c_first
from ..http._network import TrioNetwork
from .deployment import Deployment, deployment_served
from .keys import press_by_keys
from .real_time_network import RealTimeNetwork
from .record import RunRecord

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider
    from PIL import Image

    from .._dock.dock import Dock
    from .._screen.state import ScreenState


ENDLESS_AFTER = 3600.0  # seconds of dock time after which a run on virtual time is told that it may never end


class FrameError(OSError):
    """A frame cannot be written. Of a type of its own, since the app may raise an `OSError` too."""


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How an app is run.

    Attributes:
        device: the machine around it.
        seconds: of dock time after which it is stopped.
        frames: a folder for the frames, as PNG files; those of I2C displays, too.
        fast: on virtual time.
        api: the address and the port to serve the deployment API at; the run goes on when its app is over.
        keep_going: an app that raises is not unloaded.
        watched: somebody is there who sees the run, and can end it.
        keys: the file descriptor of a terminal whose keys press the dock's buttons.
        micropython: in MicroPython.
        heap: the memory that the app has there, such as `2M`.
        tracer_provider: makes its spans.
        meter_provider: records its metrics.
    """

    device: Device = field(default_factory=Device)
    seconds: float = math.inf
    frames: Path | None = None
    fast: bool = False
    api: tuple[str, int] | None = None
    keep_going: bool = False
    watched: bool = False
    keys: int | None = None
    micropython: bool = False
    heap: str | None = None
    tracer_provider: TracerProvider | None = None
    meter_provider: MeterProvider | None = None


def run_file(
    app: Path, options: RunOptions, run: RunRecord, around: Callable[[], AbstractContextManager[None]]
) -> None:
    """Run an app until nothing can call it any more; what it raises is printed.

    As on the dock, an app that raises is unloaded, and its traceback is on the screen. If there is an end (`seconds`),
    it stays there until then; else, if somebody sees it (`watched`), until Ctrl-C; else the run ends, as nothing else
    can happen.

    `sys.exit()` in the app's code ends the run: without a status, or with 0, as if nothing could call the app any more;
    with another one it is an error too.

    Parameters:
        app: its file.
        options: how it is run.
        run: the record to write; complete as far as it goes when this is interrupted.
        around: a context that the dock runs in.

    Raises:
        AppError: the app cannot be loaded.
        ApiError: the deployment API cannot be served.
        KeyboardInterrupt: Ctrl-C.
        OSError: the folder for the frames cannot be made, or (`FrameError`) a frame cannot be written.
    """
    stop = trio.CancelScope()
    unwritten: FrameError | None = None
    frames = options.frames
    displayed = Counter[int]()  # pictures of each display, by its address
    if frames is not None:
        frames.mkdir(parents=True, exist_ok=True)

    def save(picture: Image.Image, name: str) -> None:
        assert frames is not None
        path = frames / name
        try:
            save_png(picture, path)
        except OSError as error:
            raise FrameError(error.errno, error.strerror or str(error), str(path)) from error

    def on_display(address: int, picture: Image.Image) -> None:
        displayed[address] += 1
        save(picture, f"display-{address:02x}-{displayed[address]:04}.png")

    def on_frame(frame: ScreenState) -> None:
        for fault in run.add_frame(frame):
            sys.stderr.write(f"{fault}\n")
        # A picture nobody asked for is not drawn: it would cost a run on virtual time as much as all else. As the span
        # is not the time that a frame takes then, it says so.
        trace.get_current_span().set_attribute("dl7450.render.drawn", frames is not None)
        if frames is not None:
            save(render(frame), f"frame-{run.frames:04}.png")

    def on_error(error: Exception) -> None:
        nonlocal unwritten
        if isinstance(error, FrameError):
            unwritten = error
            stop.cancel("a frame cannot be written")
        else:
            run.add_error(error)
            print_app_error(error)

    def load(app: Path) -> Path | Callable[[], object]:
        return load_micropython_app(app, options.heap) if options.micropython else app

    async def run_on_dock(app: Path, machine: Machine, deadline: float, deployment: Deployment | None = None) -> None:
        async with open_dock(
            network=RealTimeNetwork(TrioNetwork()) if options.fast else None,
            device=machine,
            tracer_provider=options.tracer_provider,
            meter_provider=options.meter_provider,
            on_frame=on_frame,
            on_error=on_error,
            keep_going=options.keep_going,
        ) as dock:
            run.begin(dock)
            if frames is not None:
                machine.i2c.on_frame = on_display
            if options.fast and options.seconds == math.inf:
                dock.start_soon(_tell_endless)
            if options.keys is not None:
                dock.start_soon(press_by_keys, dock, options.keys)
            with around(), trio.move_on_at(deadline) as time_limit:
                if deployment is None:
                    await _run(dock, load(app), on_error)
                    if run.error_count and not options.keep_going:
                        await _keep_screen(options, run)
                else:
                    await deployment.run(dock, load, on_error)
            if time_limit.cancelled_caught:
                await dock.stop_app()
                stop.cancel("the time is up")  # at once: what is in flight is not waited for

    async def main() -> None:
        try:
            with stop:
                if options.api is None:
                    machine = Machine(options.device, trio.lowlevel.current_clock())
                    await run_on_dock(app, machine, trio.current_time() + options.seconds)
                    return
                async with deployment_served(app, options.device, *options.api) as deployment:
                    deadline = trio.current_time() + options.seconds
                    while True:  # until the time is up, Ctrl-C, or sys.exit() in an app
                        with deployment.next_app():
                            await run_on_dock(deployment.app, deployment.machine, deadline, deployment)
        finally:
            run.end()

    # No code of the app runs on this thread, so nothing but a checkpoint need be interrupted.
    clock = MockClock(autojump_threshold=0) if options.fast else None
    try:
        with ctrl_c_first():
            trio.run(main, clock=clock, restrict_keyboard_interrupt_to_checkpoints=True)
    except SystemExit as end:
        if end.code:
            run.add_error(end)
            sys.stderr.write(f"the app called sys.exit({end.code!r})\n")
    if unwritten is not None:
        raise unwritten


async def _tell_endless() -> None:
    await trio.sleep(ENDLESS_AFTER)
    sys.stderr.write(
        "an hour of dock time has passed: an app with a timer that repeats does not end by itself; "
        "end the run by Ctrl-C, or run it with --for SECONDS\n"
    )


async def _run(dock: Dock, app: Path | Callable[[], object], on_error: Callable[[Exception], None]) -> None:
    try:
        await dock.run_app(app)
    except AppError as error:
        if not isinstance(error.__cause__, Exception):
            raise
        on_error(error.__cause__)  # it does not compile
    except Exception as error:
        on_error(error)
        await dock.wait_app_over()


async def _keep_screen(options: RunOptions, run: RunRecord) -> None:
    """Keep the traceback of an app that has ended on the screen, for as long as there is somebody to end that."""
    if options.seconds == math.inf:
        if not options.watched:
            return
        sys.stderr.write("the app has ended; its traceback stays on the screen until Ctrl-C\n")
    run.app_has_ended = True
    await trio.sleep_forever()
