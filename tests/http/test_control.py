"""Cancelling: in every phase, by a scope and by a control object, before and after the answer."""

import queue
import threading
from collections.abc import Callable
from functools import partial

import pytest
import trio
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from trio.testing import MockClock, wait_all_tasks_blocked

import dl7450
from dl7450 import http, wakeup
from dl7450._trio.timed_scope import TimedScope
from dl7450.http import Response
from dl7450.http._client import HttpStatistics
from dl7450.http._control import RequestControl
from tests._scripted_network import ScriptedNetwork
from tests._styles import sees_the_end, tells, waits_for
from tests.conformance._certificates import Tls, cacert, server_context
from tests.conformance._scenario import FINE, ok
from tests.conformance._server import Script, fault_server, full_port, head, hello, pause, request

URL = "http://dock.example/"

PHASES: dict[str, tuple[str, bytes, Script]] = {
    "TLS": ("https", b"", (hello,)),
    "sending": ("http", bytes(8_000_000), (head,)),
    "waiting for headers": ("http", b"", (request,)),
    "body": ("http", b"", (request, ok(b"twelve bytes")[:-6])),
}


async def cancel_when(reached: trio.Event, dock: dl7450.Dock, by: str, url: str, data: bytes) -> None:
    """Start a request and cancel it, by a cancel scope or by its control object, when it has got that far."""
    if by == "scope":
        async with trio.open_nursery() as nursery:
            nursery.start_soon(dock.http.post, url, None, data)
            await reached.wait()
            await wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
    else:
        control = await trio.to_thread.run_sync(http.post_async, url, never_called, None, data)
        await reached.wait()
        await wait_all_tasks_blocked()
        await trio.to_thread.run_sync(control.cancel)


def never_called(response: Response) -> None:
    raise AssertionError(f"called with {response}")


@pytest.mark.parametrize("by", ["scope", "control"])
@pytest.mark.parametrize("phase", PHASES)
async def test_cancelling_closes_the_connection_in_every_phase_and_the_next_request_works(phase: str, by: str) -> None:
    scheme, data, script = PHASES[phase]
    reached, cancelled, gone = trio.Event(), trio.Event(), trio.Event()
    script = (*script, tells(reached), waits_for(cancelled), sees_the_end(gone))
    async with fault_server(script, FINE) as server, dl7450.open_dock() as dock:
        place = f"{server.host}:{server.port}/"
        await cancel_when(reached, dock, by, f"{scheme}://{place}", data)

        assert dock.http.statistics() == HttpStatistics(16, 0, cancelled=1)
        cancelled.set()
        await gone.wait()
        assert (await dock.http.get(f"http://{place}")).status_code() == 200
        assert dock.http.statistics() == HttpStatistics(16, 0, completed=1, cancelled=1)


@pytest.mark.parametrize("by", ["scope", "control"])
async def test_cancelling_works_while_connecting(by: str) -> None:
    connecting = trio.Event()
    connecting.set()  # the kernel drops the SYN: the server has nothing to see
    async with full_port() as full, fault_server(FINE) as server, dl7450.open_dock() as dock:
        await cancel_when(connecting, dock, by, f"http://{full.host}:{full.port}/", b"")

        assert dock.http.statistics() == HttpStatistics(16, 0, cancelled=1)
        assert (await dock.http.get(f"http://{server.host}:{server.port}/")).status_code() == 200


@pytest.mark.parametrize("by", ["scope", "control"])
async def test_cancelling_works_while_the_name_is_looked_up(by: str, nursery: trio.Nursery) -> None:
    started = trio.Event()
    started.set()
    async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE, dns=1e9)) as dock:
        await cancel_when(started, dock, by, URL, b"")
        assert dock.http.statistics() == HttpStatistics(16, 0, cancelled=1)


async def test_cancel_on_the_trio_thread(nursery: trio.Nursery) -> None:
    network = ScriptedNetwork(nursery, (request,), FINE)
    async with dl7450.open_dock(network=network) as dock:
        control = dock.http.get_async(URL, never_called)
        await network.log.until(1)
        control.cancel()
        assert control._scope.cancelled, "at once, so that whoever asks next finds it so"
        control.cancel()
        await wait_all_tasks_blocked()
        assert dock.http.statistics() == HttpStatistics(16, 0, cancelled=1)
        assert (await dock.http.get(URL)).status_code() == 200


