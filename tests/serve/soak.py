"""Whether a server's memory stays flat over an hour of dock time, with a page open.

    python -m tests.serve.soak
    python -m tests.serve.soak --minutes 2

The carousel runs at 10x against the demo's content server, and a client does what a page does: it listens to the
stream, and asks for each part that is named, and for its pictures. Linux only: memory is read from /proc.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import statistics
import sys
import time
from pathlib import Path

import httpx

from examples.demo import APP, serving

from .test_in_a_browser import Server

EVERY = 2.0  # seconds between two looks at the memory
PATIENCE = 30.0  # seconds without a word of the stream
MAX_GROWTH = 0.03  # from the third quarter to the fourth: in the first half the history fills, and the caches
_PICTURE = re.compile(r'<img src="([^"]+)"')


def main() -> int:
    """Give the exit status: 1 if the memory grows."""
    parser = argparse.ArgumentParser(prog="python -m tests.serve.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=6, help="how long, of ten minutes of dock time each")
    minutes = parser.parse_args().minutes
    with serving() as content:
        server = Server(APP, "--set", f"server={content}")
        try:
            sizes, asked = _watch(server, minutes * 60)
        finally:
            server.process.kill()
            server.end(signal.SIGKILL)
    quarter = len(sizes) // 4
    third, fourth = (statistics.median(sizes[number * quarter : (number + 1) * quarter]) for number in (2, 3))
    growth = fourth / third - 1
    print(f"\n{asked} parts and pictures; {third / 2**20:.1f} MiB in the third quarter, {growth:+.1%} in the fourth")
    return int(growth > MAX_GROWTH)


def _watch(server: Server, seconds: float) -> tuple[list[int], int]:
    """The sizes of the process, in bytes, and how much was asked of it, while a client is a page."""
    sizes: list[int] = []
    asked = 0
    began = time.monotonic()
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        assert client.post("/docks/carousel/time/pace", data={"pace": "10x"}).is_redirect
        with client.stream("GET", "/docks/carousel/live") as stream:
            for line in stream.iter_lines():
                passed = time.monotonic() - began
                if passed > seconds:
                    break
                if passed > len(sizes) * EVERY:
                    sizes.append(_size(server.process.pid))
                    print(f"\r{passed:6.0f} s  {sizes[-1] / 2**20:6.1f} MiB  {asked} asked for", end="", flush=True)
                for name in json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else ():
                    part = client.get(f"/docks/carousel/{name}").raise_for_status().text
                    pictures = _PICTURE.findall(part)
                    for picture in pictures:
                        client.get(picture)  # 404 if a new frame came 200 times meanwhile
                    asked += 1 + len(pictures)
    return sizes, asked


def _size(process: int) -> int:
    """Of what a process has in memory, in bytes."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.exit(main())
