"""`TestDock`: a dock for a plain test, on virtual time, with its servers in memory.

What a test says to it happens at once and completely: when a method returns, everything that was due has happened, in
order, and nothing moves until the next call.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal, TypeVarTuple, Unpack

from opentelemetry.metrics import NoOpMeterProvider
from PIL import Image
from rich.console import Console

from dl7450_telemetry import SpanRecord, tree, waterfall

from .._device.device import NetworkAddress, host_status
from .._dock.open_dock import open_dock
from .._dock.tracebacks import format_app_error
from .._micropython.loader import load_micropython_app
from .._screen.frames import save_png
from .._screen.render import render
from .._screen.state import Background, ScreenState
from .._screen.text_faults import TextFaults
from ..http._client import HttpStatistics
from ..http._curl import CurlCode
from ._driver import Driver
from ._frame_check import check_frame
from ._kept_frames import KeptFrames
from ._mqtt_broker import MqttBroker
from ._options import DockOptions, make_device
from ._recorder import Recorder
from ._request import Request
from ._routed_network import RoutedTransport
from ._routes import Route, Routes
from ._server_turns import ServerTurns
from ._test_gpio import TestGpio
from ._test_i2c import TestI2c
from ._test_vision import TestVision

Ts = TypeVarTuple("Ts")

_REPORT_WIDTH = 120  # columns
_URLS_TOLD = 5  # of requests that were rejected

__tracebackhide__ = True  # pytest: the failure is in the test or in the app, not here


class TestDock:
    """A dock under test; the fixtures `dock` and `make_dock` make it. The methods are for the thread of the test.

    Attributes:
        gpio: the pins of its board.
        i2c: its I2C bus.
        mqtt: the broker that the app's MQTT clients find.
        vision: messages from the vendor's cloud.
    """

    __test__ = False  # no class of tests, whatever its name says

    def __init__(
        self,
        folder: Path,
        artifacts: Callable[[], Path],
        *,
        update_frames: bool = False,
        **options: Unpack[DockOptions],
    ) -> None:
        """
        Parameters:
            folder: where relative paths begin.
            artifacts: a folder for pictures of what went wrong; made when it is needed.
            update_frames: `assert_frame` writes what it would compare with.
            options: what the test says about its dock.

        Raises:
            ValueError: an option cannot be honoured.
        """
        self._options = options
        self._folder = folder
        self._artifacts = artifacts
        self._update_frames = update_frames
        device = make_device(self._options, folder)
        self._address = device.network or NetworkAddress()
        self._routes = Routes()
        self._recorder = Recorder(device.dock_id)
        self._frames = KeptFrames()
        self._closed = False
        self._unused_told = False  # of routes
        self._rejected = 0  # requests, of which a test knows
        self.mqtt = MqttBroker(self._happen, lambda: self.elapsed)
        turns = ServerTurns()
        self._driver = Driver(
            partial(
                open_dock,
                transport=RoutedTransport(
                    self._routes, lambda: self._driver.dock.machine.address is not None, turns.wait
                ),
                network=self.mqtt,
                device=device,
                tracer_provider=self._recorder.tracer_provider,
                meter_provider=NoOpMeterProvider(),
                on_frame=self._frames.add,
            ),
            turns,
            self._has_failed,
        )
        self._dock = self._driver.dock
        self.gpio = TestGpio(self._dock.machine.gpio, self._driver, self.advance)
        self.i2c = TestI2c(self._dock.machine.i2c, self._check_picture)
        self.vision = TestVision(self._dock, self._driver, self.advance)

    # What happens

    def run_app(self, app: str | Path | Callable[[], object], *, wait: bool = True) -> None:
        """Run an app until its module has returned and nothing more happens unless time passes.

        Parameters:
            app: its file, from the folder of the test, or a function, which Python runs in any case.
            wait: let time pass while the module waits for something, an answer or `time.sleep`; False: return then.

        Raises:
            Exception: what the app raised.
            AppError: the app's file cannot be read or compiled; or it is to run in MicroPython, and there is none.
            SystemExit: the app called `sys.exit()` with a status other than 0. Whatever the status, the dock stops.
            AssertionError: the app asked for what no route answers, or for too much at once; or its module has not
                returned after an hour of dock time.
        """
        if isinstance(app, str | Path):
            app = self._folder / app
            self._recorder.app_name = app.stem
            if self._options.get("micropython"):
                app = load_micropython_app(app, self._options.get("heap"))
        self._driver.start_app(app, wait)
        self._check()

    def advance(self, seconds: float = 0.0, *, minutes: float = 0.0, hours: float = 0.0) -> None:
        """Let time pass. Timers, answers and timeouts come in order, each at its exact moment.

        Raises:
            Exception: what a callback or a timer raised; time stops at that moment.
            SystemExit: as for `run_app`.
            AssertionError: the app asked for what no route answers, or for too much at once.
        """
        step = seconds + 60 * minutes + 3600 * hours
        if not step >= 0:
            raise ValueError(f"time cannot go back by {-step:g} seconds")
        self._driver.pass_time(self._dock.started + self.elapsed + step)
        self._check()

    def advance_to(self, moment: datetime) -> None:
        """Let time pass until a date and time. A dock is opened on 1 January 2026 at midnight, UTC."""
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no time zone: add tzinfo=datetime.UTC")
        self.advance(moment.timestamp() - self._dock.epoch - self.elapsed)

    def press_ctrl_c(self) -> None:
        """Stop the app at once, as Ctrl-C stops `dl7450 run`, and the dock with it. What happened can be looked at."""
        self._driver.close()
        self._check()

    @property
    def elapsed(self) -> float:
        """Seconds since the dock was opened."""
        return round(self._dock.clock.current_time() - self._dock.started, 9)

    # The world around

    def route(self, url: str | re.Pattern[str], *, method: str | None = None) -> Route:
        """The servers at some URLs; of several routes that match, the first one answers.

        Parameters:
            url: a whole URL, or one with `*` for any characters, or a compiled regular expression, which has to match
                from the beginning.
            method: only requests of this method.

        Returns:
            The route; its `respond` says what it answers. The same URL and method give the same route.
        """
        return self._routes.route(url, method=method)

    def replay(self, recording: str | Path) -> None:
        """Have servers answer as real ones did: the routes of a recording, from the folder of the test.

        `Routes.replay` tells how. A recording is made with `dl7450 serve`.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is not a recording; the message names the line.
        """
        self._routes.replay(self._folder / recording)

    def set_host(self, status: Literal["connected", "none", "suspended"]) -> None:
        """Plug the host in or out, or suspend it, now."""
        self._driver.call(self._dock.machine.set_host_status, host_status(status))

    def set_online(self, online: bool) -> None:
        """Plug the network in or out, now. Requests in flight hear nothing more without one."""
        self._dock.machine.set_network(replace(self._address, up_after=0.0) if online else None)

    # What the app did

    @property
    def requests(self) -> list[Request]:
        """The requests that the app made, in order; the newest 10,000."""
        return self._routes.requests

    @property
    def screen(self) -> ScreenState:
        """What the monitors show, as values: background, boxes, their order."""
        return self._dock.frame or ScreenState()

    @property
    def texts(self) -> list[str]:
        """The text of every box on the screen, without markup, in drawing order."""
        return list(self.screen.texts())

    @property
    def boxes(self) -> dict[tuple[int, int], str]:
        """The same by position, which is what identifies a box."""
        return {(box.x, box.y): box.text for box in self.screen.boxes}

    @property
    def background(self) -> Background | None:
        """The picture behind the text. It equals what `picture()` returned for the same file."""
        return self.screen.background

    @property
    def frames(self) -> list[ScreenState]:
        """Everything that was rendered, in order; the newest 10,000 whose backgrounds are 64 MB of files at most."""
        return self._frames.all()

    @property
    def text_faults(self) -> list[str]:
        """Text that nobody could read on these frames, as it left the screen or lay over other text; 100 at most."""
        looking = TextFaults()
        return [fault for frame in self.frames for fault in looking.look(frame)]

    def image(self) -> Image.Image:
        """What the monitors show, drawn: 1920 x 1080 pixels, RGB."""
        return render(self.screen)

    def assert_frame(self, name: str | Path) -> None:
        """Compare what the monitors show with a PNG beside the test; `pytest --dl7450-update` writes it.

        Raises:
            AssertionError: it is missing, or looks different; the message names the files to look at.
        """
        self._check_picture(self.image(), name)

    @property
    def spans(self) -> list[SpanRecord]:
        """The spans that have ended, in the order in which they began; the newest 10,000."""
        return self._recorder.spans()

    def span_tree(self, *attributes: str) -> str:
        """All spans as text, a line for each, with these attributes where they have them (`dl7450_telemetry.tree`)."""
        return tree(self.spans, *attributes)

    def statistics(self) -> HttpStatistics:
        """The requests so far, counted by how they ended."""
        return self._dock.http.statistics()

    # For the plugin

    def problems(self) -> list[str]:
        """What the test has to fail for by now, as far as that can be said while the dock runs. Each is told once."""
        errors, self._driver.errors[:] = self._driver.errors.copy(), []
        told = [f"an error that the test did not see:\n{format_app_error(error)}" for error in errors]
        told += filter(None, [self._unrouted(), self._too_many(), None if self._unused_told else self._unused()])
        self._forget_told()
        self._unused_told = True
        return told

    def close(self) -> list[str]:
        """Stop the dock. Returns the problems that were not told; the second time none."""
        if self._closed:
            return []
        self._closed = True
        self._driver.close()
        error = self._driver.breakdown()
        return [
            *self.problems(),
            *([] if error is None else [format_app_error(error)]),
            *(f"left over when the dock had stopped: {leak}" for leak in self._driver.leaks),
        ]

    def report(self) -> str:
        """What happened, for a test that failed: the waterfall, text that nobody could read, and the last frame."""
        file = io.StringIO()
        Console(file=file, width=_REPORT_WIDTH).print(waterfall(self.spans, max_traces=10, max_spans=40))
        if self._dock.frame is None:
            return f"{file.getvalue()}no frame was rendered"
        file.writelines(f"{fault}\n" for fault in self.text_faults)
        path = self._artifacts() / "last-frame.png"
        save_png(self.image(), path)
        return f"{file.getvalue()}last frame: {path}"

    def _check_picture(self, picture: Image.Image, name: str | Path) -> None:
        check_frame(picture, self._folder / name, self._artifacts, self._update_frames)

    def _happen(self, function: Callable[[*Ts], object], *args: *Ts) -> None:
        """Have something happen in the dock's thread, and what comes of it."""
        self._driver.call(function, *args)
        self.advance()

    def _is_online(self) -> bool:
        return self._driver.dock.machine.address is not None

    def _has_failed(self) -> bool:
        return bool(self._unrouted() or self._too_many())

    def _check(self) -> None:
        """Raise what is wrong by now, once."""
        unrouted, too_many = self._unrouted(), self._too_many()
        self._forget_told()
        if problem := unrouted or too_many:
            raise AssertionError(problem)

    def _forget_told(self) -> None:
        self._routes.unrouted.clear()
        self._rejected = self.statistics().rejected

    def _unrouted(self) -> str | None:
        return None if self._options.get("unrouted") == "allow" else self._routes.unrouted_message()

    def _unused(self) -> str | None:
        return None if self._options.get("unused_routes") == "allow" else self._routes.unused_message()

    def _too_many(self) -> str | None:
        count = self.statistics().rejected - self._rejected
        if self._options.get("rejected") == "allow" or not count:
            return None
        code = CurlCode.NO_CONNECTION_AVAILABLE
        rejected = [span for span in self.spans if span.attributes.get("dl7450.curl.code") == code]
        urls = dict.fromkeys(str(span.attributes["url.full"]) for span in rejected[-count:])
        return (
            f"{count} request{'s were' if count > 1 else ' was'} answered with {code}, as 16 were in flight: "
            f"{', '.join(list(urls)[:_URLS_TOLD])}"
        )
