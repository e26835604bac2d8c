"""`DockProgram`: what runs in the thread of a served dock: one Trio run, and in it one `Dock` for each app."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import trio
from opentelemetry import trace
from trio.testing import MockClock

from dl7450_telemetry import Telemetry

from .._device.device import Device, FactoryStore
from .._device.machine import Machine
from .._dock.dock import Dock
from .._dock.open_dock import open_dock
from .._dock.tracebacks import print_app_error
from .._run.deployment import Deployment
from .._run.real_time_network import RealTimeNetwork
from .._screen.state import ScreenState
from .._trio.clock import epoch_of, set_time_of_day
from .._trio.exception_groups import open_plain_nursery
from ..http._network import DeviceNetwork, Network, TrioNetwork
from .answers import Answers, WatchedTransport
from .app_report import app_report
from .events import AppBroke, AppStarted, Frame, MqttMessage, PaceChanged, Printed, WorldChanged
from .faults import FaultNetwork
from .history import History
from .lag import LagMeter
from .mqtt_network import MqttNetwork
from .pace import Pace, jump_to_next_event, keep_pace
from .prints import hear_prints
from .recording import Recorder
from .span_feed import SpanFeed

MESSAGE_BYTES = 1000  # that are kept of an MQTT message

Load: TypeAlias = Callable[[Path], Path | Callable[[], object]]


@dataclass(frozen=True)
class Surroundings:
    """What a served dock is handed.

    Attributes:
        app: the file of its app.
        device: the machine around it.
        network: the network that it is connected to; the real one.
        pace: how fast its time goes at first.
        store: the YAML file of the machine, if it may be saved there.
        telemetry: delivers its spans and metrics; None: nothing does.
        load: makes of an app's file what the dock runs.
    """

    app: Path
    device: Device
    network: Network = field(default_factory=lambda: RealTimeNetwork(TrioNetwork()))
    pace: Pace = Pace.REAL
    store: Path | None = None
    telemetry: Telemetry | None = None
    load: Load = lambda app: app


class DockProgram:
    """Of one served dock. All but `stop` is for its own Trio thread.

    Attributes:
        deployment: the app that runs, its dock and its machine.
        pace: how fast time goes.
        answers: what servers answered; for all apps, as are the next three.
        faults: the network around the machine, with what goes wrong in it.
        mqtt: the brokers.
        recorder: of what is asked of servers.
        lag: how late the tasks of this run are, while somebody looks.
    """

    deployment: Deployment

    def __init__(self, around: Surroundings, history: History) -> None:
        self.pace = around.pace
        self.answers = Answers()
        self.faults = FaultNetwork(around.network)
        self.mqtt = MqttNetwork(self.faults, lambda: self.machine.elapsed)
        self.recorder = Recorder()
        self.lag = LagMeter()
        self._around = around
        self._history = history
        self._clock = MockClock()
        self._token: trio.lowlevel.TrioToken | None = None
        self._stop = trio.CancelScope()
        self._is_stopped = False
        self._frames = count(1)
        self._why = "the dock was switched on"  # the next app is started

    @property
    def machine(self) -> Machine:
        """The machine around the app."""
        return self.deployment.machine

    @property
    def dock(self) -> Dock | None:
        """The dock of the app that runs; None between two apps."""
        return self.deployment.dock

    @property
    def time_ns(self) -> int:
        """The dock's time of day, in nanoseconds since 1970."""
        return round(epoch_of(self._clock) * 1e9)

    def run(self, started: Callable[[trio.lowlevel.TrioToken], object]) -> None:
        """Run the dock in this thread until `stop`.

        Parameters:
            started: called when it can be asked for things, with the token of its Trio run.
        """
        trio.run(self._main, started, clock=self._clock)

    def stop(self) -> None:
        """End `run`, from any thread: at once what can be cancelled; the app's code has two seconds to return."""
        self._is_stopped = True
        if self._token is not None:
            with suppress(trio.RunFinishedError):
                self._token.run_sync_soon(self._stop.cancel)

    async def restart(self, why: str, app: Path | None = None, device: Device | None = None) -> None:
        """Stop the app in order and start one; return when it begins.

        Parameters:
            why: for the page.
            app: the file; by default that of the app that runs.
            device: a new machine around it; by default the same goes on.
        """
        machine = self.machine if device is None else Machine(device, self._clock)
        self._why = why
        await self.deployment.restart(app or self.deployment.app, machine)

    async def replace_code(self, code: bytes) -> None:
        """Stop the app that runs, and start this one; return when it begins."""
        self._why = "code was sent"
        await self.deployment.replace_code(code)

    async def replace_store(self, store: FactoryStore, code: bytes) -> None:
        """The same with a new store."""
        self._why = "a store was sent"
        await self.deployment.replace_store(store, code)

    async def send_message(self, message: bytes) -> None:
        """Hand a message to the app, when its module has run."""
        await self.deployment.send_message(message)

    def set_pace(self, pace: Pace) -> None:
        """Have time go at a pace from now on."""
        self.pace = pace
        keep_pace(self._clock, pace)
        self.tell_pace()

    async def step(self) -> None:
        """Pause, and when nothing more happens at this moment, go to the next one for which something waits."""
        self.set_pace(Pace.PAUSED)
        if self.dock is not None:
            await self.dock.wait_all_blocked()
        jump_to_next_event(self._clock)
        self.tell_pace()

    async def jump(self, moment: float) -> None:
        """Go to a moment, in seconds since 1970.

        What was due until a later moment is due then. As no clock goes back, the app is started anew at an earlier one.
        """
        seconds = moment - self.time_ns / 1e9
        if seconds >= 0:
            self._clock.jump(seconds)
        else:
            set_time_of_day(self._clock, moment)
            await self.restart("the clock was set back")
        self.tell_pace()

    def tell_pace(self) -> None:
        """Have the page show the time anew."""
        self._history.add(PaceChanged(at=self.time_ns, pace=self.pace))

    def tell_change(self, what: str) -> None:
        """Have the page show the dock's world anew; `what` has changed."""
        self._history.add(WorldChanged(at=self.time_ns, what=what))

    async def _main(self, started: Callable[[trio.lowlevel.TrioToken], object]) -> None:
        set_time_of_day(self._clock, time.time())
        keep_pace(self._clock, self.pace)
        self._token = trio.lowlevel.current_trio_token()
        if self._is_stopped:
            return
        with TemporaryDirectory(prefix="dl7450-") as folder, self.recorder, self._stop:
            machine = Machine(self._around.device, self._clock)
            self.deployment = Deployment(self._around.app, machine, Path(folder))
            async with open_plain_nursery() as nursery:
                nursery.start_soon(self.lag.run)
                if self._around.telemetry is not None:
                    self.lag.look(+1)  # as with `dl7450 run`: only a measured run names the tasks that failed in spans
                started(self._token)
                while True:
                    with self.deployment.next_app():
                        await self._run_app()

    async def _run_app(self) -> None:
        """Open a dock and run the next app in it, until there is another one."""
        machine, name = self.machine, self.deployment.app.stem
        telemetry, dock_id = self._around.telemetry, machine.device.dock_id
        feed = SpanFeed(self._history, dock_id, telemetry, name)
        network = DeviceNetwork(self.faults, lambda: machine.address is not None)
        try:
            async with open_dock(
                transport=self.recorder.transport(WatchedTransport(network, self.answers)),
                network=self.mqtt,
                device=machine,
                tracer_provider=feed.tracer_provider,
                meter_provider=None
                if telemetry is None
                else telemetry.meter_provider(service_name=name, device_id=dock_id),
                on_frame=self._on_frame,
                on_error=self._on_error,
            ) as dock:
                hear_prints(dock, self._on_print)
                dock.mqtt.on_traffic = self._on_mqtt_message
                self._history.add(AppStarted(at=self.time_ns, file=str(self.deployment.app), why=self._why))
                await self.deployment.run(dock, self._around.load, self._on_error)
        except SystemExit as end:  # the dock is closed; the server goes on
            self._history.add(AppBroke(at=self.time_ns, report=app_report(end, self.deployment.app)))
            await trio.sleep_forever()

    def _on_frame(self, screen: ScreenState) -> None:
        trace_id = trace.get_current_span().get_span_context().trace_id
        frame = Frame(at=self.time_ns, number=next(self._frames), screen=screen, trace_id=f"{trace_id:032x}")
        self._history.add(frame)

    def _on_error(self, error: Exception) -> None:
        print_app_error(error)
        self._history.add(AppBroke(at=self.time_ns, report=app_report(error, self.deployment.app)))

    def _on_mqtt_message(self, is_published: bool, topic: str, message: bytes) -> None:
        start, size = bytes(message[:MESSAGE_BYTES]), len(message)
        self._history.add(MqttMessage(at=self.time_ns, is_published=is_published, topic=topic, start=start, size=size))

    def _on_print(self, text: str) -> None:
        self._history.add(Printed(at=self.time_ns, text=text))
