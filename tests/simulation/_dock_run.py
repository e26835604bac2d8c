"""Does what a program says with one dock: opens it, uses it in all three styles, closes it."""

import math
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import trio
from opentelemetry.sdk.trace import TracerProvider

from dl7450 import Dock, http, open_dock
from dl7450._dock.app_thread import DockStopped
from dl7450._dock.dock import dock_of_app
from dl7450.http._control import RequestControl
from dl7450.http._response import Response
from dl7450.wakeup import Timer
from tests.simulation._program import Action, Cancel, DockPlan, Fail, Fetch, Host, Sleep, StopTimer, Task, Wakeup
from tests.simulation._rules import DockRules, Request, SimulatedError, Story
from tests.simulation._simulated_network import SimulatedNetwork

REQUESTS_MAX = 300  # a program whose callbacks start more goes on without them


@dataclass(eq=False)
class Alarm:
    """A timer that was set."""

    timer: Timer | None = None
    stopped: bool = False  # cancel() has returned


class DockRun:
    """One dock of a program. `requests` are those of all docks."""

    def __init__(
        self,
        plan: DockPlan,
        hosts: Sequence[Host],
        requests: list[Request],
        rules: DockRules,
        story: Story,
        tracer_provider: TracerProvider,
    ) -> None:
        self._plan = plan
        self._requests = requests
        self._rules = rules
        self._story = story
        self._tracer_provider = tracer_provider
        self._network = SimulatedNetwork(hosts, lambda number: requests[number].fetch.answer)
        self._dock: Dock
        self._is_open = False
        self._controls: list[tuple[Request, RequestControl]] = []
        self._alarms: list[Alarm] = []
        self._app_thread: int | None = None
        self._app_runs = False

    async def live(self) -> None:
        """Open the dock, have it used, close it, and see what is left."""
        await trio.sleep_until(self._plan.opens)
        async with trio.open_nursery() as outside:
            with trio.CancelScope() as scope:
                try:
                    async with open_dock(
                        network=self._network,
                        tracer_provider=self._tracer_provider,
                        on_error=self._rules.hears if self._plan.goes_on else None,
                        keep_going=True,  # what is unloaded calls nobody back, and the rules expect each callback
                        max_response_bytes=self._plan.body_max,
                    ) as self._dock:
                        self._is_open = True
                        self._rules.opens()
                        await self._have_used(scope, outside)
                    self._rules.ended_in_order = not scope.cancel_called
                except* SimulatedError as group:
                    self._rules.hears(group)
            self._is_open = False
            open_connections = sum(not stream.closed for stream in self._network.connections)
            self._rules.check_closed(self._dock.http.statistics(), open_connections)

    def check_step(self) -> None:
        """Check what must hold after each step."""
        if self._is_open:
            self._rules.check_step(self._dock.http.statistics().in_flight)

    async def _have_used(self, scope: trio.CancelScope, outside: trio.Nursery) -> None:
        async def close(users: trio.CancelScope) -> None:
            await trio.sleep_until(self._plan.opens + self._plan.closes)
            match self._plan.ends:
                case "leaves":
                    users.cancel()
                case "raises":
                    self._rules.fails()
                case "is cancelled":
                    scope.cancel()

        async with trio.open_nursery() as nursery:
            async with trio.open_nursery() as users:
                nursery.start_soon(close, users.cancel_scope)
                for task in self._plan.tasks:
                    (outside if task.kind == "outside" else users).start_soon(self._use, task)
            nursery.cancel_scope.cancel()

    async def _use(self, task: Task) -> None:
        cancelled_at = math.inf if task.cancelled_at is None else self._plan.opens + task.cancelled_at
        with trio.move_on_at(cancelled_at):
            try:
                match task.kind:
                    case "app":
                        await self._run_beside(partial(self._in_app, task.actions))
                    case "thread":
                        dock_of_app.set(self._dock)
                        await trio.to_thread.run_sync(self._in_thread, task.actions)
                    case "task" | "outside":
                        await self._in_task(task.actions)
            except SimulatedError as error:
                self._rules.hears(error)
            except (trio.ClosedResourceError, DockStopped):
                if not self._stops:
                    raise

    async def _run_beside(self, module: Callable[[], object]) -> None:
        """Run a module as `Dock.run_app` does, but beside the others: a dock's app stops the one before it."""
        async with self._dock._lifetime.visit():
            await self._dock._app_calls.thread.run(module)
            await self._dock._nothing_can_call()

    @property
    def _stops(self) -> bool:
        return self._dock._lifetime.door_closed or self._dock._lifetime.nursery._cancel_status.effectively_cancelled

    # What is done, where

    async def _in_task(self, actions: tuple[Action, ...]) -> None:
        client = self._dock.http
        for action in actions:
            match action:
                case Sleep():
                    await trio.sleep(action.seconds)
                case Fetch(style="waits"):
                    with self._request(action) as request:
                        response = await (client.post if action.data else client.get)(
                            request.url, None, bytes(action.data), timeout=action.timeout, wait=action.patient
                        )
                    self._rules.answers(request, response)
                    await self._in_task(action.then)
                case _:
                    self._on_trio_thread((action,))

    def _on_trio_thread(self, actions: tuple[Action, ...]) -> None:
        client = self._dock.http
        for action in actions:
            match action:
                case Fetch():
                    self._start(client.post_async if action.data else client.get_async, action, self._on_trio_thread)
                case Cancel():
                    self._cancel(action, waits=False)
                case Fail():
                    self._rules.fails()

    def _in_app(self, actions: tuple[Action, ...]) -> None:
        """All app code begins here, on the app thread."""
        self._rules.app_code_begins()
        here = threading.get_ident()
        if self._app_runs or here != (self._app_thread or here):
            self._story.violate("app code runs on two threads, or twice at once")
        self._app_thread, self._app_runs = here, True
        try:
            self._in_thread(actions)
        finally:
            self._app_runs = False

    def _in_thread(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            match action:
                case Fetch(style="waits"):
                    with self._request(action) as request:
                        response = (http.post if action.data else http.get)(
                            request.url, None, bytes(action.data), timeout=action.timeout
                        )
                    self._rules.answers(request, response)
                    self._in_thread(action.then)
                case Fetch():
                    self._start(http.post_async if action.data else http.get_async, action, self._in_app)
                case Cancel():
                    self._cancel(action, waits=True)
                case Wakeup():
                    self._set_timer(action)
                case StopTimer():
                    self._stop_timer(action)
                case Fail():
                    self._rules.fails()

    @contextmanager
    def _request(self, fetch: Fetch) -> Generator[Request]:
        """Around the call that makes a request; a dock that stops may refuse it."""
        request = self._rules.request_begins(len(self._requests), fetch)
        self._requests.append(request)
        try:
            yield request
        except (trio.ClosedResourceError, DockStopped):
            request.refused = True
            raise
        except trio.Cancelled:
            request.refused = request.span is None
            raise

    def _start(
        self, start: Callable[..., RequestControl], fetch: Fetch, then: Callable[[tuple[Action, ...]], None]
    ) -> None:
        for _ in range(fetch.times if len(self._requests) < REQUESTS_MAX else 0):
            with self._request(fetch) as request:
                on_complete = partial(self._on_complete, request, then)
                control = start(request.url, on_complete, None, bytes(fetch.data), timeout=fetch.timeout)
            self._controls.append((request, control))

    def _on_complete(self, request: Request, then: Callable[[tuple[Action, ...]], None], response: Response) -> None:
        self._rules.calls_back(request, response)
        then(request.fetch.then)

    def _cancel(self, action: Cancel, *, waits: bool) -> None:
        if self._controls:
            request, control = self._controls[-1 - action.back % len(self._controls)]
            request.cancel_called = True
            control.cancel()
            self._rules.cancels(request, waits=waits and not self._stops)

    def _set_timer(self, action: Wakeup) -> None:
        alarm = Alarm()
        due = self._dock.clock.current_time() + action.delay

        def fire() -> None:
            self._story.tell("a timer fires")
            if alarm.stopped:
                self._story.violate("a timer fired after cancel() had returned")
            if self._dock.clock.current_time() < due:
                self._story.violate("a timer fired too early")
            self._in_app(action.then)

        self._alarms.append(alarm)
        alarm.timer = Timer(fire, int(action.delay * 1000), int(action.period * 1000))

    def _stop_timer(self, action: StopTimer) -> None:
        if self._alarms and (alarm := self._alarms[-1 - action.back % len(self._alarms)]).timer is not None:
            alarm.timer.cancel()
            alarm.stopped = True