async def test_cancel_on_the_trio_thread_of_another_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    cancelled_by: set[int] = set()
    cancel = TimedScope.cancel

    def noted(scope: TimedScope, reason: str) -> None:
        cancelled_by.add(threading.get_ident())
        cancel(scope, reason)

    monkeypatch.setattr(TimedScope, "cancel", noted)
    controls: queue.SimpleQueue[RequestControl] = queue.SimpleQueue()
    ended: list[HttpStatistics] = []

    async def other_loop(url: str) -> None:
        async with dl7450.open_dock() as dock:
            controls.put(dock.http.get_async(url, never_called, timeout=0))
        ended.append(dock.http.statistics())

    async with fault_server((request,)) as server:
        thread = threading.Thread(target=trio.run, args=(other_loop, f"http://{server.host}:{server.port}/"))
        thread.start()
        await server.log.until(1)
        control = controls.get()
        control.cancel()
        await trio.to_thread.run_sync(thread.join)
    control.cancel()
    assert cancelled_by == {thread.ident}, "a cancel scope is its own loop's"
    assert ended == [HttpStatistics(16, 0, cancelled=1)]


async def test_cancel_before_the_request_has_begun(nursery: trio.Nursery) -> None:
    async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE)) as dock:
        dock.http.get_async(URL, never_called).cancel()
    assert dock.http.statistics() == HttpStatistics(16, 0, cancelled=1)


async def test_cancel_of_a_request_that_is_about_to_be_refused(nursery: trio.Nursery) -> None:
    async with dl7450.open_dock(network=ScriptedNetwork(nursery, (request,))) as dock:
        controls = [dock.http.get_async(URL, never_called) for _ in range(17)]
        controls[-1].cancel()
        await wait_all_tasks_blocked()
        assert dock.http.statistics() == HttpStatistics(16, 16, cancelled=1)
        for control in controls:
            control.cancel()


