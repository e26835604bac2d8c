"""The life of a dock: what leaving its block waits for, what stops at once, and that nothing is left."""

import asyncio
import threading
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from queue import SimpleQueue
from typing import Any

import httpx2
import pytest
import trio
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON, Sampler, SamplingResult
from trio.testing import MockClock, wait_all_tasks_blocked

import dl7450
from dl7450 import http, wakeup
from dl7450._dock import app_thread
from dl7450._dock.app_thread import DockStopped
from dl7450._dock.dock import open_docks
from dl7450._trio.clock import VIRTUAL_EPOCH
from dl7450.http import Response
from dl7450.http._client import HttpStatistics
from tests._scripted_network import ScriptedNetwork
from tests._styles import waits_for
from tests.conformance._scenario import FINE, ok
from tests.conformance._server import again, pause, request

URL = "http://dock.example/"
PATIENCE = 30.0  # seconds of real time; nothing here takes so long


class Leftovers:
    """What was there before a dock: afterwards there must not be more."""

    def __init__(self, network: ScriptedNetwork) -> None:
        self._network = network
        self._tasks = trio.lowlevel.current_statistics().tasks_living

    async def assert_none(self) -> None:
        await wait_all_tasks_blocked()  # the servers of the network notice that the client is gone
        assert self._network.open_connections == 0
        assert trio.lowlevel.current_statistics().tasks_living == self._tasks
        assert [thread.name for thread in threading.enumerate() if "dl7450" in thread.name] == []
        assert open_docks == []


def test_run_runs_an_app_to_its_end() -> None:
    record: list[str] = []

    def app() -> None:
        wakeup.wakeup(lambda: record.append("timer"), 1)
        record.append("app")

    dl7450.run(app)
    assert record == ["app", "timer"]


