"""The spans around app code, compared as a whole: the app, its callbacks and timers, rendering."""

from functools import partial

import pytest
import trio
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from trio.testing import MockClock

import dl7450
from dl7450 import http, splashscreen, wakeup
from dl7450._trio.app_spans import function_name
from dl7450.http import Response
from tests._scripted_network import ScriptedNetwork
from tests._spans import Shown, shown
from tests.conformance._scenario import ok
from tests.conformance._server import pause, request

URL = "http://dock.example/"
HERE = "tests.trio.test_app_spans"


def named(function: str) -> dict[str, str]:
    return {"code.function.name": f"{HERE}.{function}"}


async def test_an_app_its_callback_its_timer_and_its_frames(
    nursery: trio.Nursery, autojump_clock: MockClock, tracer_provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    screen = splashscreen.Splashscreen()

    def app() -> None:
        screen.add_text_box("app")
        http.get_async(URL, on_complete)
        wakeup.wakeup(on_timer, 1000, 1000)

    def on_complete(response: Response) -> None:
        screen.add_text_box("answer")

    def on_timer() -> None:
        if dock.clock.current_time() == 2.0:
            screen.add_text_box("timer")

    network = ScriptedNetwork(nursery, (request, pause(1.5), ok()))
    async with dl7450.open_dock(network=network, tracer_provider=tracer_provider) as dock:
        with tracer_provider.get_tracer("test").start_as_current_span("program"):
            await dock.start_app(app)
        await trio.sleep(2.5)
    inside = "test_an_app_its_callback_its_timer_and_its_frames.<locals>"
    spans = [span for span in shown(exporter) if span.name.startswith("dl7450.")]
    assert spans == [
        Shown("dl7450.app", named(f"{inside}.app"), parent="program"),
        Shown("dl7450.render", parent="dl7450.app"),
        Shown("dl7450.timer", named(f"{inside}.on_timer"), links=("dl7450.app",)),
        Shown("dl7450.callback", named(f"{inside}.on_complete"), parent="GET"),
        Shown("dl7450.render", parent="dl7450.callback"),
        Shown("dl7450.timer", named(f"{inside}.on_timer"), links=("dl7450.app",)),
        Shown("dl7450.render", parent="dl7450.timer"),
    ]


async def test_app_code_that_takes_time_and_fails(
    nursery: trio.Nursery, autojump_clock: MockClock, tracer_provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    def app() -> None:
        http.get(URL)
        raise LookupError("no picture")

    network = ScriptedNetwork(nursery, (request, pause(1.5), ok()))
    async with dl7450.open_dock(network=network, tracer_provider=tracer_provider) as dock:
        with pytest.raises(LookupError):
            await dock.run_app(app)
    [span] = [span for span in exporter.get_finished_spans() if span.name == "dl7450.app"]
    exception = dict(span.events[0].attributes or {})
    [app_run] = [span for span in shown(exporter) if span.name == "dl7450.app"]
    assert app_run == Shown(
        "dl7450.app",
        named("test_app_code_that_takes_time_and_fails.<locals>.app") | {"error.type": "LookupError"},
        seconds=1.5,
        events=(("exception", 1.5),),
        status=StatusCode.ERROR,
        description="LookupError: no picture",
    )
    assert exception["exception.message"] == "no picture"
    assert "raise LookupError" in str(exception["exception.stacktrace"])


async def test_a_callback_in_trio_has_the_same_span(
    nursery: trio.Nursery, tracer_provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    network = ScriptedNetwork(nursery, (request, ok()))
    async with dl7450.open_dock(network=network, tracer_provider=tracer_provider) as dock:
        dock.http.get_async(URL, a_function)
    [callback] = [span for span in shown(exporter) if span.name == "dl7450.callback"]
    assert callback == Shown("dl7450.callback", named("a_function"), seconds=callback.seconds, parent="GET")


async def test_a_timer_that_is_set_outside_of_any_span_has_no_link(
    autojump_clock: MockClock, exporter: InMemorySpanExporter, tracer_provider: TracerProvider
) -> None:
    async with dl7450.open_dock(tracer_provider=tracer_provider) as dock:
        await trio.to_thread.run_sync(wakeup.wakeup, a_function, 0)
        await dock.wait_app_over()
    assert shown(exporter) == [Shown("dl7450.timer", named("a_function"))]


class Callable:
    def __call__(self, *_: object) -> None: ...

    def method(self, *_: object) -> None: ...


def a_function(*_: object) -> None: ...


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (a_function, f"{HERE}.a_function"),
        (partial(a_function, 1), f"{HERE}.a_function"),
        (Callable().method, f"{HERE}.Callable.method"),
        (Callable(), f"{HERE}.Callable"),
        ([].append, "list.append"),
        (print, "builtins.print"),
    ],
)
def test_a_function_has_the_name_that_telemetry_shows(function: object, name: str) -> None:
    assert function_name(function) == name  # type: ignore[arg-type] # all of them can be called
