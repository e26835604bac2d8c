"""Runs a program and prints what it took, as JSON: `python tests/bench/_process.py COMMAND...`.

In a process of its own, with nothing imported: Linux counts what the starting process holds to the peak of the started.
"""

import json
import os
import subprocess
import sys
import time

started = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)  # which, unlike Popen.wait, tells of this one process
process.returncode = os.waitstatus_to_exitcode(status)
if process.returncode != 0:
    sys.exit(f"{' '.join(sys.argv[1:])} ended with status {process.returncode}")
print(json.dumps({"seconds": time.perf_counter() - started, "peak_megabytes": usage.ru_maxrss * 1024 / 1e6}))
