"""The processes of a fleet in one: the receiver, the store and the pages, as one Trio program."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from .alerts.rules import Rules
from .extra import extra
from .owner import StoreOwner, owned_store

if TYPE_CHECKING:
    from hypercorn.typing import ASGIFramework

TOKEN_VARIABLE = "DL7450_FLEET_TOKEN"

_FORGET_EVERY = 600  # seconds
_TURN = 0.0005  # seconds
_PATIENCE = 50_000  # objects


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

        from ..web.one_pass import read_in_one_pass

    read_in_one_pass()
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
        ValueError: it is not one, or not loopback; the message names the fix.
    """
    host, _ = _host_and_port(address)
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback and token is None:
        raise ValueError(f"{address} is open to others: set a token in the environment, {TOKEN_VARIABLE}")


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"{address!r} is not HOST:PORT, such as 127.0.0.1:4318")
    return host.strip("[]"), int(port)


def _check_can_listen(address: str) -> None:
    """Find out before anything else is begun: hypercorn's own error is in five groups.

    Raises:
        OSError: somebody listens there already, or nobody may; its `filename` is the address.
    """
    host, port = _host_and_port(address)
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        # The standard library adds the address to the system's text; an error of DNS has a text of its own.
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise OSError(error.errno, why, address) from None


@dataclass(frozen=True, kw_only=True)
class FleetOptions:
    """How a fleet is served.

    Attributes:
        store: the place of the store, as `open_store` takes it.
        otlp: `HOST:PORT` where OTLP/HTTP is received.
        listen: `HOST:PORT` of the pages.
        token: what docks send as a bearer token and readers log in with; None: whoever reaches this machine's loopback
            address.
        silence: nanoseconds without a word after which a dock is silent.
        keep: nanoseconds for which a day is kept; None: for ever.
        max_bytes: how much all days may take on disk; None: all that there is.
        alerts: the rules that are looked at.

    Raises:
        ValueError: an address is not one, or others reach it and there is no token.
    """

    store: str
    otlp: str
    listen: str
    token: str | None = None
    silence: int = 3600 * 10**9
    keep: int | None = None
    max_bytes: int | None = None
    alerts: Rules = field(default_factory=Rules)

    @property
    def alerts_file(self) -> Path | None:
        """Where alerts are kept over restarts: in the store's folder if it has one; nowhere if it is in memory."""
        if self.store == ":memory:":
            return None
        return Path("fleet-alerts.json") if "://" in self.store else Path(self.store) / "alerts.json"

    def __post_init__(self) -> None:
        for address in (self.otlp, self.listen):
            check_open_to(address, self.token)


async def run_fleet(
    options: FleetOptions, *, ready: Callable[[str, str], None], progress: Callable[[str], None] = lambda _: None
) -> None:
    """Receive OTLP, keep it and show it, until SIGINT or SIGTERM.

    Parameters:
        options: how.
        ready: called with the URLs of the receiver and of the pages.
        progress: called with a sentence, again and again, when opening the store takes long; on another thread.

    Raises:
        StoreError: the store cannot be opened.
        OSError: an address cannot be listened at; its `filename` is the address.
        MissingExtraError: `dl7450[fleet]` is not installed.
    """
    with extra():
        from starlette.applications import Starlette

        from ..web import Access, Login
        from .alerts.watch import Watch
        from .own_lag import keep_own_lag
        from .pages import fleet_site
        from .receiver.intake import Intake
        from .receiver.routes import otlp_routes

    for address in (options.otlp, options.listen):
        _check_can_listen(address)
    access = Access(Login(options.token) if options.token else None)
    stop = trio.Event()
    with _short_waits_for_python(), trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with owned_store(options.store, progress) as owner, trio.open_nursery() as nursery:
            intake = Intake(owner)
            nursery.start_soon(intake.run)
            nursery.start_soon(keep_own_lag, owner.insert)
            if options.keep is not None or options.max_bytes is not None:
                nursery.start_soon(_forget_old_days, owner, options.keep, options.max_bytes)
            async with trio.open_nursery() as servers:
                receiver = Starlette(routes=otlp_routes(intake, token=options.token))
                otlp_url = await servers.start(serve, receiver, options.otlp, stop)
                watch = Watch(
                    options.alerts,
                    owner.ask,
                    options.alerts_file,
                    silence=options.silence,
                    url=f"http://{options.listen}/alerts",
                )
                nursery.start_soon(watch.run)
                site = fleet_site(
                    owner.ask,
                    access,
                    # Time goes on for a page, also where others fill the store.
                    lambda: (owner.version, tuple(watch.alerts.values()), trio.current_time() // 60),
                    watch.table,
                    silence=options.silence,
                    endpoint=otlp_url,
                )
                ready(otlp_url, await servers.start(serve, site, options.listen, stop))
                async for _ in signals:
                    stop.set()
                    break
            nursery.cancel_scope.cancel()


@contextmanager
def _short_waits_for_python() -> Generator[None]:
    """Have no thread hold Python's lock for long, for the length of the block.

    A question takes the lock a dozen times, on its way between threads and out of DuckDB. By default, a thread that
    decodes keeps it for 5 ms each time. And more than once a second all threads stand still for 50 ms, as spans are so
    many new objects that the garbage collector looks at all that there are; spans are in no cycle that it could find.
    """
    turn, patience = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(_TURN)
    gc.set_threshold(_PATIENCE, *patience[1:])
    try:
        yield
    finally:
        sys.setswitchinterval(turn)
        gc.set_threshold(*patience)


async def _forget_old_days(owner: StoreOwner, keep: int | None, max_bytes: int | None) -> None:
    while True:
        await owner.forget(keep=keep, max_bytes=max_bytes)
        await trio.sleep(_FORGET_EVERY)
