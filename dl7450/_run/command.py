"""`dl7450 run`: the command line. What it runs with is imported when it is called."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .output import cannot, whole_output
from .set_option import key_and_value

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider

    from dl7450_telemetry import SpanRecord

    from ..http._client import HttpStatistics

EXIT_OK, EXIT_APP_RAISED, EXIT_TEXT_NOT_SHOWN = 0, 1, 3  # and those of `.signals`; 2 is click's for usage
EXIT_CTRL_C = 130


@click.command()
@click.argument("app", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(min=0),
    callback=lambda _context, _parameter, value: _number(value),
    metavar="SECONDS",
    help="Stop after so much dock time.",
)
@click.option(
    "--frames", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Keep all frames as PNGs."
)
@click.option(
    "--store",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Take the dock from YAML: store, monitors, network.",
)
@click.option("--set", "values", multiple=True, metavar="KEY=VALUE", help="Set a value of the store; repeatable.")
@click.option("--dock-id", metavar="HEX", help="Set the dock's id: 64 hexadecimal digits.")
@click.option(
    "--host",
    type=click.Choice(["connected", "none", "suspended"]),
    metavar="STATUS",
    help="Set the host: connected, none or suspended.",
)
@click.option("--offline", is_flag=True, help="Leave the network cable out.")
@click.option(
    "--fast",
    is_flag=True,
    help="Run on virtual time: waiting takes none, but for a server, which answers in real time. An app with a timer "
    "that repeats does not end: give --for, too.",
)
@click.option(
    "--api",
    callback=lambda _context, _parameter, value: None if value is None else _address(value),
    metavar="[HOST:]PORT",
    help="Answer the calls of the vendor's deployment API: code, messages and stores are taken until the run is ended. "
    "On this machine only, unless HOST says otherwise; port 0 is a free one.",
)
@click.option(
    "--keep-going",
    is_flag=True,
    help="Let an app that raises go on, with its timers and callbacks, instead of unloading it.",
)
@click.option(
    "--micropython", is_flag=True, help="Run APP in MicroPython, as the dock does: pip install 'dl7450[micropython]'."
)
@click.option("--heap", metavar="SIZE", help="Set the memory that APP has in MicroPython, such as 2M.  [default: 32M]")
@click.option("--expect-text", multiple=True, metavar="TEXT", help="Exit with 3 if it is never shown; repeatable.")
@click.option(
    "--trace-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the spans, as OTLP JSON lines.",
)
@click.option("--tasks", is_flag=True, help="Print the tree of tasks when the run ends.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON summary; the app prints to stderr.")
@click.option("--quiet", is_flag=True, help="Print no waterfall and no progress.")
def run(
    app: Path | None,
    seconds: float | None,
    frames: Path | None,
    store: Path | None,
    values: Sequence[str],
    dock_id: str | None,
    host: str | None,
    offline: bool,
    fast: bool,
    api: tuple[str, int] | None,
    keep_going: bool,
    micropython: bool,
    heap: str | None,
    expect_text: Sequence[str],
    trace_file: Path | None,
    tasks: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run APP until nothing can call it any more.

    APP is the app's file; without it, the code that the store names is run. Spans go to a collector when
    OTEL_EXPORTER_OTLP_ENDPOINT is set; they name the dock by its id, so give each dock of a fleet its own by --dock-id.
    SIGUSR1 prints the tree of tasks.

    In a terminal, the arrow keys and Enter press the dock's joystick; an app that listens to it then ends by Ctrl-C.

    As on the dock, an APP that raises, or does not compile, is unloaded: its timers, callbacks and requests end, and
    its traceback is on the screen, and on stderr. It stays on the screen until --for is over; without --for until
    Ctrl-C, or, with --fast or where stdout is not a terminal, the run ends at once.

    sys.exit() in APP ends the run; with a status other than 0 it counts as raised.

    SIGTERM and SIGHUP end the run in order, as Ctrl-C does.

    Exit status: 0 (nothing raised), 1 (the app raised), 2 (usage), 3 (a text was never shown), 130 (Ctrl-C while the
    app ran), 143 (SIGTERM), 129 (SIGHUP).
    """
    from .signals import signals_as_ctrl_c

    signals = click.get_current_context().with_resource(signals_as_ctrl_c())

    import dl7450_telemetry

    try:
        dl7450_telemetry.check_environment()  # before the imports below, which read it
    except ValueError as error:
        raise click.UsageError(str(error)) from None

    from .._device.device_file import DeviceError, load_device
    from .._dock.loader import AppError
    from .deployment import ApiError
    from .keys import terminal
    from .record import RunRecord
    from .report import newest_texts, progress, summary
    from .runner import RunOptions, run_file

    try:
        device = load_device(
            store, values=dict(map(key_and_value, values)), dock_id=dock_id, host=host, offline=offline
        )
    except DeviceError as error:
        raise click.UsageError(str(error)) from None
    app = app or device.store.code
    if app is None:
        raise click.UsageError("there is no app to run: name its file, or a --store with a code section")

    if api is not None and fast:
        raise click.UsageError("--api waits for others, and --fast for nobody: leave one of them out")
    if heap is not None and not micropython:
        raise click.UsageError("--heap is the memory in MicroPython: give --micropython, too")

    watched = sys.stdout.isatty() and not fast
    happened = RunRecord(missing=expect_text)
    status = EXIT_OK
    try:
        collected = dl7450_telemetry.configure(
            service_name=app.stem, device_id=device.dock_id, trace_file=trace_file, repeatable_ids=fast
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise cannot("write", error) from None
    if collected.delivers and not quiet and not as_json:
        click.echo(f"dock {device.dock_id}", err=True)
    try:
        with collected:  # leaving it delivers what is pending, which takes seconds if the collector is slow
            try:
                with redirect_stdout(sys.stderr) if as_json else nullcontext(), progress(happened, shown=not quiet):
                    options = RunOptions(
                        device=device,
                        seconds=math.inf if seconds is None else seconds,
                        frames=frames,
                        fast=fast,
                        api=api,
                        keep_going=keep_going,
                        watched=watched,
                        keys=None if fast else terminal(),  # virtual time is over before a key is pressed
                        micropython=micropython,
                        heap=heap,
                        tracer_provider=collected.tracer_provider(),
                        meter_provider=collected.meter_provider(),
                    )
                    run_file(app, options, happened, lambda: _watched(collected.meter_provider(), tasks))
            except (AppError, ApiError) as error:
                raise click.UsageError(str(error)) from None
            except OSError as error:
                raise cannot("write", error) from None
            except KeyboardInterrupt:
                status = signals.exit_status
                if happened.app_has_ended and status == EXIT_CTRL_C:
                    status = EXIT_OK  # it closed the screen, and what the app raised counts
            if not quiet and not as_json:
                _show(collected.spans(), collected.dropped_spans, happened.requests)
    except KeyboardInterrupt:
        status = signals.exit_status
    if happened.missing:
        click.echo(f"never shown: {', '.join(map(repr, happened.missing))}; {newest_texts(happened)}", err=True)
    if status == EXIT_OK and happened.error_count:
        status = EXIT_APP_RAISED
    elif status == EXIT_OK and happened.missing:
        status = EXIT_TEXT_NOT_SHOWN
    if as_json:
        click.echo(json.dumps(summary(app, device.dock_id, happened, status)))
    sys.exit(status)


def _show(spans: list[SpanRecord], dropped: int, requests: HttpStatistics) -> None:
    from rich.console import Console

    import dl7450_telemetry

    # More than there are spans of, if some were dropped or not sampled.
    ended = requests.completed + requests.failed + requests.rejected + requests.cancelled
    try:
        with whole_output():
            console = Console()
            if dropped:
                console.print(f"The first {dropped} spans are no longer kept; --trace-file keeps all.")
            console.print(dl7450_telemetry.waterfall(spans))
            if ended or any(span.is_request for span in spans):
                console.print(dl7450_telemetry.summary(spans, requests=ended))
    except BrokenPipeError:
        pass  # `| head` has seen enough
    except Exception as error:  # whatever it is, the run has happened, and its status counts
        click.echo(f"what happened cannot be shown: {type(error).__name__}: {error}", err=True)


def _number(value: float | None) -> float | None:
    if value is not None and math.isnan(value):
        raise click.BadParameter("nan is not a number of seconds: leave --for out to run without an end")
    return value


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise click.BadParameter(f"{text!r} is not a port: write it as 8450, or as 0.0.0.0:8450 with an address")
    return host.strip("[]") or "127.0.0.1", int(port)


@contextmanager
def _watched(meter_provider: MeterProvider, tasks_at_end: bool) -> Generator[None]:
    """Around the dock: SIGUSR1 prints the tasks, and Trio itself is measured if somebody collects metrics."""
    import signal

    from opentelemetry.metrics import NoOpMeterProvider

    import dl7450_telemetry

    with ExitStack() as stack:
        if hasattr(signal, "SIGUSR1"):
            stack.enter_context(dl7450_telemetry.task_tree_on_signal())
        if not isinstance(meter_provider, NoOpMeterProvider):
            stack.enter_context(dl7450_telemetry.instrument_trio(meter_provider=meter_provider))
        try:
            yield
        finally:
            if tasks_at_end:
                click.echo(dl7450_telemetry.format_task_tree(), err=True)
