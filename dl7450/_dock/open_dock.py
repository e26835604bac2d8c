"""`open_dock` and `run`: how a dock begins, and how it ends.

One dock, one nursery. Requests of `get_async`, timers and the app thread are tasks of that nursery; what others ask of
the dock, on Trio's thread or another one, is a visit that ends with it. When `async with open_dock()` ends, nothing of
the dock is left.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from inspect import iscoroutinefunction
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from .._device.device import Device
from .._device.machine import Machine
from .._screen.state import ScreenState
from .._trio.exception_groups import ctrl_c_first, open_plain_nursery
from .._trio.lifetime import Lifetime
from ..http._family import family_of_transport
from ..http._network import DeviceNetwork, Network, TrioNetwork
from ..http._transport import DockTransport
from .dock import Dock, Observers, open_docks

if TYPE_CHECKING:
    import httpx2
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

CLOSE_PATIENCE = 1.0  # seconds that others have to let go of a dock that stops, and then its transport to close
MAX_RESPONSE_BYTES = 128 * 1024 * 1024


@asynccontextmanager
async def open_dock(
    *,
    transport: httpx2.AsyncBaseTransport | None = None,
    network: Network | None = None,
    device: Device | Machine | None = None,
    max_response_bytes: int = MAX_RESPONSE_BYTES,
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
    on_frame: Callable[[ScreenState], object] | None = None,
    on_error: Callable[[Exception], None] | None = None,
    keep_going: bool = False,
) -> AsyncGenerator[Dock]:
    """Open a dock for the length of an `async with` block.

    Leaving the block closes the dock: requests in flight and their callbacks are waited for, timers stop, and nothing
    new begins: whoever asks for more gets a `trio.ClosedResourceError`, and an app's callback that asks ends there.
    An error or a cancellation stops everything at once. Either way nothing of the dock is left.

    Parameters:
        transport: what requests are sent through: an async transport of httpx2 or httpx. By default connections over
            `network`. Whom another transport trusts is its own affair: the `cacert` of a request does not count then.
        network: finds addresses and opens connections, for the default transport and for MQTT. By default the real
            one, as far as the device is connected.
        device: the description of the machine around the app; or the machine of a dock that has closed, as it is now.
        max_response_bytes: a longer response body ends with code 63.
        tracer_provider: makes the spans; by default OpenTelemetry's global one.
        meter_provider: records the metrics; by default OpenTelemetry's global one.
        on_frame: called on the app thread with every frame when it is rendered.
        on_error: called on the Trio thread with what a callback or a timer of an app raised. By default the error
            stops the dock and is raised from here.
        keep_going: an app that raises goes on, with its timers, callbacks and requests. By default it is unloaded, as
            on the dock: nothing of it goes on, and its traceback is on the screen.

    Raises:
        TypeError, ValueError: a parameter is something else; the message names the fix.
        RuntimeError: this is called outside of Trio, by asyncio for example.
        Exception: what the block raised, or a callback.
    """
    if not trio.lowlevel.in_trio_run():
        raise RuntimeError("a dock needs Trio: start the program by trio.run(main), not by asyncio.run(main())")
    observers = Observers(tracer_provider, meter_provider, on_frame, on_error, keep_going)
    if transport is not None:
        family_of_transport(transport)
    _check_world(device, network, max_response_bytes)
    _check_observers(observers)
    machine = device if isinstance(device, Machine) else Machine(device or Device(), trio.lowlevel.current_clock())
    reached = DeviceNetwork(network or TrioNetwork(), lambda: machine.address is not None)
    if transport is None:
        transport = DockTransport(reached)
    try:
        async with open_plain_nursery() as nursery:
            lifetime = Lifetime(nursery)
            dock = Dock(lifetime, machine, reached, transport, observers, max_response_bytes)
            open_docks.append(dock)
            try:
                yield dock
                dock.iperf.tasks.cancel_all()
                dock.timers.stop()  # else one that fires faster than its function runs would be waited for, for ever
                dock.events.cancel_all()
                lifetime.close_door()
                await dock.mqtt.unload()
                await lifetime.pending.wait_none()
            finally:
                if dock in open_docks:
                    open_docks.remove(dock)
                dock.mqtt.stop()  # also after an error: the spans of what was under way end
                lifetime.end("the dock closes")
                nursery.cancel_scope.cancel("the dock closes")
                with trio.move_on_after(CLOSE_PATIENCE, shield=True):
                    await lifetime.wait_left()
    finally:
        with trio.move_on_after(CLOSE_PATIENCE, shield=True):
            await transport.aclose()  # last, when nobody uses a connection any more


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


def _check_world(device: object, network: object, max_response_bytes: object) -> None:
    if device is not None and not isinstance(device, Device | Machine):
        raise TypeError(
            f"device must be a dl7450.Device, not {type(device).__name__}: load one, or make one by Device(...)"
        )
    if network is not None and not (hasattr(network, "resolve") and hasattr(network, "connect")):
        raise TypeError(
            f"network must have resolve() and connect(), as dl7450.Network says; {type(network).__name__} has not"
        )
    if not isinstance(max_response_bytes, int) or isinstance(max_response_bytes, bool):
        raise TypeError(f"max_response_bytes must be an int, not {type(max_response_bytes).__name__}")
    if max_response_bytes < 0:
        raise ValueError(f"max_response_bytes must be 0 or more bytes, not {max_response_bytes}")


def _check_observers(observers: Observers) -> None:
    for name, provider, method in (
        ("tracer_provider", observers.tracer_provider, "get_tracer"),
        ("meter_provider", observers.meter_provider, "get_meter"),
    ):
        if provider is not None and not hasattr(provider, method):
            raise TypeError(f"{name} must have {method}(), as OpenTelemetry's have; {type(provider).__name__} has not")
    for name, function in (("on_frame", observers.on_frame), ("on_error", observers.on_error)):
        if function is not None and not callable(function):
            raise TypeError(f"{name} must be a function of one parameter, not {type(function).__name__}")
        if iscoroutinefunction(function):
            raise TypeError(f"{name} must be a plain function, not an async one: nobody would await it")
    if not isinstance(observers.keep_going, bool):
        raise TypeError(f"keep_going must be True or False, not {type(observers.keep_going).__name__}")
