"""Runs a program against real docks in a simulated world, and says what it broke.

Everything below the dock's network seam and beside its threads is simulated: time, the network, who goes first. All
above is the real thing. Whatever an app, a task or a server does is noted; what must hold, holds after every step.
"""

import logging
import math
import threading
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import trio
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.trace import SpanKind
from trio.testing import MockClock

from dl7450 import Dock, http, open_dock
from dl7450._app import DockStopped
from dl7450._clock import _holds
from dl7450._current import dock_of_app, open_docks
from dl7450.http._client import HttpStatistics
from dl7450.http._control import RequestControl
from dl7450.http._curl import CurlCode
from dl7450.http._response import Response
from dl7450.http._transport import RESENDS_MAX
from dl7450.wakeup import Timer
from tests.simulation._network import UNASKED, MemoryNetwork, body_of
from tests.simulation._program import (
    TOKENS,
    Action,
    Answer,
    Cancel,
    DockPlan,
    Fail,
    Fetch,
    Place,
    Program,
    Sleep,
    StopTimer,
    Task,
    Wakeup,
)
from tests.simulation._turns import Turns, deterministic

END = 2000.0  # seconds of virtual time: whatever is still going on then hangs
REQUESTS_MAX = 300  # a program that makes more goes on without making them


class ViolationError(AssertionError):
    """Something that must hold did not."""


class SimulatedError(Exception):
    """What an app or a task raises on purpose."""


@dataclass(eq=False)
class Request:
    """What is known of one request. `number` is its path, and its place in the world's list."""

    number: int
    fetch: Fetch
    dock: "DockRun"
    refused: bool = False  # the call raised, as the dock was closing or closed
    span: Span | None = None
    ended: int = 0
    callbacks: int = 0
    cancelled: bool = False  # cancel() has returned


@dataclass(eq=False)
class Alarm:
    """What is known of one timer."""

    timer: Timer | None = None
    stopped: bool = False  # cancel() has returned


