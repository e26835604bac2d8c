"""What the machine is like that an app is run on: how many cores there are, and whether others keep them busy."""

import os
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial

LIFE = 120  # seconds after which a busy process ends by itself, whatever became of this one
BUSY = f"import time\nend = time.monotonic() + {LIFE}\nwhile time.monotonic() < end: pass"


@contextmanager
def _machine(cores: int, *, busy: bool) -> Generator[None]:
    with ExitStack() as stack:
        if hasattr(os, "sched_setaffinity"):  # not on macOS: there the threads go where they like
            allowed = os.sched_getaffinity(0)
            stack.callback(os.sched_setaffinity, 0, allowed)
            os.sched_setaffinity(0, sorted(allowed)[:cores])  # threads that begin now, and processes, have it, too
        for _ in range(cores if busy else 0):
            process = stack.enter_context(subprocess.Popen([sys.executable, "-c", BUSY]))
            stack.callback(process.kill)
        yield


MACHINES: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "one core": partial(_machine, 1, busy=False),
    "two cores": partial(_machine, 2, busy=False),
    "one busy core": partial(_machine, 1, busy=True),
    "two busy cores": partial(_machine, 2, busy=True),
}