async def test_cancel_at_the_moment_of_a_deadline_further_in_is_no_timeout(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    async with dl7450.open_dock(network=ScriptedNetwork(nursery, dns=1)) as dock:
        for _ in range(10):  # which of the two tasks goes on first is chance
            control = dock.http.get_async(URL, print)
            await trio.sleep(1)
            control.cancel()
            await wait_all_tasks_blocked()
    assert dock.http.statistics() == HttpStatistics(16, 0, cancelled=10)


async def test_cancel_after_the_answer_and_before_the_callback(
    nursery: trio.Nursery,
    autojump_clock: MockClock,
    tracer_provider: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    """The app blocks until the answer has come: the callback waits for the app thread, and is never called."""
    network = ScriptedNetwork(nursery, FINE, ports={81: (request, pause(1), ok())})
    statistics: list[HttpStatistics] = []

    def app() -> None:
        control = http.get_async(URL, never_called)
        http.get("http://dock.example:81/")
        statistics.append(dock.http.statistics())
        control.cancel()

    async with dl7450.open_dock(network=network, tracer_provider=tracer_provider) as dock:
        await dock.run_app(app)
    assert statistics == [dock.http.statistics()] == [HttpStatistics(16, 0, completed=2)]
    assert "dl7450.callback" not in {span.name for span in exporter.get_finished_spans()}


async def test_cancel_gives_the_token_back_before_it_returns(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    codes: list[int] = []

    def app() -> None:
        controls = [http.get_async(URL, never_called) for _ in range(16)]
        codes.append(http.get(URL).status_code())
        controls[7].cancel()
        codes.append(http.get(URL, timeout=1).status_code())
        for control in controls:
            control.cancel()

    async with dl7450.open_dock(network=ScriptedNetwork(nursery, (request,))) as dock:
        await dock.run_app(app)
    assert codes == [89, 28]
    assert dock.http.statistics() == HttpStatistics(16, 0, failed=1, rejected=1, cancelled=16)


async def test_cancel_in_the_callback_itself_and_after_it_does_nothing(nursery: trio.Nursery) -> None:
    controls: list[RequestControl] = []
    codes: list[int] = []

    def on_complete(response: Response) -> None:
        controls[0].cancel()
        codes.append(response.status_code())
        wakeup.wakeup(controls[0].cancel, 0)

    async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE)) as dock:
        await dock.run_app(lambda: controls.append(http.get_async(URL, on_complete)))
    assert codes == [200]
    controls[0].cancel()  # on the Trio thread, the dock closed
    await trio.to_thread.run_sync(controls[0].cancel)  # on another thread


async def test_a_callback_can_cancel_another_request_whose_callback_is_next(
    nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    """Two answers wait for the app thread, which waits for a third; the first callback cancels the second."""
    controls: list[RequestControl] = []
    called: list[int] = []
    codes: list[int] = []

    def app() -> None:
        controls.extend([http.get_async(URL, partial(on_complete, index)) for index in range(2)])
        codes.append(http.get("http://dock.example:81/").status_code())

    def on_complete(index: int, response: Response) -> None:
        called.append(index)
        controls[1 - index].cancel()

    network = ScriptedNetwork(nursery, (request, pause(1), ok()), ports={81: (request, pause(2), ok())})
    async with dl7450.open_dock(network=network) as dock:
        await dock.run_app(app)
    assert len(called) == 1
    assert (codes, trio.current_time()) == ([200], 2.0)


async def test_any_thread_may_cancel(nursery: trio.Nursery, autojump_clock: MockClock) -> None:
    """One request is in flight, and the answer of the other waits for the app thread."""
    network = ScriptedNetwork(nursery, FINE, ports={81: (request,)})

    def app() -> None:
        controls = [http.get_async(url, never_called) for url in (URL, "http://dock.example:81/")]
        http.get("http://dock.example:81/", timeout=1)
        for control in controls:
            thread = threading.Thread(target=control.cancel)
            thread.start()
            thread.join()
        statistics.append(dock.http.statistics())

    statistics: list[HttpStatistics] = []
    async with dl7450.open_dock(network=network) as dock:
        await dock.run_app(app)
    assert statistics == [HttpStatistics(16, 0, completed=1, failed=1, cancelled=1)]


class CancelAtStep(trio.abc.Instrument):
    """Cancels at the n-th time that any task has taken a step, or is about to."""

    def __init__(self, when: str, step: int, cancel: Callable[[], object]) -> None:
        self._when = when
        self._left = step
        self._cancel = cancel

    def task_scheduled(self, task: trio.lowlevel.Task) -> None:
        self._count("about to take a step")

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        self._count("step taken")

    def _count(self, what: str) -> None:
        if what == self._when:
            self._left -= 1
            if self._left == 0:
                self._cancel()


@pytest.mark.parametrize("when", ["about to take a step", "step taken"])
@pytest.mark.parametrize("size", [0, 100_000])
async def test_a_cancellation_at_any_step_loses_no_token_and_no_connection(
    when: str, size: int, nursery: trio.Nursery
) -> None:
    """From DNS over TLS to the last byte; a connection is closed, or idle and used by the next request."""
    url, certificates = "https://localhost/", cacert("ca")
    tls = server_context(Tls())
    finished_at = None
    for step in range(1, 200):
        network = ScriptedNetwork(nursery, FINE, tls=tls)
        async with dl7450.open_dock(network=network) as dock:
            answer = None
            with trio.CancelScope() as scope:
                instrument = CancelAtStep(when, step, scope.cancel)
                trio.lowlevel.add_instrument(instrument)
                try:
                    answer = await dock.http.post(url, data=bytes(size), cacert=certificates)
                finally:
                    trio.lowlevel.remove_instrument(instrument)
            ended = HttpStatistics(16, 0, completed=1) if answer else HttpStatistics(16, 0, cancelled=1)
            assert (step, dock.http.statistics()) == (step, ended)
            assert (await dock.http.get(url, cacert=certificates)).status_code() == 200
            assert (step, network.open_connections) == (step, 1)
        assert (step, network.open_connections) == (step, 0)
        if not scope.cancel_called:
            finished_at = step
            break
    assert finished_at is not None
    assert finished_at > 40


@pytest.mark.parametrize("when", ["about to take a step", "step taken"])
async def test_a_callback_is_not_called_after_cancel_at_any_step(when: str, nursery: trio.Nursery) -> None:
    finished_at = None
    for step in range(1, 200):
        record: list[str] = []

        def on_complete(response: Response, record: list[str] = record) -> None:
            record.append("called")

        async with dl7450.open_dock(network=ScriptedNetwork(nursery, FINE)) as dock:
            control = dock.http.get_async(URL, on_complete)

            def cancel(control: RequestControl = control, record: list[str] = record) -> None:
                control.cancel()
                record.append("cancelled")

            instrument = CancelAtStep(when, step, cancel)
            trio.lowlevel.add_instrument(instrument)
            try:
                await dock.wait_app_over()
            finally:
                trio.lowlevel.remove_instrument(instrument)
        assert (step, dock.http.statistics().in_flight) == (step, 0)
        assert record in (["cancelled"], ["called", "cancelled"], ["called"]), step
        if record == ["called"]:
            finished_at = step
            break
    assert finished_at is not None
    assert finished_at > 15
