"""`Interpreter`: the process that MicroPython runs in, and the messages to it and from it.

A message is the length of a JSON text, the text, and then the bytes that the text says belong to it: pictures would
take a third more as text, and the heap of the app may be small. To MicroPython the length of those is told, too: it has
to skip them if its heap is full.

The process has an owner, a task of the dock (`live`). What the owner cannot see to, as this process was killed, the
kernel does: the interpreter gets SIGIO, which ends it, when the last end of a pipe that we hold is closed.
"""

from __future__ import annotations

import codecs
import json
import os
import select
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import trio

from .._dock.app_thread import DockStopped
from .._dock.tracebacks import ForeignError
from .._trio.lifetime import CLOSED

END_PATIENCE = 1.0  # seconds of real time that a process has to end in that was killed

_GUEST = Path(__file__).with_name("guest.py")
_LIBRARY = Path(__file__).with_name("lib")
_CHUNK: Final = 1 << 16


class InterpreterError(ForeignError):
    """The interpreter has ended by itself. An app in it cannot go on."""


class _EndedError(Exception):
    """The process has closed its end of a pipe."""


class Interpreter:
    """One process. Its messages are for the app thread, `live` is for the Trio thread."""

    def __init__(self, executable: str, heap: str) -> None:
        """Start the process.

        Parameters:
            executable: the command of MicroPython's unix port.
            heap: the size of its heap, as its option `-X heapsize=` takes it.

        Raises:
            OSError: it cannot be started.
        """
        self._in_use = threading.Lock()
        self._killed = False
        self._dead = False
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        theirs_life, ours_life = os.pipe()
        theirs = (theirs_in, theirs_out, theirs_life)
        self._commands = open(ours_out, "wb")  # noqa: SIM115, PTH123  closed with the others
        self._pipes = ExitStack()
        for fd in (ours_in, ours_life):
            self._pipes.callback(os.close, fd)
        try:
            self._process = subprocess.Popen(
                [executable, "-X", f"heapsize={heap}", _GUEST, str(theirs_in), str(theirs_out), _LIBRARY],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=theirs,
                process_group=0,  # Ctrl-C in the terminal is for the dock, which ends this process, too
            )
            _die_with(theirs_life, self._process.pid)
        except BaseException:
            self._commands.close()
            self._pipes.close()
            raise
        finally:
            for fd in theirs:
                os.close(fd)
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._printed = {
            self._pipes.enter_context(self._process.stdout).fileno(): _Printed("stdout"),
            self._pipes.enter_context(self._process.stderr).fileno(): _Printed("stderr"),
        }
        for fd in self._printed:
            os.set_blocking(fd, False)
        self._answers = ours_in
        self._unread = bytearray()
        self._poll = select.poll()
        for fd in (ours_in, *self._printed):
            self._poll.register(fd, select.POLLIN)

    async def live(self) -> None:
        """Own the process: when this is cancelled, the process ends."""
        try:
            await trio.sleep_forever()
        finally:
            self.kill()

    def kill(self) -> None:
        """End the process, and wait until it has ended.

        This takes a millisecond or two. It blocks, as no time of the dock must pass meanwhile.
        """
        self._killed = True
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_PATIENCE)
        self._close_unless_in_use()

    @contextmanager
    def turn(self) -> Generator[bool]:
        """Let the interpreter run in this block, until it has answered; whether it can is given.

        What the block raises is not of the app: standard output cannot be written, for one. The app cannot go on then.

        Raises:
            DockStopped: the dock has ended the process, or does so meanwhile.
            InterpreterError: the process has ended by itself; told once.
        """
        try:
            with self._in_use:
                if self._killed:
                    raise DockStopped(CLOSED)
                try:
                    yield not self._dead
                except _EndedError:
                    self._dead = True
                    if self._killed:
                        raise DockStopped(CLOSED) from None
                    raise self._last_words() from None
                except BaseException:  # it would answer at the wrong time
                    self._dead = True
                    raise
        finally:
            if self._killed:
                self._close_unless_in_use()

    def send(self, message: object, blobs: Sequence[bytes | bytearray]) -> None:
        """Send a message, and the bytes that belong to it. In a `turn`, as `receive` and `read`."""
        # A \u escape for each half of a surrogate pair would be two characters for MicroPython.
        text = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
        head = struct.pack("<II", len(text), sum(map(len, blobs)))
        try:
            for part in (head, text, *blobs):
                self._commands.write(part)
            self._commands.flush()
        except BrokenPipeError:
            raise _EndedError from None

    def receive(self) -> Any:
        """The next message; what the app prints meanwhile is printed. The bytes of it follow, by `read`."""
        size = int.from_bytes(self.read(4), "little")
        return json.loads(self.read(size).decode("utf-8", "surrogatepass"))

    def read(self, size: int) -> bytearray:
        """The next bytes."""
        while len(self._unread) < size:
            ready = {fd for fd, _ in self._poll.poll()}
            received = os.read(self._answers, _CHUNK) if self._answers in ready else None
            self._print()  # before what was sent later is answered
            if received == b"":
                raise _EndedError
            self._unread += received or b""
        data = self._unread[:size]
        del self._unread[:size]
        return data

    def _print(self) -> None:
        for fd, printed in self._printed.items():
            with suppress(BlockingIOError):
                while data := os.read(fd, _CHUNK):
                    printed.write(data)
                with suppress(KeyError):  # it is closed: nothing comes from there any more
                    self._poll.unregister(fd)

    def _last_words(self) -> InterpreterError:
        try:
            status = self._process.wait(END_PATIENCE)
        except subprocess.TimeoutExpired:
            ended = "closed its pipe"
        else:
            ended = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        message = f"MicroPython {ended}, and the app cannot go on; what it printed last may say why"
        error = InterpreterError()
        error.tell(message, f"{message}\n")
        return error

    def _close_unless_in_use(self) -> None:
        """Close the pipes; if the app thread is about to read the end of one, it does so itself, when it lets go."""
        if not self._in_use.acquire(blocking=False):
            return
        with self._pipes, suppress(BrokenPipeError):
            self._commands.close()
        self._in_use.release()


class _Printed:
    """What the app prints to a stream, which is ours of the same name."""

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")

    def write(self, data: bytes) -> None:
        getattr(sys, self._stream).write(self._decoder.decode(data))


def _die_with(life: int, process: int) -> None:
    """Have a process end when the other end of a pipe is closed, whatever closes it."""
    import fcntl

    with suppress(ProcessLookupError):  # it has ended already
        fcntl.fcntl(life, fcntl.F_SETOWN, process)
        fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)
