"""`Dock` and `open_dock`: one simulated DL-7450, and everything that lives in it.

One dock, one nursery. Requests, timers, the app thread and whatever a thread asks of the dock are tasks of that
nursery: when `async with open_dock()` ends, nothing of the dock is left.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

import outcome
import trio
import trio.testing
from opentelemetry import trace
from opentelemetry.context import Context, get_current
from opentelemetry.trace import Link

from .._device.device import Device
from .._screen.state import Screen, ScreenState
from .._trio.app_spans import app_span
from .._trio.clock import awaited_by_thread, epoch_of, nanoseconds
from .._trio.exception_groups import ctrl_c_first, open_plain_nursery
from .._trio.lifetime import CLOSED, Lifetime
from .._trio.pending import Pending
from .._version import __version__
from ..http._client import HttpClient
from ..http._network import DeviceNetwork, Network, TrioNetwork
from ..http._tracing import HttpTracing
from ..http._transport import DockTransport
from .app_thread import AppThread, DockStopped
from .current import check_not_trio, dock_of_app, open_docks
from .loader import load_app
from .timers import DockTimer, Timers

if TYPE_CHECKING:
    import httpx2
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from ..http._arguments import Callback
    from ..http._response import Response

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

CLOSE_PATIENCE = 1.0  # seconds that others have to let go of a dock that stops, and then its transport to close
MAX_RESPONSE_BYTES = 128 * 1024 * 1024


class Dock:
    """One simulated DL-7450. Made by `open_dock`.

    Attributes:
        http: makes requests, for Trio tasks.
        screen: what the app has put on the screen.
        device: the machine around the app: monitors, store, network, host.
        timers: starts and stops the app's timers.
        frame: what the monitors show: the screen as it was rendered last, None before the first time.
        frames_rendered: how often that was.
        clock: Trio's clock; virtual in tests.
        started: when the dock was opened, in seconds of `clock`.
        epoch: the same moment in seconds since 1970 UTC.
        time_ns: tells the time of day, by `clock`, in nanoseconds since 1970 UTC.
    """

    def __init__(
        self,
        nursery: trio.Nursery,
        lifetime: Lifetime,
        transport: httpx2.AsyncBaseTransport,
        device: Device,
        max_response_bytes: int,
        tracer_provider: TracerProvider | None,
        meter_provider: MeterProvider | None,
        on_frame: Callable[[ScreenState], object] | None,
        on_error: Callable[[Exception], None] | None,
    ) -> None:
        self.device = device
        device.power_on(trio.lowlevel.current_clock())
        self.screen = Screen()
        self.frame: ScreenState | None = None
        self.frames_rendered = 0
        self.clock = trio.lowlevel.current_clock()
        self.started = self.clock.current_time()
        self.epoch = epoch_of(self.clock)
        self.time_ns = nanoseconds(self.clock, self.epoch)
        self._tracer = trace.get_tracer("dl7450", __version__, tracer_provider)
        self._nursery = nursery
        self._lifetime = lifetime
        self._token = trio.lowlevel.current_trio_token()
        self._on_frame = on_frame
        self._rendered_version = self.screen.version
        self._changed_by = Context()  # the span that changed the screen last
        self._pending = Pending()  # requests in flight, and what waits for the app thread
        self.timers = Timers(nursery, self._fire)
        self._app_thread = AppThread(
            nursery, self._pending, lambda: dock_of_app.set(self), self._render_if_changed, on_error
        )
        tracing = HttpTracing(tracer_provider, meter_provider, self.time_ns)
        self.http = HttpClient(
            nursery, lifetime, transport, tracing, self._pending, self._call_while_open, max_response_bytes
        )

    async def run_app(self, app: str | Path | Callable[[], object]) -> None:
        """Run an app until nothing can call it any more: its module has run, and no request or timer is left.

        Parameters:
            app: the app's file, or a function.

        Raises:
            AppError: the file cannot be read or compiled.
            trio.ClosedResourceError: the dock was closed before the app was over.
            Exception: what the app raised. What a callback raises stops the dock and is raised by `open_dock`.
        """
        await self.start_app(app)
        await self.wait_app_over()

    async def start_app(self, app: str | Path | Callable[[], object]) -> None:
        """Run an app's module, and return when it has run; its requests and timers go on.

        Parameters and exceptions are those of `run_app`.
        """
        loaded = load_app(app)
        async with self._lifetime.visit():
            # The caller's context: the thread has that of whoever needed it first.
            await self._app_thread.run(self._job("dl7450.app", loaded, loaded, get_current()))

    async def wait_app_over(self) -> None:
        """Wait until nothing can call an app of this dock any more: no request, no timer, no queued callback."""
        async with self._lifetime.visit():
            while self._pending.count or self.timers.pending.count:
                await self._pending.wait_none()
                await self.timers.pending.wait_none()

    async def wait_all_blocked(self) -> None:
        """Wait until every task is blocked, and the app thread too: until nothing more happens unless time passes.

        This is `trio.testing.wait_all_tasks_blocked` for a program that runs an app.
        """
        while True:
            await self._app_thread.wait_blocked()
            await trio.testing.wait_all_tasks_blocked()
            if self._app_thread.blocked:
                return

    def start_soon(self, afn: Callable[[*Ts], Awaitable[object]], *args: *Ts) -> None:
        """Start a task of this dock; it is cancelled when the dock closes. Trio thread only.

        Raises:
            RuntimeError: called on another thread.
        """
        if not trio.lowlevel.in_trio_run() or trio.lowlevel.current_trio_token() is not self._token:
            raise RuntimeError(
                "dock.start_soon() is for the dock's Trio thread: from another one use "
                "dock.call_sync(dock.start_soon, ...), or dock.call(...) to wait for the result"
            )
        self._nursery.start_soon(afn, *args)

    def call(self, afn: Callable[[*Ts], Awaitable[T]], *args: *Ts) -> T:
        """Run an async function as a task of this dock and wait for it. For every thread but Trio's.

        The caller's context variables go with it, the current span among them. Ctrl-C while this waits cancels
        the function.

        Raises:
            RuntimeError: called on the Trio thread.
            DockStopped: the dock stopped before the function returned, and this is code of its app.
            trio.ClosedResourceError: it did, and this is another thread.
        """
        check_not_trio("Dock.call()", "`await`, or have the code run by dock.run_app(...)")
        scope = trio.CancelScope()
        try:
            with self._stop_told():
                on_app_thread = threading.get_ident() == self._app_thread.ident
                return trio.from_thread.run(self._as_task, afn, args, scope, on_app_thread, trio_token=self._token)
        except KeyboardInterrupt:
            with suppress(trio.RunFinishedError):
                self._token.run_sync_soon(scope.cancel, "KeyboardInterrupt")
            raise

    def call_sync(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Run a plain function on the Trio thread and wait for it. For every thread but Trio's.

        Raises:
            RuntimeError: called on the Trio thread.
            DockStopped: the dock has stopped, and this is code of its app.
            trio.ClosedResourceError: it has, and this is another thread.
        """
        check_not_trio("Dock.call_sync()", "the function itself, or have the code run by dock.run_app(...)")
        with self._stop_told():
            return trio.from_thread.run_sync(self._if_open, function, *args, trio_token=self._token)

    def deliver(
        self, callback: Callback, response: Response, context: Context, still_wanted: Callable[[], bool]
    ) -> None:
        """Call an app's callback with an answer, on the app thread, if it is wanted by then. Trio thread only."""
        call = partial(callback, response)
        self._app_thread.post(self._job("dl7450.callback", callback, call, context, still_wanted=still_wanted))

    def _fire(self, timer: DockTimer, link: Link | None) -> None:
        links = [link] if link else []
        job = self._job("dl7450.timer", timer.function, timer.fire, Context(), links, lambda: not timer.cancelled)
        self._app_thread.post(job)

    def _job(
        self,
        span_name: str,
        function: Callable[..., object],
        call: Callable[[], object],
        parent: Context | None = None,
        links: Sequence[Link] = (),
        still_wanted: Callable[[], bool] = lambda: True,
    ) -> Callable[[], None]:
        """What the app thread does to call a function of the app, if it is wanted by then, in a span of its own."""

        def job() -> None:
            if not still_wanted():
                return
            before = self.screen.version
            with app_span(self._tracer, span_name, function, self.time_ns, parent, links) as span:
                try:
                    call()
                finally:
                    if self.screen.version != before:
                        self._changed_by = trace.set_span_in_context(span, Context())

        return job

    def _render_if_changed(self) -> None:
        if self.screen.version != self._rendered_version:
            self._app_thread.post(self._render)

    def _render(self) -> None:
        self._rendered_version, frame = self.screen.version, self.screen.shown()
        self.frame = frame
        self.frames_rendered += 1
        with app_span(self._tracer, "dl7450.render", None, self.time_ns, self._changed_by):
            if self._on_frame is not None:
                self._on_frame(frame)

    def _call_while_open(self, afn: Callable[[], Awaitable[None]]) -> None:
        with suppress(DockStopped, trio.ClosedResourceError):
            self.call(afn)

    @contextmanager
    def _stop_told(self) -> Generator[None]:
        """Tell a caller on another thread that the dock has stopped: in a way that an app cannot catch by mistake."""
        try:
            yield
        except (DockStopped, trio.RunFinishedError):
            if dock_of_app.get() is self:
                raise DockStopped(CLOSED) from None
            raise trio.ClosedResourceError(CLOSED) from None

    def _if_open(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        if self._lifetime.over:
            raise DockStopped
        return function(*args)

    async def _as_task(
        self, afn: Callable[[*Ts], Awaitable[T]], args: tuple[*Ts], scope: trio.CancelScope, on_app_thread: bool
    ) -> T:
        """Bridge from Trio's system task, in which `from_thread.run` puts us, to a task that the dock owns."""
        result: outcome.Outcome[T] | None = None
        ended = trio.Event()

        async def task() -> None:
            nonlocal result
            try:
                with scope:
                    result = outcome.Value(await afn(*args))
            except Exception as error:
                result = outcome.Error(error)
            finally:
                ended.set()

        self._if_open(self._nursery.start_soon, task)
        with self._app_thread.waiting_for_dock() if on_app_thread else awaited_by_thread(self.clock):
            await ended.wait()
        if result is None:
            raise DockStopped
        return result.unwrap()


@asynccontextmanager
async def open_dock(
    *,
    transport: httpx2.AsyncBaseTransport | None = None,
    network: Network | None = None,
    device: Device | None = None,
    max_response_bytes: int = MAX_RESPONSE_BYTES,
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
    on_frame: Callable[[ScreenState], object] | None = None,
    on_error: Callable[[Exception], None] | None = None,
) -> AsyncGenerator[Dock]:
    """Open a dock for the length of an `async with` block.

    Leaving the block waits for requests in flight and their callbacks; timers stop. An error or a cancellation stops
    everything at once. Either way nothing of the dock is left.

    Parameters:
        transport: what requests are sent through; any of httpx's. By default connections over `network`.
        network: finds addresses and opens connections. By default the real one, as far as the device is connected.
        device: the machine around the app.
        max_response_bytes: a longer response body ends with code 63.
        tracer_provider: makes the spans; by default OpenTelemetry's global one.
        meter_provider: records the metrics; by default OpenTelemetry's global one.
        on_frame: called on the app thread with every frame when it is rendered.
        on_error: called on the Trio thread with what a callback or a timer of an app raised. By default the error
            stops the dock and is raised from here.

    Raises:
        Exception: what the block raised, or a callback.
    """
    if transport is not None and network is not None:
        raise ValueError("pass transport or network, not both: a network is what the default transport works on")
    device = device or Device()
    if transport is None:
        transport = DockTransport(DeviceNetwork(network or TrioNetwork(), lambda: device.address is not None))
    lifetime = Lifetime()
    try:
        async with open_plain_nursery() as nursery:
            dock = Dock(
                nursery,
                lifetime,
                transport,
                device,
                max_response_bytes,
                tracer_provider,
                meter_provider,
                on_frame,
                on_error,
            )
            open_docks.append(dock)
            try:
                yield dock
                dock.timers.stop()  # else one that fires faster than its function runs would be waited for, for ever
                await dock._pending.wait_none()
            finally:
                if dock in open_docks:
                    open_docks.remove(dock)
                lifetime.end("the dock closes")
                nursery.cancel_scope.cancel("the dock closes")
    finally:
        # Last, when nobody uses a connection any more.
        for clean_up in (lifetime.wait_left, transport.aclose):
            with trio.move_on_after(CLOSE_PATIENCE, shield=True):
                await clean_up()


def run(app: str | Path | Callable[[], object]) -> None:
    """Run an app on a dock of its own, until nothing can call it any more.

    Parameters:
        app: the app's file, or a function.

    Raises:
        Exception: what the app or one of its callbacks raised.
        KeyboardInterrupt: Ctrl-C, after everything has stopped.
    """

    async def main() -> None:
        async with open_dock() as dock:
            await dock.run_app(app)

    # No code of the app runs on this thread, so nothing but a checkpoint need be interrupted.
    with ctrl_c_first():
        trio.run(main, restrict_keyboard_interrupt_to_checkpoints=True)