async def test_leaving_waits_for_requests_and_their_callbacks_and_ends_a_chain_of_them(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    record: list[object] = []
    network = ScriptedNetwork(nursery, (request, pause(1), ok(), request, pause(1), ok()))
    leftovers = Leftovers(network)

    def app() -> None:
        http.get_async(URL, again_and_again)
        http.get_async(URL, again_and_again)

    def again_and_again(response: Response) -> None:
        record.append(("app", dock.clock.current_time()))
        http.get_async(URL, again_and_again)
        record.append("started")

    def again_in_trio(response: Response) -> None:
        record.append(("trio", dock.clock.current_time()))
        dock.http.get_async(URL, again_in_trio)
        record.append("started")

    async with dl7450.open_dock(network=network) as dock:
        await dock.start_app(app)
        record.append(("block", trio.current_time()))
        dock.http.get_async(URL, again_in_trio)
    assert sorted(map(str, record)) == ["('app', 1.0)", "('app', 1.0)", "('block', 0.0)", "('trio', 1.0)"]
    assert dock.http.statistics() == HttpStatistics(16, 0, completed=3)
    await leftovers.assert_none()


@pytest.mark.parametrize("asks", ["a thread", "a task of the dock", "a nursery of such a task"])
async def test_leaving_ends_though_others_go_on_asking(asks: str, nursery: trio.Nursery) -> None:
    """What is in flight when the block is left is answered, and the next request is the first that is not."""
    answered: list[int] = []

    def ask_in_thread() -> None:
        while True:
            try:
                answered.append(dock.call(dock.http.get, URL).status_code())
            except trio.ClosedResourceError:
                return

    async def ask() -> None:
        while True:
            answered.append((await dock.http.get(URL)).status_code())

    async def ask_in_nursery() -> None:
        async with trio.open_nursery() as own:
            own.start_soon(ask)

    network = ScriptedNetwork(nursery, (again(request, ok()),))
    with trio.fail_after(20):
        async with trio.open_nursery() as threads, dl7450.open_dock(network=network) as dock:
            for _ in range(4):
                if asks == "a thread":
                    threads.start_soon(trio.to_thread.run_sync, ask_in_thread)
                else:
                    dock.start_soon(ask if asks == "a task of the dock" else ask_in_nursery)
            while len(answered) < 8:
                await trio.lowlevel.checkpoint()
    assert set(answered) == {200}
    assert dock.http.statistics() == HttpStatistics(16, 0, completed=len(answered))


async def test_what_a_task_of_the_dock_raises_beside_the_closed_error_is_not_lost(nursery: trio.Nursery) -> None:
    first_gate, second_gate = trio.Event(), trio.Event()
    network = ScriptedNetwork(nursery, (request, waits_for(first_gate), ok()), (request, waits_for(second_gate), ok()))

    async def fail() -> None:
        raise LookupError

    async def both(dock: dl7450.Dock) -> None:
        await dock.http.get(URL)
        async with trio.open_nursery() as own:
            own.start_soon(dock.http.get, URL)
            own.start_soon(fail)

    async def answer() -> None:
        await wait_all_tasks_blocked()
        first_gate.set()

    async def program() -> None:
        async with dl7450.open_dock(network=network) as dock:
            dock.start_soon(both, dock)
            await wait_all_tasks_blocked()
            dock.start_soon(dock.http.get, URL)  # keeps the dock from being left at once
            await wait_all_tasks_blocked()
            nursery.start_soon(answer)

    with pytest.raises(ExceptionGroup) as raised:
        await program()
    assert [type(error) for error in raised.value.exceptions] == [LookupError]


async def test_leaving_stops_timers(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    record: list[float] = []
    leftovers = Leftovers(network := ScriptedNetwork(nursery, FINE))
    async with dl7450.open_dock(network=network) as dock:
        await dock.start_app(lambda: wakeup.wakeup(lambda: record.append(dock.clock.current_time()), 1000, 1000))
        await trio.sleep(2.5)
    assert (record, trio.current_time()) == ([1.0, 2.0], 2.5)
    await leftovers.assert_none()


async def test_leaving_does_not_wait_for_timers_that_never_catch_up(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    """While one of them runs the other one falls due, so one of them always waits for the app thread."""
    network = ScriptedNetwork(nursery, (again(request, pause(3), ok()),))

    def app() -> None:
        for _ in range(2):
            wakeup.wakeup(lambda: http.get(URL), 1000, 1000)

    with trio.fail_after(60):
        async with dl7450.open_dock(network=network) as dock:
            await dock.start_app(app)
            await trio.sleep(1.2)
    assert trio.current_time() == 4.0


async def test_a_callback_after_the_end_of_the_block_starts_no_timer(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    record: list[str] = []

    def on_complete(response: Response) -> None:
        record.append("callback")
        wakeup.wakeup(lambda: record.append("timer"), 0).cancel()
        wakeup.wakeup(lambda: record.append("timer"), 0)

    network = ScriptedNetwork(nursery, (request, pause(1), ok()))
    async with dl7450.open_dock(network=network) as dock:
        await dock.start_app(lambda: http.get_async(URL, on_complete))
    assert record == ["callback"]


def blocked_in_get() -> None:
    http.get(URL)


def blocked_in_get_with_many_requests() -> None:
    for _ in range(10):
        http.get_async(URL, print)
    http.get(URL)


def idle_with_requests_and_timers() -> None:
    http.get_async(URL, print)
    http.post_async(URL, print, data=bytes(100_000))
    wakeup.wakeup(print, 10_000)
    wakeup.wakeup(print, 0, 1000)


APPS = [blocked_in_get, blocked_in_get_with_many_requests, idle_with_requests_and_timers]


@pytest.mark.parametrize("app", APPS)
async def test_an_error_stops_everything_at_once_and_is_raised_as_it_is(
    app: Callable[[], None], nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    network = ScriptedNetwork(nursery, (request,))
    leftovers = Leftovers(network)

    async def program() -> None:
        async with dl7450.open_dock(network=network) as dock:
            docks.append(dock)
            dock.start_soon(dock.run_app, app)
            dock.start_soon(dock.http.get, URL)
            await trio.sleep(5)
            assert dock.http.statistics().in_flight > 0
            raise LookupError("the program's own")

    docks: list[dl7450.Dock] = []
    with pytest.raises(LookupError, match="own"):
        await program()
    assert trio.current_time() == 5
    assert docks[0].http.statistics().in_flight == 0
    await leftovers.assert_none()


@pytest.mark.parametrize("app", APPS)
async def test_a_cancellation_stops_everything_at_once(
    app: Callable[[], None], nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    network = ScriptedNetwork(nursery, (request,))
    leftovers = Leftovers(network)
    with trio.move_on_after(100) as outer:
        with trio.move_on_after(5) as inner:
            async with dl7450.open_dock(network=network) as dock:
                await dock.run_app(app)
        assert (inner.cancelled_caught, trio.current_time()) == (True, 5)
        assert dock.http.statistics().in_flight == 0
        await leftovers.assert_none()
    assert not outer.cancelled_caught


async def test_an_answer_that_comes_while_the_dock_stops_calls_nobody(autojump_clock: MockClock) -> None:
    """Its callback might use the dock, and the caller of `open_dock` would hear of two errors instead of one."""
    record: list[Response] = []

    class Late(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            with trio.CancelScope(shield=True):
                await trio.sleep(1)
            return httpx2.Response(200)

    with trio.move_on_after(0.5):
        async with dl7450.open_dock(transport=Late()) as dock:
            dock.http.get_async(URL, record.append)
            await trio.sleep_forever()
    assert (record, dock.http.statistics(), trio.current_time()) == ([], HttpStatistics(16, 0, completed=1), 1.0)


async def test_several_errors_are_raised_as_a_group(nursery: trio.Nursery) -> None:
    async def program() -> None:
        async with dl7450.open_dock() as dock:
            dock.start_soon(fail_when_cancelled)
            await wait_all_tasks_blocked()
            raise ValueError("first")

    async def fail_when_cancelled() -> None:
        try:
            await trio.sleep_forever()
        finally:
            raise KeyError("second")

    with pytest.raises(ExceptionGroup) as raised:
        await program()
    assert sorted(map(repr, raised.value.exceptions)) == ["KeyError('second')", "ValueError('first')"]


async def test_a_group_that_the_block_raises_stays_a_group() -> None:
    async def program() -> None:
        async with dl7450.open_dock():
            raise ExceptionGroup("the program's own", [ValueError("one")])

    with pytest.raises(ExceptionGroup, match="the program's own"):
        await program()


async def test_an_app_that_blocks_when_the_dock_stops_cannot_catch_it_by_mistake(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    record: list[str] = []

    def app() -> None:
        try:
            http.get(URL)
        except Exception:
            record.append("caught")
        except DockStopped as stopped:
            record.append(str(stopped)[:18])
            raise
        finally:
            record.append("finally")

    with trio.move_on_after(1):
        async with dl7450.open_dock(network=ScriptedNetwork(nursery, (request,))) as dock:
            await dock.run_app(app)
    assert record == ["the dock is closed", "finally"]


async def test_a_thread_that_is_not_the_apps_own_and_waits_is_told_that_the_dock_is_closed(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    told: list[str] = []

    def work() -> None:
        with pytest.raises(trio.ClosedResourceError, match=r"^the dock is closed: use it inside"):
            http.get(URL, timeout=0)  # time may jump while a busy machine starts the next thread
        told.append("told")

    def app() -> None:
        for thread in threads:
            thread.start()

    threads = [threading.Thread(target=work) for _ in range(3)]
    network = ScriptedNetwork(nursery, (request,))
    with trio.CancelScope() as scope:
        async with dl7450.open_dock(network=network) as dock:
            await dock.start_app(app)
            await network.log.until(3)
            scope.cancel()
            await trio.sleep_forever()
    for thread in threads:
        await trio.to_thread.run_sync(thread.join)
    assert told == ["told"] * 3


async def test_a_thread_of_trio_stops_waiting_for_the_dock_when_its_task_is_cancelled(nursery: trio.Nursery) -> None:
    network = ScriptedNetwork(nursery, (request,))
    async with dl7450.open_dock(network=network) as dock:
        async with trio.open_nursery() as waiting:
            waiting.start_soon(trio.to_thread.run_sync, partial(http.get, URL, timeout=0))
            await network.log.until(1)
            waiting.cancel_scope.cancel()
        assert dock.http.statistics() == HttpStatistics(16, 0, cancelled=1)


async def test_so_it_does_when_the_dock_is_in_another_trio_run() -> None:
    """As with a default dock, which is in a run of its own."""
    opened: SimpleQueue[tuple[dl7450.Dock, trio.Event, trio.lowlevel.TrioToken]] = SimpleQueue()

    async def elsewhere() -> None:
        async with (
            trio.open_nursery() as servers,
            dl7450.open_dock(network=ScriptedNetwork(servers, (request,))) as dock,
        ):
            open_docks.remove(dock)
            over = trio.Event()
            opened.put((dock, over, trio.lowlevel.current_trio_token()))
            await over.wait()
            servers.cancel_scope.cancel()

    with trio.fail_after(20):
        async with trio.open_nursery() as runs:
            runs.start_soon(trio.to_thread.run_sync, trio.run, elsewhere)
            dock, over, token = await trio.to_thread.run_sync(opened.get)
            begun = partial(dock.call_sync, lambda: dock.http.statistics().in_flight)
            with trio.CancelScope() as scope:
                async with trio.open_nursery() as waiting:
                    waiting.start_soon(trio.to_thread.run_sync, partial(dock.call, dock.http.get, URL))
                    while not await trio.to_thread.run_sync(begun):
                        await trio.lowlevel.checkpoint()
                    scope.cancel()
            while await trio.to_thread.run_sync(begun):  # it is cancelled there, a moment later
                await trio.lowlevel.checkpoint()
            assert dock.http.statistics() == HttpStatistics(16, 0, cancelled=1)
            token.run_sync_soon(over.set)


async def test_app_code_that_does_not_return_is_abandoned_with_a_warning_that_shows_where(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    monkeypatch.setattr(app_thread, "STOP_PATIENCE", 0.05)
    running, return_now, stopped = threading.Event(), threading.Event(), threading.Event()

    def app() -> None:
        running.set()
        return_now.wait()
        try:
            http.get(URL)
        except DockStopped:
            stopped.set()
            raise

    async def program() -> None:
        async with dl7450.open_dock() as dock:
            dock.start_soon(dock.run_app, app)
            await trio.to_thread.run_sync(running.wait)
            raise LookupError

    with pytest.raises(LookupError), pytest.warns(UserWarning, match=r"(?s)is abandoned.*return_now.wait"):
        await program()
    return_now.set()
    assert await trio.to_thread.run_sync(stopped.wait, 10)
    assert autojump_clock.autojump_threshold == 0


async def test_an_app_that_never_began_does_not_delay_the_end(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    called: list[str] = []

    async def program() -> None:
        async with dl7450.open_dock() as dock:
            dock.start_soon(dock.run_app, partial(called.append, "called"))
            await trio.lowlevel.checkpoint()
            raise LookupError

    for _ in range(20):  # Trio decides anew each time which task comes first
        with pytest.raises(LookupError):
            await program()
    assert autojump_clock.autojump_threshold == 0


async def test_a_virtual_clock_goes_on_after_docks_on_it(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    """Two docks compute, wait and stop at different times; the clock's own setting comes back."""
    autojump_clock.autojump_threshold = 0.001
    record: list[tuple[str, float]] = []

    def app(name: str, seconds: int) -> None:
        http.get(URL, timeout=seconds)
        record.append((name, trio.from_thread.run_sync(trio.current_time, trio_token=token)))
        wakeup.wakeup(lambda: None, seconds * 1000)

    async def run_dock(name: str, seconds: int) -> None:
        async with dl7450.open_dock(network=ScriptedNetwork(nursery, (request,))) as dock:
            await dock.run_app(partial(app, name, seconds))

    token = trio.lowlevel.current_trio_token()
    async with trio.open_nursery() as docks:
        docks.start_soon(run_dock, "slow", 3)
        docks.start_soon(run_dock, "fast", 2)
    assert record == [("fast", 2.0), ("slow", 3.0)]
    assert trio.current_time() == 6.0
    assert autojump_clock.autojump_threshold == 0.001


async def test_two_docks_have_tokens_apps_and_screens_of_their_own(nursery: trio.Nursery) -> None:
    gate = trio.Event()
    network = ScriptedNetwork(nursery, (request, waits_for(gate), ok()))
    codes: list[int] = []

    def app() -> None:
        codes.append(http.get(URL).status_code())

    async with dl7450.open_dock(network=network) as first, dl7450.open_dock(network=network) as second:
        for _ in range(16):
            first.start_soon(first.http.get, URL)
        await network.log.until(16)
        await first.start_app(app)
        second.start_soon(second.run_app, app)
        await network.log.until(17)
        gate.set()
    assert codes == [89, 200]
    assert first.http.statistics() == HttpStatistics(16, 0, completed=16, rejected=1)
    assert second.http.statistics() == HttpStatistics(16, 0, completed=1)


async def test_a_thread_that_no_app_started_must_say_which_of_two_docks_it_means() -> None:
    async with dl7450.open_dock(), dl7450.open_dock():
        with pytest.raises(RuntimeError, match=r"2 docks are open, so it is unclear .* or use its own methods"):
            await trio.to_thread.run_sync(http.get, URL)


async def test_a_task_of_the_program_does_not_outlive_the_dock_that_it_waits_for(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    """Requests and apps that were started in a nursery of the program, which goes on after the dock has failed."""
    network = ScriptedNetwork(nursery, (request,))
    record: list[str] = []

    async def use(name: str, call: Callable[[], object]) -> None:
        try:
            await call()  # type: ignore[misc] # an async function
        except trio.ClosedResourceError as error:
            record.append(f"{name}: {error}")

    async def program(tasks: trio.Nursery) -> None:
        async with dl7450.open_dock(network=network) as dock:
            docks.append(dock)
            tasks.start_soon(use, "request", partial(dock.http.get, URL))
            tasks.start_soon(use, "app", partial(dock.run_app, blocked_in_get))
            await trio.sleep(1)
            tasks.start_soon(use, "app over", dock.wait_app_over)
            await trio.sleep(1)
            raise LookupError

    docks: list[dl7450.Dock] = []
    async with trio.open_nursery() as tasks:
        with pytest.raises(LookupError):
            await program(tasks)
        assert network.open_connections == 0
    assert set(record) == {f"{name}: the dock was closed meanwhile" for name in ("app", "app over", "request")}
    assert docks[0].http.statistics() == HttpStatistics(16, 0, cancelled=2)
    assert trio.current_time() == 2


async def test_what_does_not_let_go_of_a_dock_delays_its_end_by_a_second_each(autojump_clock: MockClock) -> None:
    """A task of the program that is shielded from cancellation, and a transport that does not close."""

    class Slow(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            with trio.CancelScope(shield=True):
                await trio.sleep(100)
            return httpx2.Response(200)

        async def aclose(self) -> None:
            record.append(trio.current_time())
            await trio.sleep(100)

    async def use(dock: dl7450.Dock) -> None:
        await dock.http.get(URL)
        record.append(trio.current_time())

    async def program(tasks: trio.Nursery) -> None:
        async with dl7450.open_dock(transport=Slow()) as dock:
            tasks.start_soon(use, dock)
            await trio.sleep(1)
            raise LookupError

    record: list[float] = []
    async with trio.open_nursery() as tasks:
        with pytest.raises(LookupError):
            await program(tasks)
        record.append(trio.current_time())
    assert record == [2.0, 3.0, 100.0]


async def test_a_closed_dock_says_so() -> None:
    async with dl7450.open_dock() as dock:
        pass
    for use in (partial(dock.http.get, URL), partial(dock.run_app, print), dock.wait_app_over):
        with pytest.raises(trio.ClosedResourceError, match=r"^the dock is closed: use it inside its `async with"):
            await use()
    with pytest.raises(trio.ClosedResourceError, match=r"^the dock is closed"):
        dock.http.get_async(URL, print)
    for use_in_thread in (partial(dock.call, trio.sleep, 0), partial(dock.call_sync, print)):
        with pytest.raises(trio.ClosedResourceError, match=r"^the dock is closed: use it inside"):
            await trio.to_thread.run_sync(use_in_thread)
    assert dock.http.statistics() == HttpStatistics(16, 0)


def test_a_dock_whose_loop_has_ended_says_so() -> None:
    async def main() -> dl7450.Dock:
        async with dl7450.open_dock() as dock:
            return dock

    dock = trio.run(main)
    with pytest.raises(trio.ClosedResourceError):
        dock.call(trio.sleep, 0)
    with pytest.raises(trio.ClosedResourceError):
        dock.call_sync(print)


def test_outside_of_trio_no_dock_opens() -> None:
    async def main() -> None:
        async with dl7450.open_dock():
            pytest.fail("there is a dock")

    with pytest.raises(RuntimeError) as caught:
        asyncio.run(main())
    assert str(caught.value) == "a dock needs Trio: start the program by trio.run(main), not by asyncio.run(main())"


async def test_call_runs_an_async_function_in_the_context_of_the_caller(autojump_clock: MockClock) -> None:
    colour: ContextVar[str] = ContextVar("colour", default="none")

    async def afn(add: str) -> str:
        await trio.sleep(1)
        return colour.get() + add

    def app() -> None:
        colour.set("blue")
        results.append(dock.call(afn, "!"))
        results.append(dock.call_sync(colour.get))

    results: list[str] = []
    async with dl7450.open_dock() as dock:
        await dock.run_app(app)
    assert results == ["blue!", "blue"]
    assert colour.get() == "none"


async def test_call_raises_what_the_function_raises() -> None:
    async def afn() -> None:
        raise LookupError("async")

    def fn() -> None:
        raise LookupError("sync")

    async with dl7450.open_dock() as dock:
        with pytest.raises(LookupError, match=r"^async$"):
            await trio.to_thread.run_sync(dock.call, afn)
        with pytest.raises(LookupError, match=r"^sync$"):
            await trio.to_thread.run_sync(dock.call_sync, fn)


async def test_blocking_calls_on_the_trio_thread_are_mistakes_and_the_message_names_the_fix() -> None:
    async with dl7450.open_dock() as dock:
        for name in ("get", "post"):
            with pytest.raises(RuntimeError) as raised:
                getattr(http, name)(URL)
            assert str(raised.value) == (
                f"http.{name}() is for app code and was called on the Trio thread: use await dock.http.{name}(...)"
            )
        for name in ("get_async", "post_async"):
            with pytest.raises(RuntimeError) as raised:
                getattr(http, name)(URL, print)
            assert str(raised.value) == (
                f"http.{name}() is for app code and was called on the Trio thread: use dock.http.{name}(...)"
            )
        for call in (
            partial(dock.call, trio.sleep, 0),
            partial(dock.call_sync, print),
            partial(wakeup.wakeup, print, 1),
        ):
            with pytest.raises(RuntimeError, match=r"called on the Trio thread: use .* run by dock.run_app"):
                call()


async def test_a_task_that_is_cancelled_is_not_told_that_the_dock_is_closed() -> None:
    async with dl7450.open_dock() as dock:
        pass
    with trio.CancelScope() as scope:
        scope.cancel()
        await dock.http.get(URL)
    assert scope.cancelled_caught


async def test_start_soon_on_another_thread_is_a_mistake_and_the_message_names_the_fix() -> None:
    async def task() -> None:
        started.set()

    started = trio.Event()
    async with dl7450.open_dock() as dock:
        with pytest.raises(RuntimeError, match=r"from another one use dock.call_sync\(dock.start_soon, ...\)"):
            await trio.to_thread.run_sync(dock.start_soon, task)
        await trio.to_thread.run_sync(dock.call_sync, dock.start_soon, task)
        await started.wait()


async def test_requests_go_through_the_transport_though_there_is_a_network(nursery: trio.Nursery) -> None:
    transport = httpx2.MockTransport(lambda request: httpx2.Response(204))
    async with dl7450.open_dock(transport=transport, network=ScriptedNetwork(nursery)) as dock:
        assert (await dock.http.get(URL)).status_code() == 204


async def test_the_time_of_a_dock_is_that_of_its_clock(autojump_clock: MockClock) -> None:
    await trio.sleep(10)
    async with dl7450.open_dock() as dock:
        await trio.sleep(0.1)
        assert (dock.clock, dock.started, dock.epoch) == (autojump_clock, 10, VIRTUAL_EPOCH)
        assert dock.time_ns() == 1_767_225_600_100_000_000


async def test_wait_all_blocked_waits_for_the_app_thread(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    record: list[str] = []

    def app() -> None:
        http.get(URL, timeout=5)
        record.append("app")

    async with dl7450.open_dock(network=ScriptedNetwork(nursery, (request,))) as dock:
        autojump_clock.autojump_threshold = float("inf")
        dock.start_soon(dock.run_app, app)
        await dock.wait_all_blocked()
        assert (record, dock.http.statistics().in_flight) == ([], 1)
        autojump_clock.jump(5)
        await dock.wait_all_blocked()
        assert record == ["app"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"device": "dock.yaml"}, r"^device must be a dl7450\.Device, not str"),
        ({"network": "offline"}, r"^network must have resolve\(\) and connect\(\)"),
        ({"max_response_bytes": None}, r"^max_response_bytes must be an int, not NoneType$"),
        ({"max_response_bytes": 1e6}, r"^max_response_bytes must be an int, not float$"),
        ({"max_response_bytes": -1}, r"^max_response_bytes must be 0 or more bytes, not -1$"),
        (
            {"tracer_provider": "otlp"},
            r"^tracer_provider must have get_tracer\(\), as OpenTelemetry's have; str has not$",
        ),
        ({"meter_provider": 5}, r"^meter_provider must have get_meter\(\), as OpenTelemetry's have; int has not$"),
        ({"on_frame": "frames"}, r"^on_frame must be a function of one parameter, not str$"),
        ({"on_error": trio.sleep}, r"^on_error must be a plain function, not an async one: nobody would await it$"),
        ({"keep_going": "no"}, r"^keep_going must be True or False, not str$"),
    ],
)
async def test_what_a_dock_cannot_be_made_of_is_refused_with_the_fix(options: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        await dl7450.open_dock(**options).__aenter__()


async def test_a_timer_that_is_started_after_the_end_is_not_due(autojump_clock: MockClock) -> None:
    async with dl7450.open_dock() as dock:
        pass
    dock.timers.start(print, 0, 1)
    assert (dock.timers.due(), dock.timers.pending.count) == ([], 0)


async def test_a_request_that_an_app_has_started_is_made_though_the_block_is_left_at_that_moment(
    nursery: trio.Nursery,
) -> None:
    """The app thread does not wait until a request has begun: not for a Trio thread that is busy."""
    answered: list[int] = []
    began, asking, asked = trio.Event(), threading.Event(), threading.Event()

    def app() -> None:
        dock.call_sync(began.set)
        asking.wait(PATIENCE)
        http.get_async(URL, lambda response: answered.append(response.status_code()))
        asked.set()

    async with dl7450.open_dock(network=ScriptedNetwork(nursery, (request, ok()))) as dock:
        dock.start_soon(dock.start_app, app)
        await began.wait()
        asking.set()
        assert asked.wait(PATIENCE)  # blocks the Trio thread
    assert answered == [200]


async def test_an_error_of_tracing_where_an_app_starts_a_request_stops_the_dock(nursery: trio.Nursery) -> None:
    class Breaks(Sampler):
        def should_sample(self, *args: object, **kwargs: object) -> SamplingResult:
            if args[2] == "GET":
                raise ZeroDivisionError
            return ALWAYS_ON.should_sample(*args, **kwargs)  # type: ignore[arg-type]

        def get_description(self) -> str:
            return "breaks"

    def app() -> None:
        http.get_async(URL, print)

    with pytest.raises(ZeroDivisionError):
        async with dl7450.open_dock(network=ScriptedNetwork(nursery), tracer_provider=TracerProvider(Breaks())) as dock:
            await dock.run_app(app)
