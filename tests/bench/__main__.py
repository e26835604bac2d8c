"""`make bench`: dl7450 and what people would use instead, side by side.

One server that is not Python, one run. In every round each subject does each work once, in an order that chance
decides; a ratio is one of neighbours in time. What is shown are medians of such ratios and their quartiles.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from pathlib import Path

from rich.console import Console

from ._docks import DOCKS, SYNC_TRACED, TRIO_TRACED, TRIO_UNTRACED
from ._many_docks import measure_many_docks
from ._other import import_seconds, measure_refusal
from ._page import publish
from ._peers import AIOHTTP, AIOHTTP_TRACED, HTTPX2_ASYNC, HTTPX2_SYNC, HTTPX_TRACED, PEERS
from ._results import Results, as_json, machine, show, versions
from ._server import running_site
from ._sinks import SINKS, to_sink
from ._telemetry import dropped, no_losses, untraced
from ._whole_runs import measure_whole_runs
from ._work import ONE_BY_ONE, SIXTEEN, WORKS

ROUNDS = 7
ROUNDS_OF_MANY_DOCKS = 3
MODULES = ["dl7450.http", "dl7450._dock.dock", "httpx2"]
SUBJECTS = [*DOCKS, *PEERS]

QUICK_ROUNDS = 11
QUICK_WORKS = [ONE_BY_ONE, SIXTEEN]
_QUICK = {
    *(TRIO_TRACED, TRIO_UNTRACED, SYNC_TRACED, HTTPX2_ASYNC, HTTPX2_SYNC, HTTPX_TRACED, AIOHTTP, AIOHTTP_TRACED),
    *(to_sink(subject, sink) for subject in (TRIO_TRACED, AIOHTTP_TRACED) for sink in SINKS),
}
QUICK_SUBJECTS = [subject for subject in SUBJECTS if subject.name in _QUICK]


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="what matters most, in two minutes")
    arguments.add_argument(
        "--rounds", type=int, help=f"more rounds, less chance (default: {ROUNDS}, quick {QUICK_ROUNDS})"
    )
    arguments.add_argument("--cpu", action="store_true", help="compare processor time, for a machine that is busy")
    arguments.add_argument("--json", type=Path, metavar="FILE", help="write the results to a file, too")
    arguments.add_argument(
        "--table",
        type=Path,
        metavar="FILE",
        help="measure nothing: show the results that a file has in docs/performance.md",
    )
    chosen = arguments.parse_args()
    if chosen.cpu and chosen.json:
        arguments.error("--cpu is to look at, not to keep: leave --json out")
    if chosen.table:
        publish(json.loads(chosen.table.read_text()))
        return

    console = Console(width=160)
    console.print(machine())
    console.print(", ".join(f"{package} {its}" for package, its in versions().items()), highlight=False)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # the server, too, gets thousands of connections
    started = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {what}", file=sys.stderr, flush=True)

    works, subjects = (QUICK_WORKS, QUICK_SUBJECTS) if chosen.quick else (WORKS, SUBJECTS)
    rounds = chosen.rounds or (QUICK_ROUNDS if chosen.quick else ROUNDS)
    with running_site() as site, no_losses():
        console.print(f"server: {site.name}; sinks: {', '.join(site.sinks)}\n")
        results = Results(site.name, "cpu" if chosen.cpu else "wall")
        for index in range(rounds):
            for work in works:
                say(f"round {index + 1} of {rounds}: {work.name}")
                fitting = [subject for subject in subjects if work.in_flight == 1 or subject.style == "async"]
                for subject in random.sample(fitting, len(fitting)):
                    results.add(subject.name, subject.style, work, subject.measure(work, site))
            results.refusals.append(measure_refusal(untraced(site)))
            results.traced_refusals.append(measure_refusal(dropped(site)))
            for module in MODULES:
                results.imports.setdefault(module, []).append(import_seconds(module))
        if not chosen.quick:
            results.many_docks = measure_many_docks(site, ROUNDS_OF_MANY_DOCKS, say)
            results.whole_runs = measure_whole_runs(say)
    results.styles = {subject.name: subject.style for subject in subjects}
    show(results, works, console)
    if chosen.json:
        chosen.json.write_text(json.dumps(as_json(results, works), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
