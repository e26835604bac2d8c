"""SIGTERM and SIGHUP end a run as Ctrl-C does: what the run has made is kept; the exit status names the signal."""

from __future__ import annotations

import signal
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from types import FrameType

_AS_CTRL_C = tuple(signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Signals:
    """The signals that came so far, but for SIGINT: that one is Python's, or Trio's while it runs."""

    def __init__(self) -> None:
        self._first: signal.Signals | None = None

    @property
    def exit_status(self) -> int:
        """Of a process that a `KeyboardInterrupt` ends: 128 and the number of the signal, as shells have it."""
        return 128 + (self._first or signal.SIGINT)

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """Do what SIGINT does now: raise `KeyboardInterrupt` here, or in Trio's main task."""
        self._first = self._first or signal.Signals(number)
        handler = signal.getsignal(signal.SIGINT)
        if callable(handler):
            handler(signal.SIGINT, frame)


@contextmanager
def signals_as_ctrl_c() -> Generator[Signals]:
    """Have SIGTERM and SIGHUP interrupt the block as Ctrl-C does. Main thread only.

    A signal that is ignored stays ignored: `nohup` ignores SIGHUP, and a shell script SIGINT for what it starts by `&`.

    Raises:
        SystemExit: in place of the `KeyboardInterrupt` that leaves the block, with the exit status for it.
    """
    signals = Signals()
    with ExitStack() as stack:
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and sys.platform != "win32":
            # Trio installs its handler, which the other signals go to, only in place of Python's own one.
            stack.callback(signal.pthread_sigmask, signal.SIG_SETMASK, signal.pthread_sigmask(signal.SIG_BLOCK, []))
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
            stack.callback(signal.signal, signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.default_int_handler)
        for number in _AS_CTRL_C:
            before = signal.getsignal(number)
            if before is not signal.SIG_IGN:
                stack.callback(signal.signal, number, before)
                signal.signal(number, signals.on_signal)
        try:
            yield signals
        except KeyboardInterrupt:
            sys.exit(signals.exit_status)
