"""Servers in a process of their own, so that what the tests' process holds is the client's alone.

    python -m tests._fault_process      one fault server for each script below; prints their URLs, as JSON

Ends when its standard input does.
"""

import json
import sys
from contextlib import AsyncExitStack

import trio

from tests.conformance._scenario import FINE, ok
from tests.conformance._server import Script, closed_port, fault_server, fin, request, rst

SCRIPTS: tuple[Script, ...] = (
    FINE,
    (request,),  # and never an answer
    (request, rst),
    (request, ok()[:-2], fin),
    (request, b"what is this?\r\n\r\n"),
)


async def main() -> None:
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(server) for server in (*map(fault_server, SCRIPTS), closed_port())]
        print(json.dumps([f"http://{server.host}:{server.port}/" for server in servers]), flush=True)
        await trio.to_thread.run_sync(sys.stdin.read)


if __name__ == "__main__":
    trio.run(main)
