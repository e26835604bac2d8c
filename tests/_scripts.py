"""Plain Python scripts as processes of their own: nothing else shows what the end of an interpreter does, or Ctrl-C."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import trio

LONGEST = 60  # seconds that a script may take: one that does hangs


@dataclass
class Ended:
    """How a script ended."""

    status: int
    out: str
    err: str


class Script:
    """A running script."""

    def __init__(self, process: trio.Process) -> None:
        self._process = process

    def send_signal(self, number: int) -> None:
        self._process.send_signal(number)

    async def send_line(self) -> None:
        """Let a script that reads a line from its standard input go on."""
        assert self._process.stdin is not None
        await self._process.stdin.send_all(b"\n")

    async def end(self) -> Ended:
        """Wait until it has ended."""
        out, err = bytearray(), bytearray()

        async def read(stream: trio.abc.ReceiveStream | None, into: bytearray) -> None:
            assert stream is not None
            async for data in stream:
                into += data

        async with trio.open_nursery() as nursery:
            nursery.start_soon(read, self._process.stdout, out)
            nursery.start_soon(read, self._process.stderr, err)
        return Ended(await self._process.wait(), out.decode(), err.decode())


@asynccontextmanager
async def script(source: str, *arguments: str) -> AsyncIterator[Script]:
    """Run a script, with warnings as errors; it finds its arguments in `sys.argv`."""
    command = [sys.executable, "-W", "error", "-c", source, *arguments]
    process = await trio.lowlevel.open_process(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        with trio.fail_after(LONGEST):
            yield Script(process)
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                assert pipe is not None
                await trio.aclose_forcefully(pipe)
