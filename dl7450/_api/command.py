"""`dl7450 push`: the command line. What it sends with is imported when it is called."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from .client import Credentials

SERVED = "http://127.0.0.1:7450"  # the page of `dl7450 serve`
VENDOR = "https://sandbox.vision.synaptics.com/api"
CREDENTIALS = ("DL7450_CLIENT_ID", "DL7450_CLIENT_SECRET", "DL7450_ENTERPRISE_ID")
VENDOR_VARIABLE = "DL7450_VENDOR_URL"
TOKEN_VARIABLE = "DL7450_SERVE_TOKEN"


@click.command()
@click.argument("app", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option(
    "--to", metavar="URL", help=f"Send it to a dl7450 serve or run --api.  [default: {SERVED}, or the vendor's service]"
)
@click.option("--dock", "dock_id", metavar="ID", help="The dock's id.  [default: that of --store, or of a run]")
@click.option(
    "--store",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Replace the dock's store, too, by that of a YAML file: pictures and values.",
)
def push(app: Path | None, to: str | None, dock_id: str | None, store: Path | None) -> None:
    """Send APP to a dock: a simulated one, or through the vendor's service.

    APP is the app's file; without it, the code that the store names is sent. The dock starts it at once in place of the
    app that runs. It is one file of Python: modules beside it do not go along.

    With the vendor's credentials in DL7450_CLIENT_ID, DL7450_CLIENT_SECRET and DL7450_ENTERPRISE_ID, and without --to,
    it goes to the vendor's service (DL7450_VENDOR_URL names another one than its sandbox). A simulated dock that asks
    for a token gets the one in DL7450_SERVE_TOKEN, and never the credentials.

    Exit status: 0 (the dock has it), 1 (it was not taken), 2 (usage).
    """
    from .._check import modules_beside
    from .._device.device import DEFAULT_DOCK_ID
    from .._device.device_file import DeviceError, load_device
    from .._device.store_file import CAPACITY, store_size
    from .client import DeploymentClient, PushError

    try:
        device = load_device(store, dock_id=dock_id)
    except DeviceError as error:
        raise click.UsageError(str(error)) from None
    app = app or device.store.code
    if app is None:
        raise click.UsageError("there is no app to send: name its file, or a --store with a code section")
    url, credentials, is_vendor = _receiver(to)
    if is_vendor and device.dock_id == DEFAULT_DOCK_ID:
        raise click.UsageError("the vendor's service has many docks: name yours by --dock")

    if app.suffix in {".mpy", ".zip"}:
        raise click.UsageError(f"{str(app)!r} is not Python source, which is all that a dock takes: name the .py file")
    try:
        code = app.read_bytes()
        beside = modules_beside(app)
    except OSError as error:
        raise click.UsageError(f"cannot read {str(app)!r}: {error.strerror}") from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if beside:
        raise click.UsageError(
            f"{str(app)!r} imports {', '.join(beside)} beside it, and a dock takes one file: put all of it into that"
        )
    size = len(code) + (store_size(device.store) if store else 0)
    if size > CAPACITY:
        raise click.UsageError(
            f"{size:,} bytes are too many, only {CAPACITY:,} fit on a dock: use smaller or fewer images"
        )

    click.echo(f"sending {size:,} bytes to dock {device.dock_id[:8]}... at {url}", err=True)
    try:
        with DeploymentClient(url, credentials) as client:
            if store is None:
                client.send_code(device.dock_id, code)
            else:
                client.send_rom_store(device.dock_id, device.store, code)
    except PushError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    click.echo(f"{app.name} runs on dock {device.dock_id[:8]}...")


class _Receiver(NamedTuple):
    """Who takes an app: the URL of the API, and what it is asked with."""

    url: str
    credentials: Credentials
    is_vendor: bool


def _receiver(to: str | None) -> _Receiver:
    from .client import Credentials, api_url, is_loopback

    given = [os.environ.get(name, "") for name in CREDENTIALS]
    try:
        if to is not None or not any(given):
            token = os.environ.get(TOKEN_VARIABLE, "")
            return _Receiver(
                api_url(to or SERVED), Credentials("dl7450", token, "dl7450", TOKEN_VARIABLE), is_vendor=False
            )
        url = api_url(os.environ.get(VENDOR_VARIABLE) or VENDOR)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if missing := [name for name, value in zip(CREDENTIALS, given, strict=True) if not value]:
        raise click.UsageError(
            f"the vendor's service needs {' and '.join(missing)} in the environment, too; "
            f"a simulated dock is named by --to, such as --to {SERVED}"
        )
    if not url.lower().startswith("https:") and not is_loopback(url):
        raise click.UsageError(f"{VENDOR_VARIABLE} would send the credentials in clear text: write it with https://")
    client_id, client_secret, enterprise_id = given
    return _Receiver(url, Credentials(client_id, client_secret, enterprise_id, ", ".join(CREDENTIALS)), is_vendor=True)