class World(SpanProcessor, trio.abc.Instrument):
    """One run of a program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.clock = MockClock(autojump_threshold=0)
        self.log: list[str] = []
        self.steps = 0
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.docks: list[DockRun] = []
        self.tracer_provider = TracerProvider(resource=Resource.get_empty(), shutdown_on_exit=False)
        self.tracer_provider.add_span_processor(self)

    def note(self, text: str) -> None:
        self.log.append(f"{self.clock.current_time():8.3f}  {text}")

    def violate(self, text: str) -> None:
        if text not in self.violations:
            self.note(f"VIOLATION: {text}")
            self.violations.append(text)

    async def run(self, turns: Turns) -> None:
        """Run the program to its end."""
        tasks = trio.lowlevel.current_statistics().tasks_living
        try:
            with trio.fail_after(END):
                async with trio.open_nursery() as nursery:
                    for index, plan in enumerate(self.program.docks):
                        nursery.start_soon(DockRun(self, index, plan).live)
        except* trio.TooSlowError:
            self.violate("something hangs")
        await trio.testing.wait_all_tasks_blocked()
        left = {
            "threads": turns.alive,
            "tasks": trio.lowlevel.current_statistics().tasks_living - tasks,
            "docks": len(open_docks),
            "holds of the clock": sum(holds.still + holds.flowing for holds in _holds.values()),
        }
        for name, count in left.items():
            if count:
                self.violate(f"{name} left when all docks were closed: {count}")
        for request in self.requests:
            self._check_request(request)

    def answer_to(self, number: int) -> Answer:
        return self.requests[number].fetch.answer

    # After each step

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        self.steps += 1
        for dock in self.docks:
            dock.check_tokens()

    # Spans

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if span.kind is SpanKind.CLIENT:
            request = self._request_of(span)
            if request.span is not None:
                self.violate(f"request {request.number} has a second span")
            request.span = span
            request.dock.in_flight.add(request)

    def on_end(self, span: ReadableSpan) -> None:
        if span.kind is SpanKind.CLIENT:
            request = self._request_of(span)
            request.ended += 1
            request.dock.in_flight.discard(request)
            request.dock.count(request, span)
            self.note(f"request {request.number} ended")

    def _request_of(self, span: ReadableSpan) -> Request:
        assert span.attributes is not None
        return self.requests[int(str(span.attributes["url.full"]).rpartition("/")[2])]

    def _check_request(self, request: Request) -> None:
        spans = int(request.span is not None)
        if request.ended != spans or (not spans and not request.refused):
            self.violate(f"request {request.number} has {spans} spans, of which {request.ended} ended")
        if (
            request.dock.ended_in_order
            and request.fetch.style == "callback"
            and not request.cancelled
            and not request.refused
            and request.callbacks != 1
        ):
            self.violate(f"the callback of request {request.number} was called {request.callbacks} times")


@dataclass(eq=False)
class DockRun:
    """One dock of a program, from before it opens until after it is closed."""

    world: World
    index: int
    plan: DockPlan
    in_flight: set[Request] = field(default_factory=set)  # those with a span that has not ended
    requests: list[Request] = field(default_factory=list)
    controls: list[tuple[Request, RequestControl]] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    errors: list[SimulatedError] = field(default_factory=list)  # raised where the dock hears of them
    ended_in_order: bool = False
    closed: bool = False
    app_thread: int | None = None
    app_runs: bool = False
    dock: Dock = field(init=False)
    network: MemoryNetwork = field(init=False)

    async def live(self) -> None:
        """Open the dock, have it used, close it, and see what is left."""
        await trio.sleep_until(self.plan.opens)
        self.network = MemoryNetwork(self.world.program.hosts, self.world.answer_to)
        async with trio.open_nursery() as outside:
            with trio.CancelScope() as scope:
                try:
                    async with open_dock(
                        network=self.network,
                        tracer_provider=self.world.tracer_provider,
                        on_error=self._on_error if self.plan.goes_on else None,
                    ) as self.dock:
                        self.world.docks.append(self)
                        self.world.note(f"dock {self.index} is open")
                        await self._use(scope, outside)
                        self.world.note(f"dock {self.index} closes in order")
                    self.ended_in_order = not scope.cancel_called
                except* SimulatedError as group:
                    self.world.note(f"dock {self.index} raised {group.exceptions}")
            self._check_closed()

    async def _use(self, scope: trio.CancelScope, outside: trio.Nursery) -> None:
        async def close(users: trio.CancelScope) -> None:
            await trio.sleep_until(self.plan.opens + self.plan.closes)
            match self.plan.ends:
                case "leaves":
                    users.cancel()
                case "raises":
                    raise SimulatedError("in the dock's block")
                case "is cancelled":
                    scope.cancel()

        async with trio.open_nursery() as nursery:
            async with trio.open_nursery() as users:
                nursery.start_soon(close, users.cancel_scope)
                for task in self.plan.tasks:
                    (outside if task.kind == "outside" else users).start_soon(self._work, task)
            nursery.cancel_scope.cancel()

    async def _work(self, task: Task) -> None:
        cancelled_at = math.inf if task.cancelled_at is None else self.plan.opens + task.cancelled_at
        with trio.move_on_at(cancelled_at):
            try:
                match task.kind:
                    case "app":
                        await self.dock.run_app(partial(self._in_app, task.actions))
                    case "thread":
                        dock_of_app.set(self.dock)
                        await trio.to_thread.run_sync(self._do_in_thread, task.actions)
                    case "task" | "outside":
                        await self._do_in_task(task.actions)
            except SimulatedError:
                self.world.note(f"a task of dock {self.index} failed, as it should")
            except (trio.ClosedResourceError, DockStopped):
                if not self._stops:
                    raise

    # What is done, where

    async def _do_in_task(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            if isinstance(action, Sleep):
                await trio.sleep(action.seconds)
            elif isinstance(action, Fetch) and action.style == "waits":
                request = self._begin(action)
                get = partial(self.dock.http.get, wait=action.patient)
                post = partial(self.dock.http.post, wait=action.patient)
                with self._refusable(request):
                    response = await (post if action.data else get)(
                        _url(request), None, bytes(action.data), timeout=action.timeout
                    )
                self._check_answer(request, response)
                await self._do_in_task(action.then)
            else:
                self._do_on_trio_thread(action)

    def _do_on_trio_thread(self, action: Action) -> None:
        match action:
            case Fetch():
                start = self.dock.http.post_async if action.data else self.dock.http.get_async
                for _ in range(action.times):
                    self._start(start, action, self._do_on_trio_thread)
            case Cancel():
                self._cancel(action)
            case Fail():
                self._fail()

    def _in_app(self, actions: tuple[Action, ...]) -> None:
        """All app code begins here, on the app thread."""
        if self.closed:
            self.world.violate(f"dock {self.index} runs app code after it was closed")
        if self.app_runs or threading.get_ident() != (self.app_thread or threading.get_ident()):
            self.world.violate(f"dock {self.index} runs app code on two threads, or twice at once")
        self.app_thread = threading.get_ident()
        self.app_runs = True
        try:
            self._do_in_thread(actions)
        finally:
            self.app_runs = False

    def _do_in_thread(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            match action:
                case Fetch(style="waits"):
                    request = self._begin(action)
                    with self._refusable(request):
                        response = (http.post if action.data else http.get)(
                            _url(request), None, bytes(action.data), timeout=action.timeout
                        )
                    self._check_answer(request, response)
                    self._do_in_thread(action.then)
                case Fetch():
                    start = http.post_async if action.data else http.get_async
                    for _ in range(action.times):
                        self._start(start, action, None)
                case Cancel():
                    self._cancel(action)
                case Wakeup():
                    self._set_timer(action)
                case StopTimer() if self.alarms:
                    alarm = self.alarms[-1 - action.back % len(self.alarms)]
                    if alarm.timer is not None:
                        alarm.timer.cancel()
                        alarm.stopped = True
                case Fail():
                    self._fail()

    def _begin(self, fetch: Fetch) -> Request:
        request = Request(len(self.world.requests), fetch, self)
        self.world.requests.append(request)
        self.requests.append(request)
        self.world.note(f"request {request.number} begins on dock {self.index}")
        return request

    def _start(
        self,
        start: Callable[..., RequestControl],
        fetch: Fetch,
        do_on_trio_thread: Callable[[Action], None] | None,
    ) -> None:
        def on_complete(response: Response) -> None:
            self.world.note(f"request {request.number} is told {response}")
            request.callbacks += 1
            if request.callbacks > 1:
                self.world.violate(f"the callback of request {request.number} was called again")
            if request.cancelled:
                self.world.violate(f"the callback of request {request.number} was called after cancel() had returned")
            if request.ended != 1:
                self.world.violate(f"the callback of request {request.number} was called before it ended")
            self._check_answer(request, response)
            if do_on_trio_thread is None:
                self._in_app(fetch.then)
            else:
                for action in fetch.then:
                    do_on_trio_thread(action)

        if len(self.world.requests) >= REQUESTS_MAX:
            return
        request = self._begin(fetch)
        with self._refusable(request):
            control = start(_url(request), on_complete, None, bytes(fetch.data), timeout=fetch.timeout)
        self.controls.append((request, control))

    def _cancel(self, action: Cancel) -> None:
        if not self.controls:
            return
        request, control = self.controls[-1 - action.back % len(self.controls)]
        control.cancel()
        request.cancelled = request.callbacks == 0
        self.world.note(f"request {request.number} is cancelled")
        if not trio.lowlevel.in_trio_run() and request.ended != 1 and not self._stops:
            self.world.violate(f"request {request.number} is still in flight when cancel() returns")

    def _set_timer(self, action: Wakeup) -> None:
        alarm = Alarm()
        due = self.dock.clock.current_time() + action.delay

        def fire() -> None:
            self.world.note("a timer fires")
            if alarm.stopped:
                self.world.violate("a timer fired after cancel() had returned")
            if self.dock.clock.current_time() < due:
                self.world.violate("a timer fired too early")
            self._in_app(action.then)

        self.alarms.append(alarm)
        alarm.timer = Timer(fire, int(action.delay * 1000), int(action.period * 1000))

    def _fail(self) -> None:
        error = SimulatedError(f"number {len(self.errors)} of dock {self.index}")
        self.errors.append(error)
        raise error

    def _on_error(self, error: Exception) -> None:
        if not isinstance(error, SimulatedError):
            raise error
        self.world.note(f"dock {self.index} goes on after {error}")

    @contextmanager
    def _refusable(self, request: Request) -> Generator[None]:
        try:
            yield
        except (trio.ClosedResourceError, DockStopped):
            request.refused = True
            raise
        except trio.Cancelled:
            request.refused = request.span is None
            raise

    @property
    def _stops(self) -> bool:
        return self.dock._lifetime.over or self.dock._nursery._cancel_status.effectively_cancelled

    # What must hold

    def check_tokens(self) -> None:
        """A token for each request in flight and none otherwise. Those who wait for one may have it by now."""
        tokens = self.dock.http.statistics().in_flight
        patient = sum(request.fetch.patient for request in self.in_flight)
        least = sum(not request.fetch.patient and _had_token_at_start(request) for request in self.in_flight)
        if not least <= tokens <= min(TOKENS, least + patient):
            self.world.violate(f"dock {self.index} has lent {tokens} tokens for {least} requests in flight")

    def count(self, request: Request, span: ReadableSpan) -> None:
        """Take down how a request ended, and check that it took no longer than it may."""
        attributes = span.attributes or {}
        assert span.start_time is not None
        assert span.end_time is not None
        seconds = (span.end_time - span.start_time) / 1e9
        code = attributes.get("dl7450.curl.code")
        if "dl7450.cancelled" in attributes:
            ended = "cancelled"
        elif code == CurlCode.NO_CONNECTION_AVAILABLE:
            ended = "rejected"
        elif code is not None:
            ended = "failed"
        elif "http.response.status_code" in attributes:
            ended = "completed"
        else:
            ended = "interrupted"
            self.world.violate(f"request {request.number} ended with neither answer nor code nor cancellation")
        self.counts[ended] = self.counts.get(ended, 0) + 1
        if ended == "rejected" and _had_token_at_start(request):
            self.world.violate(f"request {request.number} was rejected although there was a token")
        if ended == "failed" and self._must_succeed(request):
            self.world.violate(f"request {request.number} ended with {code}, although nothing disturbs it")
        if request.fetch.patient:
            return
        if seconds > request.fetch.timeout + 1e-6:
            self.world.violate(f"request {request.number} took {seconds} seconds, its timeout is shorter")
        if code == CurlCode.OPERATION_TIMEDOUT and seconds < request.fetch.timeout - 1e-6:
            self.world.violate(f"request {request.number} timed out after {seconds} seconds, which is too early")

    def _must_succeed(self, request: Request) -> bool:
        """Its server answers in time, even if every connection that could be used again dies just then."""
        fetch, host = request.fetch, self.world.program.hosts[request.fetch.host]
        others = (other.fetch for other in self.requests if other is not request and other.fetch.host == fetch.host)
        delays = [
            other.answer.gap + other.answer.later for other in others if other.answer.then in {"closes", "resets"}
        ]
        return (
            host.places[:1] in {(Place(),), (Place("opens", 1),)}
            and host.lookup + host.places[0].after + fetch.answer.takes + sum(delays) < fetch.timeout
            and sum(delay > 0 for delay in delays) <= RESENDS_MAX
        )

    def _check_answer(self, request: Request, response: Response) -> None:
        """It is this request's answer and no other's, and nothing is missing unless the server left it out."""
        number, answer, status = request.number, request.fetch.answer, response.status_code()
        headers, body = response.headers(), bytes(response.body())
        whole = body_of(answer, number)
        if status != 200:
            fits = status in set(CurlCode) and not headers and not body
        elif answer.kept < 1 or answer.framing == "until closed":
            whole += UNASKED if answer.then == "speaks" else b""
            fits = whole.startswith(body) and headers.get("X-Number", str(number)) == str(number)
        else:
            fits = body == whole and headers["X-Number"] == str(number)
        if not fits:
            self.world.violate(f"request {number} got another answer: {response}, {headers}")

    def _check_closed(self) -> None:
        self.world.note(f"dock {self.index} is closed")
        self.closed = True
        self.world.docks.remove(self)
        if self.in_flight:
            self.world.violate(f"dock {self.index} closed with {len(self.in_flight)} requests in flight")
        if (open_connections := sum(not stream.closed for stream in self.network.connections)) > 0:
            self.world.violate(f"dock {self.index} closed and left {open_connections} connections open")
        statistics, expected = self.dock.http.statistics(), HttpStatistics(TOKENS, 0, **self.counts)
        if statistics != expected:
            self.world.violate(f"dock {self.index} says {statistics}, its spans say {expected}")


def _url(request: Request) -> str:
    return f"http://host{request.fetch.host}/{request.number}"


def _had_token_at_start(request: Request) -> bool:
    assert request.span is not None
    assert request.span.attributes is not None
    return int(str(request.span.attributes["dl7450.http.in_flight"])) <= TOKENS


class _LogIsViolation(logging.Handler):
    """What a library logs as a warning (a span that ended twice, an instrument that failed) is a violation."""

    def __init__(self, world: World) -> None:
        super().__init__(logging.WARNING)
        self._world = world

    def emit(self, record: logging.LogRecord) -> None:
        self._world.violations.append(f"logged: {self.format(record)}")


def simulate(program: Program) -> World:
    """Run a program. The world then says what it broke: `violations`, the first of them the cause."""
    world = World(program)
    handler = _LogIsViolation(world)
    logging.getLogger().addHandler(handler)
    try:
        with deterministic(program.schedule) as turns:
            trio.run(world.run, turns, clock=world.clock, instruments=[turns, world])
    except Exception as error:
        world.violate("raised:\n" + "".join(traceback.format_exception(error)))
    finally:
        logging.getLogger().removeHandler(handler)
    return world
