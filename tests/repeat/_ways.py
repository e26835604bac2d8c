"""The ways in which an app is run, each as a function that tells everything that there is to see of a run, as text."""

import io
import tempfile
from collections.abc import Callable, Iterable
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias
from unittest.mock import patch

import trio
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from trio.testing import MockClock

import dl7450
import dl7450_telemetry
from dl7450 import cli
from dl7450._device.device_file import load_device
from dl7450._screen.state import ScreenState
from dl7450.testing import MqttBroker, Routes, TestDock
from dl7450.testing._options import DockOptions
from dl7450.testing._recorder import Recorder
from dl7450.testing._request import Request
from dl7450_telemetry import SpanRecord, read_trace_file, tree
from tests.repeat._cases import Case, serve

Way: TypeAlias = Callable[[Case], str]


class _Ended(SpanProcessor):
    """Keeps spans in the order in which an exporter would get them."""

    def __init__(self) -> None:
        self.spans: list[SpanRecord] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.spans.append(SpanRecord.from_sdk(span))


def in_plain_test(case: Case) -> str:
    """Run by the pytest plugin's dock, whose time goes on in steps."""
    options = DockOptions(values=case.values, unrouted="allow", unused_routes="allow", rejected="allow")
    if case.store is not None:
        options["store"] = case.store
    printed = io.StringIO()
    with redirect_stdout(printed):
        dock = TestDock(case.app.parent, Path, **options)
        try:
            serve(dock.route)
            dock.run_app(case.app)
            for _ in range(4):
                dock.advance(case.seconds / 4)
                case.tell(dock.mqtt, dock.vision.send)
            told = [*_frames(dock.frames), *_spans(dock.spans), dock.span_tree(), *map(_request, dock.requests)]
            told += map(repr, dock.mqtt.messages)
        finally:
            problems = dock.close()
    return "\n".join([printed.getvalue(), *told, *problems, str(dock.statistics())])


def in_trio_program(case: Case) -> str:
    """Run on a dock that a Trio program opened, under a clock that jumps."""
    device = load_device(case.store, values=case.values)
    recorder, ended = Recorder(device.dock_id), _Ended()
    recorder.tracer_provider.add_span_processor(ended)
    routes = Routes()
    serve(routes.route)
    broker = MqttBroker(lambda do, *arguments: do(*arguments), trio.current_time)
    frames: list[ScreenState] = []

    async def tell(dock: dl7450.Dock) -> None:
        for quarter in range(1, 5):
            await trio.sleep_until(dock.started + quarter * case.seconds / 4)
            case.tell(broker, dock.send_message)

    async def main() -> None:
        async with dl7450.open_dock(
            transport=routes.transport(),
            network=broker,
            device=device,
            tracer_provider=recorder.tracer_provider,
            on_frame=frames.append,
        ) as dock:
            dock.start_soon(tell, dock)
            with trio.move_on_after(case.seconds):
                await dock.run_app(case.app)

    printed = io.StringIO()
    with redirect_stdout(printed):
        trio.run(main, clock=MockClock(autojump_threshold=0))
    told = [*_frames(frames), *_spans(ended.spans), tree(ended.spans), *map(_request, routes.requests)]
    told += map(repr, broker.messages)
    return "\n".join([printed.getvalue(), *told])


def by_command(case: Case) -> str:
    """Run by `dl7450 run --fast`, without a network, as servers outside answer when they like."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        trace, frames = folder / "trace.jsonl", folder / "frames"
        arguments = ["run", str(case.app), "--fast", "--offline", "--for", f"{case.seconds:g}"]
        arguments += ["--trace-file", str(trace), "--frames", str(frames)]
        arguments += [] if case.store is None else ["--store", str(case.store)]
        arguments += [f"--set={key}={value}" for key, value in case.values.items()]
        printed, errors = io.StringIO(), io.StringIO()
        # The global providers can be set once in a process, and would then record what comes after.
        configure = partial(dl7450_telemetry.configure, set_global=False)
        with (
            redirect_stdout(printed),
            redirect_stderr(errors),
            patch("dl7450_telemetry.configure", configure),
        ):
            try:
                cli.main(arguments, prog_name="dl7450")
            except SystemExit as end:
                print(f"exit status {end.code}")
        # How many spans are in a line of the file, where they are sorted by scope, depends on how fast the machine is.
        spans = sorted(read_trace_file(trace), key=lambda span: (span.start, span.trace_id, span.span_id))
        told = [printed.getvalue(), errors.getvalue(), *_spans(spans)]
        told += [f"{path.name} {sha256(path.read_bytes()).hexdigest()}" for path in sorted(frames.iterdir())]
        return "\n".join(told)


WAYS: dict[str, Way] = {"plain test": in_plain_test, "Trio program": in_trio_program, "dl7450 run": by_command}


def _frames(frames: Iterable[ScreenState]) -> list[str]:
    return [f"frame {frame!r}" for frame in frames]


def _spans(spans: Iterable[SpanRecord]) -> list[str]:
    return [
        f"span {span.span_id} of {span.parent_span_id} in {span.trace_id}: {span.name} {span.start} to {span.end} "
        f"{span.status} {span.status_description} {span.attributes} {span.events} {span.links}"
        for span in spans
    ]


def _request(request: Request) -> str:
    return f"request {request!r}"
