"""A fleet to look at: `dl7450 fleet serve`, and a simulated week of many docks in its store.

    python -m examples.fleet --docks 1000 --days 7 --seed 1

The week ends now. A store that holds it already is shown as it is.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path

import click

from ._fleet import Fleet, Request, simulate
from ._made import Made
from ._plan import FETCHES_EVERY

TRIES = 60  # of a request that the receiver has no room for
SILENCE = f"{round(FETCHES_EVERY * 1.25 / 60)}m"  # a dock that says nothing for so long has missed a fetch


def _finite(context: click.Context, parameter: click.Parameter, value: float) -> float:
    if not isfinite(value):
        raise click.BadParameter(f"{value} is not a number of days such as 7 or 0.5")
    return value


@click.command()
@click.option(
    "--docks", type=click.IntRange(1, 100_000), default=1000, show_default=True, metavar="N", help="How many docks."
)
@click.option(
    "--days",
    type=click.FloatRange(0.1, 366),
    callback=_finite,
    default=7.0,
    show_default=True,
    metavar="N",
    help="How long they are watched.",
)
@click.option("--seed", type=int, default=1, show_default=True, metavar="N", help="Decides everything that happens.")
@click.option(
    "--store",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("fleet-store"),
    show_default=True,
    help="A folder.",
)
@click.option("--otlp", default="127.0.0.1:4318", show_default=True, metavar="HOST:PORT", help="Of the receiver.")
@click.option("--listen", default="127.0.0.1:7451", show_default=True, metavar="HOST:PORT", help="Of the pages.")
@click.option("--fresh", is_flag=True, help="Forget the simulated fleet that the store holds.")
def main(docks: int, days: float, seed: int, store: Path, otlp: str, listen: str, fresh: bool) -> None:
    """Simulate a fleet of docks and show it in a browser."""
    fleet = Fleet(docks, days, seed, int(time.time()))
    made = Made(store)
    is_there = made.is_there(fleet, fresh)
    if not is_there:
        made.begin(fleet)
    with _serving(store, otlp, listen) as (receiver, pages):
        if not is_there:
            click.echo(f"The fleet is at {pages}, and fills while you look.")
            _feed(fleet, receiver)
            made.finish()
        click.echo(f"Open {pages} (Ctrl-C ends it)")
        signal.pause()


@contextmanager
def _serving(store: Path, otlp: str, listen: str) -> Generator[tuple[str, str]]:
    """`dl7450 fleet serve` as a process of its own; the addresses of its receiver and its pages."""
    command = [sys.executable, "-m", "dl7450", "fleet", "serve", "--store", str(store), "--otlp", otlp]
    command += ["--listen", listen, "--silence", SILENCE]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            said = [server.stderr.readline() for _ in range(2)]
            if "=" not in said[0]:
                raise click.ClickException("".join(said) + server.stderr.read())
            yield said[0].strip().partition("=")[2], said[1].split()[-1]
        finally:
            server.terminate()


def _feed(fleet: Fleet, receiver: str) -> None:
    label = f"{fleet.docks} docks live through {fleet.days:g} days"
    shown = 0
    with click.progressbar(
        length=fleet.docks, label=label, file=sys.stderr, item_show_func=lambda said: said, update_min_steps=1
    ) as bar:
        for docks, requests in simulate(fleet, os.cpu_count() or 1):
            for request in requests:
                _send(request, receiver)
            shown += docks
            bar.update(docks, f"{shown} of them are shown")


def _send(request: Request, receiver: str) -> None:
    """Send a request until it is acknowledged."""
    url = f"{receiver}/v1/{request.signal}"
    for _ in range(TRIES):
        post = urllib.request.Request(url, request.body, {"Content-Type": "application/x-protobuf"}, method="POST")
        try:
            with urllib.request.urlopen(post, timeout=60):
                return
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503):
                raise
            time.sleep(float(error.headers.get("Retry-After") or 1))
    raise click.ClickException(f"{url} has had no room for {TRIES} tries")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the server must not be left behind
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
