"""`make profile`: a flame graph of traced requests of 1 KiB, 16 in flight, whose spans go to a collector.

py-spy looks at this process from outside, after everything is imported and warm, and writes the picture.
"""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from ._docks import trio_style
from ._server import running_site
from ._sinks import ROTEL
from ._telemetry import dl7450_to, no_losses
from ._work import SIXTEEN

SECONDS = 20
PICTURE = Path(__file__).parents[2] / "docs" / "profile.svg"
TITLE = "Traced requests of 1 KiB, 16 in flight, spans sent to a collector"
PY_SPY = Path(sys.executable).with_name("py-spy")
# Of the threads that hold the lock, and by function: smaller, and the same whichever line of it a sample met.
OPTIONS = ["record", "--gil", "--threads", "--function", "--rate", "500", "--format", "flamegraph"]
PR_SET_PTRACER, ANY_PROCESS = 0x59616D61, -1


def main() -> None:
    # Linux lets a parent look at its child; here it is the other way round.
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ctypes.c_long(ANY_PROCESS))
    measure = trio_style(dl7450_to(ROTEL))
    work = replace(SIXTEEN, count=20_000)
    with running_site() as site, no_losses():
        measure(SIXTEEN, site)
        command: list[str | Path] = [
            PY_SPY,
            *OPTIONS,
            "--duration",
            str(SECONDS),
            "--output",
            PICTURE,
            "--pid",
            str(os.getpid()),
        ]
        with subprocess.Popen(command) as py_spy:
            while py_spy.poll() is None:
                measure(work, site)
    if py_spy.returncode != 0:
        sys.exit(f"py-spy ended with status {py_spy.returncode}")
    # Its title is the command that was run, with paths of this machine.
    PICTURE.write_text(re.sub(r'(<text id="title"[^>]*>)[^<]*', rf"\g<1>{TITLE}", PICTURE.read_text()))


if __name__ == "__main__":
    main()
