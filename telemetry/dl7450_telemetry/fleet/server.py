"""The processes of a fleet in one: the receiver and the store, as one Trio program."""

from __future__ import annotations

import signal
from collections.abc import Callable
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING

import trio

from .extra import extra
from .owner import StoreOwner, owned_store

if TYPE_CHECKING:
    from hypercorn.typing import ASGIFramework

TOKEN_VARIABLE = "DL7450_FLEET_TOKEN"

_FORGET_EVERY = 600  # seconds


async def serve(
    app: ASGIFramework,
    address: str,
    stop: trio.Event,
    *,
    task_status: trio.TaskStatus[str] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve an ASGI application on hypercorn's Trio worker until `stop`; started with its URL.

    Parameters:
        app: the application.
        address: `HOST:PORT`; port 0 takes a free one.
        stop: ends it: what is under way has three seconds.
    """
    with extra():
        from hypercorn.config import Config
        from hypercorn.trio import serve as hypercorn_serve

    config = Config()
    config.bind = [address]
    config.backlog = 1024
    config.loglevel = "WARNING"
    config.include_server_header = False
    async with trio.open_nursery() as nursery:
        [url] = await nursery.start(partial(hypercorn_serve, app, config, shutdown_trigger=stop.wait, mode="asgi"))
        task_status.started(url)


def check_open_to(address: str, token: str | None) -> None:
    """Refuse an address that others reach when there is no token.

    Raises:
        ValueError: it is not loopback; the message names the fix.
    """
    host = address.rpartition(":")[0].strip("[]")
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback and token is None:
        raise ValueError(f"{address} is open to others: set a token in the environment, {TOKEN_VARIABLE}")


async def run_receiver(
    place: str,
    address: str,
    *,
    keep: int | None = None,
    max_bytes: int | None = None,
    token: str | None = None,
    ready: Callable[[str], None],
) -> None:
    """Receive OTLP and keep it, until SIGINT or SIGTERM.

    Parameters:
        place: the store, as `open_store` takes it.
        address: `HOST:PORT` to listen at.
        keep: nanoseconds for which a day is kept.
        max_bytes: how much all days may take on disk.
        token: what senders have to show; needed at an address that others reach.
        ready: called with the receiver's URL.

    Raises:
        ValueError: the address is open to others, and there is no token.
        StoreError: the store cannot be opened.
        OSError: the address cannot be listened at.
        MissingExtraError: `dl7450[fleet]` is not installed.
    """
    with extra():
        from starlette.applications import Starlette

        from .receiver.intake import Intake
        from .receiver.routes import otlp_routes

    check_open_to(address, token)
    stop = trio.Event()
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with owned_store(place) as owner, trio.open_nursery() as nursery:
            intake = Intake(owner)
            nursery.start_soon(intake.run)
            if keep is not None or max_bytes is not None:
                nursery.start_soon(_forget_old_days, owner, keep, max_bytes)
            async with trio.open_nursery() as servers:
                ready(await servers.start(serve, Starlette(routes=otlp_routes(intake, token=token)), address, stop))
                async for _ in signals:
                    stop.set()
                    break
            nursery.cancel_scope.cancel()


async def _forget_old_days(owner: StoreOwner, keep: int | None, max_bytes: int | None) -> None:
    while True:
        await owner.forget(keep=keep, max_bytes=max_bytes)
        await trio.sleep(_FORGET_EVERY)
