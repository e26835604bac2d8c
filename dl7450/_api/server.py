"""Serves an ASGI application on Trio, by hypercorn."""

from __future__ import annotations

import socket

import trio
from hypercorn.config import Config
from hypercorn.trio import serve as serve_by_hypercorn
from starlette.applications import Starlette

from dl7450_telemetry.web.one_pass import read_in_one_pass

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def host_names(host: str) -> list[str]:
    """By which names a server at an address may be called: `*` for any, if it is there for other machines, too."""
    return [*_LOOPBACK, "[::1]"] if host in _LOOPBACK else ["*"]


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 is a free one. Raises `OSError` if it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


async def serve(
    app: Starlette,
    listener: socket.socket,
    errorlog: str | None = None,
    *,
    task_status: trio.TaskStatus[str] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve until this is cancelled.

    Parameters:
        app: what is served.
        listener: where; closed in the end.
        errorlog: where faults of the application are told: `-` is standard error; None: nowhere.
        task_status: is told the URL.
    """
    read_in_one_pass()
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.accesslog = None  # what it answers is the client's to tell
    config.errorlog = errorlog
    config.loglevel = "WARNING"
    config.include_server_header = False
    async with trio.open_nursery() as nursery:
        [url] = await nursery.start(serve_by_hypercorn, app, config)
        task_status.started(url)
