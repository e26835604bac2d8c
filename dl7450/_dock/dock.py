"""`Dock`: one simulated DL-7450, and everything that lives in it. `open_dock` says how it begins and how it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

import trio
import trio.testing
from opentelemetry import trace
from opentelemetry.context import get_current

from .._device.device import Device
from .._device.machine import Machine
from .._mqtt.clients import Clients
from .._screen.state import ScreenState
from .._trio.clock import epoch_of, nanoseconds
from .._trio.lifetime import DockClosed, Lifetime
from .._version import __version__
from ..http._arguments import check_wait
from ..http._client import HttpClient
from ..http._network import Network
from ..http._tracing import HttpTracing
from .app_calls import AppCalls
from .events import Events
from .iperf import IperfTests
from .loader import AppError, load_app
from .presses import press_as_described
from .thread_calls import ThreadCalls
from .timers import Timers

if TYPE_CHECKING:
    import httpx2
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

dock_of_app: ContextVar[Dock | None] = ContextVar("dl7450.dock", default=None)  # on the app thread: its dock
open_docks: list[Dock] = []


@dataclass(frozen=True)
class Observers:
    """Who is told what happens in a dock, and whether an app goes on then: parameters of `open_dock`."""

    tracer_provider: TracerProvider | None = None
    meter_provider: MeterProvider | None = None
    on_frame: Callable[[ScreenState], object] | None = None
    on_error: Callable[[Exception], None] | None = None
    keep_going: bool = False


class Dock:
    """One simulated DL-7450. Made by `open_dock`.

    Attributes:
        http: makes requests, for Trio tasks.
        screen: what the app has put on the screen.
        machine: the machine around the app in dock time: host, network, time zone, pins, I2C bus.
        timers: starts and stops the app's timers.
        events: calls the app for what happens outside of the dock.
        mqtt: the app's MQTT clients.
        iperf: the app's measurements of the network.
        clock: Trio's clock; virtual in tests.
        started: when the dock was opened, in seconds of `clock`.
        epoch: the same moment in seconds since 1970 UTC.
        time_ns: tells the time of day, by `clock`, in nanoseconds since 1970 UTC.
    """

    def __init__(
        self,
        lifetime: Lifetime,
        machine: Machine,
        network: Network,
        transport: httpx2.AsyncBaseTransport,
        observers: Observers,
        max_response_bytes: int,
    ) -> None:
        self.machine = machine
        self.clock = trio.lowlevel.current_clock()
        self.started = self.clock.current_time()
        self.epoch = epoch_of(self.clock)
        self.time_ns = nanoseconds(self.clock, self.epoch)
        self._lifetime = lifetime
        self._token = trio.lowlevel.current_trio_token()
        self._app_calls = AppCalls(
            lifetime,
            trace.get_tracer("dl7450", __version__, observers.tracer_provider),
            self.time_ns,
            lambda: dock_of_app.set(self),
            observers.on_frame,
            observers.on_error,
            observers.keep_going,
        )
        self._thread_calls = ThreadCalls(lifetime, self._app_calls.thread, lambda: dock_of_app.get() is self)
        self.screen = self._app_calls.screen
        self.timers = Timers(self._app_calls)
        self.events = Events(self._app_calls)
        machine.gpio.on_press = self.events.happen
        self._app_calls.on_returned = machine.i2c.settle
        if self.device.presses:
            lifetime.nursery.start_soon(press_as_described, machine, self.events)
        self.mqtt = Clients(lifetime, network, observers.tracer_provider, self.time_ns, self._app_calls.notify)
        self.iperf = IperfTests(lifetime, self._app_calls, machine, self.time_ns)
        tracing = HttpTracing(observers.tracer_provider, observers.meter_provider, self.time_ns)
        self.http = HttpClient(lifetime, transport, tracing, self._app_calls, self._thread_calls, max_response_bytes)
        self._app_calls.callers = (self.timers, self.events, self.mqtt, self.iperf.tasks, self.http)

    @property
    def device(self) -> Device:
        """The description of the machine around the app."""
        return self.machine.device

    def as_transport(self, *, wait: bool = False) -> httpx2.AsyncBaseTransport:
        """This dock as a transport of httpx: `httpx2.AsyncClient(transport=dock.as_transport())`.

        The client's requests have the dock's tokens, deadline and spans. A request that fails raises the exception that
        the client's users expect, with libcurl's code as its `curl_code`. The longest of the client's timeouts is the
        one of the whole exchange. Clients of httpx itself are served, too, with httpx's own exceptions.

        Parameters:
            wait: a seventeenth request waits for a token, instead of failing with `PoolTimeout` (code 89).

        Raises:
            TypeError: `wait` is not a bool.
        """
        from ..http._as_transport import DockAsTransport

        check_wait(wait)
        return DockAsTransport(self.http, wait=wait)

    @property
    def frame(self) -> ScreenState | None:
        """What the monitors show: the screen as it was rendered last, None before the first time."""
        return self._app_calls.frame

    @property
    def frames_rendered(self) -> int:
        """How often the screen was rendered."""
        return self._app_calls.frames_rendered

    async def run_app(self, app: str | Path | Callable[[], object]) -> None:
        """Run an app until nothing can call it any more: its module has run, and no request or timer is left.

        An app that was there before is stopped first, in order; the time zone that it set and the store stay. One that
        raises, or does not compile, is unloaded, and its traceback is on the screen (dock SDK).

        Something that happens outside of the dock, such as a press of a button, calls it as long as it is expected.

        Parameters:
            app: the app's file, or a function.

        Raises:
            AppError: the file cannot be read or compiled.
            trio.ClosedResourceError: the dock was closed before the app was over.
            Exception: what the app raised. What a callback raises stops the dock and is raised by `open_dock`.
        """
        module = _module_of(app)
        async with self._lifetime.visit():
            await self._app_calls.run_module(module, get_current())
            await self._nothing_can_call()

    async def start_app(self, app: str | Path | Callable[[], object]) -> None:
        """Run an app's module, and return when it has run; its requests and timers go on.

        Parameters and exceptions are those of `run_app`.
        """
        module = _module_of(app)
        async with self._lifetime.visit():
            # The caller's context: the thread has that of whoever needed it first.
            await self._app_calls.run_module(module, get_current())

    async def stop_app(self) -> None:
        """Stop the app in order: nothing of it is called any more, and its requests are cancelled, one after the other.

        Its code that runs now goes on to its end. What it has put on the screen stays.
        """
        async with self._lifetime.visit():
            await self._app_calls.unload()

    async def wait_app_over(self) -> None:
        """Wait until nothing can call an app of this dock any more: no request, timer, press or queued callback."""
        async with self._lifetime.visit():
            await self._nothing_can_call()

    async def _nothing_can_call(self) -> None:
        several = (
            self._lifetime.pending,
            self.timers.pending,
            self.events.pending,
            self.mqtt.tasks.pending,
            self.iperf.tasks.pending,
        )
        while any(pending.count for pending in several):
            for pending in several:
                await pending.wait_none()

    async def wait_all_blocked(self) -> None:
        """Wait until every task is blocked, and the app thread too: until nothing more happens unless time passes.

        This is `trio.testing.wait_all_tasks_blocked` for a program that runs an app.
        """
        while True:
            await self._app_calls.thread.wait_blocked()
            if await self._lifetime.turns.wait_all_had() and self._app_calls.thread.blocked:
                return

    def send_message(self, message: bytes | bytearray | memoryview) -> None:
        """Hand a message of the vendor's cloud to the app, when it is idle (dock SDK, `vision_client`).

        Trio thread only.

        Raises:
            TypeError: the message is not bytes.
        """
        if not isinstance(message, bytes | bytearray | memoryview):
            raise TypeError(f"message must be bytes, bytearray or memoryview, not {type(message).__name__}")
        data = bytes(message)
        self.events.happen(self.events.MESSAGE, lambda: (bytearray(data),))

    def start_soon(self, afn: Callable[[*Ts], Awaitable[object]], *args: *Ts) -> None:
        """Start a task of this dock. Trio thread only.

        When the dock closes it is cancelled, or ends where it asks for something new.

        Raises:
            RuntimeError: called on another thread.
        """
        if not trio.lowlevel.in_trio_run() or trio.lowlevel.current_trio_token() is not self._token:
            raise RuntimeError(
                "dock.start_soon() is for the dock's Trio thread: from another one use "
                "dock.call_sync(dock.start_soon, ...), or dock.call(...) to wait for the result"
            )
        self._lifetime.nursery.start_soon(self._until_closed, afn, args, name=afn)

    async def _until_closed(self, afn: Callable[[*Ts], Awaitable[object]], args: tuple[*Ts]) -> None:
        try:
            await afn(*args)
        except DockClosed:
            if not self._lifetime.door_closed:
                raise
        except BaseExceptionGroup as group:
            _, rest = group.split(DockClosed) if self._lifetime.door_closed else (None, group)
            if rest is not None:
                raise rest from None

    def call(self, afn: Callable[[*Ts], Awaitable[T]], *args: *Ts) -> T:
        """Run an async function in the dock's Trio run and wait for it. For every thread but Trio's.

        The caller's context variables go with it, the current span among them. The function is cancelled when the dock
        stops, when Ctrl-C interrupts the wait, and, on a thread of `trio.to_thread.run_sync`, with the task that waits
        for the thread.

        Raises:
            RuntimeError: called on the Trio thread.
            DockStopped: the dock is closed, or stopped before the function returned, and this is code of its app.
            trio.ClosedResourceError: the same on any other thread.
        """
        return self._thread_calls.call(afn, *args)

    def call_sync(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Run a plain function on the Trio thread and wait for it. For every thread but Trio's.

        Raises:
            RuntimeError: called on the Trio thread.
            DockStopped: the dock is closed, and this is code of its app.
            trio.ClosedResourceError: the same on any other thread.
        """
        return self._thread_calls.call_sync(function, *args)


def _module_of(app: str | Path | Callable[[], object]) -> Callable[[], object]:
    """What runs an app; of one that does not compile, what raises that, as it is the app's fault and shown as such."""
    try:
        return load_app(app)
    except AppError as error:
        if error.__cause__ is None:
            raise
        fault = error

    def module() -> None:
        raise fault

    module.__module__, module.__qualname__ = Path(str(app)).stem, "<module>"
    return module


def _forget_docks() -> None:
    """In a child process that was forked: the docks are the parent's."""
    open_docks.clear()
    dock_of_app.set(None)


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_forget_docks)
